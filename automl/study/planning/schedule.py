"""How evaluations are spread over a budget."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from ...budget import Budget
from ...errors import StudyError
from ...fitting.recipes import image_side
from ...tasks.data import ProblemData
from ...tasks.metrics import CLASSES, NUMBERS, VALUES

EXPLORE, REFINE, FINAL, ENSEMBLE = "explore", "refine", "final", "ensemble"
"""The phases of a trained search: many programs for a short time, the best for longer, the very best on all but the test data; or, where it
is asked for, the best blended."""
PHASES = (EXPLORE, REFINE, FINAL, ENSEMBLE)
SCHEDULE_CHANGES = "schedule_changes"
"""The field of a run's configuration with what of its schedule is not as usual."""
SETTINGS = "settings"
"""The field of a proposal's info with settings of the trainer that are its own."""
TRAINED = "trained"
"""The field that says, of a proposal that is scored with the weights that it begins with, which program is trained in its place."""
TIMELY = 0.98
"""The share of a time budget after which no training is begun, and a loop of a strategy may end because it sees its end coming."""
LEAST_SECONDS = 0.5
"""What any evaluation may take, however little time is left."""
ALONE_SECONDS = 3600.0
"""What an evaluation of a net may take where evaluations alone are counted: so much that no training on an ordinary machine is cut short by
it, which would be another on a slower one."""
PLANNED_CASES = 2000
"""Pictures below which a training is long enough by its epochs within seconds, unless they are large."""
MANY_NUMBERS = 200_000
"""Numbers that the pictures of a train part have together, from which they are large. Set by hand: 8 x 8 pixels of a thousand are learned
within seconds by whatever net is drawn."""
PLANNED_SERIES = 500
"""The same of series."""
EXPLORING, FINISHING = 0.25, 0.45
"""The shares of a planned time for short trainings, and for that of the result."""
EXPLORING_SERIES, FINISHING_SERIES = 0.4, 0.3
"""The same of series, whose nets take less time, and whose programs to begin with are twice as many. Set by hand."""
GROWTH, PACE = 0.6, 4.65
"""A short training of a planned time of W seconds has W ** GROWTH / PACE of them: 2.5 of a minute, 10 of ten minutes, 29 of an hour."""
REFINE_TIMES = 3.0
"""How many times as long a training of the best has. This and the numbers above were set by hand."""
MOST_EPOCHS = {EXPLORE: 40, REFINE: 200}
"""Passes over series that a planned training makes at most, however much time it has."""
ENOUGH, ENOUGH_FOR = 100, 4000
"""Passes over so many pictures after which more of them teach a net little; of more pictures fewer are enough."""
SHARES = {EXPLORE: 0.08, REFINE: 0.24}
"""Of the passes that are enough those that a planned training of the phase makes at most."""
LEAST_SHOWN = {EXPLORE: 30_000, REFINE: 90_000}
"""Pictures that such a training may show, each as often as need be. These numbers were set by hand, after single trainings on a part of
cifar10_subset (docs/searching.md; ``python -m experiments.benchmarks.passes`` does the like)."""


def closing(seconds: float) -> float:
    """The seconds of a budget for what comes after the search: the test of the result, its record, and the end of the process."""
    return min(1.0, 0.1 * seconds, 0.2 + 0.01 * seconds)


