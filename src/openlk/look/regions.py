"""The region a visitor chose, which decides the offers and news shown."""

from django.http import HttpRequest, HttpResponse

from openlk.cabinets.cookies import read_cookie, set_cookie
from openlk.cabinets.scoping import current

_YEAR_SECONDS = 365 * 24 * 3600
# What the cookie holds when all regions were chosen on purpose, although the person's own is known.
_EVERYWHERE = "all"


def chosen_region(request: HttpRequest) -> str:
    """The region asked for now, else the remembered one, else the person's own; empty: everywhere.

    The cookie holds the region's place in the cabinet's list: names do not fit into cookies.
    """
    regions = current().profile.regions
    if "region" in request.GET:
        wanted = request.GET["region"]
        return wanted if wanted in regions else ""
    remembered = read_cookie(request, "region")
    if remembered == _EVERYWHERE:
        return ""
    if remembered in {str(place) for place in range(len(regions))}:
        return regions[int(remembered)]
    person = getattr(request, "person", None)
    own: str = person.region if person else ""
    return own if own in regions else ""


def remember_region(request: HttpRequest, response: HttpResponse) -> None:
    """Keep a region that was just chosen."""
    if "region" in request.GET:
        regions = current().profile.regions
        wanted = request.GET["region"]
        value = str(regions.index(wanted)) if wanted in regions else _EVERYWHERE
        set_cookie(request, response, "region", value, _YEAR_SECONDS)
