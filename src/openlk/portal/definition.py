"""The membership pass of a cabinet, where it has one."""

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.part import Part


class PassDefinition(Part):
    """`[pass]`: what the pass is called, and what its holder is called on the page that checks it."""

    title: str = ""
    holder_title: str = ""


PARTS = {"pass": PassDefinition}
OPTIONAL_PARTS = frozenset({"pass"})


def pass_definition(cabinet: Cabinet) -> PassDefinition | None:
    """The cabinet's `[pass]`; None where there is no pass."""
    found: PassDefinition = cabinet.parts["pass"]
    return found if found.title else None
