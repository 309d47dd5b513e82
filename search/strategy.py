"""Ask, tell, replay: what every search strategy is.

A strategy proposes terms and learns from scores. It never trains, evaluates or stores. Ask number n draws its randomness from
(problem seed, n) alone, and its state is a function of the asks and tells so far: so a study resumes by replaying its log.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, ClassVar

from primitives.interpreter.deadline import NEVER, Deadline
from primitives.term import Term, show_canonical
from primitives.values import Outcome

from .problem import Problem
from .randomness import Draws
from .reports import Alternative, Hit, Progress, Question

START = "start"
"""The ``operator`` of a proposal that is one of the problem's starts."""
UNTRAINED = "untrained"
"""The field of a proposal's info that says, if true, that it is scored with the weights that it begins with."""


class StrategyError(ValueError):
    """A wrong option, or a call out of order."""


class ReplayError(StrategyError):
    """The log does not fit what the strategy proposes: another version, other words or another seed wrote it."""


@dataclass(frozen=True)
class Proposal:
    """A program to evaluate. ``parent`` is the ask that it was derived from; ``number`` its own ask (given by ``ask``).

    ``info`` is plain data: ``operator`` (how it was made), ``inherit`` {site: (ask number, site there)}, where weights may start from,
    ``transfer`` {site: steps}, where they are not simply copied (``primitives.morphing.transfer``), and ``shrink``, by which what is
    inherited is multiplied (``primitives.weights.shrunk``); UNTRAINED: whether it is scored with these, as it is.
    """

    term: Term
    parent: int | None = None
    info: Mapping[str, Any] = field(default_factory=dict)
    number: int = -1

    @property
    def text(self) -> str:
        """The term as it stands in the log (de Bruijn, sites as they are)."""
        return show_canonical(self.term)


@dataclass(frozen=True)
class Feedback:
    """What became of a proposal: ``scores`` by name (empty where it failed), ``outcome`` in a word,

    ``cases`` one error an example or group of examples (0 = met; for lexicase), ``weights`` a handle that strategies pass on unread.
    """

    scores: Mapping[str, float] = field(default_factory=dict)
    outcome: str = Outcome.OK
    cases: tuple[float, ...] | None = None
    weights: str | None = None


@dataclass(frozen=True)
class Asked:
    """Log entry: ask ``number`` proposed the term of this text."""

    number: int
    term: str


@dataclass(frozen=True)
class Told:
    """Log entry: ask ``number`` was told this feedback."""

    number: int
    feedback: Feedback


@dataclass(frozen=True)
class Option:
    """A declared option of a strategy: its type is that of ``default``."""

    name: str
    default: Any
    doc: str
    low: float | None = None
    high: float | None = None
    choices: tuple = ()
    formerly: str = ""
    """The name that stored runs may know it by; the name of today counts where both are given."""

    def check(self, strategy: str, value: Any) -> Any:
        """The value in the option's type.

        strategy: the name of the strategy, for the message.
        value: as it was given; an int stands for a float, and None is allowed where it is the default.

        Raises StrategyError where it is of another type, none of the choices, or out of bounds.
        """
        if value is None and self.default is None:
            return None
        wanted = type(self.default) if self.default is not None else type(value)
        if wanted is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if type(value) is not wanted:
            raise self._bad(strategy, value, f"a value of type {wanted.__name__}")
        if self.choices and value not in self.choices:
            raise self._bad(strategy, value, f"one of {', '.join(map(str, self.choices))}")
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            below, above = self.low is not None and value < self.low, self.high is not None and value > self.high
            if below or above or not math.isfinite(value):
                raise self._bad(
                    strategy, value, f"a number from {self.low} to {self.high if self.high is not None else '∞'}"
                )
        return value

    def _bad(self, strategy: str, value: Any, needed: str) -> StrategyError:
        return StrategyError(f"strategy={strategy!r}: option {self.name}={value!r}, needed {needed} ({self.doc})")


