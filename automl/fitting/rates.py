"""Learning-rate schedules: a factor of the base rate as a function of where training stands.

A schedule is any callable from a TrainingProgress to a factor; ``per_epoch`` makes one of a function of the epoch. Those named
in SCHEDULES need no argument, so that a setting can name them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple


class TrainingProgress(NamedTuple):
    """Where training stands: ``step`` and ``epoch`` count from 0; ``fraction`` in [0, 1] is the part of the budget
    that is used; ``plateaus`` is how often validation has stopped to improve (automl.fitting.setup.FitOptions.plateau)."""

    step: int
    epoch: int
    fraction: float
    plateaus: int = 0


Schedule = Callable[[TrainingProgress], float]


def constant(progress: TrainingProgress) -> float:
    """Always 1."""
    return 1.0


def step_decay(factor: float = 0.1, milestones: tuple[float, ...] = (0.5, 0.75)) -> Schedule:
    """Multiplied by ``factor`` at each of the ``milestones``, which are fractions of the budget."""
    return lambda progress: factor ** sum(progress.fraction >= milestone for milestone in milestones)


def halving(factor: float = 0.5) -> Schedule:
    """Multiplied by ``factor`` whenever validation has stopped to improve (Nielsen's ch. 3)."""
    return lambda progress: factor**progress.plateaus


def cosine(final: float = 0.0) -> Schedule:
    """From 1 to ``final`` along half a cosine (Loshchilov and Hutter 2017, without restarts)."""
    return lambda progress: final + (1.0 - final) * 0.5 * (1.0 + math.cos(math.pi * progress.fraction))


def one_cycle(warm: float = 0.25, start: float = 0.1, final: float = 0.0) -> Schedule:
    """From ``start`` up to 1 within the fraction ``warm``, then down to ``final``, both along half a cosine (Smith
    and Topin 2018)."""

    def factor(progress: TrainingProgress) -> float:
        rising = progress.fraction < warm
        low, part = (
            (start, 1.0 - progress.fraction / warm) if rising else (final, (progress.fraction - warm) / (1.0 - warm))
        )
        return low + (1.0 - low) * 0.5 * (1.0 + math.cos(math.pi * part))

    return factor


def warmup(steps: int = 100, then: Schedule = constant) -> Schedule:
    """Linear from 1/steps to 1 over the first ``steps`` steps, times ``then``."""
    return lambda progress: min(1.0, (progress.step + 1) / steps) * then(progress)


def inverse_time(steps: float = 1000.0) -> Schedule:
    """1 / (1 + step / steps) (Robbins and Monro 1951)."""
    return lambda progress: 1.0 / (1.0 + progress.step / steps)


def exponential(final: float = 1e-3) -> Schedule:
    """From 1 down to ``final`` by the same factor at every step (Ciresan et al. 2010: 10⁻³ to 10⁻⁶)."""
    return lambda progress: final**progress.fraction


def per_epoch(function: Callable[[int], float]) -> Schedule:
    """The factor ``function(epoch)`` during the whole epoch."""
    return lambda progress: function(progress.epoch)


SCHEDULES: dict[str, Schedule] = {
    "constant": constant,
    "step": step_decay(),
    "halving": halving(),
    "cosine": cosine(),
    "one_cycle": one_cycle(),
    "warmup": warmup(),
    "inverse_time": inverse_time(),
    "exponential": exponential(),
}


def schedule_named(name: str) -> Schedule:
    """The schedule of that name; ValueError for another name."""
    if name not in SCHEDULES:
        raise ValueError(
            f"schedule={name!r}: one of {', '.join(SCHEDULES)} is required; or give a function of a TrainingProgress"
        )
    return SCHEDULES[name]
