"""How a library grew: how many words it had, and how many tasks were solved, at each time."""

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
    """``words`` are active ones, ``tasks`` those with a solution; ``seconds`` from the first event to the last."""

    words: Moments
    tasks: Moments
    seconds: float


def view_growth(store: AbstractStore) -> LibraryGrowth:
    """How the library of a store grew.

    store: that has it.
    """
    gains = [(change.time, GAINED[change.action]) for change in _known(store.history())]
    firsts: dict[str, float] = {}
    for solution in _dated(store.solutions()):
        firsts[solution.task] = min(solution.created, firsts.get(solution.task, solution.created))
    times = [time for time, _ in gains] + list(firsts.values())
    began, ended = min(times, default=0.0), max(times, default=0.0)
    return LibraryGrowth(_summed(gains, began), _summed(((time, 1) for time in firsts.values()), began), ended - began)


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
