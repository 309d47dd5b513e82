"""How long planned trainings are where pictures are few for the time that there is.

There the time is not what a net lacks. In that of the final training a small one goes over the pictures hundreds of times, most of them
to no avail, and a larger one, which is behind it after the same short time, would go past it. So nets are then compared after the same
number of passes, and a training may take what a net needs for them that goes over the pictures ENOUGH times in the final one.
"""

from __future__ import annotations

from library.records import Evaluation

from .schedule import ENOUGH, SHARES, Schedule

FEW_CASES = 15_000
"""Pictures that may be few; of more, fewer passes than ENOUGH are enough. Set by hand."""
FEW = 2.5
"""How many times as often as ENOUGH the fastest net so far must be able to go over the pictures for them to be few; set by hand."""
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


def seconds_for(phase: str, schedule: Schedule, window: float, few: bool) -> float:
    """What a training of the phase may take: the plan's seconds, or more where pictures are few.

    phase: any.
    schedule: of the search.
    window: the seconds that the search has.
    few: whether pictures are few for the time.
    """
    planned = schedule.seconds_of(phase)
    if not few or phase not in SHARES:
        return planned
    return max(planned, min(SHARES[phase] * schedule.final * window, LONGEST * planned))


def are_few(schedule: Schedule, window: float, cases: int, a_pass: float | None) -> bool:
    """Whether pictures are few for the time.

    schedule: of the search.
    window: the seconds that the search has.
    cases: pictures of the train part.
    a_pass: the seconds of one pass over them by the fastest net so far; None where that is not known.
    """
    if a_pass is None or cases > FEW_CASES or not schedule.is_planned:
        return False
    return schedule.final * window >= FEW * ENOUGH * a_pass
