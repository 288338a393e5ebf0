"""Functions and filters that pages use."""

from datetime import date

from django.templatetags.static import static as hashed_static
from django.urls import reverse

from openlk.kit.money import rubles

BASIS_POINTS_IN_PERCENT = 100


def url(name: str, /, **kwargs: object) -> str:
    """The address of a page of the current cabinet."""
    return reverse(name, kwargs=kwargs or None)


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
