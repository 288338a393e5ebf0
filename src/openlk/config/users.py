"""`openlk user …`: what an operator does for one person."""

import getpass
import json
import sys

from openlk.cabinets.registry import cabinet as cabinet_named
from openlk.flows.links import OPERATOR_LIFE, NoSuchLogin, NoWayBack, operators_link
from openlk.identity.actions import login_name
from openlk.kit import clock


def reset_link(slug: str, typed: str, *, as_json: bool) -> int:
    """Print a link for a new password; the operator gives it to the person and never sees a password. 1: no such login.

    The audit trail names the system's user that ran the command.
    """
    cabinet = cabinet_named(slug)
    actor = f"system:{getpass.getuser()}"[:60]
    try:
        link = operators_link(cabinet, login_name(cabinet, typed), actor)
    except NoSuchLogin:
        sentence = f"Логина «{typed}» в кабинете {slug} нет. Проверьте номер; кабинет мог быть ещё не создан."
        print(sentence, file=sys.stderr)
        return 1
    except NoWayBack:
        print(f'В кабинете {slug} нет пути восстановления: добавьте путь с offer = "recover".', file=sys.stderr)
        return 1
    until = clock.wall() + OPERATOR_LIFE
    if as_json:
        print(json.dumps({"link": link, "expires_at": until.isoformat()}, ensure_ascii=False))
        return 0
    print(link)
    hours = int(OPERATOR_LIFE.total_seconds() // 3600)
    advice = f"Ссылка действует {hours} часа, её кнопка — один раз. Передайте её только владельцу кабинета."
    print(advice, file=sys.stderr)
    return 0
