"""The header of a register's file: names or titles, in any case and order."""

import pytest

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.files.table import Row, UnreadableFile
from openlk.register.definition import registers_of
from openlk.register.imports import RegisterImporter
from openlk.register.models import Contact, Holder, Identifier

VALUES = {
    "full_name": "Ковалёва Анна Петровна",
    "union_card": "0012345678",
    "phone": "8 912 345-67-89",
    "email": "Anna@Example.org",
    "region": "Пермский край",
}
ENGLISH = list(VALUES)
RUSSIAN = ["ФИО", "Номер профсоюзного билета", "Телефон", "Электронная почта", "Регион"]
LONG = ["Фамилия, имя, отчество", "Номер профсоюзного билета", "Номер мобильного телефона", "Адрес электронной почты"]


def _importer(cabinet: Cabinet) -> RegisterImporter:
    return RegisterImporter(cabinet, "members", registers_of(cabinet)["members"])


def _refused(cabinet: Cabinet, header: list[str]) -> str:
    with pytest.raises(UnreadableFile) as caught:
        _importer(cabinet).prepare(header)
    return str(caught.value)


@pytest.mark.parametrize(
    "header",
    [
        ENGLISH,
        RUSSIAN,
        [*LONG, "Регион"],
        [title.upper() for title in RUSSIAN],
        [title.title() for title in ENGLISH],
        [f"  {title.replace(' ', '   ')} " for title in RUSSIAN],
        ["\ufeffФИО", *RUSSIAN[1:]],
        ["ФИО", "union_card", "ТЕЛЕФОН", "email", "регион"],
    ],
    ids=["English", "Russian", "the manual's", "upper case", "title case", "spaces", "stray BOM", "mixed"],
)
def test_a_header_may_be_written_in_many_ways(db: None, cabinet: Cabinet, header: list[str]) -> None:
    importer = _importer(cabinet)
    importer.prepare(header)
    values = [*VALUES.values()][: len(header)]
    assert importer.apply([Row(2, tuple(values))]).problems == []
    with scope(cabinet):
        holder, identifier = Holder.objects.get(), Identifier.objects.get()
        contacts = dict(Contact.objects.values_list("kind", "value"))
    assert (holder.full_name, holder.key) == ("Ковалёва Анна Петровна", "0012345678")
    assert contacts == {"phone": "+79123456789", "email": "anna@example.org"}
    assert identifier.facts == {"region": "Пермский край"}


def test_the_letter_yo_does_not_matter_in_a_title(db: None, cabinet: Cabinet) -> None:
    """«ё» and «е» of a title are one letter; a title of the test cabinet has none, so its own name is spelled so."""
    importer = _importer(cabinet)
    importer.prepare(["ФИО", "Номер профсоюзного билёта"])
    assert importer.reader.places == {"full_name": 0, "union_card": 1}


def test_columns_may_stand_in_any_order_among_others(db: None, cabinet: Cabinet) -> None:
    importer = _importer(cabinet)
    importer.prepare(["№ п/п", "Регион", "Примечание", "Номер профсоюзного билета", "", "ФИО"])
    row = Row(2, ("1", "Москва", "кто это?", "12345", "", "Ли Ян"))
    assert importer.apply([row]).problems == []
    with scope(cabinet):
        assert Identifier.objects.get().facts == {"region": "Москва"}
        assert Identifier.objects.get().value == "12345"


def test_only_the_name_and_the_card_must_be_there(db: None, cabinet: Cabinet) -> None:
    importer = _importer(cabinet)
    importer.prepare(["ФИО", "union_card"])
    assert importer.apply([Row(2, ("Ли Ян", "1"))]).new == 1


@pytest.mark.parametrize(
    ("header", "named"),
    [
        (["ФИО", "Телефон"], ["«Номер профсоюзного билета» (union_card)"]),
        (["Номер профсоюзного билета"], ["«ФИО» (full_name)"]),
        (["a", "b"], ["«ФИО» (full_name)", "«Номер профсоюзного билета» (union_card)"]),
        (["Ковалёва Анна Петровна", "0012345678"], ["Первая строка файла должна содержать названия столбцов"]),
    ],
)
def test_a_missing_column_is_named(cabinet: Cabinet, header: list[str], named: list[str]) -> None:
    sentence = _refused(cabinet, header)
    assert [name for name in named if name not in sentence] == []


@pytest.mark.parametrize("twin", ["ФИО", "full_name", "Фамилия, имя, отчество"])
def test_a_doubled_column_is_named(cabinet: Cabinet, twin: str) -> None:
    assert _refused(cabinet, ["ФИО", "union_card", twin]) == "Столбец повторяется: ФИО. Оставьте один."
