"""List tasks that share the squares of a list, a growth on them, and an empty store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from automl.growth.grow import Growth, grow, is_growth
from automl.tasks.kinds.examples import examples_task
from automl.tasks.task import Task
from library.records import Run
from library.store import AbstractStore, open_store

INPUTS: list[list[int]] = [[], [3, 1, 2], [-4, 0, 5, 5], [7], [-1, -2, 8, 2, 6]]


def _task(name: str, function: Callable[[list[int]], Any], type: str = "list(int) -> list(int)") -> Task:
    tests = [([9, -3, 4],), ([2, 2],)]
    return examples_task(
        name, type, [((xs,), function(xs)) for xs in INPUTS], [((xs,), function(xs)) for (xs,) in tests]
    )


WORDS = "map fold filter * + - max > sum sort reverse head tail length".split()
"""Enough for these tasks: a search among few words is short."""


def _squares(count: str) -> list[Task]:
    """Tasks that share the squares of a list."""
    shared = {
        "squares": _task("squares", lambda xs: [x * x for x in xs]),
        "reversed": _task("reversed squares", lambda xs: [x * x for x in xs][::-1]),
        "total": _task("total of squares", lambda xs: sum(x * x for x in xs), "list(int) -> int"),
        "sorted": _task("sorted squares", lambda xs: sorted(x * x for x in xs)),
    }
    return [shared[name] for name in count.split()]


def _studies(store: AbstractStore) -> list[Run]:
    return [run for run in store.runs() if not is_growth(run)]


def _run(tasks: Any, store: AbstractStore, budget: int = 12_000, **given: Any) -> Growth:
    return grow(tasks, store, evaluations=budget, strategy="enumerative", **{"words": tuple(WORDS), **given})


@pytest.fixture
def store() -> AbstractStore:
    return open_store("memory:")


@pytest.fixture(scope="session")
def squares() -> Callable[[str], list[Task]]:
    """Makes tasks by their short names: squares, reversed, total, sorted."""
    return _squares


@pytest.fixture(scope="session")
def run() -> Callable[..., Growth]:
    """Grows by enumeration, with few words: ``run(tasks, store, budget, **options)``."""
    return _run


@pytest.fixture(scope="session")
def task() -> Callable[..., Task]:
    """Makes a task from a function of a list: ``task(name, function, type)``."""
    return _task


@pytest.fixture(scope="session")
def studies() -> Callable[[AbstractStore], list[Run]]:
    """The runs of a store that are searches."""
    return _studies
