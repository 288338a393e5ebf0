"""The data: the sample world as the demo loads it, and many people with logins beside it."""

from collections.abc import Callable
from typing import Any

from django.db import connection, connections, transaction

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.config.preparing import prepare
from openlk.config.sample import load_sample
from openlk.files.table import Row
from openlk.identity.actions import GivenContact, create_login
from openlk.identity.passwords import hash_password
from openlk.kit import clock
from openlk.ledger.actions import open_member_accounts
from openlk.register.definition import registers_of
from openlk.register.imports import RegisterImporter
from openlk.register.models import Identifier
from tests.bench.contenders import Account
from tests.bench.world_folder import SLUG
from tests.support.people import PASSWORD, REGISTER
from tests.support.visitor import Visitor

_FIRST_CARD = 70_000_000_001
_COLUMNS = ("full_name", "union_card", "phone", "email", "region")


def _rows(cabinet: Cabinet, count: int) -> list[Row]:
    regions = cabinet.profile.regions
    return [
        Row(
            2 + number,
            (
                "Ковалёва Анна Петровна",
                str(_FIRST_CARD + number),
                f"+7912{number:07d}",
                f"member{number}@example.org",
                regions[number % len(regions)],
            ),
        )
        for number in range(count)
    ]


def fill(cabinet: Cabinet, count: int) -> list[Account]:
    """The sample world, and `count` people more with logins; they share a password hash, which costs nobody less."""
    prepare()
    load_sample(cabinet)
    importer = RegisterImporter(cabinet, REGISTER, registers_of(cabinet)[REGISTER])
    importer.prepare(_COLUMNS)
    rows = _rows(cabinet, count)
    summary = importer.apply(rows)
    assert not summary.problems, summary.problems
    hashed, now = hash_password(PASSWORD), clock.now()
    emails = {row.cells[1]: row.cells[3] for row in rows}
    with scope(cabinet), transaction.atomic():
        for identifier in Identifier.objects.filter(printed__in=emails).select_related("holder"):
            contacts = [GivenContact("email", emails[identifier.printed], "register", now)]
            create_login(identifier.value, hashed, identifier, "full", contacts, ())
            open_member_accounts(identifier.holder)
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return [Account(card, PASSWORD) for card in emails]


def statements_of_home(account: Account) -> list[str]:
    """The statements of the signed-in home page when its memories are warm, without the one that opens the scope."""
    visitor = Visitor()
    answer = visitor.post(f"/{SLUG}/login", {"login": account.login, "password": account.password})
    assert answer.status_code == 302, answer.content.decode()
    seen: list[str] = []

    def note(execute: Callable[..., Any], statement: str, values: Any, many: bool, context: Any) -> Any:
        seen.append(" ".join(str(statement).split()))
        return execute(statement, values, many, context)

    for _ in range(2):
        seen.clear()
        with connection.execute_wrapper(note):
            answer = visitor.get(f"/{SLUG}/me/")
        assert answer.status_code == 200, answer.content.decode()
    return [statement for statement in seen if "set_config('openlk.cabinet'" not in statement]
