"""What the log does not hold: waiting for readiness, and addresses that are not there."""

import logging

import pytest

from openlk.cabinets.loading import Cabinet
from tests.support.plain_browser import Browser


def _record(status_code: int) -> logging.LogRecord:
    record = logging.LogRecord("django.request", logging.ERROR, __file__, 1, "%s: %s", ("said", "/x"), None)
    record.status_code = status_code
    return record


def test_waiting_for_readiness_is_no_failure() -> None:
    kept = logging.getLogger("django.request").filter
    assert not kept(_record(503))
    assert kept(_record(500)), "a control: our own failures are written"


def test_an_address_that_is_not_there_leaves_no_token_in_the_log(
    documents: None, cabinet: Cabinet, caplog: pytest.LogCaptureFixture
) -> None:
    assert Browser().get("/alpha/pass/somebodys-token").status == 404
    assert "somebodys-token" not in caplog.text
