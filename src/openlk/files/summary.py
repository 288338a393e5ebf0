"""What an import did, and what was wrong with the rows that it refused."""

from dataclasses import dataclass, field
from typing import NamedTuple

# A summary names this many mistakes; all of them stand in the error file.
SHOWN_PROBLEMS = 1000
_SHOWN_VALUE = 60


class RowProblem(NamedTuple):
    """Why a row was refused: its number, the column's title, the value and what is wrong with it."""

    row: int
    column: str
    value: str
    message: str

    def as_dict(self) -> dict[str, str | int]:
        """For a script to read."""
        return {"row": self.row, "column": self.column, "value": self.value, "message": self.message}

    def __str__(self) -> str:
        shown = self.value if len(self.value) <= _SHOWN_VALUE else self.value[: _SHOWN_VALUE - 3] + "…"
        where = f"Строка {self.row}" + (f", «{self.column}»" if self.column else "")
        return f"{where}: {self.message}" + (f" Значение: «{shown}»." if shown else "")


@dataclass
class Summary:
    """What an import did, in rows; the first mistakes, and how many there are in all."""

    new: int = 0
    changed: int = 0
    returned: int = 0
    unchanged: int = 0
    ended: int = 0
    refused: int = 0
    problems: list[RowProblem] = field(default_factory=list)
    problem_count: int = 0
    remarks: list[str] = field(default_factory=list)
    # The import's number; None after a rehearsal.
    import_id: int | None = None
