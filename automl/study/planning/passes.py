"""How long planned trainings are where pictures are few for the time that there is.

There the time is not what a net lacks. In that of the final training a small one goes over the pictures hundreds of times, most of them
to no avail, and a larger one, which is behind it after the same short time, would go past it. So nets are then compared after the same
number of passes, and a training may take what a net needs for them that goes over the pictures ENOUGH times in the final one.
"""

from __future__ import annotations

from library.records import Evaluation

from .schedule import ENOUGH, SHARES, Schedule

FEW = 4.0
"""How many times as often as ENOUGH the fastest net must be able to go over the pictures for them to be few; set by hand."""
LONGEST = 3.5
"""How many times as long as planned a training may take at most; set by hand."""
LEAST = 5
"""Passes from which on the time of one is known."""


def seconds_a_pass(evaluation: Evaluation) -> float | None:
    """What one pass over the train part took a training of at least LEAST of them; None where it is not known.

    evaluation: of any program.
    """
    epochs = (evaluation.curves or {}).get("epoch")
    count = epochs[-1] if isinstance(epochs, list) and epochs else 0
    if not isinstance(count, int) or count < LEAST or not evaluation.parameters or evaluation.seconds <= 0:
        return None
    return evaluation.seconds / count


def seconds_for(phase: str, schedule: Schedule, window: float, a_pass: float | None) -> float:
    """What a training of the phase may take: the plan's seconds, or more where pictures are few.

    phase: any.
    schedule: of the search.
    window: the seconds that the search has.
    a_pass: those of one pass over the pictures by the fastest net so far; None where it is not known, or the data are no pictures.
    """
    planned = schedule.seconds_of(phase)
    if phase not in SHARES or not are_few(schedule, window, a_pass):
        return planned
    return max(planned, min(SHARES[phase] * schedule.final * window, LONGEST * planned))


def are_few(schedule: Schedule, window: float, a_pass: float | None) -> bool:
    """Whether pictures are few for the time: see ``seconds_for``, whose arguments these are."""
    return a_pass is not None and schedule.is_planned and schedule.final * window >= FEW * ENOUGH * a_pass
