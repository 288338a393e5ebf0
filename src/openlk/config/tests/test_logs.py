"""What a line of the log tells, and what the log does not hold: waiting for readiness, addresses that are not there."""

import json
import logging
import re
from io import StringIO

import pytest
from pytest_django import Settings

from openlk.cabinets.loading import Cabinet
from openlk.config.logs import JsonLines, NoThreadsNoise
from openlk.content import views
from tests.support.plain_browser import Browser, Page

LINE = {"time", "level", "logger", "message", "request_id", "view", "status", "milliseconds", "cpu_milliseconds"}
GIVEN = "5e2fd0c1a7b94f3e8d6c1b2a39485766"


def _record(status_code: int) -> logging.LogRecord:
    record = logging.LogRecord("django.request", logging.ERROR, __file__, 1, "%s: %s", ("said", "/x"), None)
    record.status_code = status_code
    return record


@pytest.fixture
def lines(documents: None, monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """What OPENLK_LOG=json would have written."""
    # The application sets up the log once more when it is loaded.
    Browser().get("/livez")
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    monkeypatch.setattr(logging.getLogger(), "handlers", [*logging.getLogger().handlers, handler])
    access = logging.getLogger("openlk.access")
    monkeypatch.setattr(access, "level", logging.INFO)
    logging.getLogger().manager._clear_cache()  # type: ignore[attr-defined]  # levels are remembered
    return stream


def _told(lines: StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_waiting_for_readiness_is_no_failure() -> None:
    kept = logging.getLogger("django.request").filter
    assert not kept(_record(503))
    assert kept(_record(500)), "a control: our own failures are written"


def test_the_servers_advice_on_threads_is_not_repeated() -> None:
    def said(words: str) -> logging.LogRecord:
        return logging.LogRecord("_granian", logging.WARNING, "", 1, words, None, None)

    assert not NoThreadsNoise().filter(said("Configuration allows spawning up to 128 Python threads, which"))
    assert NoThreadsNoise().filter(said("Unexpected exit from worker-1"))


def test_an_address_that_is_not_there_leaves_no_token_in_the_log(
    documents: None, cabinet: Cabinet, caplog: pytest.LogCaptureFixture
) -> None:
    assert Browser().get("/alpha/pass/somebodys-token").status == 404
    assert "somebodys-token" not in caplog.text


def test_one_request_is_one_line_that_names_its_page_and_no_path(
    documents: None, cabinet: Cabinet, lines: StringIO
) -> None:
    page = Browser().get("/alpha/pass/somebodys-token?phone=1")
    (line,) = _told(lines)
    assert set(line) == LINE | {"cabinet"}
    assert (line["message"], line["cabinet"], line["view"]) == ("GET pass_check 404", "alpha", "pass_check")
    assert line["request_id"] == page.headers["X-Request-ID"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", str(line["time"]))


def test_probes_write_no_line(documents: None, cabinet: Cabinet, lines: StringIO) -> None:
    Browser().get("/livez")
    Browser().get("/readyz")
    assert _told(lines) == []
    Browser().get("/alpha/")
    assert len(_told(lines)) == 1, "a control"


def _failing(monkeypatch: pytest.MonkeyPatch) -> Page:
    def broken(*_: object) -> object:
        raise ZeroDivisionError("no detail for people")

    monkeypatch.setattr(views, "news_of", broken)
    return Browser().get("/alpha/news")


def test_the_code_on_the_page_of_a_failure_finds_it_in_the_log(
    documents: None, cabinet: Cabinet, lines: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = _failing(monkeypatch)
    found = re.search(r"Код обращения: <span[^>]*>([0-9a-f]{32})<", page.text)
    assert found, page.text
    told = [line for line in _told(lines) if line["request_id"] == found[1]]
    assert any("ZeroDivisionError" in str(line.get("exception")) for line in told)
    assert {"news"} == {line["view"] for line in told}
    assert "Код обращения" not in Browser().get("/alpha/nosuch").text, "a control: only where we failed"


@pytest.mark.parametrize(
    ("proxies", "given", "kept"),
    [(1, GIVEN, True), (0, GIVEN, False), (1, "short", False), (1, "x" * 65, False), (1, GIVEN + "\t<b>", False)],
)
def test_a_request_id_is_taken_from_our_own_proxy_alone(
    documents: None, cabinet: Cabinet, settings: Settings, proxies: int, given: str, kept: bool
) -> None:
    settings.PROXIES = proxies
    answered = Browser().get("/alpha/", {"X-Request-ID": given}).headers["X-Request-ID"]
    assert (answered == given) is kept
    assert re.fullmatch(r"[A-Za-z0-9-]{16,64}", answered)


def test_requests_have_ids_of_their_own(documents: None, cabinet: Cabinet) -> None:
    seen = {Browser().get("/livez").headers["X-Request-ID"] for _ in range(20)}
    assert len(seen) == 20
