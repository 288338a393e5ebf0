"""Finds plug-ins (one file each) and what rooms offer under a fixed file name."""

import inspect
from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")


class BadPluginError(Exception):
    """A file in a folder of plug-ins does not hold exactly one plug-in; the message names the file."""


def plugins(package: str, base: type[T]) -> dict[str, type[T]]:
    """File name → the one concrete subclass of `base` defined in that module, for every module of the package.

    Folders inside (`tests`) are not plug-ins. Raises BadPluginError naming the file.
    """
    folder = import_module(package)
    names = sorted(found.name for found in iter_modules(folder.__path__) if not found.ispkg)
    return {name: _only_plugin(import_module(f"{package}.{name}"), base) for name in names}


def _only_plugin(module: ModuleType, base: type[T]) -> type[T]:
    own = [
        value
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, base) and value.__module__ == module.__name__
    ]
    concrete = [value for value in dict.fromkeys(own) if not inspect.isabstract(value)]
    if len(concrete) == 1:
        return concrete[0]
    if concrete:
        names = ", ".join(value.__name__ for value in concrete)
        problem = f"defines {len(concrete)} plug-ins ({names}); move each to a file of its own"
    elif own:
        missing = ", ".join(sorted(getattr(own[0], "__abstractmethods__", ())))
        problem = f"defines {own[0].__name__}, which is not concrete; it still lacks: {missing}"
    else:
        problem = f"defines no subclass of {base.__module__}.{base.__name__}"
    raise BadPluginError(f"{module.__file__}: {problem}")


def offered(rooms: Iterable[str], name: str) -> dict[str, ModuleType]:
    """Room → its module `openlk.<room>.<name>`, in the order given, for the rooms that have one."""
    paths = {room: f"openlk.{room}.{name}" for room in rooms}
    return {room: import_module(path) for room, path in paths.items() if find_spec(path) is not None}
