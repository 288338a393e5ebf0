"""A page that shows nothing, to a person who is signed in."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from openlk.identity.views import members_only
from openlk.look.page import page


@require_safe
@members_only
def empty(request: HttpRequest) -> HttpResponse:
    """The shell alone: header, menu, footer."""
    return page(request, "bench/empty.html", {})
