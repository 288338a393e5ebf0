#!/usr/bin/env bash
# Usage: tools/set_up.sh demo|dev|uv|chromium
# Makes .venv with the locked, hash-checked dependencies of the demo or of the tests; gets uv alone; or gets Chromium.
# A second run finds its stamp and ends at once. As root it installs what Debian keeps apart, otherwise it names the line.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

venv=.venv
python=$venv/bin/python
uv=$venv/uv/bin/uv

say() { printf '%s\n' "$*" >&2; }

apt_install() { # why packages…
    local why=$1
    shift
    if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
        say "$why Выполните: sudo apt-get update && sudo apt-get install -y $*"
        exit 1
    fi
    say "$why Ставим: $*"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q </dev/null >&2
    apt-get install -y -q --no-install-recommends "$@" </dev/null >&2
}

find_python() {
    local candidate
    for candidate in python3.11 python3 python3.12 python3.13 python3.14; do
        if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
            printf '%s' "$candidate"
            return
        fi
    done
    say "Нужен Python 3.11 или новее. Выполните: sudo apt-get update && sudo apt-get install -y python3 python3-venv"
    exit 1
}

make_venv() {
    if [ -x "$python" ] && "$python" -m pip --version >/dev/null 2>&1; then
        return
    fi
    local found
    found=$(find_python)
    if ! "$found" -c 'import ensurepip, venv' 2>/dev/null; then
        apt_install "Не хватает модуля venv." python3-venv
    fi
    say "Создаём $venv…"
    "$found" -m venv --clear "$venv"
}

# uv does not read pip's settings, so the ones that say where packages come from are handed over.
pip_setting() { # name
    local scope
    for scope in :env: install global; do
        "$python" -m pip config get "$scope.$1" 2>/dev/null && return
    done
    return 0
}

hand_over() { # variable-of-uv setting-of-pip
    local value
    [ -z "${!1:-}" ] || return 0
    value=$(pip_setting "$2" | tr '\n' ' ' | sed 's/ *$//')
    [ -z "$value" ] || export "$1=$value"
}

get_uv() {
    [ ! -x "$uv" ] || return 0
    "$python" -m pip install -q --disable-pip-version-check --require-hashes --target "$venv/uv" \
        -r requirements-uv.lock >/dev/null 2>&1 && [ -x "$uv" ]
}

with_uv() { # lock
    get_uv || return 1
    hand_over UV_DEFAULT_INDEX index-url
    hand_over UV_INDEX extra-index-url
    hand_over UV_FIND_LINKS find-links
    hand_over SSL_CERT_FILE cert
    # Every file is checked by its hash, so that it does not matter which of the indexes it comes from.
    "$uv" pip install -q --python "$python" --index-strategy unsafe-best-match --require-hashes -r "$1"
}

with_pip() { # lock
    "$python" -m pip install -q --disable-pip-version-check --require-hashes -r "$1"
}

install_locked() { # lock stamp
    local lock=$1 stamp=$2
    make_venv
    say "Ставим зависимости из $lock…"
    with_uv "$lock" || {
        say "uv не помог, ставим через pip."
        with_pip "$lock"
    }
    "$python" -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
    touch "$stamp"
}

fresh() { # stamp lock: nothing that decides what is installed is newer than the stamp
    [ -x "$venv/bin/openlk" ] && [ -f "$1" ] && [ ! "$2" -nt "$1" ] && [ ! pyproject.toml -nt "$1" ]
}

case "${1:-}" in
demo)
    # The tests' dependencies hold the demo's.
    fresh "$venv/.dev-ready" requirements-dev.lock || fresh "$venv/.demo-ready" requirements.lock ||
        install_locked requirements.lock "$venv/.demo-ready"
    ;;
dev)
    fresh "$venv/.dev-ready" requirements-dev.lock || install_locked requirements-dev.lock "$venv/.dev-ready"
    ;;
uv)
    make_venv
    get_uv || {
        say "Не удалось поставить uv (requirements-uv.lock)."
        exit 1
    }
    ;;
chromium)
    command -v chromium >/dev/null || apt_install "Для проверок нужен браузер Chromium." chromium
    ;;
*)
    say "usage: tools/set_up.sh demo|dev|uv|chromium"
    exit 2
    ;;
esac
