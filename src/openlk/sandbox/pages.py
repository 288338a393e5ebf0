"""Draws the sandbox's pages."""

import re
from datetime import datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from lucide.jinja import lucide
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

from openlk.kit import clock
from openlk.kit.dates import clock_time, day_month, day_month_year, plural
from openlk.kit.phone import show_phone
from openlk.sandbox.segments import segments

FOLDER = Path(__file__).parent

_ADDRESS = re.compile(r"https?://[^\s<>\"«»]+")
# A full stop or a bracket after an address belongs to the sentence.
_AFTER_ADDRESS = ".,:;!?)]}'"
_VALUE_LINE = re.compile(r"(?m)^(Логин|Пароль|Код|Пин-код): (\S+)[ \t]*$")


def linked(text: str) -> Markup:
    """`text` escaped, its http(s) addresses as links that open in a new tab."""
    pieces = [Markup()]
    end = 0
    for found in _ADDRESS.finditer(text):
        address = found.group().rstrip(_AFTER_ADDRESS)
        pieces.append(escape(text[end : found.start()]))
        pieces.append(Markup('<a href="{0}" target="_blank" rel="noopener">{0}</a>').format(address))
        end = found.start() + len(address)
    pieces.append(escape(text[end:]))
    return Markup().join(pieces)


def readable(text: str) -> Markup:
    """As `linked`; besides, the value of a line such as «Код: 4821» stands out and is selected whole by one click."""
    pieces = [Markup()]
    end = 0
    for found in _VALUE_LINE.finditer(text):
        name, value = found.groups()
        pieces.append(linked(text[end : found.start()]))
        pieces.append(Markup('{}: <b class="value">{}</b>').format(name, value))
        end = found.end()
    pieces.append(linked(text[end:]))
    return Markup().join(pieces)


def moment(value: datetime) -> str:
    """`14:05` today, `14 декабря, 14:05` on another day, in the time zone of this computer."""
    there, here = value.astimezone(), clock.wall().astimezone()
    if there.date() == here.date():
        return clock_time(there)
    return f"{day_month(there)}, {clock_time(there)}"


def full_moment(value: datetime) -> str:
    """`14 декабря 2025, 14:05`, in the time zone of this computer."""
    there = value.astimezone()
    return f"{day_month_year(there)}, {clock_time(there)}"


def parts(text: str) -> str:
    """How many SMS the text takes, in words: `2 части`."""
    count = segments(text)
    return f"{count} {plural(count, 'часть', 'части', 'частей')}"


@cache  # it opens its archive anew each time, 8 ms for every icon
def _icon(name: str) -> str:
    attributes = {"class": "icon", "aria-hidden": "true", "focusable": "false"}
    return lucide(name, size=20, **attributes)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["icon"] = _icon
    environment.filters.update(readable=readable, moment=moment, full_moment=full_moment, parts=parts, phone=show_phone)
    return environment


def page(template: str, status: int = 200, **values: object) -> HTMLResponse:
    """The page of this template of `templates/sandbox/`."""
    return HTMLResponse(_environment().get_template(f"sandbox/{template}").render(values), status_code=status)
