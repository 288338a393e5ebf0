"""Fields that flows ask for: `[field.<name>]` of cabinet.toml."""

from typing import Literal

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.part import Part
from openlk.kit.kinds import KINDS, Kind
from openlk.register.definition import registers_of

KindName = Literal["name", "identifier", "phone", "email", "text", "region"]


class FieldDefinition(Part):
    """A field's words and kind; a field named like a register's column has that column's kind."""

    label: str
    kind: KindName | None = None
    hint: str = ""
    help_title: str = ""
    help: str = ""
    autocomplete: str = ""


def fields_of(cabinet: Cabinet) -> dict[str, FieldDefinition]:
    """The cabinet's fields by name."""
    found: dict[str, FieldDefinition] = cabinet.parts["field"]
    return found


def kind_of(cabinet: Cabinet, name: str) -> Kind:
    """The kind of a field: its own, or that of the column it is named after."""
    own = fields_of(cabinet)[name].kind
    if own is not None:
        return KINDS[own]
    for register in registers_of(cabinet).values():
        if name in register.columns:
            return KINDS[register.columns[name].kind]
    raise LookupError(f"field {name} has no kind")  # the definition's check refuses this at start
