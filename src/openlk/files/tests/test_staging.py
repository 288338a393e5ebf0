"""One clean file comes out of a foreign one; the process that reads it has nothing to give away."""

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openlk.files import staging
from openlk.files.limits import DEFAULT, Limits
from openlk.files.lines import lines_of, rows_of
from openlk.files.staging import StagedFile, file_sha256, stage, staged_in, staged_rows
from openlk.files.table import Row, UnreadableFile

TEXT = 'ФИО;Номер;Адрес\nКовалёва Анна;0012;\n\nЛи Ян;34;"ул. Мира\nкв. 2"\n;;\nНик Ник;5\n'
ROWS = [
    Row(2, ("Ковалёва Анна", "0012", "")),
    Row(4, ("Ли Ян", "34", "ул. Мира\nкв. 2")),
    Row(7, ("Ник Ник", "5")),
]


def _file(folder: Path, content: str | bytes, name: str = "members.csv") -> Path:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def test_a_staged_file_gives_header_rows_and_digest(tmp_path: Path) -> None:
    file = _file(tmp_path, TEXT)
    staged = stage(file, tmp_path / "import")
    assert (staged.header, staged.rows, staged.note) == (("ФИО", "Номер", "Адрес"), 3, "")
    assert staged.sha256 == file_sha256(file)
    assert list(staged_rows(staged)) == ROWS
    assert _names(tmp_path / "import") == {"rows", "staged.json"}


@pytest.mark.parametrize("after", range(5))
def test_reading_goes_on_behind_the_rows_that_are_done(tmp_path: Path, after: int) -> None:
    staged = stage(_file(tmp_path, TEXT), tmp_path / "import")
    assert list(staged_rows(staged, after)) == ROWS[after:]


def test_a_staged_file_is_found_again_after_a_crash(tmp_path: Path) -> None:
    folder = tmp_path / "import"
    assert staged_in(folder) is None
    staged = stage(_file(tmp_path, TEXT), folder)
    assert staged_in(folder) == staged
    (folder / "staged.json").unlink()
    assert staged_in(folder) is None, "what was not finished is read anew"


def test_progress_is_told_in_rows(tmp_path: Path) -> None:
    seen: list[int] = []
    stage(_file(tmp_path, "a;b\n" + "1;2\n" * 10_000), tmp_path / "import", progress=seen.append)
    assert seen == sorted(seen)
    assert len(seen) > 2
    assert seen[-1] == 10_000


def test_a_second_file_takes_the_place_of_the_first_only_when_it_can_be_read(tmp_path: Path) -> None:
    folder = tmp_path / "import"
    first = stage(_file(tmp_path, TEXT), folder)
    with pytest.raises(UnreadableFile):
        stage(_file(tmp_path, 'a;b\n"1;2\n', "broken.csv"), folder)
    assert staged_in(folder) == first
    assert list(staged_rows(first)) == ROWS
    second = stage(_file(tmp_path, "a;b\n1;2\n", "second.csv"), folder)
    assert staged_in(folder) == second
    assert list(staged_rows(second)) == [Row(2, ("1", "2"))]


def test_a_failed_reading_leaves_nothing(tmp_path: Path) -> None:
    rows = "1;2\n" * 20_000
    with pytest.raises(UnreadableFile, match="Строка 20002: не сходятся кавычки"):
        stage(_file(tmp_path, f'a;b\n{rows}"1;2\n'), tmp_path / "import")
    assert _names(tmp_path / "import") == set()
    assert stage(_file(tmp_path, f"a;b\n{rows}"), tmp_path / "import").rows == 20_000, "it was the quote"


