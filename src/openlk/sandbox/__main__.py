"""`python -m openlk.sandbox`: starts the outside world."""

import argparse
import asyncio
import os
import sys
from pathlib import Path

from openlk.sandbox.process import PortTakenError, run
from openlk.sandbox.world import Settings

TOKEN_VARIABLE = "SANDBOX_SMS_TOKEN"  # noqa: S105  the variable's name
TOKEN = "sandbox"  # noqa: S105  a demo's token, printed in the manual


def _settings() -> Settings:
    parser = argparse.ArgumentParser(prog="python -m openlk.sandbox", description="Внешний мир OpenLK: почта и SMS")
    parser.add_argument("--host", default="127.0.0.1", help="адрес, на котором слушать (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8001, help="порт веб-страниц и шлюза SMS (8001)")
    parser.add_argument("--smtp-port", type=int, default=8025, help="порт почтового сервера (8025)")
    parser.add_argument("--data", type=Path, required=True, help="папка, где хранить сообщения")
    parser.add_argument("--product-url", default="http://localhost:8000", help="адрес кабинетов")
    given = parser.parse_args()
    return Settings(
        host=given.host,
        port=given.port,
        smtp_port=given.smtp_port,
        data=given.data,
        product_url=given.product_url,
        sms_token=os.environ.get(TOKEN_VARIABLE, TOKEN),
    )


def main() -> int:
    """Run until a signal; 0 after a clean stop, 1 when a port is taken, 2 for a wrong option."""
    try:
        asyncio.run(run(_settings()))
    except PortTakenError as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
