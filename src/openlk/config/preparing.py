"""Makes an installation ready: tables and walls, documents, static files."""

from django.core.management import call_command

from openlk.cabinets.registry import cabinets
from openlk.content.documents import publish


def prepare() -> None:
    """Bring the database, the published documents and the static files up to what the code and cabinets hold."""
    known = cabinets()
    call_command("migrate", database="owner", interactive=False, verbosity=0)
    for cabinet in known.values():
        publish(cabinet)
    call_command("collectstatic", interactive=False, verbosity=0, clear=False)