def test_who_stops_listening_stops_the_reading(tmp_path: Path) -> None:
    def stop(_rows: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stage(_file(tmp_path, "a;b\n" + "1;2\n" * 50_000), tmp_path / "import", progress=stop)
    assert _names(tmp_path / "import") == set()


def test_what_a_killed_reading_left_is_swept_by_the_next(tmp_path: Path) -> None:
    folder = tmp_path / "import"
    folder.mkdir()
    (folder / "rows.unfinished.1").write_text("1\x1fhalf")
    stage(_file(tmp_path, TEXT), folder)
    assert _names(folder) == {"rows", "staged.json"}


def test_the_reader_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    file = _file(tmp_path, "a;b\n" + "1;2\n" * 3_000_000)
    program = (
        "import sys; from pathlib import Path; from openlk.files.staging import stage;"
        "stage(Path(sys.argv[1]), Path(sys.argv[2]), progress=lambda rows: print(rows, flush=True))"
    )
    command = [sys.executable, "-c", program, str(file), str(tmp_path / "import")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        assert _readers(tmp_path), "a control: the reader is at work and can be found"
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    deadline = time.monotonic() + 20
    while _readers(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _readers(tmp_path)


def _readers(folder: Path) -> list[str]:
    """The processes that write into the folder, by their command lines."""
    found = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = process.read_bytes().decode(errors="replace")
        except OSError:
            continue
        if "openlk.files.parsing" in command and str(folder) in command:
            found.append(command)
    return found


def test_the_reader_gets_no_secrets_no_folder_and_no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: dict[str, object] = {}
    original = subprocess.Popen

    def spy(command: list[str], **options: object) -> object:
        started.update(options, command=command)
        return original(command, **options)  # type: ignore[call-overload]  # handed on as they came

    monkeypatch.setattr(subprocess, "Popen", spy)
    monkeypatch.setenv("OPENLK_SECRET_KEY", "something-secret")
    stage(_file(tmp_path, TEXT), tmp_path / "import")
    command = started["command"]
    assert isinstance(command, list)
    assert command[1] == "-I"
    assert started["env"] == {}
    assert started["cwd"] == "/"
    assert "something-secret" not in str(command)


def test_the_reader_loads_neither_django_nor_a_database_driver() -> None:
    program = "import sys, openlk.files.parsing; print(sorted({name.partition('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True).stdout
    assert "openlk" in loaded
    assert "django" not in loaded
    assert "psycopg" not in loaded
    assert "sqlite3" not in loaded


def test_a_defect_of_ours_is_logged_without_the_files_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    monkeypatch.setattr(staging.logger, "error", lambda *told: seen.append(told))
    monkeypatch.setattr(staging, "asdict", lambda limits: {**vars(limits), "rows": "many"})
    with pytest.raises(UnreadableFile, match="не удалось прочесть"):
        stage(_file(tmp_path, TEXT), tmp_path / "import")
    assert "TypeError at" in str(seen)
    assert "Ковал" not in str(seen)


def test_a_file_that_grows_meanwhile_is_not_taken(tmp_path: Path) -> None:
    file = _file(tmp_path, "a;b\n" + "1;2\n" * 300_000)

    def grow(_rows: int) -> None:
        with file.open("a") as more:
            more.write("1;2\n")

    with pytest.raises(UnreadableFile, match="Файл изменился"):
        stage(file, tmp_path / "import", progress=grow)
    assert stage(file, tmp_path / "import").rows > 300_000


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """The peak of the reading process, which inherits nothing from a large parent."""
    peaks = [_peak_mb(_file(tmp_path, "a;b;c\n" + "Ковалёва Анна;12;+7\n" * rows)) for rows in (1_000, 300_000)]
    assert peaks[1] < peaks[0] + 8
    assert peaks[1] < 60


def _peak_mb(file: Path) -> float:
    program = (
        "import resource, sys; from pathlib import Path; from openlk.files.staging import *;"
        "staged = stage(Path(sys.argv[1]), Path(sys.argv[2]));"
        "assert sum(1 for _ in staged_rows(staged)) == staged.rows;"
        "print(max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))"
    )
    # A shell in between, since a child's peak begins with what its parent had at the fork.
    command = ["/bin/sh", "-c", '"$@"; exit $?', "sh", sys.executable, "-c", program, str(file), f"{file}.import"]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout) / 1024


CELLS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12), min_size=1, max_size=5)


@given(table=st.lists(CELLS, max_size=6))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_any_cells_come_back_clean_and_in_their_places(table: list[list[str]]) -> None:
    rows = [Row(number, tuple(cells)) for number, cells in enumerate(table, 2)]
    lines = list(lines_of(rows, DEFAULT))
    assert all(line.count("\n") == 1 and line.endswith("\n") for line in lines)
    back = {row.number: row.cells for row in rows_of(lines)}
    for row in rows:
        cells = back.get(row.number)
        assert cells is None or len(cells) == len(row.cells)
        for before, after in zip(row.cells, cells or [""] * len(row.cells), strict=True):
            expected = before.replace("\r\n", "\n").replace("\r", "\n").translate({0x1E: " ", 0x1F: " "})
            assert after == expected.strip()


def test_a_folder_given_from_here_is_found_from_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _file(tmp_path, TEXT)
    monkeypatch.chdir(tmp_path)
    staged = stage(Path("members.csv"), Path("import"))
    assert staged.rows_file == tmp_path / "import" / "rows"


def test_nobody_else_can_read_the_staged_people(tmp_path: Path) -> None:
    staged = stage(_file(tmp_path, TEXT), tmp_path / "import")
    assert staged.rows_file.stat().st_mode & 0o077 == 0
    assert staged.rows_file.parent.stat().st_mode & 0o077 == 0


def test_a_crash_between_rows_and_note_leaves_neither_old_nor_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "import"
    stage(_file(tmp_path, TEXT), folder)

    def crash(_staged: StagedFile, _folder: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(staging, "_note", crash)
    with pytest.raises(KeyboardInterrupt):
        stage(_file(tmp_path, "a;b\n1;2\n"), folder)
    assert staged_in(folder) is None


def test_faults_travel_with_their_row() -> None:
    rows = [Row(2, ("1", "2"), ((1, "Число «слишком» длинное."),)), Row(3, ("3", "4"))]
    assert list(rows_of(lines_of(rows, DEFAULT))) == rows


def test_limits_travel_to_the_reader_whole() -> None:
    limits = replace(DEFAULT, rows=5)
    assert Limits(**json.loads(json.dumps(vars(limits)))) == limits
    assert limits.deadline_seconds(0) <= 60
    assert limits.deadline_seconds(400 * 2**20) > limits.deadline_seconds(0)
