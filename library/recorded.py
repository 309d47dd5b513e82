"""Whether what runs left in a store holds together: moments, the text of programs, and a solution for each task that was solved."""

from __future__ import annotations

from collections.abc import Iterator

from primitives.syntax import TermSyntaxError, parse

from .records import Run, StoreError
from .rules import check_moment
from .store import AbstractStore

Problem = tuple[str, str]


def recorded_problems(store: AbstractStore) -> Iterator[Problem]:
    """All that is found wrong with the runs of a store, their evaluations and solutions, as ``(table, what)``. Rows that are no records
    are left out: ``store.problems()`` names them.

    store: to be read through.
    """
    for what in _of_history(store):
        yield "changes", what
    try:
        runs = store.runs(unreadable=lambda *_: None)
    except StoreError:
        return
    for run in runs:
        yield from (("runs", f"run={run.id!r}: {why}") for why in _moments(run.started, run.finished))
    try:
        solutions = store.solutions()
    except StoreError:
        return
    for each in solutions:
        place = f"the program for task={each.task!r} of run={each.run!r}"
        yield from (("solutions", f"{place}: {why}") for why in _moments(each.created))
        yield from (("solutions", f"{place} cannot be read: {why}") for why in _unread(each.term))
    kept = {(each.run, each.task) for each in solutions}
    for run in runs:
        yield from _of_run(store, run, (run.id, run.task) in kept)


def _of_history(store: AbstractStore) -> Iterator[str]:
    try:
        changes = store.history()
    except StoreError:
        return
    for each in changes:
        yield from (f"what happened to {each.name}@{each.digest}: {why}" for why in _moments(each.time))


def _of_run(store: AbstractStore, run: Run, kept: bool) -> Iterator[Problem]:
    """Faults of the evaluations of a run; what a finished run solved is ``kept`` as a solution."""
    try:
        evaluations = store.evaluations(run.id)
    except StoreError:
        return
    for each in evaluations:
        for why in _unread(each.term):
            yield "evaluations", f"the program of run={run.id!r} ask={each.ask} cannot be read: {why}"
    if run.state == "finished" and not kept and any(each.solved for each in evaluations):
        yield (
            "solutions",
            f"run={run.id!r} solved task={run.task!r}, but no solution of it is kept; search that task again to have one",
        )


def _moments(*moments: float | None) -> Iterator[str]:
    for moment in moments:
        try:
            check_moment(moment)
        except StoreError as error:
            yield str(error)


def _unread(term: str) -> Iterator[str]:
    try:
        parse(term)
    except TermSyntaxError as error:
        yield str(error)
