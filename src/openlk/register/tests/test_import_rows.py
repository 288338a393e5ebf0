"""Rows of a register: the good ones are written, each bad one gets a sentence."""

from collections.abc import Sequence

import pytest

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.files.summary import RowProblem, Summary
from openlk.files.table import Row
from openlk.register.definition import registers_of
from openlk.register.imports import RegisterImporter
from openlk.register.models import Holder, Identifier
from openlk.register.queries import find

HEADER = ("full_name", "union_card", "phone", "email", "region")


def _import(cabinet: Cabinet, *rows: Sequence[str]) -> Summary:
    importer = RegisterImporter(cabinet, "members", registers_of(cabinet)["members"])
    importer.prepare(HEADER)
    return importer.apply([Row(number, tuple(cells)) for number, cells in enumerate(rows, start=2)])


def _counts(summary: Summary) -> tuple[int, int, int, int]:
    return summary.new, summary.changed, summary.unchanged, summary.refused


def _contacts(cabinet: Cabinet, card: str) -> dict[str, str]:
    with scope(cabinet):
        found = find("members", card)
    assert found is not None
    return found.contacts


@pytest.mark.parametrize(
    ("row", "column", "value", "words"),
    [
        (("", "1"), "ФИО", "", "Значение не указано."),
        (("Ли Ян", ""), "Номер профсоюзного билета", "", "Значение не указано."),
        (("Ли",), "ФИО", "Ли", "Напишите и фамилию, и имя"),
        (("Ли Я.", "1"), "ФИО", "Ли Я.", "без сокращений"),
        (("Ли Ян", "12a"), "Номер профсоюзного билета", "12a", "только цифры"),
        (("Ли Ян", "1" * 33), "Номер профсоюзного билета", "1" * 33, "больше 32 знаков"),
        (("Ли Ян", "1", "12"), "Телефон", "12", ""),
        (("Ли Ян", "1", "", "anna"), "Электронная почта", "anna", "нет знака @"),
    ],
)
def test_a_bad_row_gets_its_number_column_value_and_what_to_do(
    db: None, cabinet: Cabinet, row: tuple[str, ...], column: str, value: str, words: str
) -> None:
    summary = _import(cabinet, ("Ковалёва Анна Петровна", "777"), row)
    problem = next(each for each in summary.problems if each.column == column)
    assert (problem.row, problem.value) == (3, value)
    assert words in problem.message
    assert problem.message.endswith(".")
    assert (summary.new, summary.refused) == (1, 1)


def test_all_that_is_wrong_with_a_row_is_said_at_once(db: None, cabinet: Cabinet) -> None:
    summary = _import(cabinet, ("Ли", "abc", "12", "anna", ""))
    assert [problem.column for problem in summary.problems] == [
        "ФИО",
        "Номер профсоюзного билета",
        "Телефон",
        "Электронная почта",
    ]
    assert _counts(summary) == (0, 0, 0, 1)


def test_a_card_that_stands_twice_is_taken_once(db: None, cabinet: Cabinet) -> None:
    summary = _import(cabinet, ("Ли Ян", "12 34"), ("Ким Юн", "1234"))
    assert summary.problems == [
        RowProblem(
            3,
            "Номер профсоюзного билета",
            "1234",
            "Этот номер уже был в строке 2. Оставьте одну из двух строк.",
        )
    ]
    with scope(cabinet):
        assert Holder.objects.get().full_name == "Ли Ян"


def test_a_refused_row_does_not_take_its_card_with_it(db: None, cabinet: Cabinet) -> None:
    assert _counts(_import(cabinet, ("Ли", "1"), ("Ли Ян", "1"))) == (1, 0, 0, 1)


def test_leading_zeros_count_and_the_printed_form_is_kept(db: None, cabinet: Cabinet) -> None:
    assert _counts(_import(cabinet, ("Ли Ян", "00 12-34"), ("Ким Юн", "1234"))) == (2, 0, 0, 0)
    with scope(cabinet):
        assert dict(Identifier.objects.values_list("value", "printed")) == {"001234": "00 12-34", "1234": "1234"}


def test_the_longest_card_is_taken_however_it_is_printed(db: None, cabinet: Cabinet) -> None:
    spread = " - ".join("1" * 32)
    assert len(spread) > 80
    assert _counts(_import(cabinet, ("Ли Ян", spread))) == (1, 0, 0, 0)
    with scope(cabinet):
        assert find("members", "1" * 32) is not None


