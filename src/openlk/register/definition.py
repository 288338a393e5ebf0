"""The registers of a cabinet: which columns they have and which of them say who is who."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from openlk.cabinets.loading import DEFINITION_FILE, Cabinet
from openlk.cabinets.part import Part
from openlk.cabinets.problems import Problem
from openlk.kit.suggest import nearest

ColumnKind = Literal["name", "identifier", "phone", "email", "text", "region"]


class Column(Part):
    """One column: its kind, the Russian titles it may have besides its own name, whether it may be empty."""

    kind: ColumnKind
    titles: tuple[str, ...] = ()
    required: bool = False


class RegisterDefinition(Part):
    """`[register.<name>]`: `key` finds a row again at the next import, `holder` tells the same person.

    An import with --replace that would end a larger share than `stop_share_percent` of the living rows is stopped.
    """

    key: str
    holder: str
    stop_share_percent: Annotated[float, Field(ge=0, le=100)] = 10
    columns: Annotated[dict[str, Column], Field(min_length=1)]

    def column_of_kind(self, kind: ColumnKind) -> str | None:
        """The first column of a kind."""
        return next((name for name, column in self.columns.items() if column.kind == kind), None)


PARTS = {"register": dict[str, RegisterDefinition]}
OPTIONAL_PARTS: frozenset[str] = frozenset()


def registers_of(cabinet: Cabinet) -> dict[str, RegisterDefinition]:
    """The cabinet's registers by name."""
    found: dict[str, RegisterDefinition] = cabinet.parts["register"]
    return found


def check(cabinet: Cabinet) -> Iterator[Problem]:
    """`key` and `holder` name columns; the key is an identifier; there is one column for the name."""
    file = cabinet.folder / DEFINITION_FILE
    for name, register in registers_of(cabinet).items():
        for option in ("key", "holder"):
            column = getattr(register, option)
            if column not in register.columns:
                hint = nearest(column, register.columns)
                yield Problem(file, f"register.{name}.{option}", f"столбца «{column}» нет.", hint)
        key = register.columns.get(register.key)
        if key is not None and key.kind != "identifier":
            yield Problem(file, f"register.{name}.key", "ключом может быть только столбец вида identifier.")
        if register.column_of_kind("name") is None:
            yield Problem(file, f"register.{name}.columns", "нужен столбец вида name.")
