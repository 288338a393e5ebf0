"""What a person sees when something is not there, not allowed, or broken."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from openlk.cabinets.addressing import cabinet_of
from openlk.look.page import page

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
        "phone": cabinet.profile.support_phone if cabinet else "",
        "kept": [],
        "kept_action": "",
        **(extra or {}),
    }
    return page(request, "look/error.html", context, status=code)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    del exception
    return _error(request, 403, "Сюда нельзя", ["У Вас нет доступа к этой странице."])


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    del exception
    return _error(
        request, 404, "Такой страницы нет", ["Возможно, в адресе опечатка или страницу убрали.", "Начните с главной."]
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    del exception
    return _error(request, 400, "Не удалось разобрать запрос", ["Вернитесь на шаг назад и попробуйте ещё раз."])


def broken(request: HttpRequest) -> HttpResponse:
    """500."""
    return _error(
        request,
        500,
        "У нас что-то сломалось",
        ["Это наша ошибка. Мы её записали.", "Ваши данные целы. Попробуйте через несколько минут."],
    )


def _same_origin(request: HttpRequest) -> bool:
    origin: str = request.META.get("HTTP_ORIGIN", "")
    return origin == f"{request.scheme}://{request.get_host()}"


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token is too old: the answers are kept and can be sent again; passwords are typed anew.

    Only for forms of our own origin: another site's form gets no second chance from here.
    """
    del reason
    if not _same_origin(request):
        return _error(request, 403, "Форма отправлена не с нашей страницы", ["Откройте нужную страницу и повторите."])
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
        {"kept": kept + version, "kept_action": request.path},
    )