@pytest.mark.parametrize("place", range(5))
def test_a_nul_in_a_cell_breaks_no_batch(db: None, cabinet: Cabinet, place: int) -> None:
    """PostgreSQL cannot store one: the row is mended or refused, its neighbours are written."""
    cells = ["Ли Ян", "1", "+79123456789", "a@example.org", "Москва"]
    cells[place] = cells[place][:1] + "\x00" + cells[place][1:]
    summary = _import(cabinet, cells, ("Ким Юн", "2"))
    assert summary.new + summary.refused == 2
    with scope(cabinet):
        assert Identifier.objects.filter(value="2").exists()


def test_the_same_file_again_changes_nothing(db: None, cabinet: Cabinet) -> None:
    rows = [("Ли Ян", "1", "+79123456789", "a@example.org", "Москва"), ("Ким Юн", "2", "", "", "")]
    assert _counts(_import(cabinet, *rows)) == (2, 0, 0, 0)
    with scope(cabinet):
        before = list(Identifier.objects.order_by("pk").values())
    assert _counts(_import(cabinet, *rows)) == (0, 0, 2, 0)
    with scope(cabinet):
        assert list(Identifier.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(
    "changed",
    [
        ("Ли Яна", "1", "+79123456789", "a@example.org", "Москва"),
        ("Ли Ян", "1", "+79123456780", "a@example.org", "Москва"),
        ("Ли Ян", "1", "+79123456789", "b@example.org", "Москва"),
        ("Ли Ян", "1", "+79123456789", "a@example.org", "Пермский край"),
        ("Ли Ян", "1", "", "a@example.org", "Москва"),
        ("Ли Ян", "1", "", "", ""),
        ("Ли Ян", "0-1".replace("0-", ""), "+79123456789", "", "Москва"),
        ("ЛИ ЯН", "1", "+79123456789", "a@example.org", "Москва"),
    ],
    ids=["name", "phone", "email", "region", "phone gone", "all gone", "email gone", "capitals"],
)
def test_a_changed_row_is_counted_and_written_whole(db: None, cabinet: Cabinet, changed: tuple[str, ...]) -> None:
    _import(cabinet, ("Ли Ян", "1", "+79123456789", "a@example.org", "Москва"))
    assert _counts(_import(cabinet, changed)) == (0, 1, 0, 0)
    assert _counts(_import(cabinet, changed)) == (0, 0, 1, 0)
    given = {kind: value for kind, value in zip(("phone", "email"), changed[2:4], strict=True) if value}
    assert _contacts(cabinet, "1") == given
    with scope(cabinet):
        identifier = Identifier.objects.select_related("holder").get()
    assert identifier.holder.full_name == changed[0]
    assert identifier.facts == ({"region": changed[4]} if changed[4] else {})


def test_a_contact_that_left_the_register_leaves_ours(db: None, cabinet: Cabinet) -> None:
    _import(cabinet, ("Ли Ян", "1", "+79123456789", "a@example.org"), ("Ким Юн", "2", "+79123456780", ""))
    _import(cabinet, ("Ли Ян", "1", "", "a@example.org"))
    assert _contacts(cabinet, "1") == {"email": "a@example.org"}
    assert _contacts(cabinet, "2") == {"phone": "+79123456780"}, "the neighbour's contact stays"


def test_a_row_that_returns_is_alive_again(db: None, cabinet: Cabinet) -> None:
    _import(cabinet, ("Ли Ян", "1"))
    with scope(cabinet):
        Identifier.objects.update(ended_at="2026-01-01T00:00:00Z")
        assert find("members", "1") is None
    summary = _import(cabinet, ("Ли Ян", "1"))
    assert (summary.returned, *_counts(summary)) == (1, 0, 0, 0, 0)
    with scope(cabinet):
        assert find("members", "1") is not None


def test_the_key_of_a_name_ignores_what_spellings_differ_in(db: None, cabinet: Cabinet) -> None:
    _import(cabinet, ("Семёнова-Лапина Алёна", "1"), ("СЕМЕНОВА ЛАПИНА АЛЕНА", "2"))
    with scope(cabinet):
        assert Holder.objects.values("name_key").distinct().count() == 1


def test_registers_of_two_cabinets_do_not_meet(db: None, cabinet: Cabinet, other_cabinet: Cabinet) -> None:
    _import(cabinet, ("Ли Ян", "1"))
    assert _counts(_import(other_cabinet, ("Ким Юн", "1"))) == (1, 0, 0, 0)
    with scope(cabinet):
        assert Holder.objects.get().full_name == "Ли Ян"
