"""The command `openlk`."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import django
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from openlk.config.environment import port
from openlk.kit.stopping import StopSignal

Command = Callable[[argparse.Namespace], int]


def _serve(arguments: argparse.Namespace) -> int:
    from openlk.config.serving import serve  # noqa: PLC0415 -- a command loads only what it needs

    return serve(arguments.host, arguments.port or port())


def _worker(arguments: argparse.Namespace) -> int:
    from openlk.config.preparing import require_prepared  # noqa: PLC0415 -- needs Django set up
    from openlk.jobs.worker import run_worker  # noqa: PLC0415 -- needs Django set up

    del arguments
    require_prepared()
    run_worker(StopSignal().listen(), lambda: print("worker is ready", file=sys.stderr, flush=True))
    return 0


def _demo(arguments: argparse.Namespace) -> int:
    from openlk.config.demo import run_demo  # noqa: PLC0415 -- needs Django set up

    del arguments
    return run_demo()


def _migrate(arguments: argparse.Namespace) -> int:
    from openlk.config.preparing import prepare  # noqa: PLC0415 -- needs Django set up

    del arguments
    prepare()
    print("База данных, документы и статические файлы готовы.", file=sys.stderr)
    return 0


def _import(arguments: argparse.Namespace) -> int:
    from openlk.config.importing import import_register  # noqa: PLC0415 -- needs Django set up
    from openlk.config.preparing import require_prepared  # noqa: PLC0415 -- needs Django set up

    require_prepared()
    return import_register(arguments.cabinet, arguments.register, Path(arguments.file), as_json=arguments.json)


def _check(arguments: argparse.Namespace) -> int:
    from openlk.config.checking import check_installation, schema_text  # noqa: PLC0415 -- needs Django set up

    if arguments.schema:
        print(schema_text())
        return 0
    problems = check_installation()
    if arguments.json:
        print(json.dumps({"ok": not problems, "problems": problems}, ensure_ascii=False, indent=2))
    else:
        for problem in problems:
            print(problem)
        print("Замечаний нет." if not problems else f"Замечаний: {len(problems)}.", file=sys.stderr)
    return 1 if problems else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="openlk", description="Личные кабинеты для организаций, которые уже знают своих людей."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="КОМАНДА")

    def add(name: str, run: Command, help_: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=help_, description=help_)
        command.set_defaults(run=run)
        return command

    add("demo", _demo, "запустить всё с примерами: сайт, обработчик и песочницу")
    serve = add("serve", _serve, "запустить сайт")
    serve.add_argument("--host", default="127.0.0.1", help="адрес, на котором слушать (по умолчанию 127.0.0.1)")
    serve.add_argument("--port", type=int, default=None, help="порт (PORT, иначе 8000)")
    add("worker", _worker, "запустить обработчик: письма, SMS, работы по расписанию")
    add("migrate", _migrate, "подготовить базу данных, документы и статические файлы")
    import_ = add("import", _import, "загрузить реестр из файла")
    import_.add_argument("cabinet", metavar="CABINET", help="имя кабинета, например profcards")
    import_.add_argument("register", metavar="REGISTER", help="имя реестра, например members")
    import_.add_argument("file", metavar="FILE", help="файл CSV")
    import_.add_argument("--json", action="store_true", help="вывести итог в JSON")
    check = add("check", _check, "проверить определения кабинетов и установку")
    check.add_argument("--json", action="store_true", help="вывести замечания в JSON")
    check.add_argument("--schema", action="store_true", help="вывести JSON Schema файла cabinet.toml")
    return parser


def main(argv: Sequence[str] | None = None) -> None:
    """Run one command: data on stdout, progress on stderr; exit 0, 1 failure, 2 usage."""
    arguments = _parser().parse_args(argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openlk.config.settings")
    try:
        django.setup()
        from openlk.cabinets.problems import DefinitionError  # noqa: PLC0415 -- needs Django set up
        from openlk.cabinets.registry import NoSuchCabinet  # noqa: PLC0415 -- needs Django set up
        from openlk.config.preparing import NotPrepared  # noqa: PLC0415 -- needs Django set up
        from openlk.content.documents import DocumentChanged  # noqa: PLC0415 -- needs Django set up
        from openlk.kit.frontmatter import BadDocumentError  # noqa: PLC0415 -- needs Django set up

        try:
            status = arguments.run(arguments)
        except (DefinitionError, NoSuchCabinet, NotPrepared, DocumentChanged, BadDocumentError) as error:
            print(error, file=sys.stderr)
            status = 1
    except DatabaseError as error:
        print(f"База данных не отвечает: {error}".strip(), file=sys.stderr)
        status = 1
    except ImproperlyConfigured as error:
        print(error, file=sys.stderr)
        status = 1
    sys.exit(status)
