"""`openlk generate`: a register that looks like one, the same for the same seed, whatever its columns."""

import subprocess
import sys
from pathlib import Path

import pytest

from openlk.cabinets import registry
from openlk.cabinets.loading import Cabinet, load
from openlk.config import workbook
from openlk.config.generating import generate, generated_rows, header_of
from openlk.files.staging import stage, staged_rows
from openlk.kit.kinds import KINDS
from openlk.register.definition import Column, RegisterDefinition, registers_of
from tests.support.fixtures import CABINETS

CARDS = RegisterDefinition(
    key="card",
    holder="holder",
    columns={
        "card": Column(kind="identifier", titles=("Номер карты",)),
        "holder": Column(kind="identifier", titles=("Держатель",)),
        "full_name": Column(kind="name", titles=("ФИО",)),
        "address": Column(kind="text", titles=("Адрес",)),
        "phone": Column(kind="phone", required=True),
        "email": Column(kind="email", required=True),
    },
)


@pytest.fixture
def alpha(monkeypatch: pytest.MonkeyPatch) -> Cabinet:
    """A cabinet with members, which the command finds."""
    found = load(CABINETS / "alpha")
    monkeypatch.setattr("openlk.config.generating.cabinet_named", {"alpha": found}.__getitem__)
    return found


@pytest.fixture(params=["members", "cards"])
def register(request: pytest.FixtureRequest, alpha: Cabinet) -> RegisterDefinition:
    """Members with one card each; cards of which a person may have two."""
    return CARDS if request.param == "cards" else registers_of(alpha)["members"]


def test_every_cell_is_what_its_column_takes(alpha: Cabinet, register: RegisterDefinition) -> None:
    gaps = 0
    for cells in generated_rows(alpha, register, 3_000, seed=7):
        for (name, column), cell in zip(register.columns.items(), cells, strict=True):
            if cell:
                KINDS[column.kind].parse(cell, name)
            else:
                assert column.kind in {"phone", "email"}
                assert not column.required
                gaps += 1
    assert (gaps > 100) is (register is not CARDS), "a real register has gaps"


def test_no_number_comes_twice(alpha: Cabinet, register: RegisterDefinition) -> None:
    place = list(register.columns).index(register.key)
    keys = [cells[place].replace(" ", "") for cells in generated_rows(alpha, register, 20_000)]
    assert len(set(keys)) == len(keys)


def test_the_cards_of_one_person_share_holder_and_name(alpha: Cabinet) -> None:
    by_holder: dict[str, set[tuple[str, str]]] = {}
    cards = 0
    for cells in generated_rows(alpha, CARDS, 300):
        by_holder.setdefault(cells[1], set()).add((cells[2], cells[5]))
        cards += 1
    assert len(by_holder) < cards
    assert all(len(people) == 1 for people in by_holder.values())


def test_the_same_seed_gives_the_same_register_another_one_others(alpha: Cabinet) -> None:
    members = registers_of(alpha)["members"]
    first, again, other = (list(generated_rows(alpha, members, 200, seed=seed)) for seed in (1, 1, 2))
    assert first == again
    assert not {cells[1] for cells in first} & {cells[1] for cells in other}
    assert list(generated_rows(alpha, members, 50, seed=1)) == first[:50], "a smaller one is its beginning"


@pytest.mark.parametrize("percent", [0, 2, 50, 100])
def test_the_asked_share_of_rows_is_changed_and_nothing_else(
    alpha: Cabinet, register: RegisterDefinition, percent: int
) -> None:
    rows = 10_000
    before = generated_rows(alpha, register, rows)
    after = generated_rows(alpha, register, rows, changed_percent=percent)
    differing = 0
    for old, new in zip(before, after, strict=True):
        different = [place for place, cell in enumerate(old) if cell != new[place]]
        assert len(different) <= 1
        assert list(register.columns)[different[0]] not in {register.key, register.holder} if different else True
        differing += bool(different)
    assert abs(differing - rows * percent / 100) < rows * 0.01
    assert (differing == 0) is (percent == 0)


@pytest.mark.parametrize("name", ["members.csv", "members.xlsx"])
def test_a_written_register_is_read_back_by_the_import(alpha: Cabinet, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    assert generate("alpha", "members", 500, seed=3, changed_percent=0, out=file) == 0
    staged = stage(file, tmp_path / "import")
    members = registers_of(alpha)["members"]
    assert list(staged.header) == header_of(members)
    assert [list(row.cells) for row in staged_rows(staged)] == list(generated_rows(alpha, members, 500, seed=3))


def test_a_sheet_that_would_overflow_is_said_to(
    alpha: Cabinet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(workbook, "MOST_SHEET_ROWS", 100)
    assert generate("alpha", "members", 100, seed=1, changed_percent=0, out=tmp_path / "members.xlsx") == 1
    assert "выберите .csv" in capsys.readouterr().err
    assert generate("alpha", "members", 99, seed=1, changed_percent=0, out=tmp_path / "members.xlsx") == 0


@pytest.mark.parametrize(
    ("register_name", "rows", "percent", "status"),
    [("member", 5, 0, 1), ("members", 0, 0, 2), ("members", 5, 101, 2), ("members", 5, -1, 2)],
)
def test_what_cannot_be_made_is_said(
    alpha: Cabinet,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    register_name: str,
    rows: int,
    percent: float,
    status: int,
) -> None:
    file = tmp_path / "members.csv"
    assert generate("alpha", register_name, rows, seed=1, changed_percent=percent, out=file) == status
    assert capsys.readouterr().err.rstrip().endswith((".", "?"))
    assert not file.exists()


def test_on_a_pipe_the_register_is_data_and_progress_is_not(tmp_path: Path) -> None:
    slug = next(iter(registry.cabinets()))
    command = [sys.executable, "-m", "openlk.config", "generate", slug, "members", "3"]
    ended = subprocess.run(command, capture_output=True, check=True)
    assert ended.stdout.decode("utf-8-sig").count("\r\n") == 4
    assert "3 строки из 3" in ended.stderr.decode()
    assert "строк" not in ended.stdout.decode()
