"""The import beside what bounds it, on the database that OPENLK_TEST_DATABASE names; answers one JSON document.

Run as `python -m tests.bench.importing ROWS`, once for each database. The yardstick is the quickest way in which
the database takes the same final rows into the same tables with the same indexes and keys: COPY by the tables' owner
on PostgreSQL, executemany in one transaction on SQLite, in the order of their keys, with nothing checked or compared.
"""

import json
import os
import sys
from pathlib import Path

import django

from tests.bench.world_folder import SLUG, copied_cabinets
from tests.support import environment

os.environ.pop("OPENLK_TEST_DATABASE_URL", None)
environment.prepare()
os.environ["OPENLK_CABINETS"] = str(copied_cabinets(environment.folder()))
django.setup()

from tests.bench.running import measured  # noqa: E402 -- models need Django set up
from tests.bench.waiting import Waiting  # noqa: E402 -- the same
from tests.bench.yardstick import Yardstick, yardstick  # noqa: E402 -- the same
from tests.support.people import REGISTER  # noqa: E402 -- the same

PEER_ROWS = 2_000


def _generated(folder: Path, rows: int) -> tuple[Path, Path]:
    """A register, and the same one with 2 % of its rows changed."""
    files = folder / "first.csv", folder / "second.csv"
    for file, changed in zip(files, ("0", "2"), strict=True):
        measured("openlk.config", ["generate", SLUG, REGISTER, str(rows), "--changed", changed, "--out", str(file)], {})
    return files


def _sample(file: Path, rows: int) -> Path:
    sample = file.with_name("sample.csv")
    with file.open(encoding="utf-8-sig") as whole, sample.open("w", encoding="utf-8") as part:
        part.writelines(line for line, _ in zip(whole, range(rows + 1), strict=False))
    return sample


def _measured(rows: int) -> dict[str, object]:
    folder = environment.folder()
    first, second = _generated(folder, rows)
    small, _ = _generated_small(folder)
    databases = environment.databases()
    with databases.prepared(), databases.own() as own:
        product = {"OPENLK_DATABASE_URL": own.url, "OPENLK_OWNER_DATABASE_URL": own.owner_url}
        loading = ["import", SLUG, REGISTER]
        with databases.own() as other:
            less = measured(
                "openlk.config",
                [*loading, str(small)],
                {"OPENLK_DATABASE_URL": other.url, "OPENLK_OWNER_DATABASE_URL": other.owner_url},
            )
        stick: Yardstick = yardstick(own)
        with Waiting(own) as waiting:
            new = measured("openlk.config", [*loading, str(first)], product)
            stick.keep()
            changed = measured("openlk.config", [*loading, str(second)], product)
        with databases.own() as bare:
            quickest = stick.seconds(bare)
        with databases.own() as theirs:
            peer = measured(
                "tests.bench.peer.importing",
                [str(_sample(first, PEER_ROWS)), str(PEER_ROWS)],
                {"PEER_DATABASE_URL": theirs.owner_url},
            )
    return {
        "rows": rows,
        "first_seconds": new.seconds,
        "again_seconds": changed.seconds,
        "quickest_seconds": quickest,
        "peak_mb": max(new.peak_mb, changed.peak_mb),
        "peak_mb_of_a_tenth": less.peak_mb,
        "waited_ms": waiting.milliseconds(),
        "peer": json.loads(peer.output),
    }


def _generated_small(folder: Path) -> tuple[Path, Path]:
    (folder / "small").mkdir()
    return _generated(folder / "small", 100_000)


if __name__ == "__main__":
    print(json.dumps(_measured(int(sys.argv[1]))))  # noqa: T201 -- the answer
