"""The membership pass: a signed token that anybody can check, and its QR code."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

import segno
from markupsafe import Markup

from openlk.cabinets.addressing import public_url
from openlk.cabinets.loading import Cabinet
from openlk.identity.models import Link
from openlk.kit import clock
from openlk.kit.names import short_name
from openlk.kit.sealed import sign, unsign

PURPOSE = "membership pass"
# A token is good for the hour it was made in and the next 24.
LIFE_HOURS = 24
_HOUR = 3600


@dataclass(frozen=True)
class CheckedPass:
    """What a stranger who scans a pass may know: whether it is good, and whose it is, shortened."""

    valid: bool
    name: str
    reason: str


def issue_token(cabinet: Cabinet, link_id: int) -> str:
    """The token of this hour for a link; it holds no name and no number."""
    hour = int(clock.wall().timestamp()) // _HOUR
    return sign(f"{link_id}.{hour}", f"{PURPOSE} {cabinet.slug}")


def valid_until(token_made: datetime) -> datetime:
    """When a token made now stops being good."""
    hour = int(token_made.timestamp()) // _HOUR
    return datetime.fromtimestamp((hour + 1 + LIFE_HOURS) * _HOUR, tz=UTC)


def check_token(cabinet: Cabinet, token: str) -> CheckedPass:
    """Whether a token opens: signed by us for this cabinet, fresh, and the ticket still in the register."""
    text = unsign(token, f"{PURPOSE} {cabinet.slug}")
    if text is None:
        return CheckedPass(valid=False, name="", reason="Такого билета нет. Попросите показать код ещё раз.")
    link_id, _, hour = text.partition(".")
    if int(clock.wall().timestamp()) // _HOUR > int(hour) + LIFE_HOURS:
        return CheckedPass(valid=False, name="", reason="Код устарел. Попросите владельца открыть билет заново.")
    row = Link.objects.filter(pk=int(link_id)).values_list("holder__full_name", "identifier__ended_at").first()
    if row is None:
        return CheckedPass(valid=False, name="", reason="Такого билета нет. Попросите показать код ещё раз.")
    full_name, ended_at = row
    if ended_at is not None:
        return CheckedPass(valid=False, name="", reason="Этого билета больше нет в реестре.")
    return CheckedPass(valid=True, name=short_name(full_name), reason="")


@lru_cache(maxsize=2048)
def qr_svg(address: str) -> Markup:
    """The QR code of an address as inline SVG, 4 modules of quiet zone, error correction M."""
    code = segno.make(address, error="m", micro=False)
    svg = code.svg_inline(scale=1, border=4, omitsize=True, svgclass=None, lineclass=None, dark="#0d2769", light="#fff")
    return Markup(svg)  # noqa: S704 -- made by segno from an address of ours


def check_address(cabinet: Cabinet, link_id: int) -> str:
    """The public address that this pass's QR code holds."""
    return public_url(cabinet, "pass_check", token=issue_token(cabinet, link_id))