class AbstractStrategy(ABC):
    """A search strategy: subclasses give ``name``, ``OPTIONS``, ``propose`` and ``learn``; they are final.

    ``batch`` is the number of asks that may be outstanding in deterministic mode. The first asks give the problem's ``starts``;
    ``propose`` is asked after them, and ``learn`` hears of all.
    """

    name: ClassVar[str]
    OPTIONS: ClassVar[tuple[Option, ...]] = ()
    fused: ClassVar[bool] = False
    """Whether the strategy evaluates on its own in a closed loop (``run``) where the problem has examples."""
    batch: int = 1
    deadline: Deadline = NEVER
    """When the ask that is being answered ends: what takes long looks at it, and raises OutOfTime with all that was learned kept."""

    def __init__(self, problem: Problem, options: Mapping[str, Any] | None = None) -> None:
        self.problem = problem
        self.options: Mapping[str, Any] = MappingProxyType(self._options(options or {}))
        self.starts = tuple(dict.fromkeys(problem.starts))
        self.asked = 0
        self.outstanding: dict[int, Proposal] = {}
        self.setup()

    @classmethod
    def _options(cls, given: Mapping[str, Any]) -> dict[str, Any]:
        known = {option.name: option for option in cls.OPTIONS}
        today = {option.formerly: option.name for option in cls.OPTIONS if option.formerly}
        given = {today[key]: value for key, value in given.items() if key in today} | {
            key: value for key, value in given.items() if key not in today
        }
        for key in given:
            if key not in known:
                has = ", ".join(known) or "none"
                raise StrategyError(f"strategy={cls.name!r}: option {key!r} is not known; it has: {has}")
        return {name: option.check(cls.name, given.get(name, option.default)) for name, option in known.items()}

    def setup(self) -> None:  # noqa: B027  (nothing to prepare is a common case)
        """Prepare state; ``problem`` and ``options`` are set."""

    @abstractmethod
    def propose(self, number: int, draws: Draws) -> Proposal | None:
        """The proposal of an ask, or None when the space is exhausted.

        number: of the ask, from the number of the problem's ``starts`` on.
        draws: where all randomness comes from.

        May raise OutOfTime after its ``deadline``.
        """

    @abstractmethod
    def learn(self, proposal: Proposal, feedback: Feedback) -> None:
        """Take in what came of a proposal.

        proposal: as it was made, with its number.
        feedback: its scores, or why it has none.
        """

    def parents(self) -> Collection[int] | None:
        """The asks whose weights later proposals may start from; None where that is not known."""
        return None

    def run(self, deadline: float | None = None, max_terms: int | None = None) -> Iterator[Progress | Hit]:
        """The fused loop of a strategy with ``fused``: yields Progress now and then and every Hit, until exhausted or at a bound.

        deadline: a reading of ``time.monotonic()`` (default: none).
        max_terms: the most terms to consider (default: no bound).

        Raises StrategyError where the strategy has no such loop.
        """
        raise StrategyError(f"strategy={self.name!r} has no loop of its own; use ask and tell")

    @property
    def first_seconds(self) -> float | None:
        """When ``run`` found the first program that meets all examples, which need not be the one told first; None before."""
        return None

    @property
    def first_terms(self) -> int | None:
        """The terms that ``run`` had considered by then."""
        return None

    def alternatives(self) -> Sequence[Alternative]:
        """What ``run`` found that meets all examples too, yet differs from the first hit on some input."""
        return ()

    def question(self) -> Question | None:
        """The inputs whose output would tell most about which of the programs that ``run`` found is meant; None where they agree."""
        return None

    def ask(self, deadline: Deadline = NEVER) -> Proposal | None:
        """The next proposal, numbered from 0, or None: exhausted.

        deadline: when looking for one ends (default: never).

        Raises OutOfTime where there is none by then; nothing was asked in that case.
        """
        self.deadline = deadline
        proposal: Proposal | None
        if self.asked < len(self.starts):
            proposal = Proposal(self.starts[self.asked], info={"operator": START})
        else:
            proposal = self.propose(self.asked, Draws(self.problem.seed, self.asked))
        if proposal is None:
            return None
        proposal = replace(proposal, number=self.asked)
        self.outstanding[self.asked] = proposal
        self.asked += 1
        return proposal

    def tell(self, number: int, feedback: Feedback) -> None:
        """Take in the feedback on an ask that is outstanding.

        number: of the ask.
        feedback: what came of its proposal.

        Raises StrategyError if it was not asked or was told before.
        """
        proposal = self.outstanding.pop(number, None)
        if proposal is None:
            state = "was told already" if 0 <= number < self.asked else "was never asked"
            raise StrategyError(f"strategy={self.name!r}: tell of ask={number}, which {state}; tell each ask once")
        self.learn(proposal, feedback)

    def replay(self, log: Iterable[Asked | Told]) -> Sequence[Proposal]:
        """The proposals that are asked but not told, in order, once a new strategy is in the state after the log.

        log: entries in the order in which they happened.

        Every ask is repeated and compared. Raises ReplayError where one differs, StrategyError where the strategy is not new.
        """
        if self.asked:
            raise StrategyError(f"strategy={self.name!r}: replay after {self.asked} asks; replay into a new strategy")
        for entry in log:
            if isinstance(entry, Told):
                self.tell(entry.number, entry.feedback)
                continue
            proposal = self.ask()
            got = (proposal.number, proposal.text) if proposal is not None else ("exhausted", "")
            if got != (entry.number, entry.term):
                raise ReplayError(
                    f"strategy={self.name!r}: the log says ask={entry.number} was {entry.term}, replay gives {got[0]}: {got[1]}; "
                    "resume with the words, options and seed that the log was written with"
                )
        return [self.outstanding[number] for number in sorted(self.outstanding)]
