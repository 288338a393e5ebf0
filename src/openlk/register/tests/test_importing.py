"""A register from a file: what is new, changed, unchanged, ended, returned and refused; a rehearsal; an error file."""

import csv
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.scoping import scope
from openlk.files import importing, leases
from openlk.files.importing import ImportRefused, Options, run_import
from openlk.files.models import Import
from openlk.files.pace import Pace
from openlk.files.schedule import go_on
from openlk.files.scratch import Scratch
from openlk.files.summary import Summary
from openlk.files.table import UnreadableFile
from openlk.kit import clock
from openlk.register import rows as register_rows
from openlk.register.definition import Column, RegisterDefinition
from openlk.register.imports import RegisterImporter
from openlk.register.models import Holder, Identifier
from openlk.register.queries import find
from openlk.register.rows import RowReader
from tests.support.registers import dump, members, numbers, row, said, written

REPLACE = Options(replace=True)


def _run(cabinet: Cabinet, file: Path, options: Options | None = None) -> Summary:
    return run_import(members(cabinet), file, options)


def _counts(summary: Summary) -> dict[str, int]:
    names = ("new", "changed", "unchanged", "returned", "ended", "refused")
    return {name: getattr(summary, name) for name in names if getattr(summary, name)}


@pytest.fixture
def file(db: None, tmp_path: Path) -> Path:
    """A file of twenty members."""
    return written(tmp_path / "members.csv", numbers(0, 20))


def test_a_first_import_takes_every_row(cabinet: Cabinet, file: Path) -> None:
    assert _counts(_run(cabinet, file)) == {"new": 20}
    with scope(cabinet):
        found = find("members", "00000002")
        record = Import.objects.get()
    assert found is not None
    assert found.identifier.holder.full_name == "Ковалёва Анна Петровна"
    assert found.identifier.facts == {"region": "Москва"}
    assert found.contacts == {"phone": "+79120000002", "email": "m2@example.org"}
    assert (record.state, record.rows, record.new, record.cursor, record.planned) == ("done", 20, 20, 20, 20)
    assert not leases.folder_of(record.pk).exists(), "nothing personal is left behind"


