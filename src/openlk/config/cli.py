"""The command `openlk`."""

import argparse
import json
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import django
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from openlk.config.environment import port
from openlk.config.measuring import begin
from openlk.kit.stopping import StopSignal

logger = logging.getLogger("openlk.process")

Command = Callable[[argparse.Namespace], int]
LAST_TCP_PORT = 65535


def _serve(arguments: argparse.Namespace) -> int:
    from openlk.config.serving import serve  # noqa: PLC0415 -- a command loads only what it needs

    return serve(arguments.host, arguments.port or port())


def _worker(arguments: argparse.Namespace) -> int:
    from openlk.config.preparing import require_prepared  # noqa: PLC0415 -- needs Django set up
    from openlk.jobs.worker import run_worker  # noqa: PLC0415 -- needs Django set up

    del arguments
    require_prepared()
    run_worker(StopSignal().listen(), lambda: logger.info("worker is ready"))
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
    from openlk.files.importing import Options  # noqa: PLC0415 -- needs Django set up

    require_prepared()
    options = Options(
        replace=arguments.replace,
        force=arguments.force,
        rehearse=arguments.dry_run,
        errors=Path(arguments.errors) if arguments.errors else None,
    )
    file = Path(arguments.file)
    return import_register(arguments.cabinet, arguments.register, file, options, as_json=arguments.json)


def _imports(arguments: argparse.Namespace) -> int:
    from openlk.config.importing import list_imports  # noqa: PLC0415 -- needs Django set up
    from openlk.config.preparing import require_prepared  # noqa: PLC0415 -- needs Django set up

    require_prepared()
    return list_imports(arguments.cabinet, as_json=arguments.json)


def _rollback(arguments: argparse.Namespace) -> int:
    from openlk.config.importing import roll_import_back  # noqa: PLC0415 -- needs Django set up
    from openlk.config.preparing import require_prepared  # noqa: PLC0415 -- needs Django set up

    require_prepared()
    return roll_import_back(arguments.cabinet, arguments.number)


def _reset_link(arguments: argparse.Namespace) -> int:
    from openlk.config.preparing import require_prepared  # noqa: PLC0415 -- needs Django set up
    from openlk.config.users import reset_link  # noqa: PLC0415 -- needs Django set up

    require_prepared()
    return reset_link(arguments.cabinet, arguments.login, as_json=arguments.json)


def _generate(arguments: argparse.Namespace) -> int:
    from openlk.config.generating import generate  # noqa: PLC0415 -- needs Django set up

    out = Path(arguments.out) if arguments.out else None
    return generate(
        arguments.cabinet,
        arguments.register,
        arguments.rows,
        seed=arguments.seed,
        changed_percent=arguments.changed,
        out=out,
    )


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


