"""How a search ended, in one word for results, runs and people."""

from __future__ import annotations

from enum import StrEnum

from library.records import Run

ENDED = "ended"
"""The field of a run's config that says how it ended."""


class Ending(StrEnum):
    """Why a search stopped. ``Ending(text)`` also reads the words that older results have."""

    SOLVED = "solved"
    """All examples are met, or the score that was asked for is reached."""
    SPENT = "budget spent"
    EXHAUSTED = "space exhausted"
    """The strategy has nothing more to propose."""
    UNSURE = "not sure enough"
    """Programs meet all examples, and none is likely enough to be right for the strategy to give it."""
    STOPPED = "stopped"
    """Whoever called it said that it is enough."""
    INTERRUPTED = "interrupted"
    FAILED = "failed"
    RUNNING = "running"
    TIMED_OUT = "timed out"
    """The worker of a search did not end in time: this, and what follows, where tasks are searched several at a time."""
    OUT_OF_MEMORY = "out of memory"
    LOST = "lost"

    @classmethod
    def _missing_(cls, value: object) -> Ending | None:
        return {"budget used": cls.SPENT, "exhausted": cls.EXHAUSTED}.get(str(value))


def ending_of(run: Run) -> Ending | None:
    """How a stored run ended, or that it is running; None for a finished one of before that was recorded."""
    if run.state in ("interrupted", "failed", "running"):
        return Ending(run.state)
    return Ending(run.config[ENDED]) if ENDED in run.config else None
