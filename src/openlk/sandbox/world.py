"""What every part of the sandbox shares."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from openlk.sandbox.faults import Faults
from openlk.sandbox.store import Store


@dataclass(frozen=True)
class Settings:
    """Where to listen, where to keep the data, and what to expect from the product. Port 0 takes a free one."""

    host: str
    port: int
    smtp_port: int
    data: Path
    product_url: str
    sms_token: str


@dataclass(frozen=True)
class World:
    """One running sandbox. `stopping` is set once, when the process has been asked to end."""

    settings: Settings
    store: Store
    faults: Faults = field(default_factory=Faults)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
