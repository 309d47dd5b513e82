"""What a number of a loop's state becomes: words of the state's numbers, the element or the number of the step, and terms beside them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from primitives.binding import shift
from primitives.columns.hashing import Array
from primitives.declarations import Role
from primitives.term import Term
from primitives.types import Type

from ..targets import KeptTerm
from ..tools import RoleWords
from .changes import ORDERLESS, WORDS, Step

SAMPLES = 24
"""States by which parts are told apart."""


@dataclass(frozen=True)
class StepScope:
    """The terms for what ``StepPart`` may name, within so many lambdas."""

    named: Mapping[str, Term]
    inner: int
    tools: RoleWords


class StepPart(ABC):
    """A number that a step reckons with."""

    @abstractmethod
    def value(self, at: Mapping[str, Array]) -> Array:
        """Its values, [examples, loops].

        at: those of what it may name.
        """

    @abstractmethod
    def term(self, scope: StepScope) -> Term:
        """It as a term.

        scope: in which it stands.
        """


@dataclass(frozen=True)
class NamedPart(StepPart):
    """What has a name in a step, such as a number of the state."""

    name: str

    def value(self, at: Mapping[str, Array]) -> Array:
        """Its values, [examples, loops].

        at: those of what it may name.
        """
        return at[self.name]

    def term(self, scope: StepScope) -> Term:
        """It as a term.

        scope: in which it stands.
        """
        return scope.named[self.name]


@dataclass(frozen=True, eq=False)
class KeptPart(StepPart):
    """A term over the goal's variables."""

    kept: KeptTerm

    def value(self, at: Mapping[str, Array]) -> Array:
        """Its values, [examples, loops].

        at: those of what it may name.
        """
        return self.kept.values[:, None]

    def term(self, scope: StepScope) -> Term:
        """It as a term.

        scope: in which it stands.
        """
        return shift(self.kept.term, scope.inner)


@dataclass(frozen=True)
class ReckonedPart(StepPart):
    """A word of two numbers."""

    role: Role
    run: Step
    left: StepPart
    right: StepPart

    def value(self, at: Mapping[str, Array]) -> Array:
        """Its values, [examples, loops].

        at: those of what it may name.
        """
        return self.run(self.left.value(at), self.right.value(at))

    def term(self, scope: StepScope) -> Term:
        """It as a term.

        scope: in which it stands.
        """
        return scope.tools.call(self.role, self.left.term(scope), self.right.term(scope))


def reckoned(type: Type, lefts: Sequence[StepPart], rights: Sequence[StepPart], tools: RoleWords) -> Iterator[StepPart]:
    """Every word of two numbers, either first where that matters; of a number and itself only what may be of use.

    type: of the numbers.
    lefts: one of the two.
    rights: the other.
    tools: the words.
    """
    for role, run in WORDS[type].items():
        for left in lefts if tools.has(role) else ():
            for right in rights:
                yield ReckonedPart(role, run, left, right)
                if role not in ORDERLESS:
                    yield ReckonedPart(role, run, right, left)


def different(
    parts: Sequence[StepPart], names: Sequence[str], examples: int, type: np.dtype, *, all: bool = False
) -> list[StepPart]:
    """The first of all that give the same on random states, of those that change with the state.

    parts: to choose from.
    names: of what they may name.
    examples: for which terms beside have values.
    type: of the numbers.
    all: whether also of those that do not change.
    """
    rng = np.random.default_rng(0)
    at = {name: rng.integers(-9, 30, (examples, SAMPLES)).astype(type) for name in names}
    kept: dict[bytes, StepPart] = {}
    with np.errstate(all="ignore"):
        for part in parts:
            values = np.broadcast_to(part.value(at), (examples, SAMPLES))
            if all or (values != values[:, :1]).any():
                kept.setdefault(np.round(values, 9).tobytes(), part)
    return list(kept.values())
