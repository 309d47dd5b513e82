"""Where the time of a growth goes."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

SEARCH, COMPRESSION, TRIALS, DREAMS, TRAINING, OTHER = (
    "search",
    "compression",
    "trials",
    "dreams",
    "training",
    "other",
)


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
