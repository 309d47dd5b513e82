"""What a growth comes to: results by task, iterations, the whole; and results as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from library.records import Direction, Subroutine
from primitives.brief import brief_repr

from ..study.opening import Result


@dataclass(frozen=True)
class CompressionReport:
    """One compression: the tasks of the corpus, its symbols before and after (bodies counted), the names found and promoted, why others
    were refused, and what went wrong ("" if nothing)."""

    tasks: int = 0
    before: int = 0
    after: int = 0
    found: tuple[str, ...] = ()
    promoted: tuple[str, ...] = ()
    refused: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rewritten: int = 0
    seconds: float = 0.0
    problem: str = ""


@dataclass(frozen=True)
class Iteration:
    """How the library stood after one iteration: tasks solved and right so far (None: no task has tests that tell), terms and seconds of
    searches so far (``elapsed``: seconds by the clock, learning included), active words, what was promoted and demoted in it, and the
    record of the model's training."""

    number: int
    tasks: int
    solved: int
    right: int | None
    terms: int
    seconds: float
    elapsed: float
    library: int
    promoted: tuple[str, ...] = ()
    demoted: tuple[str, ...] = ()
    training: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return {
            **asdict(self),
            "promoted": list(self.promoted),
            "demoted": list(self.demoted),
            "training": dict(self.training),
        }

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Iteration:
        """The iteration whose ``to_dict`` is given."""
        return cls(**{**given, "promoted": tuple(given["promoted"]), "demoted": tuple(given["demoted"])})


@dataclass(frozen=True, eq=False)
class Growth:
    """What growing came to: the last result of each task in the curriculum's order (``evaluations`` and ``seconds`` over all attempts),
    the subroutines promoted, the library's rows afterwards, seconds in all, a report of each compression, and one of each iteration;
    ``run`` is the id under which the store keeps the growth, ``clock`` the seconds by activity. ``refused`` are what was given as tasks and
    cannot be searched, each with the reason after a colon."""

    results: list[Result]
    promoted: list[Subroutine]
    library: list[dict[str, Any]]
    seconds: float
    compressions: list[CompressionReport] = field(default_factory=list)
    iterations: list[Iteration] = field(default_factory=list)
    run: str = ""
    clock: Mapping[str, float] = field(default_factory=dict)
    refused: tuple[str, ...] = ()

    __repr__ = brief_repr


def combined(earlier: Result, later: Result, direction: Direction) -> Result:
    """The better result of two attempts at a task, with the cost of both."""
    return replace(
        later if _better(later, earlier, direction) else earlier,
        evaluations=earlier.evaluations + later.evaluations,
        seconds=earlier.seconds + later.seconds,
        structures=earlier.structures + later.structures,
        first_evaluations=_first(earlier, later, "evaluations"),
        first_seconds=_first(earlier, later, "seconds"),
    )


def _first(earlier: Result, later: Result, what: str) -> Any:
    """The evaluations or seconds, over all attempts, until the first program was found."""
    before, now = getattr(earlier, f"first_{what}"), getattr(later, f"first_{what}")
    return before if before is not None or now is None else getattr(earlier, what) + now


def _better(new: Result, old: Result, direction: Direction) -> bool:
    """Whether a later attempt's result is to be shown in place of the earlier one's."""
    if (
        new.solved and old.solved and new.model is not None and old.model is not None
    ):  # another program, met all the same
        return new.model.term.size < old.model.term.size
    if new.solved or new.score is None or old.score is None:
        return new.solved or old.score is None
    return direction.no_worse(new.score, old.score)
