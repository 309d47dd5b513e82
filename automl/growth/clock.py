"""Where the time of a growth goes, and how much of it may go to what is done beside the searches."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from ..budget import Budget

SEARCH, OTHER = "search", "other"
COMPRESSION, EQUIVALENCE, TRIALS, DREAMS, TRAINING = "compression", "equivalence", "trials", "dreams", "training"
BESIDE = (COMPRESSION, EQUIVALENCE, TRIALS, DREAMS, TRAINING)
"""What is done beside the searches."""
SHARE = 0.2
"""The share of the searches' budget that it may take, unless a plan says otherwise."""


class Clock:
    """Seconds by activity, each second counted once: within an activity that is begun in another, the other stands still."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}
        self._doing = [OTHER]
        self._since = time.monotonic()

    @contextmanager
    def doing(self, activity: str) -> Iterator[None]:
        """Time that passes within the block is of the activity."""
        self._count()
        self._doing.append(activity)
        try:
            yield
        finally:
            self._count()
            self._doing.pop()

    def seconds(self) -> dict[str, float]:
        """Seconds so far by activity."""
        self._count()
        return dict(self._seconds)

    def total(self) -> float:
        """Seconds so far in all."""
        return sum(self.seconds().values())

    def go_on(self, seconds: Mapping[str, float]) -> None:
        """Count from where an earlier clock stood."""
        self._seconds, self._since = dict(seconds), time.monotonic()

    def _count(self) -> None:
        now = time.monotonic()
        activity = self._doing[-1]
        self._seconds[activity] = self._seconds.get(activity, 0.0) + now - self._since
        self._since = now


class TimeAllowance:
    """The time that what is done beside the searches may take: a share of the budgets in seconds of the searches that were begun. Where
    all budgets are counted in evaluations it has no bound, so that the record does not depend on the machine."""

    def __init__(self, clock: Clock | None = None, share: float = SHARE) -> None:
        self.clock = clock or Clock()
        self.share = share
        self._granted: float | None = None

    def grant(self, budget: Budget) -> None:
        """Note that a search of that budget is begun."""
        if budget.seconds is not None:
            self._granted = (self._granted or 0.0) + budget.seconds

    def left(self) -> float:
        """Seconds that are left; infinite where there is no bound."""
        if self._granted is None:
            return math.inf
        seconds = self.clock.seconds()
        return self.share * self._granted - sum(seconds.get(activity, 0.0) for activity in BESIDE)

    def deadline(self, least: float = 0.0) -> float:
        """When it is used up, by the monotonic clock, but not before ``least`` seconds from now; infinite where there is no bound."""
        return time.monotonic() + max(least, self.left())