def _port(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 0 < int(text[:6]) <= LAST_TCP_PORT:
        raise argparse.ArgumentTypeError(f"нужно число от 1 до {LAST_TCP_PORT}")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="openlk", description="Личные кабинеты для организаций, которые уже знают своих людей."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="КОМАНДА")

    def add(name: str, run: Command, help_: str, role: str = "") -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=help_, description=help_)
        command.set_defaults(run=run, role=role)
        return command

    add("demo", _demo, "запустить всё с примерами: сайт, обработчик и песочницу")
    serve = add("serve", _serve, "запустить сайт", "site")
    serve.add_argument("--host", default="127.0.0.1", help="адрес, на котором слушать (по умолчанию 127.0.0.1)")
    serve.add_argument("--port", type=_port, default=None, help="порт (PORT, иначе 8000)")
    add("worker", _worker, "запустить обработчик: письма, SMS, работы по расписанию", "worker")
    add("migrate", _migrate, "подготовить базу данных, документы и статические файлы")
    import_ = add("import", _import, "загрузить реестр из файла")
    import_.add_argument("cabinet", metavar="CABINET", help="имя кабинета, например profcards")
    import_.add_argument("register", metavar="REGISTER", help="имя реестра, например members")
    import_.add_argument("file", metavar="FILE", help="файл CSV или XLSX")
    import_.add_argument("--dry-run", action="store_true", help="только проверить: в реестре ничего не изменится")
    import_.add_argument("--replace", action="store_true", help="прекратить записи, которых в файле нет")
    import_.add_argument("--force", action="store_true", help="прекратить их, даже если их больше обычного")
    import_.add_argument("--errors", metavar="ФАЙЛ", help="записать все непринятые строки в этот файл CSV")
    import_.add_argument("--json", action="store_true", help="вывести итог в JSON")
    imports = add("imports", _imports, "показать загрузки реестров")
    imports.add_argument("cabinet", metavar="CABINET", help="имя кабинета")
    imports.add_argument("--json", action="store_true", help="вывести список в JSON")
    rollback = add("rollback", _rollback, "отменить загрузку реестра")
    rollback.add_argument("cabinet", metavar="CABINET", help="имя кабинета")
    rollback.add_argument("number", metavar="IMPORT_ID", type=int, help="номер загрузки из openlk imports")
    user = commands.add_parser("user", help="помочь одному человеку", description="помочь одному человеку")
    helps = user.add_subparsers(dest="help", required=True, metavar="ДЕЙСТВИЕ")
    reset = helps.add_parser("reset-link", help="ссылка, по которой владелец логина сам придумает новый пароль")
    reset.set_defaults(run=_reset_link)
    reset.add_argument("cabinet", metavar="CABINET", help="имя кабинета, например profcards")
    reset.add_argument("login", metavar="LOGIN", help="логин человека, например номер билета")
    reset.add_argument("--json", action="store_true", help="вывести ссылку и срок в JSON")
    generate = add("generate", _generate, "сделать правдоподобный реестр любого размера")
    generate.add_argument("cabinet", metavar="CABINET", help="имя кабинета, например profcards")
    generate.add_argument("register", metavar="REGISTER", help="имя реестра, например members")
    generate.add_argument("rows", metavar="ROWS", type=int, help="сколько строк")
    generate.add_argument("--seed", type=int, default=1, help="другое число даёт других людей (по умолчанию 1)")
    generate.add_argument("--changed", type=float, default=0, metavar="PERCENT", help="изменить такую долю строк")
    generate.add_argument("--out", metavar="FILE", help="файл .csv или .xlsx; без него CSV идёт на вывод")
    check = add("check", _check, "проверить определения кабинетов и установку")
    check.add_argument("--json", action="store_true", help="вывести замечания в JSON")
    check.add_argument("--schema", action="store_true", help="вывести JSON Schema файла cabinet.toml")
    return parser


def main(argv: Sequence[str] | None = None) -> None:
    """Run one command: data on stdout, progress on stderr; exit 0, 1 failure, 2 usage."""
    arguments = _parser().parse_args(argv)
    # Long-lived commands count what they do, under this name.
    role: str = getattr(arguments, "role", "")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openlk.config.settings")
    try:
        if role:
            begin(role)
        django.setup()
        from openlk.cabinets.problems import DefinitionError  # noqa: PLC0415 -- needs Django set up
        from openlk.cabinets.registry import NoSuchCabinet  # noqa: PLC0415 -- needs Django set up
        from openlk.config.logs import take_over  # noqa: PLC0415 -- needs Django set up
        from openlk.config.preparing import NotPrepared  # noqa: PLC0415 -- needs Django set up
        from openlk.content.documents import DocumentChanged  # noqa: PLC0415 -- needs Django set up
        from openlk.kit.frontmatter import BadDocumentError  # noqa: PLC0415 -- needs Django set up

        if role:
            take_over()
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
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"Не получилось: {where}{error.strerror or error}", file=sys.stderr)
        status = 1
    sys.exit(status)
