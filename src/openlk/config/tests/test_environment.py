"""The OPENLK_… variables: what they may hold, and what production refuses."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from openlk.config import environment
from tests.support.threads import at_once

GOOD = "k" * 50


def _set(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(f"OPENLK_{name}", value)


def test_demo_is_the_mode_unless_said_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENLK_MODE")
    assert environment.mode() == "demo"
    _set(monkeypatch, MODE="production")
    assert environment.mode() == "production"


def test_another_mode_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, MODE="prod")
    with pytest.raises(ImproperlyConfigured, match="OPENLK_MODE: допустимы demo и production, задано «prod»"):
        environment.mode()


@pytest.mark.parametrize("key", ["", "short", "k" * 49, "demo-" + "k" * 80])
def test_production_refuses_a_missing_short_or_demo_key(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    _set(monkeypatch, MODE="production", SECRET_KEY=key)
    with pytest.raises(ImproperlyConfigured, match="OPENLK_SECRET_KEY"):
        environment.secret_key()


def test_production_takes_a_key_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A control of the refusal."""
    _set(monkeypatch, MODE="production", SECRET_KEY=GOOD)
    assert environment.secret_key() == GOOD


def test_the_demo_makes_a_key_once_for_its_owner_only(tmp_path: Path) -> None:
    key = environment.demo_secret(tmp_path / "data")
    file = tmp_path / "data" / "secret.key"
    assert environment.demo_secret(tmp_path / "data") == key
    assert key.startswith("demo-")
    assert len(key) > 80
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list((tmp_path / "data").iterdir()) == [file]


def test_processes_that_start_together_agree_on_the_key(tmp_path: Path) -> None:
    keys = at_once([lambda: environment.demo_secret(tmp_path / "data")] * 16)
    assert len(set(keys)) == 1
    assert str(keys[0]).startswith("demo-")


@pytest.mark.parametrize(("value", "number"), [("", 7), ("0", 0), ("12", 12)])
def test_a_whole_number_is_read(monkeypatch: pytest.MonkeyPatch, value: str, number: int) -> None:
    _set(monkeypatch, PROXIES=value)
    assert environment.whole_number("PROXIES", 7) == number


@pytest.mark.parametrize("value", ["-1", "1.5", "два"])
def test_what_is_no_number_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    _set(monkeypatch, PROXIES=value)
    with pytest.raises(ImproperlyConfigured, match="OPENLK_PROXIES: нужно целое число"):
        environment.whole_number("PROXIES", 0)


@pytest.mark.parametrize(("value", "on"), [("", False), ("0", False), ("1", True)])
def test_a_switch_is_on_or_off(monkeypatch: pytest.MonkeyPatch, value: str, on: bool) -> None:
    _set(monkeypatch, SHARED_HOST=value)
    assert environment.switch("SHARED_HOST") is on


@pytest.mark.parametrize("value", ["yes", "true", "2"])
def test_a_switch_half_way_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    _set(monkeypatch, SHARED_HOST=value)
    with pytest.raises(ImproperlyConfigured, match="OPENLK_SHARED_HOST: допустимы 0 и 1"):
        environment.switch("SHARED_HOST")


def test_a_database_address_is_understood() -> None:
    sqlite = environment.database("sqlite:////var/lib/openlk.sqlite3")
    assert (sqlite["NAME"], sqlite["OPTIONS"]["transaction_mode"]) == ("/var/lib/openlk.sqlite3", "IMMEDIATE")
    postgres = environment.database("postgresql://app:p%40ss@db.example:5433/lk?sslmode=require")
    assert (postgres["USER"], postgres["PASSWORD"], postgres["HOST"], postgres["PORT"], postgres["NAME"]) == (
        "app",
        "p@ss",
        "db.example",
        "5433",
        "lk",
    )
    assert postgres["OPTIONS"]["sslmode"] == "require"
    assert environment.database("postgres://app@/lk?host=/run/pg")["HOST"] == "/run/pg"


@pytest.mark.parametrize("url", ["mysql://x/y", "openlk.sqlite3", ""])
def test_another_database_is_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="OPENLK_DATABASE_URL"):
        environment.database(url)


