"""As much of JSON Schema as the published schema uses; a keyword it does not know is an error, not a pass."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
# Words for people and editors, and what is read together with another keyword.
_SILENT = {"title", "description", "default", "$schema", "$defs", "discriminator"}


def violations(value: object, schema: Mapping[str, Any], root: Mapping[str, Any], at: str = "$") -> Iterator[str]:
    """Every place where the value breaks the schema, as a sentence. Raises LookupError for an unknown keyword."""
    for keyword, wanted in schema.items():
        if keyword in _SILENT:
            continue
        check = _CHECKS.get(keyword)
        if check is None:
            raise LookupError(f"{at}: keyword {keyword} is not known here")
        yield from check(value, wanted, schema, root, at)


def _reference(value: Any, wanted: Any, _: Any, root: Any, at: str) -> Iterator[str]:
    target: Any = root
    for part in wanted.removeprefix("#/").split("/"):
        target = target[part]
    yield from violations(value, target, root, at)


def _type(value: Any, wanted: Any, _: Any, __: Any, at: str) -> Iterator[str]:
    fits = isinstance(value, _TYPES[wanted]) and (wanted == "boolean" or not isinstance(value, bool))
    if not fits:
        yield f"{at}: not {wanted}"


def _properties(value: Any, wanted: Any, _: Any, root: Any, at: str) -> Iterator[str]:
    if isinstance(value, dict):
        for name in wanted.keys() & value.keys():
            yield from violations(value[name], wanted[name], root, f"{at}.{name}")


def _additional(value: Any, wanted: Any, schema: Any, root: Any, at: str) -> Iterator[str]:
    if not isinstance(value, dict):
        return
    for name in value.keys() - schema.get("properties", {}).keys():
        if wanted is False:
            yield f"{at}: unknown key {name}"
        elif isinstance(wanted, dict):
            yield from violations(value[name], wanted, root, f"{at}.{name}")


def _required(value: Any, wanted: Any, _: Any, __: Any, at: str) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (f"{at}: no {name}" for name in wanted if name not in value)


def _items(value: Any, wanted: Any, _: Any, root: Any, at: str) -> Iterator[str]:
    if isinstance(value, list):
        for place, each in enumerate(value):
            yield from violations(each, wanted, root, f"{at}[{place}]")


def _any_of(value: Any, wanted: Any, _: Any, root: Any, at: str) -> Iterator[str]:
    if all(any(True for _ in violations(value, each, root, at)) for each in wanted):
        yield f"{at}: fits none of {len(wanted)}"


def _one_of(value: Any, wanted: Any, _: Any, root: Any, at: str) -> Iterator[str]:
    fitting = sum(not any(True for _ in violations(value, each, root, at)) for each in wanted)
    if fitting != 1:
        yield f"{at}: fits {fitting} of {len(wanted)}, not one"


def _enumeration(value: Any, wanted: Any, _: Any, __: Any, at: str) -> Iterator[str]:
    if value not in wanted:
        yield f"{at}: {value!r} is none of {wanted}"


def _constant(value: Any, wanted: Any, _: Any, __: Any, at: str) -> Iterator[str]:
    if value != wanted:
        yield f"{at}: not {wanted!r}"


def _pattern(value: Any, wanted: Any, _: Any, __: Any, at: str) -> Iterator[str]:
    if isinstance(value, str) and not re.search(wanted, value):
        yield f"{at}: {value!r} does not match {wanted}"


def _smallest(value: Any, wanted: Any, _: Any, __: Any, at: str) -> Iterator[str]:
    size = len(value) if isinstance(value, str | list | dict) else value
    if size < wanted:
        yield f"{at}: {size} is less than {wanted}"


def _largest(value: Any, wanted: Any, _: Any, __: Any, at: str) -> Iterator[str]:
    size = len(value) if isinstance(value, str | list | dict) else value
    if size > wanted:
        yield f"{at}: {size} is more than {wanted}"


_CHECKS = {
    "$ref": _reference,
    "type": _type,
    "properties": _properties,
    "additionalProperties": _additional,
    "required": _required,
    "items": _items,
    "anyOf": _any_of,
    "oneOf": _one_of,
    "enum": _enumeration,
    "const": _constant,
    "pattern": _pattern,
    **dict.fromkeys(("minimum", "minLength", "minItems", "minProperties"), _smallest),
    **dict.fromkeys(("maximum", "maxLength", "maxItems", "maxProperties"), _largest),
}
