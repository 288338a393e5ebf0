"""What a person sees when something is not there, not allowed, or broken."""

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from openlk.cabinets.addressing import cabinet_of
from openlk.cabinets.middleware import TooLarge
from openlk.look.page import bare_page, page

logger = logging.getLogger("openlk.portal")

_NOTHING: dict[str, Any] = {"phone": "", "kept": [], "kept_action": "", "request_code": ""}
_HIDDEN = frozenset({"csrfmiddlewaretoken", "version"})


def _error(
    request: HttpRequest, code: int, title: str, sentences: list[str], extra: dict[str, Any] | None = None
) -> HttpResponse:
    cabinet = cabinet_of(request)
    resend = bool(extra and extra.get("kept_action"))
    home = reverse("start") if cabinet else "/"
    actions = [{"text": "На главную", "href": home, "primary": not resend}]
    if cabinet:
        actions.append({"text": "Написать в поддержку", "href": reverse("support"), "primary": False})
    context = {
        "code": code,
        "title": title,
        "sentences": sentences,
        "actions": actions,
        **_NOTHING,
        "phone": cabinet.profile.support_phone if cabinet else "",
        **(extra or {}),
    }
    return page(request, "look/error.html", context, status=code)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    del exception
    return _error(
        request, 403, "Эта страница не для Вас", ["У Вашего кабинета нет к ней доступа. Если это ошибка, напишите нам."]
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    del exception
    return _error(
        request, 404, "Такой страницы нет", ["Возможно, в адресе опечатка или страницу убрали.", "Начните с главной."]
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400, and 413 for what is larger than any of our forms."""
    if isinstance(exception, TooLarge | RequestDataTooBig):
        return _error(
            request,
            413,
            "Слишком много текста",
            ["Столько за один раз сайт не принимает.", "Вернитесь на шаг назад, сократите текст и отправьте ещё раз."],
        )
    return _error(request, 400, "Не удалось разобрать запрос", ["Вернитесь на шаг назад и попробуйте ещё раз."])


def broken(request: HttpRequest) -> HttpResponse:
    """500; shown even when the database is away or the cabinet's own template is what broke."""
    sentences = ["Это наша ошибка. Мы её записали.", "Ваши данные целы. Попробуйте через несколько минут."]
    title = "У нас что-то сломалось"
    # By this code support finds the failure in the log.
    code = {"request_code": getattr(request, "request_id", "")}
    try:
        return _error(request, 500, title, sentences, code)
    except Exception:
        logger.exception("the error page of a cabinet cannot be shown")
    actions = [{"text": "На главную", "href": "/", "primary": True}]
    context = {**_NOTHING, **code, "code": 500, "title": title, "sentences": sentences, "actions": actions}
    return bare_page(request, "look/error.html", context, status=500)


class NotAllowedPage:
    """Gives the answer 405, which Django leaves blank, a page; its header Allow stays."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or response.content:
            return response
        sentences = ["Откройте её обычной ссылкой.", "Если Вы отправляли форму, вернитесь к ней и отправьте ещё раз."]
        shown = _error(request, HTTPStatus.METHOD_NOT_ALLOWED, "Эта страница открывается иначе", sentences)
        shown["Allow"] = response["Allow"]
        return shown


def _same_origin(request: HttpRequest) -> bool:
    origin: str = request.META.get("HTTP_ORIGIN", "")
    return origin == f"{request.scheme}://{request.get_host()}"


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token is too old: the answers are kept and can be sent again; passwords are typed anew.

    Only for forms of our own origin: another site's form gets no second chance from here.
    """
    del reason
    if not _same_origin(request):
        return _error(
            request,
            403,
            "Не удалось принять форму",
            ["Она отправлена не с нашей страницы. Откройте нужную страницу здесь и повторите."],
        )
    kept = [
        (name, value)
        for name, value in request.POST.items()
        if name not in _HIDDEN and "password" not in name and isinstance(value, str)
    ]
    version = [("version", request.POST["version"])] if "version" in request.POST else []
    return _error(
        request,
        403,
        "Страница устарела",
        [
            "Вы открыли её давно или в другой вкладке.",
            "Ответы сохранены: отправьте их ещё раз. Пароль, если он был, введите заново.",
        ],
        # No big «403» above it: nobody is turned away here.
        {"code": "", "kept": kept + version, "kept_action": request.path},
    )
