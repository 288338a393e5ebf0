"""Makes an installation ready: tables and walls, documents, static files."""

from django.conf import settings
from django.core.management import call_command

from openlk.cabinets.registry import cabinets
from openlk.config.health import unapplied_migrations
from openlk.content.documents import publish


class NotPrepared(Exception):
    """The database lacks tables; the message says what to do."""


def require_prepared() -> None:
    """Raises NotPrepared with a sentence where a command would otherwise meet missing tables."""
    if unapplied_migrations():
        raise NotPrepared("База данных не подготовлена: выполните openlk migrate (или make demo) и повторите команду.")


def prepare() -> None:
    """Bring the database, the published documents and the static files up to what the code and cabinets hold."""
    known = cabinets()
    settings.DATA.mkdir(parents=True, exist_ok=True)
    call_command("migrate", database="owner", interactive=False, verbosity=0)
    for cabinet in known.values():
        publish(cabinet)
    call_command("collectstatic", interactive=False, verbosity=0, clear=False)
