"""Pages in Jinja2: one environment per cabinet and address prefix, with constant calls folded at compile time.

One environment per cabinet is also what keeps pages apart: a template cache keyed by name alone would serve one
cabinet's override to another.
"""

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import jinja2
from django.conf import settings
from django.urls import NoReverseMatch, get_script_prefix
from django.utils.module_loading import import_string
from jinja2 import nodes
from jinja2.visitor import NodeTransformer

from openlk.cabinets.loading import Cabinet

# An environment per cabinet and prefix; the bound only matters if somebody runs hundreds of cabinets in a process.
MAX_ENVIRONMENTS = 256


class _Folder(NodeTransformer):
    """Replaces calls of the named globals with constant arguments by their result."""

    def __init__(self, functions: Mapping[str, Callable[..., str]]) -> None:
        self.functions = functions

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 -- the visitor's naming
        node = self.generic_visit(node)  # type: ignore[assignment]  # a call stays a call
        name = node.node.name if isinstance(node.node, nodes.Name) else ""
        constant = all(isinstance(each, nodes.Const) for each in node.args) and all(
            isinstance(each.value, nodes.Const) for each in node.kwargs
        )
        if name not in self.functions or not constant or node.dyn_args or node.dyn_kwargs:
            return node
        arguments = [each.value for each in node.args if isinstance(each, nodes.Const)]
        named = {each.key: each.value.value for each in node.kwargs if isinstance(each.value, nodes.Const)}
        try:
            return nodes.Const(self.functions[name](*arguments, **named), lineno=node.lineno)
        except NoReverseMatch:
            # A shared macro names pages that exist inside a cabinet only; it is not called outside of one.
            return node


class FoldingEnvironment(jinja2.Environment):
    """A Jinja2 environment that computes `url('login')`, `static('…')`, `icon('…')` once, when a page is compiled."""

    folded: Mapping[str, Callable[..., str]] = {}

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree: nodes.Template = _Folder(self.folded).visit(super()._parse(source, name, filename))
        return tree


@cache
def _shared() -> tuple[dict[str, Callable[..., str]], dict[str, Callable[..., Any]], list[Path]]:
    folded = {name: import_string(path) for name, path in settings.TEMPLATE_FUNCTIONS.items()}
    filters = {name: import_string(path) for name, path in settings.TEMPLATE_FILTERS.items()}
    package = Path(__file__).parents[1]
    folders = [package / room / "templates" for room in settings.ROOMS]
    return folded, filters, [folder for folder in folders if folder.is_dir()]


def _loader(cabinet: Cabinet | None) -> jinja2.BaseLoader:
    own = [cabinet.folder / "templates"] if cabinet else []
    return jinja2.FileSystemLoader([*own, *_shared()[2]])


@lru_cache(maxsize=MAX_ENVIRONMENTS)
def _environment(cabinet: Cabinet | None, prefix: str) -> FoldingEnvironment:
    del prefix  # only a part of the key: folded addresses hold it
    folded, filters, _ = _shared()
    environment = FoldingEnvironment(
        loader=_loader(cabinet),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    environment.folded = folded
    environment.globals.update(folded)
    environment.filters.update(filters)
    profile = cabinet.profile.for_templates(cabinet.slug) if cabinet else None
    environment.globals["cabinet"] = profile
    environment.globals["theme"] = folded["static"](f"cabinet/{cabinet.slug}/theme.css") if cabinet else ""
    return environment


def render(cabinet: Cabinet | None, name: str, context: Mapping[str, Any]) -> str:
    """The page `name` as this cabinet sees it: its own override, else the engine's. Missing names in it raise."""
    return _environment(cabinet, get_script_prefix()).get_template(name).render(context)


def broken_templates(cabinet: Cabinet) -> list[str]:
    """Why pages of this cabinet cannot be compiled, its own overrides among them; empty when all can."""
    # A plain environment: folding would ask for static files, which need not be collected yet.
    environment = jinja2.Environment(loader=_loader(cabinet), autoescape=True)
    environment.filters.update(_shared()[1])
    problems = []
    for name in environment.list_templates(extensions=["html"]):
        try:
            environment.get_template(name)
        except jinja2.TemplateSyntaxError as error:
            problems.append(f"{error.filename}: строка {error.lineno}: шаблон не читается: {error.message}")
        except jinja2.TemplateError as error:
            problems.append(f"{name}: шаблон не читается: {error}")
    return problems
