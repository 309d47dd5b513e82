"""What came of each program that a search began with, counted as the search goes on, so that nobody needs all evaluations for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass
class StartTally:
    """What came of one program to begin with: ``score`` is its own (None: it has none), ``best`` that of what descends from it, by the ask
    ``best_ask`` (None: nothing with a score does)."""

    score: float | None = None
    best: float | None = None
    best_ask: int | None = None
    worth: float = float("-inf")
    """That of ``best``; more is better."""


class Tallies:
    """The tallies of a run's starts, by their asks."""

    def __init__(self) -> None:
        self._by_start: dict[int, StartTally] = {}

    def __repr__(self) -> str:
        return f"Tallies({len(self._by_start)} starts)"

    def of(self, start: int) -> StartTally:
        """That of a start; an empty one where nothing with a score came of it.

        start: its ask.
        """
        return self._by_start.get(start, StartTally())

    def note(self, ask: int, score: float, worth: float, starts: Iterable[int]) -> None:
        """Take in an evaluation that has a score.

        ask: its number.
        score: the value of the metric.
        worth: the same, signed so that more is better; of equal ones the earlier ask stays the best.
        starts: the asks of the starts from which it descends, itself if it is one.
        """
        for start in starts:
            tally = self._by_start.setdefault(start, StartTally())
            if start == ask:
                tally.score = score
            elif tally.best_ask is None or (worth, -ask) > (tally.worth, -tally.best_ask):
                tally.best, tally.best_ask, tally.worth = score, ask, worth
