"""A browser in words that its owner recognises."""

import pytest
from django.test import RequestFactory

from openlk.identity.devices import device_name

CHROME = "Mozilla/5.0 ({}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 {} Safari/537.36"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (CHROME.format("Linux; Android 15; K", "Mobile"), "Chrome, Android"),
        (CHROME.format("Windows NT 10.0; Win64; x64", "YaBrowser/25.8"), "Яндекс Браузер, Windows"),
        (CHROME.format("Windows NT 10.0", "") + " Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("", "Неизвестное устройство"),
        ("<script>alert(1)</script>" * 100, "Неизвестное устройство"),
    ],
)
def test_a_device_is_named(agent: str, words: str) -> None:
    assert device_name(RequestFactory().get("/", headers={"user-agent": agent})) == words
