"""How to search: what the command line, the API and stored runs share."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from library.vocabulary import Vocabulary
from search.bounds import UNBOUNDED, Bounds

from ...budget import Budget, parse_budget
from ...errors import StudyError
from ...tasks.data import ProblemData
from ..problem import default_strategy
from .limits import NAMES as BOUNDS
from .limits import read_bounds
from .schedule import Schedule
from .starts import AUTO, STARTS

KEPT = 20
"""Candidates of each phase, the best, whose weights stay."""


@dataclass(frozen=True)
class Options:
    """How to search. ``words`` restricts the primitives, ``starts`` is one of automl.study.planning.starts.STARTS, ``programs`` are those
    that a user has it begin with (texts, files with one, or runs), ``bounds`` say what a program may need, ``space`` is a program with free
    parts (a text, or a file with one), which alone are filled then; of so many of the best candidates of each phase as
    ``keep_weights`` says the weights stay in the library (0: of all)."""

    budget: Budget
    strategy: str | None = None
    workers: int | str = 1
    seed: int = 0
    target: float | None = None
    words: tuple[str, ...] | None = None
    trainer: Mapping[str, object] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    schedule: Schedule | Mapping[str, Any] | None = None
    """A whole schedule, or what of the usual one is to be otherwise."""
    starts: str = AUTO
    bounds: Bounds = UNBOUNDED
    programs: tuple[str, ...] = ()
    space: str | None = None
    keep_weights: int = KEPT
    ensemble: int = 0
    """Of how many programs at most the result is to be a blend, if that is better; 0: of none."""

    def __post_init__(self) -> None:
        if type(self.seed) is not int or not 0 <= self.seed < 2**63:
            raise StudyError(f"seed={self.seed!r}: needed a whole number from 0 to 2^63 - 1")
        number = isinstance(self.target, int | float) and not isinstance(self.target, bool)
        if self.target is not None and not (number and math.isfinite(self.target)):
            raise StudyError(f"target={self.target!r}: needed a finite score, such as 0.98")
        if self.starts not in STARTS:
            raise StudyError(f"starts={self.starts!r}: needed one of {', '.join(STARTS)}")
        if type(self.keep_weights) is not int or not 0 <= self.keep_weights <= 10**9:
            raise StudyError(
                f"keep_weights={self.keep_weights!r}: needed a whole number of candidates, or 0 for all of them"
            )
        if self.words is not None and not any(self.words):
            raise StudyError("words=(): needed at least one word; name some, or leave the option out for all words")
        if isinstance(self.schedule, Mapping):
            Schedule.from_dict(self.schedule)
        for name, given in (("settings", self.settings), ("trainer", self.trainer)):
            if not isinstance(given, Mapping):
                raise StudyError(f"{name}={given!r}: needed a dictionary, name to value, such as {{'rate': 0.01}}")

    def strategy_for(self, data: ProblemData, vocabulary: Vocabulary | None = None) -> str:
        """The name of the strategy for a task: the one that is asked for, or what suits the task; an enumeration begins with no program and
        fills no free parts.

        data: the task's.
        vocabulary: of the search, where it is known (default: it is not).
        """
        return self.strategy or (
            "genetic" if self.programs or self.space is not None else default_strategy(data, vocabulary)
        )


def with_given(options: Options, given: Mapping[str, Any]) -> Options:
    """The options with what callers and declarations give by name, over what they had; None changes nothing.

    options: what stays where nothing else is given.
    given: fields of Options, in the forms of ``plain_option``; ``max_parameters`` and the other bounds; ``starts`` as a word or a list of
        programs, with that word among them; ``start``, programs alone. A name may be written with dashes.

    Raises StudyError for a value that is refused, TypeError for a name that is not known.
    """
    named = {name.replace("-", "_"): value for name, value in given.items() if value is not None}
    bounds = read_bounds({name: named.pop(name, None) for name in BOUNDS})
    found = {name: most for name, most in vars(bounds).items() if most is not None}
    starts, own = named.pop("starts", None), named.pop("start", ())
    said = [starts] if isinstance(starts, str) else [str(each) for each in starts or () if str(each) in STARTS]
    programs = [own] if isinstance(own, str | Path) else list(own)
    programs += (
        [] if starts is None or isinstance(starts, str) else [each for each in starts if str(each) not in STARTS]
    )
    fields = {name: plain_option(name, value) for name, value in named.items()}
    fields |= {"bounds": replace(options.bounds, **found)} if found else {}
    fields |= {"starts": said[-1]} if said else {}
    fields |= {"programs": tuple(map(str, programs))} if programs else {}
    return replace(options, **fields)


def plain_option(name: str, value: Any) -> Any:
    """An option as Options has it, from what a caller or a declaration may give: numpy's numbers, several forms of words and schedules."""
    if name == "budget":
        return parse_budget(value)
    if name == "schedule" and isinstance(value, Mapping):
        return dict(value)
    if name == "words":
        return tuple(word.strip() for word in value.split(",")) if isinstance(value, str) else tuple(value)
    return value.item() if hasattr(value, "item") and getattr(value, "ndim", None) == 0 else value
