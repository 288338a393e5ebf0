"""Reads cabinets/<slug>/cabinet.toml and validates it, each room its own part."""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, cast

from pydantic import TypeAdapter, ValidationError

from openlk.cabinets.definition import Profile, refused_slugs
from openlk.cabinets.problems import DefinitionError, Problem, explain
from openlk.kit.discovery import offered
from openlk.kit.suggest import nearest

DEFINITION_FILE = "cabinet.toml"

# Set once by the settings: the rooms whose definition.py is asked for a part.
_rooms: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Cabinet:
    """One organisation: its slug, its folder and the validated parts of its definition, by top-level key."""

    slug: str
    folder: Path
    parts: Mapping[str, Any] = field(repr=False)

    @property
    def profile(self) -> Profile:
        return cast(Profile, self.parts["cabinet"])


@dataclass(frozen=True)
class _Declared:
    adapters: Mapping[str, TypeAdapter[Any]]
    optional: frozenset[str]
    checks: tuple[Callable[[Cabinet], Iterable[Problem]], ...]


def use_rooms(rooms: Iterable[str]) -> None:
    """Say which rooms there are; called by the application registry before any cabinet is loaded."""
    global _rooms  # noqa: PLW0603 -- one process-wide list, written once at start
    _rooms = tuple(rooms)
    declared.cache_clear()


@cache
def declared() -> _Declared:
    """What the rooms' definition.py files declare: a type per top-level key, and their cross-checks."""
    adapters: dict[str, TypeAdapter[Any]] = {}
    optional: set[str] = set()
    checks: list[Callable[[Cabinet], Iterable[Problem]]] = []
    for module in offered(_rooms, "definition").values():
        for key, annotation in module.PARTS.items():
            if key in adapters:
                raise RuntimeError(f"two rooms claim the table [{key}] of cabinet.toml")
            adapters[key] = TypeAdapter(annotation)
        optional |= module.OPTIONAL_PARTS
        if hasattr(module, "check"):
            checks.append(module.check)
    return _Declared(adapters, frozenset(optional), tuple(checks))


def _known_keys(adapter: TypeAdapter[Any]) -> list[str]:
    schema = adapter.json_schema()
    tables = [schema, *schema.get("$defs", {}).values()]
    return [key for table in tables for key in table.get("properties", {})]


def _validated(file: Path, raw: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    parts: dict[str, Any] = {}
    problems: list[Problem] = []
    known = declared()
    for key in raw:
        if key not in known.adapters:
            problems.append(Problem(file, key, "такой таблицы нет.", nearest(key, list(known.adapters))))
    for key, adapter in known.adapters.items():
        if key not in raw and key not in known.optional:
            problems.append(Problem(file, key, "обязательная таблица не задана."))
            continue
        value = raw.get(key, {})
        try:
            parts[key] = adapter.validate_python(value)
        except ValidationError as error:
            names = _known_keys(adapter)
            problems += [explain(file, key, each, value, names) for each in error.errors()]
    return parts, problems


def load(folder: Path) -> Cabinet:
    """Load one cabinet folder. Raises DefinitionError with every mistake: file, key, expectation, nearest name."""
    file = folder / DEFINITION_FILE
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8"))
        parts, problems = _validated(file, raw)
    except RecursionError:
        raise DefinitionError([Problem(file, "(файл)", "таблицы и списки вложены слишком глубоко.")]) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DefinitionError([Problem(file, "(файл)", f"не читается: {error}.")]) from error
    if problems:
        raise DefinitionError(problems)
    cabinet = Cabinet(folder.name, folder, parts)
    problems = [problem for check in declared().checks for problem in check(cabinet)]
    if problems:
        raise DefinitionError(problems)
    return cabinet


def _clashing_hosts(cabinets: Iterable[Cabinet]) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for cabinet in cabinets:
        for host in cabinet.profile.hosts:
            if host in owners:
                file = cabinet.folder / DEFINITION_FILE
                yield Problem(file, "cabinet.hosts", f"узел {host} уже занят кабинетом «{owners[host]}».")
            owners[host] = cabinet.slug


def load_all(folder: Path) -> dict[str, Cabinet]:
    """Load every cabinet below `folder`, by slug. Raises DefinitionError with the mistakes of all of them."""
    found = sorted(path.parent for path in folder.glob(f"*/{DEFINITION_FILE}"))
    problems = [
        Problem(folder / slug, "(имя папки)", "нужны строчные латинские буквы, цифры и дефис; служебные имена заняты.")
        for slug in refused_slugs([path.name for path in found])
    ]
    if not found:
        problems.append(Problem(folder, "(папка)", f"нет ни одного кабинета: ждём <имя>/{DEFINITION_FILE}."))
    cabinets: dict[str, Cabinet] = {}
    for path in found:
        try:
            cabinets[path.name] = load(path)
        except DefinitionError as error:
            problems += error.problems
    problems += _clashing_hosts(cabinets.values())
    if problems:
        raise DefinitionError(problems)
    return cabinets
