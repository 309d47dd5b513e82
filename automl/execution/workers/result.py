"""What became of one job."""

from __future__ import annotations

from dataclasses import dataclass

from primitives.values import Outcome

from .wire import decode, encode

OUTCOMES = (Outcome.OK, Outcome.TIMED_OUT, Outcome.LOST, Outcome.OUT_OF_MEMORY, Outcome.ERROR)


@dataclass(frozen=True, slots=True)
class JobResult:
    """One job's outcome.

    outcome: "ok"; "timed out" (over its deadline); "out of memory" (over its memory limit); "lost" (its worker died
        each time that it ran); "error" (the function raised: a bug of ours, `detail` is the traceback; raise it).
    value: what the function returned; None unless the outcome is "ok".
    seconds: wall time of the last run on the worker.
    """

    outcome: Outcome
    value: dict[str, object] | None = None
    seconds: float = 0.0
    detail: str = ""

    def __post_init__(self) -> None:
        if self.outcome not in OUTCOMES:
            raise ValueError(f"outcome={self.outcome!r}: must be one of {', '.join(OUTCOMES)}")
        object.__setattr__(self, "outcome", Outcome(self.outcome))


def pack_result(result: JobResult) -> bytes:
    """The result as a message; a value that cannot travel becomes the outcome "error", which says so."""
    try:
        return encode([result.outcome, result.value, result.seconds, result.detail])
    except TypeError as error:
        return encode([Outcome.ERROR, None, result.seconds, f"what the worker function returned: {error}"])


def unpack_result(message: bytes) -> JobResult:
    """The result of a message that `pack_result` made."""
    return JobResult(*decode(message))
