"""Every job that somebody asks for is known to the worker, under a key of its own."""

import ast
from types import ModuleType

import pytest
from django.conf import settings

from openlk.jobs import kind
from openlk.jobs.kind import JobKind, kinds
from openlk.jobs.running import JobThread
from openlk.jobs.worker import tasks
from openlk.kit.discovery import offered
from tests.support.source import PRODUCT, dotted, product_python, tree


def asked_for(module: ast.Module) -> list[str]:
    """The kinds that a file enqueues by name."""
    return [
        str(node.args[0].value)
        for node in ast.walk(module)
        if isinstance(node, ast.Call)
        and dotted(node.func).rpartition(".")[2] == "enqueue"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    ]


def test_every_job_that_is_asked_for_is_known_to_the_worker() -> None:
    asked = {str(file.relative_to(PRODUCT)): asked_for(tree(file)) for file in product_python()}
    unknown = {file: names for file, names in asked.items() if set(names) - set(kinds())}
    assert unknown == {}


def test_a_job_that_nobody_offers_is_caught() -> None:
    assert asked_for(ast.parse('queue.enqueue("nosuch", cabinet)')) == ["nosuch"]
    assert "nosuch" not in kinds()


def test_every_kind_says_where_it_belongs() -> None:
    """`files.import` is a job of the room files: two rooms cannot choose one key by chance."""
    for room, module in offered(settings.ROOMS, "schedule").items():
        keys = [each.key for each in (*module.TASKS, *getattr(module, "JOBS", ()))]
        assert [key for key in keys if not key.startswith(f"{room}.")] == []


def test_the_worker_runs_what_the_rooms_offer() -> None:
    assert JobThread()._known == kinds()
    assert len({task.key for task in tasks()} | set(kinds())) == len(tasks()) + len(kinds())


def test_two_kinds_of_one_key_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    room = ModuleType("schedule")
    room.JOBS = [JobKind("a.b", print), JobKind("a.b", print)]  # type: ignore[attr-defined]  # a room made up
    monkeypatch.setattr(kind, "offered", lambda *_: {"a": room})
    with pytest.raises(ValueError, match=r"a: there is already a job «a\.b»"):
        kinds()
