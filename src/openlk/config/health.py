"""Whether the process lives, and whether the installation can serve."""

from django.conf import settings
from django.db import DatabaseError, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from openlk.cabinets.registry import cabinets
from openlk.cabinets.scoping import scope
from openlk.cabinets.walls import wall_problems
from openlk.content.models import DocumentVersion
from openlk.jobs.worker import alive
from openlk.kit.http import get_json
from openlk.register.models import Identifier

SANDBOX_DEADLINE_SECONDS = 2


@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers."""
    del request
    return HttpResponse("ok\n", content_type="text/plain")


def unapplied_migrations(alias: str = "default") -> list[str]:
    """The migrations that the database still lacks."""
    executor = MigrationExecutor(connections[alias])
    return [str(migration) for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


def _database() -> str:
    try:
        if unapplied_migrations():
            return "не применены миграции: выполните openlk migrate"
        problems = wall_problems()
    except DatabaseError as error:
        connection.close()
        return f"база данных не отвечает: {type(error).__name__}"
    return "; ".join(problems)


def _samples() -> str:
    for cabinet in cabinets().values():
        if not (cabinet.folder / "sample").is_dir():
            continue
        with scope(cabinet):
            if not Identifier.objects.exists() or not DocumentVersion.objects.exists():
                return f"в кабинете {cabinet.slug} нет примеров"
    return ""


def _sandbox() -> str:
    answer = get_json(f"{settings.SANDBOX_URL}/healthz", deadline_seconds=SANDBOX_DEADLINE_SECONDS)
    return "" if answer.outcome == "yes" else f"песочница не отвечает: {answer.detail}"


def readiness() -> dict[str, str]:
    """What is missing, by part; all values empty when everything is there."""
    parts = {"database": _database()}
    if not parts["database"]:
        parts["worker"] = "" if alive() else "нет работающего процесса worker"
        if settings.MODE == "demo":
            parts["samples"] = _samples()
    if settings.MODE == "demo":
        parts["sandbox"] = _sandbox()
    return parts


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database, its migrations and a worker are there; in demo mode also the samples and the sandbox."""
    del request
    parts = readiness()
    ready = not any(parts.values())
    missing = {part: what for part, what in parts.items() if what}
    body = {"ready": ready, "missing": missing}
    return JsonResponse(body, status=200 if ready else 503, json_dumps_params={"ensure_ascii": False})
