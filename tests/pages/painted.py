"""Pages that no shipped cabinet leads to yet: the engine's own templates with a made-up run, at the demo's address."""

from collections.abc import Callable, Mapping
from typing import Any

import urllib3
from django.urls import get_script_prefix, set_script_prefix
from playwright.sync_api import Route

from openlk.cabinets.registry import cabinet
from openlk.cabinets.templates import render
from openlk.look.section import footer_of
from tests.pages.state import Stage, State
from tests.support.world import SLUG

_PATH = "register/00000000-0000-4000-8000-000000000001"
_SHELL: Mapping[str, Any] = {
    "csrf_token": "x" * 64,
    "person": None,
    "nav": [],
    "notice": None,
    "current_path": f"/{SLUG}/{_PATH}",
}
_STATUS = {"number": "204 117 90 35", "href": f"/{SLUG}/status/poddelka"}
_PREVIEW = {
    "title": "Проверьте данные",
    "lead": "Так мы отправим заявку на проверку.",
    "step": 2,
    "steps": 3,
    "step_title": "Проверка",
    "advice": ["Если что-то не так, начните заново."],
    "button": "Отправить заявку",
    "rows": [
        {"label": "Фамилия, имя, отчество", "value": "Белоусова-Лапина Екатерина Игоревна"},
        {"label": "Номер профсоюзного билета", "value": "78 0366 09215"},
        {"label": "Адрес электронной почты", "value": "e···@pochta.example"},
    ],
    "errors": [],
    "page_error": None,
    "action": f"/{SLUG}/{_PATH}",
    "version": 2,
    "restart": f"/{SLUG}/register?fresh=1",
    "status": _STATUS,
}
_REVIEW = {
    "title": "Заявка на проверке",
    "sentences": ("Мы проверяем Ваши данные. Ждать на этой странице не нужно.",),
    "number": "204 117 90 35",
    "due": "24 ноября, 12:00",
    "status": _STATUS,
}
_TOLD = {
    "title": "Почти готово",
    "sentences": ["Нашли Вас в реестре. Осталось придумать пароль."],
    "button": "Продолжить",
    "action": f"/{SLUG}/{_PATH}",
    "version": 3,
}


def _painted(template: str, context: Mapping[str, Any]) -> str:
    before = get_script_prefix()
    set_script_prefix(f"/{SLUG}/")
    try:
        own = cabinet(SLUG)
        return render(own, template, {**_SHELL, "footer": footer_of(own), **context})
    finally:
        set_script_prefix(before)


def _shown(template: str, context: Mapping[str, Any]) -> Callable[[Stage], None]:
    """Open it under the address of a run, with the headers that the demo gives to every page."""

    def show(stage: Stage) -> None:
        address = stage.walker.world.home + _PATH
        real = urllib3.request("GET", address, retries=False, timeout=10.0)
        headers = {name: real.headers[name] for name in ("Content-Type", "Content-Security-Policy")}
        html = _painted(template, context)

        def answer(route: Route) -> None:
            route.fulfill(status=200, headers=headers, body=html)

        stage.page.route(address, answer)
        stage.page.goto(address)
        stage.page.unroute(address)

    return show


PAINTED_STATES = (
    State(
        "preview",
        "Проверьте данные, шаг 2 из 3",
        _shown("flows/preview.html", _PREVIEW),
        (("button", "Отправить заявку"), ("link", "Начать заново")),
    ),
    State("review", "Заявка на проверке", _shown("flows/review.html", _REVIEW), (("link", "страницу заявки"),)),
    State("told", "Почти готово", _shown("flows/told.html", _TOLD), (("button", "Продолжить"),)),
)
