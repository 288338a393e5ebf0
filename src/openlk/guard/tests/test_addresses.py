"""Whose address a request has, and who shares it."""

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from openlk.guard.addresses import address_block, client_address


@pytest.mark.parametrize(
    ("address", "block"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("2001:0DB8:0001:0002:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("::1", "::/64"),
        ("", "unknown"),
        ("unix:", "unknown"),
        ("203.0.113.7, 10.0.0.1", "unknown"),
    ],
)
def test_a_household_is_one_block(address: str, block: str) -> None:
    assert address_block(address) == block


def test_neighbours_in_another_network_are_another_block() -> None:
    """A control: the block is not wider than a household."""
    assert address_block("2001:db8:1:2::1") != address_block("2001:db8:1:3::1")
    assert address_block("203.0.113.7") != address_block("203.0.113.8")


def _seen(forwarded: str, settings: Settings, proxies: int) -> str:
    settings.PROXIES = proxies
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    return client_address(RequestFactory().get("/", headers=headers, REMOTE_ADDR="10.0.0.1"))


@pytest.mark.parametrize(
    ("forwarded", "proxies", "address"),
    [
        ("198.51.100.9", 0, "10.0.0.1"),
        ("198.51.100.9", 1, "198.51.100.9"),
        ("1.2.3.4, 198.51.100.9", 1, "198.51.100.9"),
        ("1.2.3.4, 198.51.100.9, 10.0.0.2", 2, "198.51.100.9"),
        ("198.51.100.9", 2, "10.0.0.1"),
        ("", 1, "10.0.0.1"),
        (" , ", 1, "10.0.0.1"),
    ],
)
def test_a_forwarded_address_is_believed_as_far_as_proxies_are_ours(
    forwarded: str, proxies: int, address: str, settings: Settings
) -> None:
    assert _seen(forwarded, settings, proxies) == address
