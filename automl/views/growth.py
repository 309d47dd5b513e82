"""How a library grew: how many words it had and how many tasks were solved at each time, and how many programs were looked at for each
solution."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from library.records import Change, Solution
from library.store import AbstractStore

from .run_list import first_hit

Moments = tuple[tuple[float, float], ...]
"""(seconds since the first event of the library, count), in order."""
GAINED = {"promoted": 1, "imported": 1, "demoted": -1}


@dataclass(frozen=True)
class LibraryGrowth:
    """``words`` are active ones, ``tasks`` those with a solution, ``terms`` how many programs each search that solved one had looked at
    when it found the first that does, a point a search; ``whole`` says of how many searches that was not recorded, whose points are
    all that they looked at. ``seconds`` are from the first event to the last."""

    words: Moments
    tasks: Moments
    seconds: float
    terms: tuple[tuple[float, float, str], ...] = ()
    whole: int = 0


def view_growth(store: AbstractStore) -> LibraryGrowth:
    """How the library of a store grew.

    store: that has it.
    """
    gains = [(change.time, GAINED[change.action]) for change in _known(store.history())]
    firsts: dict[str, float] = {}
    searches: dict[tuple[str, str], Solution] = {}
    for solution in sorted(_dated(store.solutions()), key=lambda each: each.created):
        firsts.setdefault(solution.task, solution.created)
        searches.setdefault((solution.task, solution.run), solution)
    times = [time for time, _ in gains] + [each.created for each in searches.values()]
    began, ended = min(times, default=0.0), max(times, default=0.0)
    recorded = first_hits(store) if searches else {}
    counted = [each for each in searches.values() if each.evaluations > 0]
    terms = tuple(
        (each.created - began, float(recorded.get(each.run) or each.evaluations), each.task) for each in counted
    )
    solved = _summed(((time, 1) for time in firsts.values()), began)
    whole = sum(not recorded.get(each.run) for each in counted)
    return LibraryGrowth(_summed(gains, began), solved, ended - began, terms, whole)


def first_hits(store: AbstractStore) -> dict[str, int]:
    """How many programs each search had looked at when it found the first that solves its task, by run; without those that did not record
    it.

    store: that has them.
    """
    found = {run.id: first_hit(run) for run in store.runs(unreadable=lambda run, error: None)}
    return {run: count for run, count in found.items() if count is not None}


def _known(changes: Iterable[Change]) -> Iterable[Change]:
    return (change for change in changes if change.action in GAINED)


def _dated(solutions: Iterable[Solution]) -> Iterable[Solution]:
    return (solution for solution in solutions if solution.created > 0)


def _summed(gains: Iterable[tuple[float, int]], began: float) -> Moments:
    """The running sum, one entry a moment."""
    found: dict[float, float] = {}
    total = 0
    for time, gain in sorted(gains):
        total += gain
        found[time - began] = float(total)
    return tuple(found.items())