def _command(tmp_path: Path, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    given = {f"OPENLK_{name}": value for name, value in variables.items()}
    clean = {name: value for name, value in os.environ.items() if not name.startswith("OPENLK_")}
    return subprocess.run(
        [sys.executable, "-m", "openlk.config", *arguments],
        env={**clean, "OPENLK_DATA": str(tmp_path), **given},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_production_does_not_start_with_the_demos_secret(tmp_path: Path) -> None:
    secret = environment.demo_secret(tmp_path)
    for command in (["check"], ["serve"]):
        ended = _command(tmp_path / "own", *command, MODE="production", SECRET_KEY=secret)
        assert ended.returncode == 1
        assert "OPENLK_SECRET_KEY" in ended.stderr
        assert "Traceback" not in ended.stderr
        assert secret not in ended.stderr


def test_production_does_not_start_on_the_demos_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, MODE="production", DATA=str(tmp_path))
    assert environment.data_folder() == tmp_path
    environment.demo_secret(tmp_path)
    with pytest.raises(ImproperlyConfigured, match="папка демо с опубликованными паролями"):
        environment.data_folder()
    _set(monkeypatch, DATA="")
    with pytest.raises(ImproperlyConfigured, match="нужна своя папка данных"):
        environment.data_folder()


@pytest.mark.parametrize("value", ["0", "65535", "-1", "http", "1e3"])
def test_a_port_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("PORT", value)
    with pytest.raises(ImproperlyConfigured, match="PORT: нужно число"):
        environment.port()


def test_a_command_on_an_empty_installation_says_what_to_do(tmp_path: Path) -> None:
    ended = _command(tmp_path, "worker", DATABASE_URL=f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    assert ended.returncode == 1
    assert "openlk migrate" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://app@db:abc/lk",
        "postgresql://app@db:99999/lk",
        "postgresql://app@[db/lk",
        "postgresql://app:100%@db/lk",
        "postgresql://app:%zz@db/lk",
        "postgresql://app:%ff@db/lk",
        "sqlite:////var/%zz.sqlite3",
    ],
)
def test_an_address_that_cannot_be_read_is_one_sentence(tmp_path: Path, url: str) -> None:
    for name in ("DATABASE_URL", "OWNER_DATABASE_URL"):
        with pytest.raises(ImproperlyConfigured, match=f"^OPENLK_{name}: [^\n]+$") as caught:
            environment.database(url, name)
        assert "100%@" not in str(caught.value), "a password is not repeated"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgresql://app@db:abc/lk"),
        ("EMAIL_URL", "smtp://mail:abc"),
        ("EMAIL_URL", "mail.example.org"),
        ("SMS_URL", "ftp://sms/send"),
        ("PUBLIC_URL", "http://["),
        ("PROXIES", "9" * 5000),
        ("PROXIES", "²"),
        ("METRICS_ALLOW", "everybody"),
        ("LOG", "xml"),
        ("DATA", "/dev/null/x"),
        ("CABINETS", "/nosuch"),
    ],
)
def test_an_absurd_setting_ends_in_a_sentence(tmp_path: Path, name: str, value: str) -> None:
    ended = _command(tmp_path, "check", **{name: value})
    assert (ended.returncode, ended.stderr.count("\n") + ended.stdout.count("\n") > 0) == (1, True)
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("port", ["0", "65536", "99999999999", "-1", "http"])
def test_a_port_of_the_command_line_that_is_none_is_a_wrong_use(tmp_path: Path, port: str) -> None:
    ended = _command(tmp_path, "serve", "--port", port)
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr


def test_a_log_has_two_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENLK_LOG", raising=False)
    assert environment.log_form() == "text"
    _set(monkeypatch, MODE="production")
    assert environment.log_form() == "json"
    _set(monkeypatch, LOG="text")
    assert environment.log_form() == "text"
    _set(monkeypatch, LOG="xml")
    with pytest.raises(ImproperlyConfigured, match="OPENLK_LOG: допустимы text и json"):
        environment.log_form()


def test_networks_are_read() -> None:
    given = " 10.0.0.0/8, 2001:db8::1 ,"
    assert [str(each) for each in environment.networks("METRICS_ALLOW", given)] == ["10.0.0.0/8", "2001:db8::1/128"]
    with pytest.raises(ImproperlyConfigured, match="OPENLK_METRICS_ALLOW: нужны сети"):
        environment.networks("METRICS_ALLOW", "10.0.0.1/8")
