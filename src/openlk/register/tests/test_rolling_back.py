"""Rolling an import back: the register is, to the last column, what it was before."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.files import leases
from openlk.files.importing import ERRORS, ImportRefused, Options, run_import
from openlk.files.models import Import
from openlk.files.schedule import sweep as sweep_files
from openlk.files.undoing import KEPT, roll_back
from openlk.kit import clock
from openlk.register.models import Change, Holder, Identifier
from openlk.register.queries import find
from openlk.register.schedule import sweep
from tests.support.people import make_person
from tests.support.registers import dump, members, numbers, row, written

OPTIONS = Options(replace=True, force=True)
Load = tuple[int, dict[str, list[Sequence[Any]]]]
CONTENT = ("register_holder", "register_identifier", "register_contact", "register_change")


def _load(cabinet: Cabinet, folder: Path, *lines: str) -> int:
    summary = run_import(members(cabinet), written(folder / "members.csv", lines), OPTIONS)
    assert summary.import_id is not None
    return summary.import_id


def _roll_back(cabinet: Cabinet, number: int) -> Import:
    return roll_back(members(cabinet), number, lambda *_: None)


@pytest.fixture
def loads(db: None, cabinet: Cabinet, tmp_path: Path) -> list[Load]:
    """Four imports of all kinds on top of each other, each with what the register held before it."""
    files = [
        [*numbers(0, 12)],
        [*numbers(0, 4), row(4, phone="+79990000000"), row(5, name="Ли Яна"), row(6, region=""), *numbers(12, 4)],
        [*numbers(2, 4), "Ли;9;;;", row(7, name="Ким Юна"), row(13, phone="8 912 000-00-13")],
        [*numbers(0, 20)],
    ]
    before: list[Load] = []
    for lines in files:
        was = dump(cabinet)
        before.append((_load(cabinet, tmp_path, *lines), was))
    return before


def test_import_by_import_the_register_goes_back(cabinet: Cabinet, loads: list[Load]) -> None:
    states = []
    for number, was in reversed(loads):
        record = _roll_back(cabinet, number)
        states.append(record.state)
        assert dump(cabinet) == was, number
    assert states == ["rolled_back"] * 4
    with scope(cabinet):
        assert not Holder.objects.exists()


def test_without_the_images_the_register_would_not_be_the_same(cabinet: Cabinet, loads: list[Load]) -> None:
    """A control."""
    number, was = loads[-1]
    with scope(cabinet):
        Change.objects.filter(pk=Change.objects.filter(import_id=number).latest("pk").pk).delete()
    _roll_back(cabinet, number)
    assert dump(cabinet, *CONTENT[:3]) != {table: was[table] for table in CONTENT[:3]}


def test_the_newest_goes_first(cabinet: Cabinet, loads: list[Load]) -> None:
    was = dump(cabinet)
    with pytest.raises(ImportRefused, match=f"была загрузка № {loads[-1][0]}. Сначала отмените её"):
        _roll_back(cabinet, loads[1][0])
    assert dump(cabinet) == was


def test_what_is_taken_back_is_not_taken_back_again(cabinet: Cabinet, loads: list[Load]) -> None:
    _roll_back(cabinet, loads[-1][0])
    was = dump(cabinet)
    with pytest.raises(ImportRefused, match="уже отменена"):
        _roll_back(cabinet, loads[-1][0])
    with pytest.raises(ImportRefused, match="нет"):
        _roll_back(cabinet, loads[-1][0] + 1000)
    assert dump(cabinet) == was


def test_an_import_of_another_cabinet_is_not_there(cabinet: Cabinet, other_cabinet: Cabinet, loads: list[Load]) -> None:
    was = dump(cabinet)
    with pytest.raises(ImportRefused, match="в этом кабинете нет"):
        _roll_back(other_cabinet, loads[-1][0])
    assert dump(cabinet) == was


def test_the_same_file_can_be_loaded_again(cabinet: Cabinet, loads: list[Load], tmp_path: Path) -> None:
    _roll_back(cabinet, loads[-1][0])
    _load(cabinet, tmp_path, *numbers(0, 20))
    with scope(cabinet):
        assert Identifier.objects.filter(ended_at=None).count() == 20


def test_a_row_that_a_cabinet_stands_on_stays_and_is_named(db: None, cabinet: Cabinet, tmp_path: Path) -> None:
    number = _load(cabinet, tmp_path, *numbers(0, 3))
    person = make_person(cabinet, full_name="Ким Юн", union_card="00000001", email="m1@example.org", with_login=True)
    assert person.login is not None
    record = _roll_back(cabinet, number)
    assert [remark for remark in record.remarks if "Ким Ю. (00000001)" in remark] == record.remarks
    with scope(cabinet):
        assert list(Identifier.objects.values_list("value", flat=True)) == ["00000001"]
        assert find("members", "00000001") is None, "it has ended"
        assert type(person.login).objects.filter(pk=person.login.pk).exists()
    _load(cabinet, tmp_path, *numbers(0, 3))
    with scope(cabinet):
        assert find("members", "00000001") is not None, "the next import gives it back"


def test_after_thirty_days_the_images_are_forgotten(cabinet: Cabinet, loads: list[Load]) -> None:
    number = loads[-1][0]
    (leases.private_folder(leases.folder_of(number)) / ERRORS).touch()
    with clock.moved(KEPT - timedelta(hours=1)):
        assert sweep(cabinet) == 0
        sweep_files(cabinet)
        assert leases.folder_of(number).is_dir()
    with clock.moved(KEPT + timedelta(hours=1)):
        assert sweep(cabinet) > 0
        assert sweep(cabinet) == 0
        sweep_files(cabinet)
        assert not leases.folder_of(number).exists()
        with pytest.raises(ImportRefused, match="старше 30 дней"):
            _roll_back(cabinet, number)
    with scope(cabinet):
        assert not Change.objects.exists()
        assert Identifier.objects.exists()
