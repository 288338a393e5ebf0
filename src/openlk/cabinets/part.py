"""The base of every room's part of cabinet.toml."""

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """One table of cabinet.toml: unknown keys are refused, values are frozen after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)
