"""Collects the source of functions, with all that they need from this project, as one stand-alone text.

A definition is found by module and name in the syntax tree of its module. What a definition uses is read off its
compiled code; names of this project are collected in turn, anything else becomes an import. Decorators that declare
words and annotations are left out.
"""

from __future__ import annotations
import __future__

import ast
import builtins
import dis
import functools
import importlib
import inspect
import keyword
import sys
from collections.abc import Callable, Iterable
from types import CodeType, FunctionType

from ..lazy import LazyModule

PROJECT = __name__.split(".")[0]
_FLAGS = __future__.annotations.compiler_flag


class SourceError(ValueError):
    """A program that cannot be written as stand-alone source."""


class Harvest:
    """Definitions and imports collected so far; ``names`` maps (module, name) to the name in the new text."""

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        self.names: dict[tuple[str, str], str] = {}
        self.taken = {*dir(builtins), *keyword.kwlist, *reserved}
        self.imports: dict[str, str] = {}
        self.definitions: list[str] = []

    def function(self, function: Callable) -> str:
        """The name, in the new text, of a function or class and, collected before it, all that it uses."""
        return self.add(function.__module__, function.__qualname__)

    def add(self, module: str, name: str) -> str:
        known = self.names.get((module, name))
        if known is not None:
            return known
        statement = _statements(module).get(name)
        if statement is None:
            raise SourceError(f"name={name!r} of {module}: it is not defined at the top of a module; define it there")
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            return self.imported(module, name, statement)
        if _is_lazy(module, name):
            return self.lazy((module, name), name, getattr(sys.modules[module], name))
        new = self.names[module, name] = self.free(name, module)
        clean = _Cleaned().visit(ast.parse(ast.unparse(statement)).body[0])
        renamed = {used: self.add(module, used) for used in _globals_of(clean, name) if used in _statements(module)}
        renamed[name] = new
        renamed = {old: fresh for old, fresh in renamed.items() if old != fresh}
        text = ast.unparse(ast.fix_missing_locations(_Renamed(renamed).visit(clean)))
        self.definitions.append(text)
        return new

    def imported(self, module: str, name: str, statement: ast.Import | ast.ImportFrom) -> str:
        alias = next(a for a in statement.names if (a.asname or a.name.split(".")[0]) == name)
        if isinstance(statement, ast.Import):
            text = f"import {alias.name} as {alias.asname}" if alias.asname else f"import {alias.name}"
            return self.bind((module, name), name, text)
        source = _absolute(module, statement)
        if source.split(".")[0] == PROJECT:
            return self.add(source, alias.name)
        value = getattr(importlib.import_module(source), alias.name, None)
        if isinstance(value, LazyModule):
            return self.lazy((module, name), name, value)
        home = str(getattr(value, "__module__", ""))
        if home.split(".")[0] == PROJECT and isinstance(
            value, type | FunctionType
        ):  # a word from outside gets it by another name
            return self.add(home, value.__qualname__)
        text = f"from {source} import {alias.name}" + (f" as {alias.asname}" if alias.asname else "")
        return self.bind((module, name), name, text)

    def lazy(self, key: tuple[str, str], name: str, module: LazyModule) -> str:
        """Import plainly what was imported at its first use."""
        target = module._module_name
        return self.bind(key, name, f"import {target} as {name}" if target != name else f"import {name}")

    def bind(self, key: tuple[str, str], name: str, text: str) -> str:
        """Note an import; the same one under the same name is noted once."""
        if self.imports.get(name, text) != text:
            raise SourceError(f"name={name!r}: {text!r} and {self.imports[name]!r} clash; rename one of them")
        self.imports[name] = text
        self.taken.add(name)
        self.names[key] = name
        return name

    def free(self, name: str, module: str = "") -> str:
        """A name that is not taken yet, which it takes: the name itself if possible."""
        candidate = name
        if candidate in self.taken and module:
            candidate = f"{name}_{module.rsplit('.', 1)[-1]}"
        count = 1
        while candidate in self.taken:
            count += 1
            candidate = f"{name}{count}"
        self.taken.add(candidate)
        return candidate

    def text(self) -> str:
        """Imports and definitions, each after what it uses."""
        lines = sorted(set(self.imports.values()), key=lambda line: (line.startswith("from"), line))
        return "\n".join(lines) + "\n\n\n" + "\n\n\n".join(self.definitions) + "\n"


