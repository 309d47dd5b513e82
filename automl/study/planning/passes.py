"""How long planned trainings are where pictures are few for the time that there is.

There the time is not what a net lacks. In that of the final training a small one goes over the pictures more often than it needs to, most
of the passes to no avail, and a larger one, which is behind it after the same short time, would go past it. So nets are then compared after
the same number of passes, and a training may take what a net needs for them that goes over the pictures often enough in the final one.
"""

from __future__ import annotations

from collections.abc import Mapping

from library.records import Evaluation

from .schedule import SHARES, Schedule, enough_passes

FEW = 2.5
"""How many times as often as is enough the fastest net so far must be able to go over the pictures for them to be few; set by hand."""
LONGEST = 3.5
"""How many times as long as planned a training may take at most; set by hand."""
LEAST, LONG_PASS, LEAST_LONG = 5, 3.0, 1.5
"""Passes from which on the time of one is known; of passes of LONG_PASS seconds, beside which what comes before them is little,
LEAST_LONG."""


def seconds_a_pass(evaluation: Evaluation) -> float | None:
    """What one pass over the train part took a training of at least LEAST of them, or of LEAST_LONG long ones; None where it is not known.

    evaluation: of any program.
    """
    count = passes_of(evaluation)
    if not evaluation.parameters or evaluation.seconds <= 0 or not count:
        return None
    took = evaluation.seconds / count
    return took if count >= (LEAST_LONG if took >= LONG_PASS else LEAST) else None


def passes_of(evaluation: Evaluation) -> float:
    """How often a training went over the train part, the last pass in part where its time was over; 0 where that is not known. Of what did
    not end its first pass it is 1.

    evaluation: of any program.
    """
    curves: Mapping[str, object] = evaluation.curves or {}
    epochs, steps = curves.get("epoch"), curves.get("steps")
    if not isinstance(epochs, list) or not epochs or not isinstance(epochs[-1], int):
        return 0.0
    if not isinstance(steps, list) or len(steps) != len(epochs) or epochs[0] != 1 or not steps[0]:
        return float(epochs[-1])
    return min(float(epochs[-1]), steps[-1] / steps[0])


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
    if a_pass is None or not schedule.is_planned:
        return False
    return schedule.final * window >= FEW * enough_passes(cases) * a_pass
