"""The published JSON Schema of cabinet.toml is today's, and takes the cabinets that load."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.schema import json_schema
from openlk.config.checking import schema_text
from openlk.config.environment import ROOT
from tests.support.json_schema import violations

PUBLISHED = ROOT / "docs" / "cabinet.schema.json"
SHIPPED = sorted((ROOT / "cabinets").glob("*/cabinet.toml"))


def _definition(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def test_the_published_schema_is_todays() -> None:
    """Mend it with: openlk check --schema > docs/cabinet.schema.json."""
    assert PUBLISHED.read_text(encoding="utf-8") == schema_text() + "\n"


@pytest.mark.parametrize("file", SHIPPED, ids=[file.parent.name for file in SHIPPED])
def test_the_schema_takes_a_shipped_cabinet(file: Path) -> None:
    schema = json_schema()
    assert list(violations(_definition(file), schema, schema)) == []


def test_an_editor_finds_the_schema_where_a_cabinet_says() -> None:
    for file in SHIPPED:
        first = file.read_text(encoding="utf-8").splitlines()[0]
        assert (file.parent / first.removeprefix("#:schema ")).resolve() == PUBLISHED


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("cabinet", "tag_line"), "x"),
        (("cabinet", "name"), 1),
        (("cabinet", "accent"), "teal"),
        (("login", "min_password"), 4),
        (("nosuch",), {}),
        (("flow", "registration", "steps"), [{"use": "mach"}]),
        (("register", "members", "columns", "phone", "kind"), "fone"),
    ],
)
def test_the_schema_refuses_what_the_loader_refuses(cabinet: Cabinet, place: tuple[str, ...], value: object) -> None:
    definition = _definition(cabinet.folder / "cabinet.toml")
    schema = json_schema()
    assert list(violations(definition, schema, schema)) == []
    table = definition
    for key in place[:-1]:
        table = table[key]
    table[place[-1]] = value
    assert list(violations(definition, schema, schema))


def test_every_table_that_must_be_there_is_required() -> None:
    assert {"cabinet", "login", "register", "field", "flow", "document", "support"} <= set(json_schema()["required"])
    assert json.loads(schema_text()) == json_schema()
