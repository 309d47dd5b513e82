"""What a step of a loop does to a number, for many such changes at once; and how loops of one kind are looked for in turns."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from primitives.binding import shift
from primitives.columns.hashing import Array
from primitives.declarations import Role
from primitives.interpreter.deadline import Deadline
from primitives.term import Literal, Term
from primitives.types import FLOAT, INT, Type

from ..goal import Subtask
from ..language import Language, numbers_beside
from ..targets import KeptTerm
from ..tools import RoleWords

CHEAPER = 8
"""Loops that take about as long as one term of a bank."""
HOPELESS = 30
"""Refuted programs after which loops of a kind are mostly given up."""
Step = Callable[[Array, Array], Array]


def _quotient(one: Array, other: Array) -> Array:
    return np.where(other == 0, 0, one // np.where(other == 0, 1, other))


def _remainder(one: Array, other: Array) -> Array:
    return np.where(other == 0, 0, one % np.where(other == 0, 1, other))


PLAIN: dict[Role, Step] = {
    Role.ADDITION: np.add, Role.DIFFERENCE: np.subtract, Role.PRODUCT: np.multiply, Role.GREATER: np.maximum, Role.LESSER: np.minimum,
}  # fmt: skip
WORDS: dict[Type, dict[Role, Step]] = {
    INT: {**PLAIN, Role.QUOTIENT: _quotient, Role.REMAINDER: _remainder},
    FLOAT: {**PLAIN, Role.RATIO: np.divide},
}
TURNED = frozenset({Role.DIFFERENCE, Role.RATIO})
"""Words that are tried with the state second too."""
ORDERLESS = frozenset({Role.ADDITION, Role.PRODUCT, Role.GREATER, Role.LESSER})


@dataclass(frozen=True)
class StateChange:
    """A word on the state and a number: a term over the goal's variables with its values, or where ``beside`` is None the number of the
    step, from 1. ``turned``: the state comes second."""

    role: Role
    run: Step
    turned: bool
    beside: KeptTerm | None

    def term(self, state: Term, step: Term | None, inner: int, tools: RoleWords) -> Term:
        """The word within lambdas.

        state: the state.
        step: the number of the step, from 0.
        inner: how many lambdas there are.
        tools: the words.
        """
        if self.beside is not None:
            other = shift(self.beside.term, inner)
        else:
            assert step is not None
            other = tools.call(Role.ADDITION, Literal(1, INT), step)
        return tools.call(self.role, *((other, state) if self.turned else (state, other)))


def changes_of(type: Type, terms: Sequence[KeptTerm | None], tools: RoleWords) -> list[StateChange]:
    """Every word of two numbers beside every term.

    type: of the numbers.
    terms: to put beside the state; None is the number of the step.
    tools: the words.
    """
    return [
        StateChange(role, run, turned, beside)
        for role, run in WORDS[type].items()
        if tools.has(role)
        for turned in ((False, True) if role in TURNED else (False,))
        for beside in terms
    ]


def is_idle(first: StateChange, second: StateChange) -> bool:
    """Whether two changes are one, or the same the other way round.

    first: what is done first.
    second: what is done then.
    """
    return first.role is second.role and first.turned == second.turned and first.role in ORDERLESS


class AbstractLoops(ABC):
    """The terms that meet a goal by loops of one kind, as they are found. ``spent`` is what loops are worth in terms."""

    share = 1.0
    """How many terms they are worth for one of another search for the same goal."""
    hopeless = HOPELESS
    """Refuted programs after which it is given up."""

    def __init__(self, goal: Subtask, language: Language, *, suits: bool) -> None:
        """``suits``: whether there can be such loops for the goal."""
        self.goal, self.language, self.spent, self.refuted = goal, language, 0, 0
        self.over = not suits
        self.running: Iterator[Term | None] | None = None

    def step(self, deadline: Deadline) -> Term | None:
        """Go on until the next turn: a term over the goal's variables that meets it, or None. Raises OutOfTime."""
        if self.running is None:
            self.running = self._run(deadline)
        try:
            found = next(self.running)
        except StopIteration:
            self.release()
            self.over = True
            return None
        if found is None:
            return None
        if self.goal.refuting(found, self.language.words, deadline) is None:
            return found
        self.refuted += 1
        self.over = self.refuted > self.hopeless
        return None

    def release(self) -> None:
        """Give up what was begun; the next step begins anew."""
        self.running = None

    @abstractmethod
    def _run(self, deadline: Deadline) -> Iterator[Term | None]: ...

    def _beside(self, deadline: Deadline) -> BesideTerms:
        return BesideTerms(numbers_beside(self.goal, self.language, deadline))


@dataclass(frozen=True)
class BesideTerms:
    """Cheap terms over a goal's variables, the cheapest first."""

    terms: Sequence[KeptTerm]

    @cached_property
    def counts(self) -> list[KeptTerm]:
        """Ints that may say how many steps there are."""
        return [each for each in self.terms if each.type == INT and len(np.unique(each.values)) > 2]

    def same(self, type: Type) -> list[KeptTerm]:
        """Those that have one value in all examples.

        type: theirs.
        """
        return [each for each in self.terms if each.type == type and bool((each.values == each.values[0]).all())]

    def varied(self, type: Type) -> list[KeptTerm]:
        """The others.

        type: theirs.
        """
        return [each for each in self.terms if each.type == type and not (each.values == each.values[0]).all()]
