"""Plug-ins are found by scanning a folder; what is wrong with one is said with its place."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import Any

import pytest

from automl.execution.executors import executors
from automl.fitting.trainers import trainer_kinds
from automl.tasks.load import sources
from automl.tasks.task import task_kinds
from library.store import store_kinds
from primitives.columns.kernels.registry import KERNELS
from primitives.plugins import PluginError, PluginKind, classes, instances, module_names
from primitives.words import builtin_words, collect, word
from search.strategies import find_strategies

BASE = """
from abc import ABC, abstractmethod
class Interface(ABC):
    name = "interface"
    @abstractmethod
    def act(self): ...
"""
PLUGIN = """
from .base import Interface
class {0}(Interface):
    name = {1!r}
    def act(self):
        return self.name
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An importable package with an interface and no plug-in; its modules are forgotten again."""
    package = tmp_path / f"folder_{tmp_path.name}".replace("-", "_")
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "base.py").write_text(BASE)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield package
    for name in [name for name in sys.modules if name.split(".")[0] == package.name]:
        del sys.modules[name]


def kind(folder: Path) -> PluginKind[Any]:
    return PluginKind("actor", folder.name, classes(importlib.import_module(f"{folder.name}.base").Interface))


def test_plugins_are_found_by_name_in_the_order_of_their_modules(folder):
    (folder / "b.py").write_text(PLUGIN.format("Second", "second"))
    (folder / "a.py").write_text(PLUGIN.format("First", "first") + "OTHER = 3\n")
    (folder / "_private.py").write_text("raise RuntimeError('private modules are no plug-ins')")
    found = kind(folder).found()
    assert list(found) == ["first", "second"]
    assert found["first"]().act() == "first"
    assert module_names(folder.name) == [f"{folder.name}.{module}" for module in ("a", "b", "base")]


def test_modules_are_imported_as_the_iteration_comes_to_them(folder):
    (folder / "a.py").write_text(PLUGIN.format("First", "first"))
    (folder / "b.py").write_text(PLUGIN.format("Second", "second"))
    assert next(kind(folder).each())[0] == "first"
    assert f"{folder.name}.a" in sys.modules and f"{folder.name}.b" not in sys.modules


def test_a_plugin_that_another_module_imports_is_one(folder):
    (folder / "b.py").write_text(PLUGIN.format("Second", "second"))
    (folder / "a.py").write_text("from .b import Second\n" + PLUGIN.format("First", "first"))
    assert sorted(kind(folder).found()) == ["first", "second"]


def test_two_plugins_of_one_name_are_refused_with_both_places(folder):
    for module in "ab":
        (folder / f"{module}.py").write_text(PLUGIN.format("Same", "same"))
    with pytest.raises(
        PluginError, match=rf"actor='same' is declared in {folder.name}.a and in {folder.name}.b; rename one"
    ):
        kind(folder).found()


def test_a_plugin_without_a_name_is_refused(folder):
    (folder / "a.py").write_text(PLUGIN.format("Unnamed", 3))
    with pytest.raises(PluginError, match=r"a\.Unnamed: name=3: a text is required"):
        kind(folder).found()


@pytest.mark.parametrize(
    "text, said",
    [
        ("import no_such_module\n", "ModuleNotFoundError"),
        ("def f(:\n", "SyntaxError"),
        ("1 / 0\n", "ZeroDivisionError"),
    ],
)
def test_a_broken_module_is_named_with_its_fault(folder, text, said):
    (folder / "a.py").write_text(text)
    with pytest.raises(PluginError, match=rf"actor='{folder.name}.a' cannot be imported: {said}") as caught:
        kind(folder).found()
    assert caught.value.__cause__ is not None


def test_instances_are_found_by_their_name(folder):
    (folder / "a.py").write_text(
        "from pathlib import PurePosixPath\nHERE = PurePosixPath('x/first.txt')\nTHERE = HERE\n"
    )
    assert list(PluginKind("path", folder.name, instances(PurePosixPath)).found()) == ["first.txt"]


def test_two_words_of_one_name_are_refused():
    one, two = ModuleType("one"), ModuleType("two")
    one.f = word("twice", "int -> int")(lambda x: x)  # type: ignore[attr-defined]
    two.g = word("twice", "int -> int")(lambda x: x + 1)  # type: ignore[attr-defined]
    with pytest.raises(PluginError, match="word='twice' is declared in one and in two; rename one"):
        collect([one, two])
    two.g = one.f  # type: ignore[attr-defined]
    assert list(collect([one, two])) == ["twice"]


def test_every_kind_of_this_project_finds_its_own():
    assert {"map", "conv", "+"} <= set(builtin_words())
    assert {"empty", "cons"} <= set(KERNELS.found())
    assert {"random", "genetic", "enumerative", "bayesian"} <= set(find_strategies())
    assert {"examples", "labelled"} <= set(task_kinds())
    assert {"table", "npz"} <= set(sources())
    assert {"gradient", "evolution"} <= set(trainer_kinds())
    assert {"serial", "processes", "ray"} <= set(executors())
    assert [kind.name for kind in store_kinds()] == ["memory", "sql"]
