"""The hot reads of runs, always of the scoped cabinet: composed through the ORM, each costs twice what it runs."""

import json
from typing import Any

from django.db import connection

from openlk.cabinets.scoping import scoped_slug
from openlk.flows.models import FlowVersion, Run

_BY_ID = """
SELECT r.*, v.flow AS frozen_flow, v.sha256 AS frozen_sha256, v.structure AS frozen_structure
FROM flows_run r JOIN flows_flowversion v ON v.id = r.flow_version_id
WHERE r.cabinet = %s AND r.id = %s
"""
_FROZEN_AS = "SELECT id FROM flows_flowversion WHERE cabinet = %s AND flow = %s AND sha256 = %s"
_OTHERS = "SELECT id FROM flows_run WHERE cabinet = %s AND holder_id = %s AND state = 'active' AND id <> %s"


def _key(run_id: str) -> Any:
    """The id as the database keeps it."""
    return Run._meta.pk.get_db_prep_value(run_id, connection)


def by_id(run_id: str, *, lock: bool = False) -> Run | None:
    """The run with its flow; locked against everybody else until the transaction ends, if wanted."""
    held = " FOR UPDATE OF r" if lock and connection.features.has_select_for_update else ""
    found: Any = next(iter(Run.objects.raw(_BY_ID + held, [scoped_slug(), _key(run_id)])), None)
    if found is None:
        return None
    structure = json.loads(found.frozen_structure)
    found.flow_version = FlowVersion(
        found.flow_version_id, found.cabinet, found.frozen_flow, found.frozen_sha256, structure
    )
    run: Run = found
    return run


def frozen_as(flow: str, sha256: str) -> int | None:
    """The id of a flow's version with this digest."""
    with connection.cursor() as cursor:
        cursor.execute(_FROZEN_AS, [scoped_slug(), flow, sha256])
        found: tuple[int] | None = cursor.fetchone()
    return found[0] if found else None


def others_of(holder_id: int, run_id: str) -> list[Any]:
    """The ids of a holder's other open runs, locked; one that is being walked this moment is left out (PostgreSQL)."""
    skips = connection.features.has_select_for_update_skip_locked
    statement = f"{_OTHERS} FOR UPDATE SKIP LOCKED" if skips else _OTHERS
    with connection.cursor() as cursor:
        cursor.execute(statement, [scoped_slug(), holder_id, _key(run_id)])
        return [row[0] for row in cursor.fetchall()]
