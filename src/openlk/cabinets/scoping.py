"""The current cabinet, and the scope without which no row of a cabinet can be read or written."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, transaction

from openlk.cabinets.loading import Cabinet


class NoScope(RuntimeError):
    """A cabinet's rows were asked for outside `scope(cabinet)`."""


class CrossScope(RuntimeError):
    """A scope of one cabinet was opened inside the scope of another."""


_current: ContextVar[Cabinet | None] = ContextVar("openlk_cabinet", default=None)
_scoped: ContextVar[bool] = ContextVar("openlk_scoped", default=False)


def current() -> Cabinet:
    """The cabinet this request or job belongs to. Raises NoScope outside of one."""
    cabinet = _current.get()
    if cabinet is None:
        raise NoScope("no current cabinet: enter one with cabinets.scoping.entered() or scope()")
    return cabinet


def scoped_slug() -> str:
    """The slug that every query and every new row carries. Raises NoScope outside a scope."""
    if not _scoped.get():
        raise NoScope("open cabinets.scoping.scope(cabinet) around the query")
    return current().slug


@contextmanager
def entered(cabinet: Cabinet) -> Iterator[None]:
    """Make `cabinet` current for templates and settings; rows stay closed until a scope is opened.

    Raises CrossScope inside the scope of another cabinet, whose rows would open under this one's name.
    """
    if _scoped.get() and current() is not cabinet:
        raise CrossScope(f"«{cabinet.slug}» entered inside the scope of «{current().slug}»")
    token = _current.set(cabinet)
    try:
        yield
    finally:
        _current.reset(token)


def _tell_database(slug: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('openlk.cabinet', %s, true)", [slug])


@contextmanager
def scope(cabinet: Cabinet) -> Iterator[None]:
    """Open the rows of `cabinet`; nested scopes of the same cabinet are one.

    On PostgreSQL this is a transaction that tells row-level security which cabinet may be seen.
    On SQLite no transaction is opened. Raises CrossScope inside the scope of another cabinet.
    """
    if _scoped.get():
        if current() is not cabinet:
            raise CrossScope(f"scope of «{cabinet.slug}» inside the scope of «{current().slug}»")
        yield
        return
    current_token, scoped_token = _current.set(cabinet), _scoped.set(True)
    try:
        if connection.vendor == "postgresql":
            with transaction.atomic():
                _tell_database(cabinet.slug)
                yield
            if connection.in_atomic_block:
                # Only inside a test's own transaction: the setting must not outlive the scope.
                _tell_database("")
        else:
            yield
    finally:
        _scoped.reset(scoped_token)
        _current.reset(current_token)