@functools.cache
def _statements(module: str) -> dict[str, ast.stmt]:
    """The statement that binds each top-level name of a module."""
    found: dict[str, ast.stmt] = {}
    tree = ast.parse(inspect.getsource(importlib.import_module(module)))
    for statement in tree.body:
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            found[statement.name] = statement
        elif isinstance(statement, (ast.Import, ast.ImportFrom)):
            found.update((a.asname or a.name.split(".")[0], statement) for a in statement.names)
        elif isinstance(statement, ast.Assign):
            for target in statement.targets:
                found.update((part.id, statement) for part in ast.walk(target) if isinstance(part, ast.Name))
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value:
            found[statement.target.id] = statement
    return found


def _is_lazy(module: str, name: str) -> bool:
    return isinstance(getattr(importlib.import_module(module), name, None), LazyModule)


def _absolute(module: str, statement: ast.ImportFrom) -> str:
    if not statement.level:
        return str(statement.module)
    found = importlib.import_module(module)
    package = module if hasattr(found, "__path__") else module.rsplit(".", 1)[0]
    parts = package.split(".")
    parts = parts[: len(parts) - statement.level + 1]
    return ".".join([*parts, *([statement.module] if statement.module else [])])


def _globals_of(node: ast.stmt, own: str) -> list[str]:
    """Names that the definition reads from its module, in order."""
    tree = ast.fix_missing_locations(ast.Module([node], []))
    code = compile(tree, "<definition>", "exec", flags=_FLAGS, dont_inherit=True)
    return [name for name in dict.fromkeys(_loads(code)) if name != own]


def _loads(code: CodeType) -> list[str]:
    found = [
        str(i.argval)
        for i in dis.get_instructions(code)
        if i.opname in ("LOAD_GLOBAL", "LOAD_NAME") and isinstance(i.argval, str)
    ]
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found.extend(_loads(constant))
    return found


class _Cleaned(ast.NodeTransformer):
    """Without word declarations and without annotations, except the fields of classes, which mean something there."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.decorator_list = [d for d in node.decorator_list if _decorator(d) not in ("word", "geometric")]
        node.returns = None
        for argument in ast.walk(node.args):
            if isinstance(argument, ast.arg):
                argument.annotation = None
        self.generic_visit(node)
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        for statement in node.body:
            if isinstance(statement, ast.AnnAssign):
                statement.annotation = ast.Name("object", ast.Load())
        node.body = [self.visit(s) if isinstance(s, (ast.FunctionDef, ast.ClassDef)) else s for s in node.body]
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        if node.value is None:
            return None
        return ast.copy_location(ast.Assign([node.target], self.visit(node.value)), node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST:
        if node.level or str(node.module).split(".")[0] == PROJECT:
            raise SourceError(f"a definition imports from {node.module} inside; import at the top of its module")
        return node


class _Renamed(ast.NodeTransformer):
    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.copy_location(ast.Name(self.names.get(node.id, node.id), node.ctx), node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        local = {a.arg for a in ast.walk(node.args) if isinstance(a, ast.arg)} | {
            n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        }
        inner = _Renamed({old: new for old, new in self.names.items() if old not in local})
        node.name = self.names.get(node.name, node.name)
        node.decorator_list = [self.visit(d) for d in node.decorator_list]
        node.args.defaults = [self.visit(d) for d in node.args.defaults]
        node.body = [inner.visit(statement) for statement in node.body]
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        self.generic_visit(node)
        node.name = self.names.get(node.name, node.name)
        return node


def _decorator(node: ast.expr) -> str:
    while isinstance(node, ast.Call):
        node = node.func
    return node.id if isinstance(node, ast.Name) else ""
