"""What is wrong with a cabinet definition, said so that an engineer can mend it at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic_core import ErrorDetails

from openlk.kit.suggest import nearest


@dataclass(frozen=True)
class Problem:
    """One mistake: the file, the key inside it, what was expected there, and the nearest right name if there is one."""

    file: Path
    key: str
    expected: str
    nearest: str | None = None

    def __str__(self) -> str:
        hint = f" Может быть, «{self.nearest}»?" if self.nearest else ""
        return f"{self.file}: {self.key}: {self.expected}{hint}"


class DefinitionError(Exception):
    """A cabinet cannot be loaded; `problems` lists every mistake found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in problems))


_EXPECTED = {
    "missing": "обязательный ключ не задан",
    "string_type": "нужна строка в кавычках",
    "int_type": "нужно целое число",
    "int_parsing": "нужно целое число",
    "int_from_float": "нужно целое число",
    "bool_type": "нужно true или false",
    "bool_parsing": "нужно true или false",
    "dict_type": "нужна таблица [в скобках]",
    "model_type": "нужна таблица [в скобках]",
    "model_attributes_type": "нужна таблица [в скобках]",
    "tuple_type": "нужен список в квадратных скобках",
    "list_type": "нужен список в квадратных скобках",
    "union_tag_not_found": "не задан ключ «use»",
    "date_type": "нужна дата",
    "date_parsing": "нужна дата вида 2026-09-01",
}


def key_path(location: Sequence[int | str]) -> str:
    """`("flow", "registration", "steps", 1, "find")` → `flow.registration.steps[1].find`."""
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path


def _expected(error: ErrorDetails) -> str:
    context: Mapping[str, Any] = error.get("ctx", {})
    match error["type"]:
        case "literal_error" | "enum":
            return f"допустимы: {context['expected'].replace(' or ', ', ')}; задано {error['input']!r}"
        case "union_tag_invalid":
            return f"шага «{context['tag']}» нет; есть: {context['expected_tags']}"
        case "string_pattern_mismatch":
            return f"значение {error['input']!r} не подходит под образец {context['pattern']}"
        case "string_too_short" | "too_short":
            return f"нужно не меньше {context['min_length']}"
        case "string_too_long" | "too_long":
            return f"нужно не больше {context['max_length']}"
        case "greater_than_equal":
            return f"нужно не меньше {context['ge']}, задано {error['input']}"
        case "less_than_equal":
            return f"нужно не больше {context['le']}, задано {error['input']}"
        case "value_error":
            return str(context["error"])
        case kind:
            return _EXPECTED.get(kind, error["msg"])


def _written_path(location: Sequence[int | str], raw: object) -> list[int | str]:
    """The location as the person wrote it: Pydantic adds a union's tag, which is no key of the file."""
    path: list[int | str] = []
    for position, part in enumerate(location):
        last = position == len(location) - 1
        if isinstance(raw, Mapping) and part not in raw and not last:
            continue
        path.append(part)
        if isinstance(raw, Mapping):
            raw = raw.get(part)
        elif isinstance(raw, Sequence) and isinstance(part, int) and part < len(raw):
            raw = raw[part]
    return path


def explain(file: Path, part: str, error: ErrorDetails, raw: object, names: Sequence[str]) -> Problem:
    """Turn one Pydantic error of the top-level table `part` into a Problem; `names` are the keys known there."""
    key = key_path([part, *_written_path(error["loc"], raw)])
    expected = _expected(error).rstrip(".") + "."
    if error["type"] == "extra_forbidden":
        return Problem(file, key, "такого ключа нет.", nearest(str(error["loc"][-1]), names))
    if error["type"] == "union_tag_invalid":
        tags = [tag.strip().strip("'") for tag in error["ctx"]["expected_tags"].split(",")]
        return Problem(file, f"{key}.use", expected, nearest(str(error["ctx"]["tag"]), tags))
    if error["type"] == "literal_error":
        choices = error["ctx"]["expected"].replace(" or ", ", ").replace("'", "").split(", ")
        return Problem(file, key, expected, nearest(str(error["input"]), choices))
    return Problem(file, key, expected)
