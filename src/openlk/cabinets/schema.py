"""The published JSON Schema of cabinet.toml, for editors."""

from typing import Any

from openlk.cabinets.loading import declared


def json_schema() -> dict[str, Any]:
    """One schema for the whole file, put together from the rooms' parts."""
    known = declared()
    properties: dict[str, Any] = {}
    definitions: dict[str, Any] = {}
    for key, adapter in known.adapters.items():
        schema = adapter.json_schema()
        definitions.update(schema.pop("$defs", {}))
        properties[key] = schema
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "OpenLK cabinet.toml",
        "type": "object",
        "additionalProperties": False,
        "required": sorted(set(known.adapters) - known.optional),
        "properties": properties,
        "$defs": definitions,
    }
