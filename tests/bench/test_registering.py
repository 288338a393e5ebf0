"""What the registration sends is what a browser would send, and its numbers come from the server."""

import pytest

from openlk.cabinets.loading import Cabinet
from tests.bench.against import Stage, Usage, _differing, _of_indexes, _over_depth
from tests.bench.plans import Planned, Statements
from tests.bench.registering import END, hidden_fields
from tests.bench.registers import Read, Register
from tests.support.people import make_person
from tests.support.plain_browser import Browser
from tests.support.registering import CONSENTS, registered

KEY = "Index Scan register_identifier_value"


def test_the_hidden_fields_of_the_real_form_are_found(documents: None, cabinet: Cabinet) -> None:
    """Found by a pattern, in the load; the reader of forms that the tests use finds the same."""
    page = Browser().get(f"/{cabinet.slug}/register")
    (form,) = page.forms()
    found = hidden_fields(page.text)
    assert "csrfmiddlewaretoken" in found
    assert {"shown_personal-data", "shown_rules"} <= set(found)
    assert {name: value for name, value in form.values.items() if name in found} == found
    assert set(CONSENTS) <= form.controls


def test_a_page_without_a_form_is_no_registration() -> None:
    with pytest.raises(AssertionError):
        hidden_fields("<p>Такой страницы нет</p>")


def test_the_end_is_the_products_own(documents: None, cabinet: Cabinet) -> None:
    assert END in registered(Browser(), make_person(cabinet)).text


def _stage(pages: int, depth: int, nodes: tuple[str, ...] = (KEY,)) -> Stage:
    statements = Statements(("SELECT 1",), (Planned("SELECT 1", nodes, pages),))
    before = {"register_identifier_value": Read(0, 0, depth)}
    return Stage(1_000, {}, Register(""), statements, iter(()), (before, 0))


def test_one_page_more_for_one_level_more_is_not_too_many() -> None:
    few = _stage(3, 2)
    assert _over_depth(few, _stage(4, 3)) == 0
    assert _over_depth(few, _stage(4, 2)) == 1
    assert _over_depth(few, _stage(6, 3)) == 2


def test_another_node_or_index_is_another_plan() -> None:
    few = _stage(3, 2)
    assert _differing(few.statements.planned, _stage(9, 3).statements.planned) == 0
    for other in (
        ("Seq Scan",),
        ("Index Scan register_holder_key",),
        (KEY, "Sort"),
        ("Bitmap Index Scan " + KEY[11:],),
    ):
        assert _differing(few.statements.planned, _stage(3, 2, other).statements.planned) == 1
    assert _differing(few.statements.planned, ()) == 1


def test_an_index_that_only_one_register_uses_is_shown() -> None:
    few, many = _stage(3, 2), _stage(4, 3)
    section = _of_indexes(few, many, {"a": Usage(1, 2, 2)}, {"b": Usage(2, 6, 3)})
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in section.lines if line.startswith(("| a", "| b"))
    ]
    assert rows == [["a", "1", "2", "2", "0", "0", "0"], ["b", "0", "0", "0", "2", "3", "3"]]
