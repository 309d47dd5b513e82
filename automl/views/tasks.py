"""The tasks that runs were on, and one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from library.browsing.browser import CountedTask, Listing
from library.records import Run, Solution, StoreError
from library.store import AbstractStore
from primitives.brief import brief_repr

from ..growth.journal import STRATEGY
from .cases import ShownCases, cases_of
from .run_list import RunList, list_runs
from .words import texts_for_people

RUNS, SOLUTIONS = 25, 50
"""Of a task that are shown at most."""


@dataclass(frozen=True)
class SolvedBy:
    """A solution as its row shows it; ``strategy`` is that of its run ("" where that is gone)."""

    solution: Solution
    strategy: str
    program: str


@dataclass(frozen=True)
class TaskView:
    """What the page of a task shows. ``latest`` is its latest run, whose data ``cases`` are; ``solved`` the solutions, the first found
    first, ``solutions`` how many there are."""

    name: str
    latest: Run
    runs: RunList
    solved: tuple[SolvedBy, ...]
    solutions: int
    cases: ShownCases

    __repr__ = brief_repr


def list_tasks(store: AbstractStore, start: int, count: int, text: str, unsolved: bool) -> Listing[CountedTask]:
    """Tasks, those of the latest run first; growths are none.

    store: that has the runs.
    start: how many to pass over.
    count: how many at most.
    text: what their names must hold; "" for all.
    unsolved: whether only those without a solution are wanted.
    """
    return store.browser().tasks(start, count, text, unsolved, STRATEGY)


def view_task(store: AbstractStore, name: str, part: str, start: int, count: int) -> TaskView | None:
    """What the page of a task shows; None where no run was on it.

    store: that has the runs.
    name: of the task.
    part: of which cases are shown.
    start: how many of them to pass over.
    count: how many at most.
    """
    found = store.browser().runs(0, 1, task=name)
    if not found.rows:
        return None
    latest = found.rows[0].run
    solutions = sorted(store.solutions(task=name), key=lambda each: each.created)
    return TaskView(
        name, latest, list_runs(store, 0, RUNS, "", name), tuple(_solved(store, solutions[:SOLUTIONS])), len(solutions),
        cases_of(latest, part, start, count),
    )  # fmt: skip


def _solved(store: AbstractStore, solutions: Sequence[Solution]) -> list[SolvedBy]:
    strategies = dict[str, str]()
    programs = texts_for_people(store.browser(), [each.term for each in solutions])
    rows = []
    for each, program in zip(solutions, programs, strict=True):
        if each.run not in strategies:
            try:
                strategies[each.run] = store.run(each.run).strategy
            except StoreError:
                strategies[each.run] = ""
        rows.append(SolvedBy(each, strategies[each.run], program))
    return rows
