"""A time at which work ends, looked at by every loop that grows with its input."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass


class OutOfTime(Exception):
    """The deadline has passed: the work ends where it is."""


@dataclass(frozen=True)
class Deadline:
    """The reading of ``time.monotonic()`` at which work ends; None: never."""

    at: float | None = None

    @property
    def left(self) -> float:
        """Seconds until the deadline, 0 after it, infinity where there is none."""
        return math.inf if self.at is None else max(0.0, self.at - time.monotonic())

    @property
    def passed(self) -> bool:
        """Whether no time is left."""
        return self.at is not None and time.monotonic() > self.at

    def check(self) -> None:
        """Raises OutOfTime where no time is left."""
        if self.at is not None and time.monotonic() > self.at:
            raise OutOfTime

    def seconds(self, most: float) -> float:
        """``most`` seconds, or as many as are left."""
        return min(most, self.left)

    def share(self, part: float) -> Deadline:
        """A deadline after this part of the time that is left."""
        return self if self.at is None else Deadline(time.monotonic() + part * self.left)


NEVER = Deadline()
