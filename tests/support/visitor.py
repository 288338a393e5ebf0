"""A browser without a browser: Django's test client at the address of a cabinet."""

from typing import Any

from django.test import Client
from django.urls import get_script_prefix, set_script_prefix

from openlk.cabinets.addressing import CabinetAddress


class Visitor(Client):
    """Takes the addresses that people type (`/alpha/register`) and finds the cabinet as the WSGI application does."""

    def request(self, **request: Any) -> Any:
        addressed: dict[str, Any] = {}

        def keep(environ: dict[str, Any], _: object) -> list[bytes]:
            addressed.update(environ)
            return []

        environ = self._base_environ(**request)  # type: ignore[attr-defined]  # it stands in RequestFactory
        CabinetAddress(keep)(environ, lambda *_: None)
        if not addressed:
            raise AssertionError(f"{request.get('PATH_INFO')}: a cabinet's address ends with a slash")
        before = get_script_prefix()
        set_script_prefix(f"{addressed.get('SCRIPT_NAME', '')}/")
        try:
            return super().request(**addressed)
        finally:
            set_script_prefix(before)
