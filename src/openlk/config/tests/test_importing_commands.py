"""`openlk import` with its options, `openlk imports`, `openlk rollback`: what they print where, and how they end."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from openlk.cabinets.loading import Cabinet
from openlk.config import importing
from openlk.config.cli import main
from openlk.config.progress import ProgressLine
from openlk.kit import clock
from tests.support.registers import dump, numbers, row, written


class Command:
    """The command line in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *arguments: object) -> tuple[int, str, str]:
        """Exit code, stdout, stderr."""
        with pytest.raises(SystemExit) as caught:
            main([str(argument) for argument in arguments])
        assert isinstance(caught.value.code, int)
        return caught.value.code, *self.capsys.readouterr()


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], documents: None) -> Command:
    return Command(capsys)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(tmp_path / "members.csv", numbers(0, 20))


def test_a_rehearsal_says_that_it_was_one(run: Command, cabinet: Cabinet, file: Path) -> None:
    before = dump(cabinet)
    status, out, err = run("import", "alpha", "members", file, "--dry-run")
    assert (status, out) == (0, "Новых: 20. Изменено: 0. Без изменений: 0. Не принято: 0.\n")
    assert "ничего не изменилось" in err
    status, out, err = run("import", "alpha", "members", file, "--dry-run", "--json")
    assert (json.loads(out)["new"], json.loads(out)["dry_run"], json.loads(out)["import"]) == (20, True, None)
    assert dump(cabinet) == before


def test_replace_stops_and_force_goes_on(run: Command, cabinet: Cabinet, file: Path) -> None:
    run("import", "alpha", "members", file)
    before = dump(cabinet)
    written(file, numbers(0, 10))
    status, out, err = run("import", "alpha", "members", file, "--replace")
    assert (status, out) == (1, "")
    assert "нет 10 из 20" in err
    assert "--force" in err
    assert dump(cabinet) == before
    status, out, _ = run("import", "alpha", "members", file, "--replace", "--force")
    assert (status, out) == (0, "Новых: 0. Изменено: 0. Без изменений: 10. Не принято: 0. Прекращено: 10.\n")
    written(file, numbers(0, 20))
    _, out, _ = run("import", "alpha", "members", file, "--json")
    summary = json.loads(out)
    assert {name: summary[name] for name in ("new", "unchanged", "returned", "ended")} == {
        "new": 0,
        "unchanged": 10,
        "returned": 10,
        "ended": 0,
    }


def test_many_mistakes_are_named_in_part_and_written_in_full(
    run: Command, cabinet: Cabinet, file: Path, tmp_path: Path
) -> None:
    written(file, [f"Ли;{number};;;Тверь" for number in range(60)])
    errors = tmp_path / "errors.csv"
    status, _, err = run("import", "alpha", "members", file, "--errors", errors)
    assert status == 1
    assert err.count("Строка ") == 50
    assert f"И ещё 10 ошибок. Все они в файле {errors}." in err
    assert "Регионы, которых нет в кабинете: Тверь." in err
    assert len(errors.read_text(encoding="utf-8-sig").splitlines()) == 61


def test_an_error_file_that_cannot_be_written_is_said_before_the_work(
    run: Command, cabinet: Cabinet, file: Path, tmp_path: Path
) -> None:
    before = dump(cabinet)
    status, _, err = run("import", "alpha", "members", file, "--errors", tmp_path / "nosuch" / "errors.csv")
    assert status == 1
    assert "errors.csv" in err
    assert dump(cabinet) == before


def test_json_names_a_thousand_mistakes_and_counts_all(run: Command, cabinet: Cabinet, file: Path) -> None:
    written(file, [f"Ли;{number};;;" for number in range(1100)])
    _, out, _ = run("import", "alpha", "members", file, "--json")
    summary = json.loads(out)
    assert (len(summary["problems"]), summary["problem_count"], summary["refused"]) == (1000, 1100, 1100)


def test_imports_are_listed_and_rolled_back(run: Command, cabinet: Cabinet, file: Path) -> None:
    assert run("imports", "alpha")[:2] == (0, "")
    run("import", "alpha", "members", file)
    before = dump(cabinet)
    run("import", "alpha", "members", written(file, [row(0, name="Ли Яна"), "Ли;1;;;"]))
    status, out, _ = run("imports", "alpha", "--json")
    listed: list[dict[str, Any]] = json.loads(out)
    assert status == 0
    assert [(each["state"], each["new"], each["changed"], each["refused"]) for each in listed] == [
        ("done", 0, 1, 1),
        ("done", 20, 0, 0),
    ]
    assert Path(listed[0]["errors"]).is_file(), "what was refused is kept beside the import"
    status, out, err = run("rollback", "alpha", listed[1]["import"])
    assert (status, out) == (1, "")
    assert "Сначала отмените её" in err
    status, out, _ = run("rollback", "alpha", listed[0]["import"])
    assert status == 0
    assert "отменена" in out
    assert dump(cabinet) == before
    assert "отменена" in run("imports", "alpha")[1]


@pytest.mark.parametrize("arguments", [["imports"], ["rollback", "alpha"], ["rollback", "alpha", "x"]])
def test_a_wrong_use_ends_with_2(run: Command, arguments: list[str]) -> None:
    assert run(*arguments)[0] == 2


def test_an_interrupted_import_says_how_it_goes_on(
    run: Command, cabinet: Cabinet, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(importing, "run_import", interrupted)
    status, out, err = run("import", "alpha", "members", file)
    assert (status, out) == (1, "")
    assert "продолжит с того же места" in err


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_one_line_on_a_terminal_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(clock, "monotonic", lambda: now[0])
    screen, log = Terminal(), StringIO()
    with ProgressLine(screen) as line, ProgressLine(log) as lines:
        for done in range(0, 1000, 10):
            now[0] += 0.3
            line.show("Записываем", done, 1000)
            lines.show("Записываем", done, 1000)
    assert "\n" not in screen.getvalue()
    assert screen.getvalue().endswith("\r")
    assert screen.getvalue().count("Записываем") == 100
    assert 2 <= len(log.getvalue().splitlines()) <= 3
