"""The remembered region, whatever the cookie holds."""

import pytest

from openlk.cabinets.loading import Cabinet
from tests.support.plain_browser import Browser


@pytest.mark.parametrize("kept", ["9" * 5000, "-1", "1" * 30, "all", "x"])
def test_a_strange_region_cookie_is_no_region(documents: None, cabinet: Cabinet, kept: str) -> None:
    answer = Browser().get("/alpha/", {"Cookie": f"openlk-alpha-region={kept}"})
    assert answer.status == 200


@pytest.mark.parametrize("kind", ["text/plain; charset=hex", "text/plain; a*=nosuch'en'%ff", "multipart/form-data"])
def test_an_odd_content_type_breaks_no_page(documents: None, cabinet: Cabinet, kind: str) -> None:
    headers = {"Content-Type": kind}
    assert Browser().get("/alpha/offers?region=%41", headers).status == 200
    assert Browser().post("/alpha/login", {"login": "1"}, headers).status < 500
