"""Answers with a page in the current cabinet's look."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token

from openlk.cabinets.addressing import cabinet_of
from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.cabinets.templates import render
from openlk.look.functions import url
from openlk.look.section import footer_of, sections_of

HOME_ENTRY = ("Главная", "home", "house")
_NEUTRAL: dict[str, Any] = {"csrf_token": "", "person": None, "nav": [], "notice": None}
PROFILE_ENTRY = ("Профиль", "profile", "user")


def _navigation(cabinet: Cabinet, path: str) -> list[dict[str, Any]]:
    sections = [(section.title, section.url_name, section.icon) for section in sections_of(cabinet) if section.url_name]
    entries = [HOME_ENTRY, *sections, PROFILE_ENTRY]
    return [
        {"title": title, "href": url(name), "icon": icon, "current": url(name) == path} for title, name, icon in entries
    ]


def _shell(request: HttpRequest, cabinet: Cabinet) -> dict[str, Any]:
    person = getattr(request, "person", None)
    return {
        "csrf_token": get_token(request),
        "person": person,
        "nav": _navigation(cabinet, request.path) if person else [],
        "footer": footer_of(cabinet),
        "current_path": request.path,
        "notice": None,
    }


def bare_page(request: HttpRequest, template: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """A page of no cabinet: needs no database and none of a cabinet's own templates."""
    return HttpResponse(render(None, template, {**_NEUTRAL, "current_path": request.path, **context}), status=status)


def page(request: HttpRequest, template: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """The page `template` with the shell's own context (csrf_token, person, nav, current_path, notice) added."""
    cabinet = cabinet_of(request)
    if cabinet is None:
        return bare_page(request, template, context, status)
    with scope(cabinet):
        html = render(cabinet, template, {**_shell(request, cabinet), **context})
    response = HttpResponse(html, status=status)
    # Pages hold a form token and often personal data: no cache but the browser's own history may keep them.
    response["Cache-Control"] = "private, no-cache"
    return response
