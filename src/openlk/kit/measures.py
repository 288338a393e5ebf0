"""What any room counts for /metrics. Labels are few and bounded, and never personal data."""

from prometheus_client import Counter, Histogram

LOGINS = Counter("openlk_logins", "Attempts to log in: right, wrong, or told to wait.", ["cabinet", "outcome"])
HASH_WAIT = Histogram(
    "openlk_hash_wait_seconds",
    "How long a password hash waited for its turn.",
    buckets=(0.001, 0.01, 0.05, 0.1, 0.5, 1, 5),
)
