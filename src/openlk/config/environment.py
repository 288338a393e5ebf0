"""The OPENLK_… environment variables, read once and checked; everything else takes them from the settings."""

import ipaddress
import os
import re
import secrets
import tempfile
from collections.abc import Container
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parents[3]
DEMO_KEY_FILE = "secret.key"
MIN_SECRET_LENGTH = 50
LAST_PORT = 65535 - 2  # the sandbox takes the next two
_NUMBER = re.compile(r"[0-9]{1,9}")
_HALF_CODE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def variable(name: str, default: str = "") -> str:
    """The value of OPENLK_<name>."""
    return os.environ.get(f"OPENLK_{name}", default).strip()


def mode() -> Literal["demo", "production"]:
    """OPENLK_MODE; demo unless said otherwise."""
    value = variable("MODE", "demo")
    if value == "demo":
        return "demo"
    if value == "production":
        return "production"
    raise ImproperlyConfigured(f"OPENLK_MODE: допустимы demo и production, задано «{value}».")


def data_folder() -> Path:
    """OPENLK_DATA; in demo mode a clone's var/demo. Production refuses to do without it, and a demo's folder."""
    folder = Path(variable("DATA") or ROOT / "var" / "demo").resolve()
    if mode() == "production" and not variable("DATA"):
        raise ImproperlyConfigured("OPENLK_DATA: для production нужна своя папка данных, например /var/lib/openlk.")
    if mode() == "production" and (folder / DEMO_KEY_FILE).exists():
        raise ImproperlyConfigured(f"OPENLK_DATA: {folder} — папка демо с опубликованными паролями. Задайте другую.")
    return folder


def demo_secret(data: Path) -> str:
    """The demo's own key, made at first use and kept in its data folder, so that commands and the demo agree."""
    file = data / DEMO_KEY_FILE
    if not file.is_file():
        data.mkdir(parents=True, exist_ok=True)
        # Written aside and linked into its place: who comes at the same moment reads a whole key, and the same one.
        descriptor, written = tempfile.mkstemp(dir=data)
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(f"demo-{secrets.token_urlsafe(64)}")
        with suppress(FileExistsError):
            os.link(written, file)
        Path(written).unlink()
    return file.read_text(encoding="ascii").strip()


def secret_key() -> str:
    """OPENLK_SECRET_KEY, or the demo's own. Production refuses a missing, short or demo key."""
    value = variable("SECRET_KEY")
    if mode() == "demo":
        return value or demo_secret(data_folder())
    if len(value) < MIN_SECRET_LENGTH or value.startswith("demo-"):
        raise ImproperlyConfigured(
            f"OPENLK_SECRET_KEY: для production нужен свой случайный ключ не короче {MIN_SECRET_LENGTH} знаков. "
            "Создайте его: python3 -c 'import secrets; print(secrets.token_urlsafe(64))'"
        )
    return value


def _sqlite(path: str) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        },
        "CONN_MAX_AGE": None,
    }


def _postgresql(parts: SplitResult) -> dict[str, Any]:
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.removeprefix("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or query.pop("port", "")),
        # Prepared at the second use: savepoints have names of their own each time, and prepared at the first use they
        # pushed each other out of the statements kept, at two more round trips apiece.
        "OPTIONS": {"server_side_binding": True, "prepare_threshold": 1, **query},
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }


def _parts(name: str, url: str) -> SplitResult:
    """The parts of an address. Raises ImproperlyConfigured, which never repeats the address: it may hold a password."""
    try:
        parts = urlsplit(url)
        _ = parts.port, parts.hostname
        for part in (parts.username, parts.password, parts.path):
            unquote(part or "", errors="strict")
    except UnicodeDecodeError:
        raise ImproperlyConfigured(f"OPENLK_{name}: код после знака % не складывается в букву UTF-8.") from None
    except ValueError:
        raise ImproperlyConfigured(
            f"OPENLK_{name}: адрес не разобрать. Порт — число до 65535, знаки @ : / % # ? в пароле пишут кодами: %40."
        ) from None
    if _HALF_CODE.search(url):
        raise ImproperlyConfigured(f"OPENLK_{name}: после знака % нужны две цифры кода; сам знак % пишут так: %25.")
    return parts


def database(url: str, name: str = "DATABASE_URL") -> dict[str, Any]:
    """Django's settings for `sqlite:///path` or `postgresql://role:password@host:port/name`."""
    parts = _parts(name, url)
    if parts.scheme == "sqlite":
        return _sqlite(unquote(parts.path[1:]))
    if parts.scheme in {"postgresql", "postgres"}:
        return _postgresql(parts)
    raise ImproperlyConfigured(f"OPENLK_{name}: ждём sqlite:///путь или postgresql://…, задано «{parts.scheme}».")


def address(name: str, url: str, schemes: Container[str]) -> str:
    """The address `url` of the setting OPENLK_<name>, checked; an empty one stays empty."""
    if url:
        parts = _parts(name, url)
        if parts.scheme not in schemes or not parts.hostname:
            raise ImproperlyConfigured(f"OPENLK_{name}: ждём адрес вида схема://узел:порт, задано не это.")
    return url


def port() -> int:
    """PORT, the site's; 8000 when it is not set."""
    value = os.environ.get("PORT") or "8000"
    if not _NUMBER.fullmatch(value) or not 0 < int(value) <= LAST_PORT:
        raise ImproperlyConfigured(f"PORT: нужно число от 1 до {LAST_PORT}, задано «{value}».")
    return int(value)


def whole_number(name: str, default: int) -> int:
    """OPENLK_<name> as a whole number."""
    value = variable(name)
    if not value:
        return default
    if not _NUMBER.fullmatch(value):
        raise ImproperlyConfigured(f"OPENLK_{name}: нужно целое число, задано «{value}».")
    return int(value)


def switch(name: str) -> bool:
    """OPENLK_<name> is 1 (on) or 0 or empty (off)."""
    value = variable(name, "0")
    if value not in {"", "0", "1"}:
        raise ImproperlyConfigured(f"OPENLK_{name}: допустимы 0 и 1, задано «{value}».")
    return value == "1"


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks(name: str, text: str) -> list[Network]:
    """The value `text` of OPENLK_<name>: networks or single addresses, separated by commas."""
    given = [each.strip() for each in text.split(",") if each.strip()]
    try:
        return [ipaddress.ip_network(each) for each in given]
    except ValueError:
        raise ImproperlyConfigured(
            f"OPENLK_{name}: нужны сети через запятую, например 127.0.0.0/8,10.1.2.0/24."
        ) from None


def log_form() -> Literal["text", "json"]:
    """OPENLK_LOG: how a line of the log looks; text in demo mode and json in production unless said otherwise."""
    value = variable("LOG") or ("json" if mode() == "production" else "text")
    if value == "text":
        return "text"
    if value == "json":
        return "json"
    raise ImproperlyConfigured(f"OPENLK_LOG: допустимы text и json, задано «{value}».")
