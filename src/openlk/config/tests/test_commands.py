"""`openlk import` and `openlk check`: what they print where, and how they end."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connections
from pytest_django import Settings

from openlk.cabinets import registry
from openlk.cabinets.loading import Cabinet
from openlk.cabinets.registry import added
from openlk.cabinets.scoping import scope
from openlk.config.cli import main
from openlk.register.models import Identifier
from tests.support.definitions import changed

GOOD = "ФИО;Номер профсоюзного билета;Телефон\nЛи Ян;0012;8 912 345-67-89\nКим Юн;34;\n"
MIXED = GOOD + "Пак;56;12\n"


@dataclass
class Ended:
    """How a command ended, and what it wrote."""

    status: int
    out: str
    err: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], documents: None) -> "Run":
    """Runs `openlk …` in this process."""
    return Run(capsys)


class Run:
    """The command line."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *arguments: object) -> Ended:
        """Run one command."""
        with pytest.raises(SystemExit) as caught:
            main([str(argument) for argument in arguments])
        out, err = self.capsys.readouterr()
        assert isinstance(caught.value.code, int)
        return Ended(caught.value.code, out, err)


@pytest.fixture
def alone(cabinet: Cabinet) -> Iterator[Cabinet]:
    """The installation has this one cabinet only."""
    with added():
        registry._loaded().clear()
        registry._loaded()["alpha"] = cabinet
        yield cabinet


def _file(folder: Path, text: str) -> Path:
    file = folder / "members.csv"
    file.write_text(text, encoding="utf-8")
    return file


def _cards(cabinet: Cabinet) -> set[str]:
    with scope(cabinet):
        return set(Identifier.objects.values_list("value", flat=True))


def test_an_import_that_took_everything_ends_with_0(run: Run, cabinet: Cabinet, tmp_path: Path) -> None:
    ended = run("import", "alpha", "members", _file(tmp_path, GOOD))
    assert (ended.status, ended.out) == (0, "Новых: 2. Изменено: 0. Без изменений: 0. Не принято: 0.\n")
    assert _cards(cabinet) == {"0012", "34"}


def test_an_import_with_refused_rows_ends_with_1_and_names_them(run: Run, cabinet: Cabinet, tmp_path: Path) -> None:
    ended = run("import", "alpha", "members", _file(tmp_path, MIXED))
    assert ended.status == 1
    assert "Не принято: 1." in ended.out
    assert "Строка 4, «ФИО»" in ended.err
    assert "Строка 4, «Телефон»" in ended.err
    assert "Строка" not in ended.out
    assert _cards(cabinet) == {"0012", "34"}


def test_a_script_reads_json_on_stdout_alone(run: Run, cabinet: Cabinet, tmp_path: Path) -> None:
    ended = run("import", "alpha", "members", _file(tmp_path, MIXED), "--json")
    summary = json.loads(ended.out)
    assert {key: summary[key] for key in ("new", "changed", "unchanged", "refused")} == {
        "new": 2,
        "changed": 0,
        "unchanged": 0,
        "refused": 1,
    }
    assert {(each["row"], each["column"], each["value"]) for each in summary["problems"]} == {
        (4, "ФИО", "Пак"),
        (4, "Телефон", "12"),
    }
    assert ended.status == 1


@pytest.mark.parametrize(
    ("slug", "register", "file", "words"),
    [
        ("alfa", "members", "good", "Кабинета «alfa» нет. Есть: alpha"),
        ("alpha", "member", "good", "Реестра «member» в кабинете нет. Есть: members. Может быть, «members»?"),
        ("alpha", "members", "absent", "Такого файла нет"),
        ("alpha", "members", "header", "нет столбца"),
        ("alpha", "members", "empty", "Файл пуст"),
        ("alpha", "members", "quote", "не сходятся кавычки"),
    ],
)
def test_what_cannot_be_imported_ends_with_1_and_a_sentence(
    run: Run, cabinet: Cabinet, tmp_path: Path, slug: str, register: str, file: str, words: str
) -> None:
    texts = {"good": GOOD, "header": "a;b\n1;2\n", "empty": "", "quote": GOOD + '"Пак'}
    path = _file(tmp_path, texts[file]) if file in texts else tmp_path / "absent.csv"
    ended = run("import", slug, register, path)
    assert (ended.status, ended.out) == (1, "")
    assert words in ended.err
    assert "Traceback" not in ended.err
    assert _cards(cabinet) == set()


@pytest.mark.parametrize("arguments", [[], ["nosuch"], ["import"], ["import", "alpha"], ["check", "--nosuch"]])
def test_a_wrong_use_ends_with_2(run: Run, arguments: list[str]) -> None:
    ended = run(*arguments)
    assert (ended.status, ended.out) == (2, "")
    assert "usage" in ended.err.lower()


def test_help_ends_with_0(run: Run) -> None:
    ended = run("--help")
    assert ended.status == 0
    assert "import" in ended.out


def test_a_good_installation_has_nothing_to_say(run: Run, alone: Cabinet) -> None:
    ended = run("check")
    assert (ended.status, ended.out) == (0, "")
    assert "Замечаний нет." in ended.err
    assert json.loads(run("check", "--json").out) == {"ok": True, "problems": []}


def test_a_wrong_section_is_named(run: Run, alone: Cabinet, tmp_path: Path) -> None:
    wrong = changed(alone, tmp_path, {'"news"]': '"newz"]'})
    with added(wrong):
        ended = run("check")
    assert ended.status == 1
    assert "cabinet.sections: раздела «newz» нет" in ended.out


def test_a_wrong_document_is_named(run: Run, alone: Cabinet, tmp_path: Path) -> None:
    wrong = changed(alone, tmp_path, {})
    (wrong.folder / "documents" / "rules.md").write_text("Правила", encoding="utf-8")
    with added(wrong):
        ended = run("check", "--json")
    assert ended.status == 1
    (problem,) = json.loads(ended.out)["problems"]
    assert "rules.md" in problem


def test_production_wants_a_host_for_every_cabinet(
    run: Run, cabinet: Cabinet, other_cabinet: Cabinet, tmp_path: Path, settings: Settings
) -> None:
    settings.MODE = "production"
    with added(changed(cabinet, tmp_path, {'hosts = ["alpha.example"]\n': ""})):
        assert "кабинет alpha: не задан cabinet.hosts" in run("check").out
        settings.SHARED_HOST = True
        assert "не задан cabinet.hosts" not in run("check").out


def test_production_wants_a_mail_server(run: Run, alone: Cabinet, settings: Settings) -> None:
    settings.MODE, settings.EMAIL_URL = "production", ""
    ended = run("check")
    assert (ended.status, "OPENLK_EMAIL_URL" in ended.out) == (1, True)


def test_an_installation_without_its_walls_is_named(own_database: object, alone: Cabinet) -> None:
    """On SQLite there is no second wall; a table that lacks its migration is named on both."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'ledger'")
    connections["owner"].close()
    with pytest.raises(SystemExit) as caught:
        main(["check"])
    assert caught.value.code == 1