def test_the_same_file_again_checks_and_writes_nothing(
    cabinet: Cabinet, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _run(cabinet, file)
    before = dump(cabinet)
    checked: list[int] = []
    check = RowReader.check

    def counted(self: RowReader, number: int, *more: Any) -> Any:
        checked.append(number)
        return check(self, number, *more)

    monkeypatch.setattr(RowReader, "check", counted)
    assert _counts(_run(cabinet, file)) == {"unchanged": 20}
    assert (checked, dump(cabinet)) == ([], before)
    # A control: were the rows read otherwise, each would be checked, and still be the same.
    monkeypatch.setattr(register_rows, "NORMALISER", register_rows.NORMALISER + 1)
    assert _counts(_run(cabinet, file)) == {"unchanged": 20}
    assert len(checked) == 20


def test_only_what_changed_is_written(cabinet: Cabinet, file: Path) -> None:
    _run(cabinet, file)
    before = {line[3]: line for line in dump(cabinet)["register_identifier"]}
    written(file, [row(0, name="Ли Яна"), row(1, phone="+79990000001"), row(2, region=""), *numbers(3, 18)])
    assert _counts(_run(cabinet, file)) == {"changed": 3, "new": 1, "unchanged": 17}
    after = {line[3]: line for line in dump(cabinet)["register_identifier"]}
    assert [value for value, line in before.items() if after[value] != line] == ["00000000", "00000001", "00000002"]


def test_a_file_that_breaks_off_leaves_the_register_as_it_was(cabinet: Cabinet, file: Path, tmp_path: Path) -> None:
    _run(cabinet, file)
    before = dump(cabinet)
    broken = written(tmp_path / "broken.csv", [*numbers(0, 500), 'Ли Ян;"1'])
    with pytest.raises(UnreadableFile, match="кавычки"):
        _run(cabinet, broken)
    assert dump(cabinet) == before
    with scope(cabinet):
        failed = Import.objects.latest("pk")
    assert (failed.state, "кавычки" in failed.reason) == ("failed", True)
    assert _counts(_run(cabinet, file)) == {"unchanged": 20}, "nothing stands in the way of the next"


def test_good_rows_are_taken_and_bad_ones_named_in_a_file(cabinet: Cabinet, file: Path, tmp_path: Path) -> None:
    written(file, [row(1), "Ли;2;;;", "Ли Ян;=1+1;12;anna;", row(3)])
    errors = tmp_path / "errors.csv"
    summary = _run(cabinet, file, Options(errors=errors))
    assert _counts(summary) == {"new": 2, "refused": 2}
    assert [(problem.row, problem.column) for problem in summary.problems] == [
        (3, "ФИО"),
        (4, "Номер профсоюзного билета"),
        (4, "Телефон"),
        (4, "Электронная почта"),
    ]
    with errors.open(encoding="utf-8-sig", newline="") as stream:
        lines = list(csv.reader(stream, delimiter=";"))
    assert lines[0] == ["Строка", "Столбец", "Значение", "Что не так"]
    assert [line[:3] for line in lines[1:3]] == [
        ["3", "ФИО", "Ли"],
        ["4", "Номер профсоюзного билета", "'=1+1"],
    ], "what looks like a formula is text in a spreadsheet"


def test_a_refused_row_leaves_its_member_as_they_were(cabinet: Cabinet, file: Path) -> None:
    _run(cabinet, file)
    before = said(cabinet)
    written(file, [row(0, phone="12"), *numbers(1, 19)])
    assert _counts(_run(cabinet, file, REPLACE)) == {"refused": 1, "unchanged": 19}
    assert said(cabinet) == before


def test_of_two_rows_of_one_card_the_first_good_one_is_taken(cabinet: Cabinet, file: Path) -> None:
    lines = ["Ли;1;;;", "Ли Ян;1;;;", "Ким Юн;1;;;", *numbers(1, 2), row(1, name="Ким Юн")]
    summary = _run(cabinet, written(file, lines))
    assert _counts(summary) == {"new": 3, "refused": 3}
    assert [(problem.row, problem.message.split(".")[0]) for problem in summary.problems[1:]] == [
        (4, "Этот номер уже был в строке 3"),
        (7, "Этот номер уже был в строке 5"),
    ]
    assert _counts(_run(cabinet, file)) == {"unchanged": 3, "refused": 3}
    with scope(cabinet):
        assert set(Holder.objects.values_list("full_name", flat=True)) == {"Ли Ян", "Ким Юн", "Ковалёва Анна Петровна"}


def test_without_replace_nothing_ends(cabinet: Cabinet, file: Path) -> None:
    _run(cabinet, file)
    assert _counts(_run(cabinet, written(file, numbers(0, 1)))) == {"unchanged": 1}
    with scope(cabinet):
        assert not Identifier.objects.exclude(ended_at=None).exists()


def test_with_replace_what_is_gone_ends_and_what_returns_is_alive(cabinet: Cabinet, file: Path) -> None:
    _run(cabinet, file)
    written(file, numbers(2, 18))
    assert _counts(_run(cabinet, file, REPLACE)) == {"unchanged": 18, "ended": 2}
    with scope(cabinet):
        assert find("members", "00000000") is None
        assert find("members", "00000002") is not None
    assert _counts(_run(cabinet, file, REPLACE)) == {"unchanged": 18}, "what has ended does not end again"
    written(file, [row(0), row(1, name="Ким Юна"), *numbers(2, 18)])
    assert _counts(_run(cabinet, file, REPLACE)) == {"unchanged": 18, "returned": 2}
    with scope(cabinet):
        found = find("members", "00000001")
    assert found is not None
    assert found.identifier.holder.full_name == "Ким Юна"


def test_an_import_that_would_end_too_many_is_stopped(cabinet: Cabinet, file: Path) -> None:
    _run(cabinet, file)
    before = dump(cabinet)
    written(file, numbers(3, 17))
    with pytest.raises(ImportRefused, match=r"нет 3 из 20 записей.*больше 10 %.*--force"):
        _run(cabinet, file, REPLACE)
    assert dump(cabinet) == before
    with scope(cabinet):
        assert Import.objects.latest("pk").state == "stopped"
    assert _counts(_run(cabinet, file, Options(replace=True, force=True))) == {"unchanged": 17, "ended": 3}


def test_the_share_that_stops_is_the_register_s_own(cabinet: Cabinet, file: Path) -> None:
    """A control: with another share the same file passes."""
    _run(cabinet, file)
    importer = members(cabinet)
    importer.stop_share_percent = 15
    assert run_import(importer, written(file, numbers(3, 17)), REPLACE).ended == 3


def test_a_rehearsal_says_the_same_and_writes_nothing(cabinet: Cabinet, file: Path, tmp_path: Path) -> None:
    _run(cabinet, file)
    before = dump(cabinet)
    written(file, [row(1, name="Ли Яна"), row(2, phone="1"), *numbers(3, 18)])
    errors = [tmp_path / "one.csv", tmp_path / "two.csv"]
    rehearsed = _run(cabinet, file, Options(replace=True, rehearse=True, errors=errors[0]))
    assert dump(cabinet) == before
    with scope(cabinet):
        assert Import.objects.count() == 1
    assert list(leases.root().glob(f"{importing.REHEARSALS}*")) == []
    done = _run(cabinet, file, Options(replace=True, errors=errors[1]))
    assert (_counts(rehearsed), rehearsed.problems) == (_counts(done), done.problems)
    assert errors[0].read_bytes() == errors[1].read_bytes()
    assert dump(cabinet) != before


def test_regions_that_the_cabinet_does_not_have_are_named(cabinet: Cabinet, file: Path) -> None:
    assert _run(cabinet, file).remarks == []
    written(file, [row(1, region="Тверь"), row(2, region="Тверь"), row(3, region="Пермь"), row(4)])
    assert _run(cabinet, file).remarks == ["Регионы, которых нет в кабинете: Тверь, Пермь."]


def test_nobody_else_imports_meanwhile(cabinet: Cabinet, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said_meanwhile: list[str] = []
    plan = RegisterImporter.plan

    def planning(self: RegisterImporter, *arguments: Any, **more: Any) -> Any:
        try:
            _run(cabinet, file)
        except ImportRefused as error:
            said_meanwhile.append(str(error))
        return plan(self, *arguments, **more)

    monkeypatch.setattr(RegisterImporter, "plan", planning)
    assert _counts(_run(cabinet, file)) == {"new": 20}
    assert len(said_meanwhile) == 1
    assert "уже загружается" in said_meanwhile[0]


def _broken_off(cabinet: Cabinet, file: Path, monkeypatch: pytest.MonkeyPatch, rows: int = 6) -> Import:
    """An import that died after some ranges, and its lease with it."""

    class Killed(BaseException):
        pass

    written_ranges: list[int] = []
    write = RegisterImporter.write

    def dying(self: RegisterImporter, loaded: object, import_id: int) -> Any:
        if len(written_ranges) == 2:
            raise Killed
        written_ranges.append(1)
        return write(self, loaded, import_id)

    class Slow(Pace):
        def __init__(self) -> None:
            super().__init__()
            self.rows = rows

        def note(self, seconds: float) -> None:
            """Always the same."""

    with monkeypatch.context() as patched:
        patched.setattr(RegisterImporter, "write", dying)
        patched.setattr(importing, "Pace", Slow)
        with pytest.raises(Killed):
            _run(cabinet, file)
    with scope(cabinet):
        record: Import = Import.objects.get(state="applying")
    return record


def test_the_same_command_goes_on_where_it_broke_off(
    cabinet: Cabinet, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = _broken_off(cabinet, file, monkeypatch)
    assert (broken.cursor, broken.new) == (12, 12)
    assert _counts(_run(cabinet, file)) == {"new": 20}
    with scope(cabinet):
        assert Import.objects.get().pk == broken.pk


def test_it_goes_on_without_its_files_too(cabinet: Cabinet, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = _broken_off(cabinet, file, monkeypatch)
    Scratch.discard(leases.folder_of(broken.pk))
    assert _counts(_run(cabinet, file)) == {"new": 20}


def test_another_file_does_not_go_on_with_it(
    cabinet: Cabinet, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _broken_off(cabinet, file, monkeypatch)
    before = dump(cabinet)
    with pytest.raises(ImportRefused, match="записана не до конца"):
        _run(cabinet, written(tmp_path / "other.csv", numbers(0, 3)))
    with pytest.raises(ImportRefused, match="без --replace"):
        _run(cabinet, file, REPLACE)
    assert dump(cabinet) == before


def test_the_worker_finishes_what_died(cabinet: Cabinet, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = _broken_off(cabinet, file, monkeypatch)
    with scope(cabinet):
        Import.objects.update(leased_until=clock.wall() + timedelta(seconds=60))
    assert go_on(cabinet) == 0, "whoever holds a lease is alive"
    with scope(cabinet):
        Import.objects.update(leased_until=clock.wall() - timedelta(seconds=1))
    assert go_on(cabinet) == 1
    with scope(cabinet):
        done = Import.objects.get()
    assert (done.pk, done.state, done.new) == (broken.pk, "done", 20)
    assert go_on(cabinet) == 0


SHARED = RegisterDefinition(
    key="card",
    holder="person",
    columns={
        "card": Column(kind="identifier", titles=("Карта",)),
        "person": Column(kind="text", titles=("Держатель",)),
        "full_name": Column(kind="name", titles=("ФИО",)),
        "address": Column(kind="text", titles=("Адрес",)),
    },
)


def test_facts_belong_to_the_row_and_the_name_to_the_person(cabinet: Cabinet, db: None, tmp_path: Path) -> None:
    lines = ["3;А-7;Ли Ян;Мира, 3", "1;А-7;Ли Яна;Мира, 1", "2;Б-1;Ким Юн;Лесная, 2"]
    file = written(tmp_path / "cards.csv", lines, "Карта;Держатель;ФИО;Адрес")
    importer = RegisterImporter(cabinet, "cards", SHARED)
    assert _counts(run_import(importer, file)) == {"new": 3}
    with scope(cabinet):
        assert dict(Identifier.objects.values_list("value", "facts")) == {
            "1": {"address": "Мира, 1"},
            "2": {"address": "Лесная, 2"},
            "3": {"address": "Мира, 3"},
        }
        names = dict(Holder.objects.values_list("key", "full_name"))
    assert set(names.values()) == {"Ли Яна", "Ким Юн"}, "of one person's rows the last in the file names them"
    assert _counts(run_import(importer, file)) == {"unchanged": 3}
