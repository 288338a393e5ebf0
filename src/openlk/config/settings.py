"""Django settings; every choice of the installation comes from OPENLK_… (docs/settings.md)."""

from pathlib import Path
from urllib.parse import quote

from openlk.config.environment import (
    ROOT,
    data_folder,
    database,
    mode,
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
PORT = port()
PUBLIC_URL = variable("PUBLIC_URL", f"http://localhost:{PORT}").rstrip("/")
SANDBOX_URL = variable("SANDBOX_URL", f"http://127.0.0.1:{PORT + 1}" if MODE == "demo" else "").rstrip("/")
EMAIL_URL = variable("EMAIL_URL", f"smtp://127.0.0.1:{PORT + 2}" if MODE == "demo" else "")
SMS_URL = variable("SMS_URL", f"http://sandbox@127.0.0.1:{PORT + 1}/sms/send" if MODE == "demo" else "")

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
    "owner": database(variable("OWNER_DATABASE_URL") or _DATABASE_URL),
}
# The role that gets its rights after every migration; no role on SQLite.
APPLICATION_ROLE = DATABASES["default"].get("USER")

MIDDLEWARE = [
    "openlk.config.middleware.Headers",
    "django.middleware.gzip.GZipMiddleware",
    "openlk.cabinets.middleware.CabinetMiddleware",
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
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "filters": {"readiness": {"()": "openlk.config.logs.NoReadinessNoise"}},
    "loggers": {
        "openlk": {"level": "INFO"},
        # Of answers only our own failures: an address that is not found may hold somebody's token.
        "django.request": {"level": "ERROR", "filters": ["readiness"]},
    },
}