@dataclass(frozen=True)
class Schedule:
    """How evaluations are spread over a budget.

    ``epochs`` and ``refine_epochs`` are what a candidate is trained for while exploring and in the refinement of the best (None: what
    suits the data, automl.fitting.recipes), and ``final_epochs`` in the final training (None: as in the refinement); ``refine`` is the
    share of the budget for the refinement, ``final`` the share of time for training the best of all once more, on train and validation
    cases together (0: it is left out; its validation score is that of its refinement); ``deadline`` bounds one evaluation in seconds, and
    ``start`` that of each program that a search begins with, as a share of the time. ``explore_seconds`` and ``refine_seconds`` are what a
    training has in these phases (None: what is left, up to ``deadline``). Raises StudyError.
    """

    epochs: int | None = None
    refine_epochs: int | None = None
    final_epochs: int | None = None
    refine: float = 0.45
    final: float = 0.15
    deadline: float = 60.0
    start: float = 0.15
    explore_seconds: float | None = None
    refine_seconds: float | None = None

    def __post_init__(self) -> None:
        for name, low, high in ((name, 1, 10**6) for name in ("epochs", "refine_epochs", "final_epochs")):
            value = getattr(self, name)
            if value is not None and (type(value) is not int or not low <= value <= high):
                raise StudyError(f"schedule.{name}={value!r}: needed a whole number from {low} to {high}")
        for name in ("explore_seconds", "refine_seconds"):
            value = getattr(self, name)
            if value is not None and (type(value) not in (int, float) or not LEAST_SECONDS <= value <= 1e6):
                raise StudyError(f"schedule.{name}={value!r}: needed a number from {LEAST_SECONDS:g} to 1e6 (seconds)")
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

    @property
    def is_planned(self) -> bool:
        """Whether each training has the time that a plan of the whole gives it."""
        return self.explore_seconds is not None

    def epochs_of(self, phase: str) -> int | None:
        """The epochs of a training of the phase, None where they are what suits the data.

        phase: any.
        """
        if phase == EXPLORE:
            return self.epochs
        return self.final_epochs if phase == FINAL and self.final_epochs is not None else self.refine_epochs

    def seconds_of(self, phase: str) -> float:
        """What a training of the phase may take at most."""
        own = {EXPLORE: self.explore_seconds, REFINE: self.refine_seconds}.get(phase)
        return self.deadline if own is None else min(own, self.deadline)

    def plan(self, seconds: float) -> str:
        """How ``seconds`` are planned to be spent, for people; "" where nothing is planned."""
        if self.explore_seconds is None or self.refine_seconds is None:
            return ""
        short, longer = (1.0 - self.refine) * seconds, (self.refine - self.final) * seconds
        return (
            f"{short:.0f} s for trainings of {self.explore_seconds:.1f} s, {longer:.0f} s for trainings of the best of "
            f"{self.refine_seconds:.1f} s"
            + (f", {self.final * seconds:.0f} s for that of the result" if self.final else "")
        )


def usual_schedule(data: ProblemData, budget: Budget) -> Schedule:
    """How a search spreads its evaluations where it is not told.

    data: of pictures or series that are many, with a budget in time, the time is planned: short trainings of EXPLORING of the time at
        most, then longer ones of the best, and FINISHING for the training of the result (of series EXPLORING_SERIES and
        FINISHING_SERIES). Otherwise the trainings are as long as suits the data; where only evaluations are counted, each may take
        ALONE_SECONDS.
    budget: of the search.
    """
    if budget.seconds is None:
        return Schedule(deadline=ALONE_SECONDS) if data.target != VALUES else Schedule()
    if budget.evaluations is not None or not is_planned(data):
        return Schedule()
    each = max(LEAST_SECONDS, budget.seconds**GROWTH / PACE)
    exploring, finishing = (EXPLORING_SERIES, FINISHING_SERIES) if data.is_series else (EXPLORING, FINISHING)
    most = MOST_EPOCHS if data.is_series else {phase: most_passes(phase, len(data.train)) for phase in SHARES}
    return Schedule(
        epochs=most[EXPLORE], refine_epochs=most[REFINE], final_epochs=MOST_EPOCHS[REFINE], refine=1.0 - exploring, final=finishing,
        deadline=max(60.0, budget.seconds), explore_seconds=each, refine_seconds=REFINE_TIMES * each,
    )  # fmt: skip


def most_passes(phase: str, cases: int) -> int:
    """The passes over the train part that a planned training of pictures makes at most.

    phase: EXPLORE or REFINE.
    cases: of the train part.
    """
    return max(round(SHARES[phase] * enough_passes(cases)), math.ceil(LEAST_SHOWN[phase] / max(1, cases)))


def enough_passes(cases: int) -> float:
    """The passes over a train part of pictures after which more of them teach a net little: ENOUGH, and the fewer the more pictures there
    are, as the square root of their number.

    cases: of the train part.
    """
    return ENOUGH * math.sqrt(min(1.0, ENOUGH_FOR / max(1, cases)))


def needs_nets(data: ProblemData, budget: Budget) -> bool:
    """Whether a search whose time is not planned begins with declared nets all the same: on pictures of many numbers that have folds, with
    a budget in time alone.

    data: of the task.
    budget: of the search.
    """
    return budget.seconds is not None and budget.evaluations is None and _has_many_numbers(data)


def _has_many_numbers(data: ProblemData) -> bool:
    """Whether a case is one picture with a class or numbers to answer, and they have MANY_NUMBERS together."""
    first = data.train.inputs[0]
    if data.target not in (CLASSES, NUMBERS) or len(data.train.inputs) != 1 or not isinstance(first, np.ndarray):
        return False
    return image_side(data) is not None and first.size >= MANY_NUMBERS


def is_planned(data: ProblemData) -> bool:
    """Whether the time for training is what bounds a search on this data: pictures without folds, PLANNED_CASES of them at least or of many
    numbers together, or PLANNED_SERIES series."""
    if data.folds is not None:
        return False
    pictures = image_side(data) is not None and len(data.train) >= PLANNED_CASES
    return pictures or _has_many_numbers(data) or (data.is_series and len(data.train) >= PLANNED_SERIES)
