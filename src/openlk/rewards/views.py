"""The showcase of offers."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from openlk.cabinets.scoping import current
from openlk.kit import clock
from openlk.look.page import page
from openlk.look.pages import sliced
from openlk.look.regions import chosen_region, remember_region
from openlk.rewards.queries import categories_of, offer_of, offers_of

PAGE_SIZE = 18


@require_safe
def offers_page(request: HttpRequest) -> HttpResponse:
    """`/offers`: what is returned where, by region and category."""
    cabinet = current()
    today = clock.today(cabinet.profile.timezone)
    region = chosen_region(request)
    categories = categories_of(cabinet, today, region)
    category = request.GET.get("category", "")
    category = category if category in categories else ""
    shown = sliced(offers_of(cabinet, today, region, category), request.GET.get("page", ""), PAGE_SIZE)
    context = {
        "regions": cabinet.profile.regions,
        "region": region,
        "categories": categories,
        "category": category,
        "offers": shown.items,
        "total": shown.total,
        "page": shown.page,
        "pages": shown.pages,
    }
    response = page(request, "rewards/offers.html", context)
    remember_region(request, response)
    return response


@require_safe
def offer_page(request: HttpRequest, slug: str) -> HttpResponse:
    """`/offers/<slug>`: the terms of one offer."""
    cabinet = current()
    offer = offer_of(cabinet, slug)
    if offer is None or not offer.valid_on(clock.today(cabinet.profile.timezone)):
        raise Http404
    return page(request, "rewards/offer.html", {"offer": offer})
