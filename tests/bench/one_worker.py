"""The product's own server with one worker: python -m tests.bench.one_worker PORT."""

import sys

import django

django.setup()

from openlk.config.serving import server  # noqa: E402 -- its checks need Django set up


def main() -> None:
    """Serve until SIGTERM."""
    server("127.0.0.1", int(sys.argv[1]), workers=1).serve()


if __name__ == "__main__":
    main()
