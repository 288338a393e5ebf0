"""How a cabinet is found in an address: by host, or by the first path segment where several share a host."""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import get_script_prefix, reverse

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.registry import cabinet_of_host, cabinets

StartResponse = Callable[..., Any]
Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]

ENVIRON_KEY = "openlk.cabinet"
BY_PATH_KEY = "openlk.by_path"
# Answers about the process and all its cabinets: at no host do they belong to one of them.
PROCESS_PATHS = frozenset({"/livez", "/readyz", "/metrics"})


def by_path_allowed() -> bool:
    """Whether path prefixes lead to cabinets: always in demo; in production only alone or with OPENLK_SHARED_HOST=1."""
    return settings.MODE == "demo" or settings.SHARED_HOST or len(cabinets()) == 1


class CabinetAddress:
    """WSGI wrapper: moves a cabinet's slug from PATH_INFO to SCRIPT_NAME; nothing else knows the mode."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        environ["CONTENT_TYPE"] = _plain_type(environ.get("CONTENT_TYPE", ""))
        path = environ.get("PATH_INFO", "")
        cabinet = None if path in PROCESS_PATHS else cabinet_of_host(_host(environ))
        environ[BY_PATH_KEY] = False
        if cabinet is None and by_path_allowed():
            slug, slash, rest = path.removeprefix("/").partition("/")
            cabinet = cabinets().get(slug)
            if cabinet is not None:
                if not slash:
                    return _redirect_to_folder(environ, start_response, slug)
                environ["SCRIPT_NAME"] = f"{environ.get('SCRIPT_NAME', '')}/{slug}"
                environ["PATH_INFO"] = f"/{rest}"
                environ[BY_PATH_KEY] = True
        environ[ENVIRON_KEY] = cabinet
        return self.application(environ, start_response)


def _plain_type(content_type: str) -> str:
    """The media type with its boundary alone: our forms are UTF-8, and an odd charset breaks Django before any page."""
    kind, *parameters = content_type.split(";")
    boundary = [each for each in parameters if each.strip().lower().startswith("boundary=")]
    return ";".join([kind, *boundary[:1]])


def _host(environ: dict[str, Any]) -> str:
    """The host without its port; empty for what is none, such as «[»."""
    try:
        return urlsplit("//" + environ.get("HTTP_HOST", "")).hostname or ""
    except ValueError:
        return ""


def _redirect_to_folder(environ: dict[str, Any], start_response: StartResponse, slug: str) -> Iterable[bytes]:
    query = environ.get("QUERY_STRING", "")
    location = f"{environ.get('SCRIPT_NAME', '')}/{slug}/" + (f"?{query}" if query else "")
    start_response("301 Moved Permanently", [("Location", location), ("Content-Length", "0")])
    return [b""]


def cabinet_of(request: HttpRequest) -> Cabinet | None:
    """The cabinet this request was addressed to, if any."""
    found: Cabinet | None = request.environ.get(ENVIRON_KEY)  # type: ignore[attr-defined]  # WSGIRequest has it
    return found


def by_path(request: HttpRequest) -> bool:
    """Whether the cabinet was found by its path prefix."""
    return bool(request.environ.get(BY_PATH_KEY))  # type: ignore[attr-defined]  # WSGIRequest has it


def base_url(cabinet: Cabinet) -> str:
    """The cabinet's public address without a final slash: its first host, else the shared address with its slug.

    The demo plays every cabinet at its own address: the real hosts are somebody else's there.
    """
    if cabinet.profile.hosts and settings.MODE == "production":
        return f"https://{cabinet.profile.hosts[0]}"
    return f"{settings.PUBLIC_URL}/{cabinet.slug}"


def public_url(cabinet: Cabinet, name: str, /, **kwargs: object) -> str:
    """The full address of a page for letters and QR codes, wherever it is computed (request, worker, command)."""
    path = reverse(name, kwargs=kwargs).removeprefix(get_script_prefix())
    return f"{base_url(cabinet)}/{path.removeprefix('/')}"
