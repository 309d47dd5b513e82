"""The public names of ``automl`` and of ``automl.plugins``, from their docstrings."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import automl
from automl import plugins
from automl.growth.outcome import Growth
from automl.study.result import Result

from .markdown import docstring, escaped, heading

PUBLIC = {"automl": automl, "plugins": plugins}
"""The modules that have a page, by its name."""
RETURNED = {"automl": {"Result": Result, "Growth": Growth}}
"""What public functions return and nobody makes, by the page of the functions."""


def api_pages() -> dict[str, str]:
    """Markdown by path: a page for each module of ``PUBLIC``."""
    return {f"reference/{name}.md": api_page(name, module) for name, module in PUBLIC.items()}


def api_page(page: str, module: ModuleType) -> str:
    """The page of one module: its public names in their order, what they return after them.

    page: its name, for what its functions return.
    module: that says by ``__all__`` what is public.
    """
    called = module.__name__.removeprefix("automl_programs.")
    intro = escaped((inspect.getdoc(module) or "").split("\n\n")[0])
    named = [(name, getattr(module, name)) for name in sorted(module.__all__, key=str.casefold)]
    sections = [
        _section(called, name, each) for name, each in [*named, *RETURNED.get(page, {}).items()] if _is_described(each)
    ]
    return "\n\n".join([f"# Python: `{called}`", intro, *sections]) + "\n"


def _is_described(thing: Any) -> bool:
    return inspect.isclass(thing) or inspect.isfunction(thing)


def _section(module: str, name: str, thing: Any) -> str:
    parts = [heading(2, f"{module}.{name}", name), _code(name, thing), docstring(inspect.getdoc(thing) or "")]
    if inspect.isclass(thing):
        parts += [_member(name, each, what) for each, what in _members(thing)]
    return "\n\n".join(part for part in parts if part)


def _members(kind: type) -> Iterator[tuple[str, Any]]:
    """The public methods and properties that the class itself, or a class of this project above it, describes."""
    seen = set()
    for above in kind.__mro__:
        if above.__module__.split(".")[0] not in ("automl", "primitives", "library", "search"):
            continue
        for name, what in vars(above).items():
            described = getattr(what, "__func__", what)
            if not name.startswith("_") and name not in seen and _is_member(what) and inspect.getdoc(described):
                seen.add(name)
                yield name, what


def _is_member(what: Any) -> bool:
    return isinstance(what, property | classmethod | staticmethod) or inspect.isfunction(what)


def _member(owner: str, name: str, what: Any) -> str:
    function = getattr(what, "__func__", what)
    code = "" if isinstance(what, property) else _code(name, function)
    return "\n\n".join(
        filter(
            None, [heading(3, f"{owner}.{name}", f"{owner}.{name}"), code, docstring(inspect.getdoc(function) or "")]
        )
    )


def _code(name: str, thing: Any) -> str:
    """How it is called; "" where that cannot be told."""
    try:
        signature = inspect.signature(thing)
    except (TypeError, ValueError):
        return ""
    parameters = [each for each in signature.parameters.values() if each.name not in ("self", "cls")]
    listed = [_parameter(each) for each in parameters]
    first = next((place for place, each in enumerate(parameters) if each.kind is each.KEYWORD_ONLY), None)
    if first is not None and not any(each.kind is each.VAR_POSITIONAL for each in parameters):
        listed.insert(first, "*")
    kind = "class " if inspect.isclass(thing) else ""
    result = (
        ""
        if kind or signature.return_annotation is signature.empty
        else f" -> {_annotation(signature.return_annotation)}"
    )
    text = f"{kind}{name}({', '.join(listed)}){result}"
    if len(text) > 100:
        text = f"{kind}{name}(\n    " + ",\n    ".join(listed) + f",\n){result}"
    return f"```python\n{text}\n```"


def _parameter(each: inspect.Parameter) -> str:
    """An argument with its type and default."""
    stars = "*" if each.kind is each.VAR_POSITIONAL else "**" if each.kind is each.VAR_KEYWORD else ""
    typed = "" if each.annotation is each.empty else f": {_annotation(each.annotation)}"
    if each.default is each.empty:
        return f"{stars}{each.name}{typed}"
    default = "…" if " at 0x" in repr(each.default) else repr(each.default)
    return f"{each.name}{typed} = {default}"


def _annotation(given: Any) -> str:
    return given if isinstance(given, str) else inspect.formatannotation(given)
