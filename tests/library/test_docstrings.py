"""Every public class, function and method of the library says what it gives; what implements an interface is described there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import library

ROOT = Path(library.__file__).parent
Documented = ast.FunctionDef | ast.ClassDef


def public(node: ast.Module | ast.ClassDef) -> Iterator[tuple[Documented, bool]]:
    """Each with whether it is a method of a class that implements an interface."""
    implements = isinstance(node, ast.ClassDef) and any("Abstract" in ast.unparse(base) for base in node.bases)
    for each in node.body:
        if isinstance(each, Documented) and not each.name.startswith("_"):
            yield each, implements and isinstance(each, ast.FunctionDef)
            if isinstance(each, ast.ClassDef):
                yield from public(each)


def modules() -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for path in ROOT.rglob("*.py"))


def promised() -> set[str]:
    """The methods that some interface describes."""
    found = set()
    for module in modules():
        for each in ast.parse((ROOT / module).read_text(encoding="utf-8")).body:
            if isinstance(each, ast.ClassDef) and each.name.startswith("Abstract"):
                found |= {f.name for f in each.body if isinstance(f, ast.FunctionDef) and ast.get_docstring(f)}
    return found


@pytest.mark.parametrize("module", modules())
def test_what_is_public_has_a_docstring(module: str) -> None:
    described = promised()
    missing = [
        each.name
        for each, implements in public(ast.parse((ROOT / module).read_text(encoding="utf-8")))
        if not ast.get_docstring(each) and not (implements and each.name in described)
    ]
    assert not missing, (
        f"library/{module}: {', '.join(missing)}: say in one line what it gives, then an item an argument"
    )


def test_the_interface_of_stores_is_described() -> None:
    assert {"create_run", "promote", "open", "blobs", "write"} <= promised()
