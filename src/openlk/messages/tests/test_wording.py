"""What people and programs look for in a letter stands where they look."""

from pathlib import Path

import pytest

from openlk.cabinets.loading import Cabinet
from openlk.cabinets.registry import cabinets
from openlk.messages.letters import _read, letter_names, letter_of, rendered
from openlk.messages.wording import letter_problems
from tests.support.definitions import changed

VALUES = frozenset({"cabinet", "code", "pin", "link", "login", "password", "number", "other", "support_phone", "life"})


@pytest.fixture
def writable(cabinet: Cabinet, tmp_path: Path) -> Cabinet:
    """A copy of the cabinet, whose letters may be changed."""
    return changed(cabinet, tmp_path, {})


def _problems(cabinet: Cabinet, body: str, sms: str = "", *, subject: str = "Тема", by_sms: bool = False) -> list[str]:
    # A letter is read once: every wording is a letter of its own.
    _read.cache_clear()
    head = f'+++\nsubject = "{subject}"\n' + (f'sms = """{sms}"""\n' if sms else "") + "+++\n\n"
    (cabinet.folder / "letters" / "tried.md").write_text(head + body, encoding="utf-8")
    channels = ("email", "sms") if by_sms else ("email",)
    return [expected for expected, _ in letter_problems(cabinet, "tried", VALUES, channels)]


CODE_LINE = "строка «Код: {code}» стоит отдельно и пишется именно так."
CODE_FIRST = "до строки с {code} не должно быть других чисел из 4–8 цифр."
LINK_FIRST = "{link} — первая ссылка и стоит отдельной строкой."
EMAIL, SMS = "письмо «tried»: ", "письмо «tried», sms: "


@pytest.mark.parametrize(
    "body",
    [
        "Здравствуйте!\n\nКод: {code}\n\nОн действует {life}. Телефон: {support_phone}, номер {number}",
        "{cabinet}\nКод: {code}\nНикому его не сообщайте.",
        "Логин: {login}\n\nПароль: {password}",
        "Пин-код: {pin}",
        "Откройте:\n\n<{link}>\n\nИли <{other}>, телефон {support_phone}",
        "Ваш номер {number}, логина здесь нет.",
        "Просто слова.",
    ],
)
def test_a_good_letter_has_no_problems(writable: Cabinet, body: str) -> None:
    assert _problems(writable, body) == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Ваш код: {code}", CODE_LINE),
        ("Код {code}", CODE_LINE),
        ("Код: {code}.", CODE_LINE),
        ("- Код: {code}", CODE_LINE),
        ("код: {code}", CODE_LINE),
        ("Заявка 12345.\n\nКод: {code}", CODE_FIRST),
        ("Заявка {number}.\n\nКод: {code}", CODE_FIRST),
        ("Звоните {support_phone}.\n\nКод: {code}", CODE_FIRST),
        ("Войти <{link}> можно так", LINK_FIRST),
        ("<{other}>\n\n<{link}>", LINK_FIRST),
        ("https://example.org\n\n<{link}>", LINK_FIRST),
        ("[Войти]({link}) сюда", LINK_FIRST),
        ("Ваш логин {login}", "строка «Логин: {login}» стоит отдельно и пишется именно так."),
        ("Пароль {password}", "строка «Пароль: {password}» стоит отдельно и пишется именно так."),
        ("PIN: {pin}", "строка «Пин-код: {pin}» стоит отдельно и пишется именно так."),
    ],
)
def test_a_letter_that_hides_its_point_is_named(writable: Cabinet, body: str, expected: str) -> None:
    assert _problems(writable, body) == [EMAIL + expected]


def test_a_number_in_the_subject_comes_before_the_code(writable: Cabinet) -> None:
    assert _problems(writable, "Код: {code}", subject="Заявка {number}") == [EMAIL + CODE_FIRST]


@pytest.mark.parametrize(
    ("sms", "expected"),
    [
        ("{cabinet}: код {code}", CODE_LINE),
        ("Заявка {number}\nКод: {code}", CODE_FIRST),
        ("Войдите: {link}", LINK_FIRST),
    ],
)
def test_an_sms_is_held_to_the_same(writable: Cabinet, sms: str, expected: str) -> None:
    assert _problems(writable, "Просто слова.", sms) == [SMS + expected]
    assert _problems(writable, "Просто слова.", "{cabinet}\nКод: {code}") == []
    assert _problems(writable, "Просто слова.", "{cabinet}: откройте\n{link}") == []


def test_a_letter_that_goes_by_sms_needs_the_words(writable: Cabinet) -> None:
    wrong = "письмо «tried» уходит и по SMS: добавьте в шапку строку sms."
    assert _problems(writable, "Просто слова.", by_sms=True) == [wrong]
    assert _problems(writable, "Просто слова.", "Слова", by_sms=True) == []


def test_a_name_that_nobody_fills_is_named_with_the_nearest(cabinet: Cabinet) -> None:
    ((expected, hint),) = letter_problems(cabinet, "support_received", {"numbr"})
    assert expected.startswith("письмо «support_received» называет {number}; есть: numbr.")
    assert hint == "numbr"


def test_a_broken_letter_is_named(writable: Cabinet) -> None:
    (writable.folder / "letters" / "tried.md").write_text("нет шапки", encoding="utf-8")
    ((expected, _),) = letter_problems(writable, "tried", VALUES)
    assert "tried.md" in expected


def test_every_shipped_letter_is_worded_as_promised() -> None:
    wrong = [
        (slug, problem)
        for slug, each in cabinets().items()
        for name in letter_names(each)
        for problem in letter_problems(each, name, letter_of(each, name).placeholders())
    ]
    assert wrong == []


def test_a_code_is_alone_on_its_line_when_it_is_sent(writable: Cabinet) -> None:
    _problems(writable, "Здравствуйте!\n\nКод: {code}\n", "{cabinet}\nКод: {code}")
    letter = letter_of(writable, "tried")
    for channel in ("email", "sms"):
        assert "Код: 4821" in rendered(letter, {"code": "4821", "cabinet": "АЛЬФА"}, channel).text.splitlines()
