"""Functions and filters that pages use."""

from datetime import date
from functools import lru_cache

from django.templatetags.static import static as hashed_static
from django.urls import get_script_prefix, get_urlconf, reverse

from openlk.kit.money import rubles

BASIS_POINTS_IN_PERCENT = 100


# Offers and news of a page; what falls out is computed again.
_KEPT_ADDRESSES = 8192


@lru_cache(maxsize=_KEPT_ADDRESSES)
def _address(prefix: str, urlconf: str | None, name: str, kwargs: tuple[tuple[str, object], ...]) -> str:
    del prefix  # reverse() reads it itself; here it only keeps addresses apart
    return reverse(name, urlconf=urlconf, kwargs=dict(kwargs) or None)


def url(name: str, /, **kwargs: object) -> str:
    """The address of a page of the current cabinet."""
    return _address(get_script_prefix(), get_urlconf(), name, tuple(kwargs.items()))


def static(path: str) -> str:
    """The hashed address of a static file."""
    return hashed_static(path)


def rubles_split(kopecks: int) -> tuple[str, str]:
    """128450 → ("1 284", ",50"): whole roubles and the rest, to be set in two sizes."""
    whole, _, rest = rubles(kopecks).partition(",")
    return whole, "," + rest.removesuffix("\u00a0₽")


def iso_date(day: date) -> str:
    """A date for <time datetime>."""
    return day.isoformat()


def percent(basis_points: int) -> str:
    """1250 → «12,5 %», with a no-break space."""
    whole, rest = divmod(basis_points, BASIS_POINTS_IN_PERCENT)
    fraction = f"{rest:02d}".rstrip("0")
    return f"{whole},{fraction}\u00a0%" if fraction else f"{whole}\u00a0%"
