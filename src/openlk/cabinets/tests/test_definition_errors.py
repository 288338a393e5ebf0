"""What an engineer reads who made a mistake in cabinet.toml: the file, the key, what was expected, the nearest name."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from openlk.cabinets.loading import Cabinet, load, load_all
from openlk.cabinets.problems import DefinitionError, Problem
from tests.support.definitions import changed_folder


@dataclass(frozen=True)
class Mistake:
    """A change of a good definition, and the problem it must give."""

    old: str
    new: str
    key: str
    expected: str
    nearest: str | None = None


MISTAKES = {
    "unknown table": Mistake("[rubric]", "[rubrik]", "rubrik", "такой таблицы нет", "rubric"),
    "unknown key": Mistake("tagline =", "tag_line =", "cabinet.tag_line", "такого ключа нет", "tagline"),
    "missing key": Mistake('accent = "#0f766e"\n', "", "cabinet.accent", "обязательный ключ не задан"),
    "missing table": Mistake("[login]", "[rubric.x]", "login", "обязательная таблица не задана"),
    "text for a number": Mistake(
        "min_password = 10", 'min_password = "десять"', "login.min_password", "нужно целое число"
    ),
    "number for a text": Mistake('name = "АЛЬФА"', "name = 1", "cabinet.name", "нужна строка в кавычках"),
    "text for a list": Mistake(
        'sections = ["money", "offers", "news"]',
        'sections = "news"',
        "cabinet.sections",
        "нужен список в квадратных скобках",
    ),
    "too small": Mistake("min_password = 10", "min_password = 4", "login.min_password", "нужно не меньше 5, задано 4"),
    "too large": Mistake("answer_days = 3", "answer_days = 31", "support.answer_days", "нужно не больше 30, задано 31"),
    "not a colour": Mistake('accent = "#0f766e"', 'accent = "teal"', "cabinet.accent", "не подходит под образец"),
    "not a host": Mistake(
        'hosts = ["alpha.example"]', 'hosts = ["https://alpha.example"]', "cabinet.hosts[0]", "не подходит под образец"
    ),
    "no such time zone": Mistake(
        "Asia/Yekaterinburg", "Asia/Sverdlovsk", "cabinet.timezone", "нужен часовой пояс из базы IANA"
    ),
    "empty list of topics": Mistake(
        '[support.topics]\nlogin = "Не получается войти"\nother = "Другое"\n',
        "[support.topics]\n",
        "support.topics",
        "нужно не меньше 1",
    ),
    "unknown kind of a column": Mistake(
        'kind = "phone"', 'kind = "fone"', "register.members.columns.phone.kind", "допустимы:", "phone"
    ),
    "unknown step": Mistake(
        'use = "match"', 'use = "mach"', "flow.registration.steps[1].use", "шага «mach» нет", "match"
    ),
    "step without a name": Mistake('use = "match"\n', "", "flow.registration.steps[1]", "не задан ключ «use»"),
    "unknown option of a step": Mistake(
        'taken = "say"', 'takn = "say"', "flow.registration.steps[1].takn", "такого ключа нет", "taken"
    ),
    "unknown value of an option": Mistake(
        'contacts = "masked"', 'contacts = "maskd"', "flow.registration.steps[2].contacts", "допустимы:", "masked"
    ),
    "key that is no column": Mistake(
        'key = "union_card"', 'key = "union_kard"', "register.members.key", "столбца «union_kard» нет", "union_card"
    ),
    "key that is no identifier": Mistake(
        'key = "union_card"', 'key = "full_name"', "register.members.key", "только столбец вида identifier"
    ),
    "register without a name": Mistake(
        'kind = "name"', 'kind = "text"', "register.members.columns", "нужен столбец вида name"
    ),
    "field without a kind": Mistake(
        "[field.phone]", "[field.fone]", "field.fone", "нет столбца с таким именем", "phone"
    ),
    "unknown field": Mistake(
        'fields = ["full_name", "union_card"]',
        'fields = ["full_name", "union_kard"]',
        "flow.registration.steps[0].fields",
        "«union_kard» не найдено",
        "union_card",
    ),
    "unknown consent": Mistake(
        'consents = ["personal-data", "rules"]',
        'consents = ["personal-data", "ruls"]',
        "flow.registration.steps[0].consents",
        "«ruls» не найдено",
        "rules",
    ),
    "unknown register": Mistake(
        'register = "members"', 'register = "member"', "flow.registration.steps[1].register", "«member»", "members"
    ),
    "unknown column to find by": Mistake(
        'find = "union_card"', 'find = "union_kard"', "flow.registration.steps[1].find", "«union_kard»", "union_card"
    ),
    "unknown column to compare": Mistake(
        'same = ["full_name"]', 'same = ["ful_name"]', "flow.registration.steps[1].same", "«ful_name»", "full_name"
    ),
    "unknown login": Mistake(
        'login = "union_card"', 'login = "union_kard"', "flow.registration.steps[3].login", "«union_kard»", "union_card"
    ),
    "unknown letter": Mistake(
        'letter = "cabinet_created"',
        'letter = "cabinet_creatd"',
        "flow.registration.steps[3].letter",
        "«cabinet_creatd» не найдено",
        "cabinet_created",
    ),
    "flow that ends without a word": Mistake(
        '[[flow.registration.steps]]\nuse = "tell"\ntitle = "Личный кабинет создан"\n'
        'sentences = ["Войдите с номером профсоюзного билета и паролем."]\nbutton = "Войти в кабинет"\n',
        "",
        "flow.registration.steps",
        "последним должен быть шаг «tell»",
    ),
    "step before what it needs": Mistake(
        'fields = ["full_name", "union_card"]',
        'fields = ["full_name"]',
        "flow.registration.steps[1]",
        "шагу нужно «union_card»",
    ),
    "login without a password": Mistake(
        'password = "choose"\n', "", "flow.registration.steps[3]", "шагу нужно «password»"
    ),
    "no registration": Mistake(
        "[flow.registration", "[flow.registratoin", "flow", "нужен путь «registration»", "registratoin"
    ),
    "words that nobody fills": Mistake(
        "Позвоните в поддержку: {phone}.",
        "Позвоните в поддержку: {phnoe}.",
        "flow.registration.steps[1].not_found",
        "«{phnoe}» здесь нечем заполнить",
        "phone",
    ),
    "field named like the engine's own": Mistake(
        "[field.new_email]",
        '[field.password]\nkind = "text"\nlabel = "x"\n[field.new_email]',
        "field.password",
        "поле самого движка",
    ),
    "field that begins like a consent": Mistake(
        "[field.new_email]",
        '[field.consent_x]\nkind = "text"\nlabel = "x"\n[field.new_email]',
        "field.consent_x",
        "поле самого движка",
    ),
    "login of another kind": Mistake(
        'login = "union_card"', 'login = "email"', "flow.registration.steps[3].login", "«email» не найдено"
    ),
    "way back by what nobody logs in with": Mistake(
        'by = "union_card"', 'by = "full_name"', "flow.recovery.steps[1].by", "«full_name» не найдено"
    ),
    "silent flow that writes before a proof": Mistake(
        'use = "send_code"\nto = "login"\nby = ["sms"]\nletter = "recovery_code"',
        'use = "preview"\nfields = ["union_card"]',
        "flow.recovery_sms.steps[3]",
        "только тот, кто подтвердил контакт",
    ),
    "silent flow that says who is taken": Mistake(
        'title = "Регистрация"\nwho = "anyone"',
        'title = "Регистрация"\nwho = "anyone"\nsilent = true',
        "flow.registration.steps[1].taken",
        "не говорит, что кабинет уже есть",
    ),
    "ways back with different forms": Mistake(
        'мобильный телефон"\n\n[[flow.recovery_sms.steps]]\nuse = "ask"\nfields = ["union_card"]',
        'мобильный телефон"\n\n[[flow.recovery_sms.steps]]\nuse = "ask"\nfields = ["union_card", "email"]',
        "flow.recovery_sms.steps",
        "начинаются с одних и тех же полей",
    ),
    "way back without a name": Mistake(
        'choice = "SMS с кодом на мобильный телефон"\n', "", "flow.recovery_sms.choice", "назовите каждый"
    ),
    "change offered to strangers": Mistake(
        'title = "Новый номер телефона"\nwho = "login"',
        'title = "Новый номер телефона"\nwho = "anyone"',
        "flow.change_phone.who",
        "только пути с who",
    ),
    "contact saved without a code": Mistake(
        'field = "new_phone"', 'field = "full_name"', "flow.change_phone.steps[3].field", "«full_name» не найдено"
    ),
    "document without its text": Mistake(
        "[document.rules]", "[document.statute]", "document.statute", "нет файла documents/statute.md"
    ),
}


def _problems(folder: Path) -> tuple[Problem, ...]:
    with pytest.raises(DefinitionError) as caught:
        load(folder)
    return caught.value.problems


def test_the_definition_without_a_mistake_loads(cabinet: Cabinet, tmp_path: Path) -> None:
    """A control of all the others: nothing but the mistake makes them fail."""
    assert load(changed_folder(cabinet.folder, tmp_path / "alpha", {})).profile.name == "АЛЬФА"


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_an_engineer_reads_where_and_what(cabinet: Cabinet, tmp_path: Path, mistake: Mistake) -> None:
    folder = changed_folder(cabinet.folder, tmp_path / "alpha", {mistake.old: mistake.new})
    found = {problem.key: problem for problem in _problems(folder)}
    assert mistake.key in found, sorted(found)
    problem = found[mistake.key]
    assert problem.file == folder / "cabinet.toml"
    assert mistake.expected in problem.expected
    assert problem.nearest == mistake.nearest


def test_a_letter_that_names_what_its_step_does_not_know_is_named(cabinet: Cabinet, tmp_path: Path) -> None:
    letter = "letters/cabinet_created.md"
    folder = changed_folder(cabinet.folder, tmp_path / "alpha", {"{given_names}": "{given_name}"}, letter)
    (problem,) = _problems(folder)
    assert problem.key == "flow.registration.steps[3].letter"
    assert "{given_name}" in problem.expected
    assert problem.nearest == "given_names"


def test_a_sentence_holds_all_of_it(cabinet: Cabinet, tmp_path: Path) -> None:
    folder = changed_folder(cabinet.folder, tmp_path / "alpha", {"tagline =": "tag_line ="})
    sentences = [str(problem) for problem in _problems(folder)]
    assert f"{folder}/cabinet.toml: cabinet.tag_line: такого ключа нет. Может быть, «tagline»?" in sentences


def test_all_mistakes_of_a_file_are_named_at_once(cabinet: Cabinet, tmp_path: Path) -> None:
    changes = {"tagline =": "tag_line =", "min_password = 10": "min_password = 1", 'use = "match"': 'use = "mach"'}
    keys = {problem.key for problem in _problems(changed_folder(cabinet.folder, tmp_path / "alpha", changes))}
    assert keys >= {"cabinet.tag_line", "cabinet.tagline", "login.min_password", "flow.registration.steps[1].use"}


@pytest.mark.parametrize("content", [b"[cabinet\n", b'name = "\xcf\xd0\xce\xd4"\n'], ids=["not TOML", "not UTF-8"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "cabinet.toml").write_bytes(content)
    (problem,) = _problems(tmp_path)
    assert (problem.file, problem.key) == (tmp_path / "cabinet.toml", "(файл)")
    assert problem.expected.startswith("не читается")


def test_a_folder_without_a_definition_is_named(tmp_path: Path) -> None:
    (problem,) = _problems(tmp_path)
    assert problem.expected.startswith("не читается")


def _all_problems(folder: Path) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        load_all(folder)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("slug", ["desk", "api", "static", "livez", "readyz", "metrics", "Alpha", "a", "1c", "al_fa"])
def test_a_slug_that_would_shadow_or_confuse_is_refused(cabinet: Cabinet, tmp_path: Path, slug: str) -> None:
    changed_folder(cabinet.folder, tmp_path / slug, {})
    (sentence,) = _all_problems(tmp_path)
    assert f"{tmp_path / slug}: (имя папки)" in sentence


def test_a_host_of_two_cabinets_is_refused(cabinet: Cabinet, other_cabinet: Cabinet, tmp_path: Path) -> None:
    changed_folder(cabinet.folder, tmp_path / "alpha", {})
    changed_folder(other_cabinet.folder, tmp_path / "beta", {'"beta.example"]': '"beta.example", "alpha.example"]'})
    (sentence,) = _all_problems(tmp_path)
    assert "beta/cabinet.toml: cabinet.hosts" in sentence
    assert "узел alpha.example уже занят кабинетом «alpha»" in sentence


def test_the_mistakes_of_all_cabinets_come_together(cabinet: Cabinet, other_cabinet: Cabinet, tmp_path: Path) -> None:
    changed_folder(cabinet.folder, tmp_path / "alpha", {"tagline =": "tag_line ="})
    changed_folder(other_cabinet.folder, tmp_path / "beta", {"tagline =": "tagln ="})
    text = "\n".join(_all_problems(tmp_path))
    assert "cabinet.tag_line" in text
    assert "cabinet.tagln" in text


def test_a_folder_without_cabinets_is_named(tmp_path: Path) -> None:
    (sentence,) = _all_problems(tmp_path)
    assert "нет ни одного кабинета" in sentence


def test_two_good_cabinets_load_by_slug(cabinet: Cabinet, other_cabinet: Cabinet, tmp_path: Path) -> None:
    for each in (cabinet, other_cabinet):
        changed_folder(each.folder, tmp_path / each.slug, {})
    loaded = load_all(tmp_path)
    assert {slug: each.profile.name for slug, each in loaded.items()} == {"alpha": "АЛЬФА", "beta": "БЕТА"}


@pytest.mark.parametrize(
    "text",
    ["x = " + "[" * 5000 + "]" * 5000, "x = " + "{a = " * 5000 + "1" + "}" * 5000, "[" + "a." * 5000 + "a]\n"],
    ids=["lists", "tables", "dotted"],
)
def test_a_file_nested_beyond_reason_is_named(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "deep"
    folder.mkdir()
    (folder / "cabinet.toml").write_text(text, encoding="utf-8")
    problems = _problems(folder)
    assert all(problem.file == folder / "cabinet.toml" for problem in problems)
    assert len(str(problems[0])) < 60_000
