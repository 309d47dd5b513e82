"""What is public in the library and in the search says what it gives; what implements an interface is described there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("library", "search")
ELSEWHERE = {
    "search/enumeration/ahead/needs.py": "its functions are the conditions that primitives.declarations.Need describes"
}
"""Modules whose functions are described in another place."""
Documented = ast.FunctionDef | ast.ClassDef


def public(node: ast.Module | ast.ClassDef) -> Iterator[tuple[Documented, bool]]:
    """Each with whether it is a method of a class that implements an interface."""
    implements = isinstance(node, ast.ClassDef) and any("Abstract" in ast.unparse(base) for base in node.bases)
    for each in node.body:
        if isinstance(each, Documented) and not each.name.startswith("_") and not is_setter(each):
            yield each, implements and isinstance(each, ast.FunctionDef)
            if isinstance(each, ast.ClassDef):
                yield from public(each)


def is_setter(node: Documented) -> bool:
    """Whether it is the second half of a property, which is described where it is read."""
    return any(isinstance(each, ast.Attribute) and each.attr == "setter" for each in node.decorator_list)


def modules() -> list[str]:
    found = (path.relative_to(ROOT).as_posix() for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return sorted(name for name in found if name not in ELSEWHERE)


@cache
def promised() -> frozenset[str]:
    """The methods that some interface describes."""
    found = set()
    for module in modules():
        for each in ast.parse((ROOT / module).read_text(encoding="utf-8")).body:
            if isinstance(each, ast.ClassDef) and each.name.startswith("Abstract"):
                found |= {f.name for f in each.body if isinstance(f, ast.FunctionDef) and ast.get_docstring(f)}
    return frozenset(found)


@pytest.mark.parametrize("module", modules())
def test_what_is_public_has_a_docstring(module: str) -> None:
    missing = [
        each.name
        for each, implements in public(ast.parse((ROOT / module).read_text(encoding="utf-8")))
        if not ast.get_docstring(each) and not (implements and each.name in promised())
    ]
    assert not missing, f"{module}: {', '.join(missing)}: say in one line what it gives, then an item an argument"


def test_the_interfaces_are_described() -> None:
    assert {"create_run", "promote", "open", "blobs", "write", "propose", "learn"} <= promised()
