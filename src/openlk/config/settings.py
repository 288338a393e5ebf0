"""Django settings; every choice of the installation comes from OPENLK_… (docs/settings.md)."""

from pathlib import Path
from urllib.parse import quote

from openlk.config.environment import (
    ROOT,
    address,
    data_folder,
    database,
    log_form,
    mode,
    networks,
    port,
    secret_key,
    switch,
    variable,
    whole_number,
)

MODE = mode()
DATA: Path = data_folder()
CABINETS = Path(variable("CABINETS") or ROOT / "cabinets").resolve()
SECRET_KEY = secret_key()
OLD_SECRET_KEYS = [key for key in variable("OLD_SECRET_KEYS").split(",") if key]
SHARED_HOST = switch("SHARED_HOST")
# How many proxies in front of the server are ours: 0 means that forwarded headers are not believed.
PROXIES = whole_number("PROXIES", 0)
# What all cabinets together may send on request in a day; each cabinet's own `[limits]` stand in cabinet.toml.
SMS_PER_DAY = whole_number("SMS_PER_DAY", 20_000)
LETTERS_PER_DAY = whole_number("LETTERS_PER_DAY", 500_000)
PORT = port()
_WEB = frozenset({"http", "https"})
_MAIL = frozenset({"smtp", "smtp+tls", "smtps"})
PUBLIC_URL = address("PUBLIC_URL", variable("PUBLIC_URL", f"http://localhost:{PORT}"), _WEB).rstrip("/")
_SANDBOX = f"127.0.0.1:{PORT + 1}"
SANDBOX_URL = address(
    "SANDBOX_URL", variable("SANDBOX_URL", f"http://{_SANDBOX}" if MODE == "demo" else ""), _WEB
).rstrip("/")
EMAIL_URL = address("EMAIL_URL", variable("EMAIL_URL", f"smtp://127.0.0.1:{PORT + 2}" if MODE == "demo" else ""), _MAIL)
SMS_URL = address("SMS_URL", variable("SMS_URL", f"http://sandbox@{_SANDBOX}/sms/send" if MODE == "demo" else ""), _WEB)
# Who may read /metrics: the numbers of an installation are nobody else's business.
METRICS_ALLOW = networks("METRICS_ALLOW", variable("METRICS_ALLOW", "127.0.0.0/8,::1/128"))
LOG = log_form()

DEBUG = False
# Cabinets are found by host in openlk.cabinets.addressing; links in letters never come from the request.
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "openlk.config.urls"
NEUTRAL_URLCONF = "openlk.config.neutral_urls"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "ru"
USE_I18N = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "identity.Operator"

# The rooms in the order of the layer line (docs: ARCHITECTURE.md), highest first; config itself has no tables.
ROOMS = (
    "portal",
    "flows",
    "rewards",
    "support",
    "ledger",
    "identity",
    "register",
    "guard",
    "content",
    "files",
    "messages",
    "audit",
    "jobs",
    "look",
    "cabinets",
)
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.staticfiles",
    *(f"openlk.{room}.apps.{room.capitalize()}Config" for room in reversed(ROOMS)),
]

_DATABASE_URL = variable("DATABASE_URL") or f"sqlite:///{quote(str(DATA / 'openlk.sqlite3'))}"
DATABASES = {
    "default": database(_DATABASE_URL),
    "owner": database(variable("OWNER_DATABASE_URL") or _DATABASE_URL, "OWNER_DATABASE_URL"),
}
# The role that gets its rights after every migration; no role on SQLite.
APPLICATION_ROLE = DATABASES["default"].get("USER")

MIDDLEWARE = [
    "openlk.config.observing.Observed",
    "openlk.config.middleware.Headers",
    "django.middleware.gzip.GZipMiddleware",
    "openlk.cabinets.middleware.CabinetMiddleware",
    "openlk.portal.errors.NotAllowedPage",
    "django.middleware.csrf.CsrfViewMiddleware",
    "openlk.identity.middleware.CurrentSession",
]
CSRF_FAILURE_VIEW = "openlk.portal.errors.stale_form"
CSRF_COOKIE_AGE = 60 * 60 * 24 * 30
if PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Forms here are short; a larger body is not one of ours.
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 100
# No form takes a file yet: what is sent as one is read past, not kept.
FILE_UPLOAD_HANDLERS: list[str] = []

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "openlk.look.finders.BuiltStyles",
    "openlk.look.finders.CabinetStatic",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Calls of these with constant arguments are computed once, when a page is compiled.
TEMPLATE_FUNCTIONS = {
    "url": "openlk.look.functions.url",
    "static": "openlk.look.functions.static",
    "icon": "openlk.look.icons.icon",
}
TEMPLATE_FILTERS = {
    "rubles": "openlk.kit.money.rubles",
    "rubles_split": "openlk.look.functions.rubles_split",
    "day_month": "openlk.kit.dates.day_month",
    "day_month_year": "openlk.kit.dates.day_month_year",
    "iso_date": "openlk.look.functions.iso_date",
    "phone": "openlk.kit.phone.show_phone",
    "plural": "openlk.kit.dates.plural",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
        "json": {"()": "openlk.config.logs.JsonLines"},
    },
    "filters": {
        "readiness": {"()": "openlk.config.logs.NoReadinessNoise"},
        "threads": {"()": "openlk.config.logs.NoThreadsNoise"},
        # On the handler, so that no logger, ours or a library's, gets round it.
        "masked": {"()": "openlk.config.masking.Masked"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOG, "filters": ["masked"]}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "openlk": {"level": "INFO"},
        # A line for every request is for programs; in a terminal it would bury what people are told.
        "openlk.access": {"level": "INFO" if LOG == "json" else "ERROR"},
        # Of answers only our own failures: an address that is not found may hold somebody's token.
        "django.request": {"level": "ERROR", "filters": ["readiness"]},
    },
}
