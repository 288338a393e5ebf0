#!/usr/bin/env bash
# Every test on SQLite, then every test on PostgreSQL; each run's last line is pytest's own, with its time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
for database in sqlite postgres; do
    printf '\nПроверки на базе %s\n' "$database"
    OPENLK_TEST_DATABASE=$database .venv/bin/python -m pytest "$@" </dev/null
done
