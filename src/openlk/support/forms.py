"""The feedback form."""

from collections.abc import Mapping
from dataclasses import dataclass

from openlk.cabinets.loading import Cabinet
from openlk.kit.dates import plural
from openlk.kit.kinds import KINDS, Invalid
from openlk.support.actions import Request
from openlk.support.definition import support_definition

MAX_MESSAGE = 4000
MAX_NAME = 150


@dataclass(frozen=True)
class Checked:
    """Either a request, or what to mend."""

    request: Request | None
    errors: list[dict[str, str]]


def _contact(text: str) -> tuple[str, str]:
    if not text:
        raise Invalid("Укажите телефон или адрес электронной почты: туда мы ответим.")
    if "@" in text:
        return "email", KINDS["email"].parse(text, "Куда ответить")
    return "phone", KINDS["phone"].parse(text, "Куда ответить")


def check_request(cabinet: Cabinet, posted: Mapping[str, str]) -> Checked:
    """Check the form; every error says what to do, in the order of the fields."""
    name, topic = " ".join(posted.get("name", "").split()), posted.get("topic", "")
    message = posted.get("message", "").strip()
    errors: list[dict[str, str]] = []
    if not name:
        errors.append({"field": "name", "message": "Напишите, как к Вам обращаться."})
    elif len(name) > MAX_NAME:
        errors.append({"field": "name", "message": f"Имя длиннее {MAX_NAME} знаков. Сократите его."})
    kind, contact = "", ""
    try:
        kind, contact = _contact(posted.get("contact", "").strip())
    except Invalid as error:
        errors.append({"field": "contact", "message": str(error)})
    if topic not in support_definition(cabinet).topics:
        errors.append({"field": "topic", "message": "Выберите тему из списка."})
    if not message:
        errors.append({"field": "message", "message": "Опишите, что случилось."})
    elif len(message) > MAX_MESSAGE:
        word = plural(len(message), "знак", "знака", "знаков")
        said = f"В сообщении {len(message)} {word}, а помещается {MAX_MESSAGE}. Сократите его."
        errors.append({"field": "message", "message": said})
    if errors:
        return Checked(None, errors)
    return Checked(Request(name, kind, contact, topic, message), [])
