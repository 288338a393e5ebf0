"""What a person sees when every processor is busy with other people's passwords."""

from django.http import HttpRequest, HttpResponse

from openlk.identity.passwords import TooBusy
from openlk.look.page import page

RETRY_SECONDS = 30
_HIDDEN = frozenset({"csrfmiddlewaretoken"})


def busy_page(request: HttpRequest, reason: TooBusy) -> HttpResponse:
    """503: the answers are kept and can be sent again; the password is typed anew."""
    kept = [(name, value) for name, value in request.POST.items() if name not in _HIDDEN and "password" not in name]
    context = {
        "code": "",
        "title": "Подождите немного",
        "sentences": [str(reason), "Ответы сохранены. Пароль введите заново."],
        "actions": [],
        "phone": "",
        "kept": kept,
        "kept_action": request.path,
    }
    response = page(request, "look/error.html", context, status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    return response
