"""The cabinets of this process, loaded once."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache

from django.conf import settings

from openlk.cabinets.loading import Cabinet, load_all


class NoSuchCabinet(LookupError):
    """There is no cabinet with that slug; the message names those that there are."""


@cache
def _loaded() -> dict[str, Cabinet]:
    return load_all(settings.CABINETS)


def cabinets() -> Mapping[str, Cabinet]:
    """All cabinets by slug. Raises DefinitionError at the first use when a definition is wrong."""
    return _loaded()


def cabinet(slug: str) -> Cabinet:
    """The cabinet of that slug. Raises NoSuchCabinet."""
    try:
        return _loaded()[slug]
    except KeyError:
        raise NoSuchCabinet(f"Кабинета «{slug}» нет. Есть: {', '.join(sorted(_loaded()))}.") from None


def cabinet_of_host(host: str) -> Cabinet | None:
    """The cabinet that names this host (without port) among its own."""
    for candidate in _loaded().values():
        if host in candidate.profile.hosts:
            return candidate
    return None


@contextmanager
def added(*more: Cabinet) -> Iterator[None]:
    """For tests: these cabinets exist as well (or instead of those with the same slug) inside the block."""
    loaded = _loaded()
    before = dict(loaded)
    loaded.update({each.slug: each for each in more})
    try:
        yield
    finally:
        loaded.clear()
        loaded.update(before)
