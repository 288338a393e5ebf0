"""The home page's hot read, which crosses rooms: one named statement."""

from django.db import connection

from openlk.cabinets.scoping import scoped_slug

HOME_BALANCES = """
SELECT kind, balance_kopecks FROM ledger_ledgeraccount
WHERE cabinet = %s AND holder_id = %s AND kind IN ('accrued', 'available')
"""


def home_balances(holder_id: int) -> dict[str, int]:
    """«Начислено» and «К выплате» of a holder, in kopecks; nothing posted is nothing owed."""
    with connection.cursor() as cursor:
        cursor.execute(HOME_BALANCES, [scoped_slug(), holder_id])
        found = dict(cursor.fetchall())
    return {"accrued_kopecks": found.get("accrued", 0), "available_kopecks": found.get("available", 0)}
