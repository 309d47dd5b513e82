"""How a library grew: how many words it had and how many tasks were solved at each time, and how many programs each solution took."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from library.records import Change, Solution
from library.store import AbstractStore

Moments = tuple[tuple[float, float], ...]
"""(seconds since the first event of the library, count), in order."""
GAINED = {"promoted": 1, "imported": 1, "demoted": -1}


@dataclass(frozen=True)
class LibraryGrowth:
    """``words`` are active ones, ``tasks`` those with a solution, ``terms`` how many programs each search looked at that solved one
    (a point a search, when its first solution was found); ``seconds`` from the first event to the last."""

    words: Moments
    tasks: Moments
    seconds: float
    terms: tuple[tuple[float, float, str], ...] = ()


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
    terms = tuple(
        (each.created - began, float(each.evaluations), each.task) for each in searches.values() if each.evaluations > 0
    )
    solved = _summed(((time, 1) for time in firsts.values()), began)
    return LibraryGrowth(_summed(gains, began), solved, ended - began, terms)


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
