"""`openlk check`: what is wrong with the cabinets and the installation."""

import json

from django.conf import settings
from django.db import DatabaseError

from openlk.cabinets.addressing import by_path_allowed
from openlk.cabinets.problems import DefinitionError
from openlk.cabinets.registry import cabinets
from openlk.cabinets.schema import json_schema
from openlk.cabinets.templates import broken_templates
from openlk.cabinets.walls import wall_problems
from openlk.config.environment import variable
from openlk.config.health import unapplied_migrations
from openlk.content.definition import documents_of
from openlk.content.documents import changed_documents, written
from openlk.kit.frontmatter import BadDocumentError
from openlk.look.section import known_sections


def _cabinet_problems() -> list[str]:
    try:
        known = cabinets()
    except DefinitionError as error:
        return [str(problem) for problem in error.problems]
    problems = []
    for cabinet in known.values():
        for name in documents_of(cabinet):
            try:
                written(cabinet, name)
            except BadDocumentError as error:
                problems.append(str(error))
        problems += broken_templates(cabinet)
        problems += [
            f"{cabinet.folder}: cabinet.sections: раздела «{key}» нет; есть: {', '.join(known_sections())}."
            for key in cabinet.profile.sections
            if key not in known_sections()
        ]
    return problems


def _address_problems() -> list[str]:
    homeless = [slug for slug, cabinet in cabinets().items() if not cabinet.profile.hosts]
    if settings.MODE == "demo" or not homeless:
        return []
    if not by_path_allowed():
        return [
            f"кабинет {slug}: не задан cabinet.hosts. В production у каждого кабинета свой узел; "
            "чтобы держать несколько организаций на одном, задайте OPENLK_SHARED_HOST=1"
            for slug in homeless
        ]
    if not variable("PUBLIC_URL"):
        names = ", ".join(homeless)
        return [f"OPENLK_PUBLIC_URL не задан, а он нужен ссылкам в письмах кабинетов без cabinet.hosts: {names}"]
    return []


def _database_problems() -> list[str]:
    try:
        missing = unapplied_migrations()
        if missing:
            return [f"не применены миграции ({len(missing)}): выполните openlk migrate"]
        return wall_problems() + [str(each) for cabinet in cabinets().values() for each in changed_documents(cabinet)]
    except DatabaseError as error:
        return [f"база данных не отвечает: {error}".strip()]


def check_installation() -> list[str]:
    """Every problem as one sentence; an empty list means that the installation may start."""
    problems = _cabinet_problems()
    if problems:
        return problems
    problems += _address_problems() + _database_problems()
    if settings.MODE == "production" and not settings.EMAIL_URL:
        problems.append("OPENLK_EMAIL_URL не задан: письма не уйдут")
    return problems


def schema_text() -> str:
    """The JSON Schema of cabinet.toml as published in docs/cabinet.schema.json."""
    return json.dumps(json_schema(), ensure_ascii=False, indent=2, sort_keys=True)
