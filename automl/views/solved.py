"""The tasks that a library has solved."""

from __future__ import annotations

from dataclasses import dataclass

from library.records import Solution
from library.store import AbstractStore

from .words import texts_for_people


@dataclass(frozen=True)
class SolvedTask:
    """A task and the latest of its ``count`` solutions: its ``program`` for people, by which ``run``, whether it is ``right`` on held-out
    tests (None: there are none), what it cost to find in ``evaluations`` and ``seconds``, and when it was found."""

    task: str
    count: int
    program: str
    run: str
    right: bool | None
    evaluations: int
    seconds: float
    created: float


@dataclass(frozen=True)
class SolvedTasks:
    """Rows of the list of solved tasks, by name, and how many the whole list has."""

    lines: tuple[SolvedTask, ...]
    total: int


def solved_tasks(store: AbstractStore, most: int) -> SolvedTasks:
    """The tasks with a solution.

    store: that has them.
    most: how many at most, the first by name.
    """
    latest: dict[str, list[Solution]] = {}
    for solution in store.solutions():
        latest.setdefault(solution.task, []).append(solution)
    shown = {task: max(latest[task], key=lambda each: each.created) for task in sorted(latest)[:most]}
    texts = texts_for_people(store.browser(), [each.term for each in shown.values()])
    lines = [
        SolvedTask(
            task=task, count=len(latest[task]), program=text, run=each.run, right=each.right, evaluations=each.evaluations,
            seconds=each.seconds, created=each.created,
        )
        for (task, each), text in zip(shown.items(), texts, strict=True)
    ]  # fmt: skip
    return SolvedTasks(tuple(lines), len(latest))
