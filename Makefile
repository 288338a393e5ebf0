# OpenLK. Every target makes its own set-up in .venv; a second run finds it done.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# The port of the demo's site; the sandbox takes the next two.
PORT ?= 8000
export PORT

# The test run may be narrowed: make test TESTS="tests/house -k clock"
TESTS ?=

.NOTPARALLEL:
.PHONY: help demo test lint check bench lock

help: ## показать эти цели
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

demo: ## поставить всё нужное и запустить демо (PORT=8000); остановить: Ctrl-C
	@started=$$SECONDS; tools/set_up.sh demo; printf 'Установка заняла %s с.\n' $$((SECONDS - started))
	@exec .venv/bin/openlk demo

test: ## поставить всё нужное и выполнить все проверки: на SQLite, потом на PostgreSQL
	@tools/set_up.sh dev
	@tools/set_up.sh chromium
	@tools/test.sh $(TESTS)

# mypy's plug-in loads the settings, which keep a key in the data folder: it gets one of its own.
lint: ## стиль, типы и устройство
	@tools/set_up.sh dev
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	OPENLK_DATA=var/lint .venv/bin/mypy src tests conftest.py
	.venv/bin/lint-imports --no-cache

check: lint test ## стиль, типы, устройство и все проверки

bench: ## измерить скорость и сравнить с целями; отчёт остаётся в var/bench
	@tools/set_up.sh dev
	@.venv/bin/python -m tests.bench

lock: ## заново закрепить версии и суммы зависимостей
	@tools/set_up.sh uv
	.venv/uv/bin/uv pip compile pyproject.toml --group build --python-version 3.11 --universal --generate-hashes -o requirements.lock
	.venv/uv/bin/uv pip compile pyproject.toml --group build --group dev --python-version 3.11 --universal --generate-hashes -c requirements.lock -o requirements-dev.lock
	echo uv | .venv/uv/bin/uv pip compile - --python-version 3.11 --universal --generate-hashes -o requirements-uv.lock
