"""The network address of a request, as far as the installation says it can be believed."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The client's address: the n-th from the right of X-Forwarded-For where n proxies are ours, else the peer's."""
    peer: str = request.META.get("REMOTE_ADDR", "")
    if not settings.PROXIES:
        return peer
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    return forwarded[-settings.PROXIES] if len(forwarded) >= settings.PROXIES else peer


def address_block(address: str) -> str:
    """What one household or office shares: the IPv4 address itself, the /64 of an IPv6 address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((parsed, 64), strict=False).network_address) + "/64"
    return str(parsed)
