"""The shape of the house, counted from its files and imports: few rooms a folder, few levels, no circle of rooms.

A *room* of a folder is a module or a folder in it. One room stands above another if anything in it imports anything in the other,
inside functions too; imports that only a type checker follows do not count.
"""

from __future__ import annotations

import ast
import re
import runpy
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("primitives", "library", "search", "automl", "experiments")
PLUG_INS = {
    "primitives/ops", "primitives/columns/kernels", "library/stores", "search/strategies", "automl/tasks/kinds", "automl/tasks/measures",
    "automl/tasks/sources", "automl/reports/inspection/pages", "automl/tasks/columns/kinds",
    "automl/fitting/trainers", "automl/execution/executors", "automl/commands", "experiments/benchmarks",
}  # fmt: skip
"""Folders in which every file is one more of a kind: they may have as many as there are."""
TOP, SIBLINGS, LEVELS = 9, 15, 12
CIRCLES: frozenset[str] = frozenset()
"""Folders whose rooms may still import each other in a circle."""
SHARED_NAMES: frozenset[str] = frozenset()
"""Names of classes that still mean several things."""


@cache
def imports() -> Mapping[str, frozenset[str]]:
    """Each module of the project with the modules of the project that it imports."""
    graph = grimp.build_graph(*PACKAGES, exclude_type_checking_imports=True, cache_dir=None)
    return {module: frozenset(graph.find_modules_directly_imported_by(module)) for module in graph.modules}


def folders(package: str) -> Iterator[Path]:
    yield ROOT / package
    for path in sorted((ROOT / package).rglob("*")):
        if path.is_dir() and (path / "__init__.py").exists():
            yield path


def modules(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("__"))


def rooms(folder: Path) -> dict[str, set[str]]:
    """Each room of a folder with the rooms beside it that it imports."""
    prefix = ".".join(folder.relative_to(ROOT).parts) + "."
    found: dict[str, set[str]] = {}
    for module, imported in imports().items():
        if not module.startswith(prefix):
            continue
        room = module[len(prefix) :].split(".")[0]
        beside = {name[len(prefix) :].split(".")[0] for name in imported if name.startswith(prefix)}
        found.setdefault(room, set()).update(beside - {room})
    return found


def levels(arrows: Mapping[str, set[str]]) -> dict[str, int]:
    """The level of each room: 1 where it imports nothing beside it. Raises CycleError."""
    level: dict[str, int] = {}
    for room in TopologicalSorter(arrows).static_order():
        level[room] = 1 + max((level[below] for below in arrows.get(room, ())), default=0)
    return level


@pytest.mark.parametrize("package", PACKAGES)
def test_a_folder_has_few_modules(package):
    for folder in folders(package):
        name = str(folder.relative_to(ROOT))
        if name not in PLUG_INS:
            most = TOP if name == "automl" else SIBLINGS
            found = modules(folder)
            assert len(found) <= most, f"{name}/ has {len(found)} modules, at most {most} may be: give some a folder"


@pytest.mark.parametrize("package", PACKAGES)
def test_rooms_stand_on_few_levels_and_never_in_a_circle(package):
    for folder in folders(package):
        name = str(folder.relative_to(ROOT))
        if name in CIRCLES:
            continue
        try:
            level = levels(rooms(folder))
        except CycleError as error:
            pytest.fail(f"{name}/ has rooms that import each other: {' -> '.join(reversed(error.args[1]))}")
        highest = max(level.items(), key=lambda item: item[1], default=("", 0))
        assert highest[1] <= LEVELS, f"{name}/{highest[0]} stands on level {highest[1]}, at most {LEVELS} may be"


def test_folders_named_here_exist():
    gone = [name for name in {*PLUG_INS, *CIRCLES} if not (ROOT / name).is_dir()]
    assert not gone, f"{gone} are no folders: take them off the lists of this test"


def test_the_architecture_page_names_every_folder():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `([a-z/]+)/` \|", page, re.MULTILINE))
    there = {str(folder.relative_to(ROOT)) for package in PACKAGES for folder in folders(package)}
    assert named == there, "docs/architecture.md, 'Where things are': one line a folder is required"


def test_a_circle_is_seen():
    with pytest.raises(CycleError):
        levels({"a": {"b"}, "b": {"c"}, "c": {"a"}})
    assert levels({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == {"c": 1, "b": 2, "a": 3}


@cache
def classes() -> Mapping[str, list[str]]:
    """The name of each class with the files that define one by it."""
    found: dict[str, list[str]] = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef):
                    found.setdefault(node.name, []).append(str(path.relative_to(ROOT)))
    return found


def test_a_name_of_a_class_means_one_thing():
    twice = {name: files for name, files in classes().items() if len(files) > 1 and name not in SHARED_NAMES}
    assert not twice, "; ".join(f"{name} is defined in {', '.join(files)}: rename one" for name, files in twice.items())


def test_names_that_may_be_shared_are():
    alone = sorted(name for name in SHARED_NAMES if len(classes().get(name, ())) < 2)
    assert not alone, f"{alone} mean one thing now: take them off the list of this test"


@pytest.mark.slow  # building the wheel, in test_packaging, comes upon the same
def test_every_module_can_be_put_into_the_wheel():
    """There the five packages lie in one: no module may be named in a text, nor imported as ``import library.store``."""
    build = runpy.run_path(str(ROOT / "setup.py"))
    modules = build["module_names"](ROOT)
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            build["renamed"](path.read_text(encoding="utf-8"), str(path.relative_to(ROOT)), modules)
