"""How evaluations are spread over a budget."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from ..errors import StudyError

TIMELY = 0.98
"""The share of a time budget after which no training is begun, and a loop of a strategy may end because it sees its end coming."""


def closing(seconds: float) -> float:
    """The seconds of a budget for what comes after the search: the test of the result, its record, and the end of the process."""
    return min(1.0, 0.1 * seconds, 0.2 + 0.01 * seconds)


@dataclass(frozen=True)
class Schedule:
    """How evaluations are spread over a budget.

    ``epochs`` and ``refine_epochs`` are what a candidate is trained for while exploring and in the refinement of the best (None: what
    suits the data, automl.fitting.recipes); ``refine`` is the share of the budget for the refinement, ``final`` the share of time
    for training the best of all once more, on train and validation cases together (0: it is left out; its validation score is that of
    its refinement); ``deadline`` bounds one evaluation in seconds, and ``start`` that of each program that a search begins with, as a share
    of the time. Raises StudyError.
    """

    epochs: int | None = None
    refine_epochs: int | None = None
    refine: float = 0.45
    final: float = 0.15
    deadline: float = 60.0
    start: float = 0.15

    def __post_init__(self) -> None:
        for name, low, high in (("epochs", 1, 10**6), ("refine_epochs", 1, 10**6)):
            value = getattr(self, name)
            if value is not None and (type(value) is not int or not low <= value <= high):
                raise StudyError(f"schedule.{name}={value!r}: needed a whole number from {low} to {high}")
        for name, most in (("refine", 1.0), ("final", 0.5), ("deadline", 1e6), ("start", 1.0)):
            value = getattr(self, name)
            if type(value) not in (int, float) or not math.isfinite(value) or not 0 <= value <= most:
                raise StudyError(f"schedule.{name}={value!r}: needed a number from 0 to {most:g}")
        if self.deadline < 0.01:
            raise StudyError(f"schedule.deadline={self.deadline!r}: needed at least 0.01 (seconds)")

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Schedule:
        """The schedule with the given fields; StudyError where one is not known."""
        known = [each.name for each in fields(cls)]
        for name in given:
            if name not in known:
                raise StudyError(f"schedule.{name} is not known; there are: {', '.join(known)}")
        return cls(**given)
