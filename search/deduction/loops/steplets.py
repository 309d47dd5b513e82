"""Steps of a number along a list, very many run together: words one behind the other, and two steps to choose from by a condition.

What a step reckons with beside the number is reckoned once for all elements; then every word is run on all steps that begin with it.
"""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from primitives.columns.hashing import Array
from primitives.declarations import Role
from primitives.term import Literal, Term
from primitives.types import INT

from .changes import Step
from .parts import KeptPart, NamedPart, ReckonedPart, StepPart, StepScope

STATE = NamedPart("state")
"""The number that is taken along."""
COMPARED: dict[Role, Step] = {Role.BELOW: np.less, Role.EQUAL: np.equal, Role.REMAINDER: lambda x, y: x % y == 0}
"""What conditions are: a number is less than another, equal to it, or a multiple of it."""


@dataclass(frozen=True, eq=False)
class SeenElements:
    """What is seen of the elements by name, each [examples, elements], and which elements there are."""

    values: dict[str, Array]
    there: Array

    def of(self, parts: Sequence[StepPart | None]) -> Array:
        """What parts without the number are, [elements, examples, parts].

        parts: to reckon; None is 0.
        """
        zero = np.zeros((1, 1), np.int64)
        with np.errstate(all="ignore"):
            some = [zero if part is None else part.value(self.values) for part in parts]
            every = [np.broadcast_to(each, self.there.shape) for each in some]
        return np.stack(every, axis=2).transpose(1, 0, 2)


@dataclass(frozen=True)
class StepCondition:
    """A condition on two numbers, of which only the first may be made of the number that is taken along."""

    role: Role
    left: StepPart
    right: StepPart
    turned: bool = False

    @property
    def name(self) -> str:
        """Of its word, the same for all that are run alike."""
        return f"{self.role.name} {self.turned}"

    @property
    def is_free(self) -> bool:
        """Whether it says nothing of the number that is taken along."""
        return is_free(self.left)

    def run(self, left: Array, right: Array) -> Array:
        """Whether it holds.

        left: the first number.
        right: the other.
        """
        return COMPARED[self.role](*((right, left) if self.turned else (left, right)))

    def term(self, scope: StepScope) -> Term:
        """It as a term.

        scope: in which it stands.
        """
        left, right = (
            each.term(scope) for each in ((self.right, self.left) if self.turned else (self.left, self.right))
        )
        if self.role is Role.REMAINDER:
            return scope.tools.call(Role.EQUAL, scope.tools.call(Role.REMAINDER, left, right), Literal(0, INT))
        return scope.tools.call(self.role, left, right)


def is_free(part: StepPart) -> bool:
    """Whether the number that is taken along does not come in a part.

    part: to look at.
    """
    if isinstance(part, ReckonedPart):
        return is_free(part.left) and is_free(part.right)
    return isinstance(part, KeptPart) or part != STATE


@dataclass(frozen=True)
class _SameWord:
    """Parts from one place to before another that are one word of the number and something else, or something else alone."""

    first: int
    last: int
    word: Step | None
    turned: bool


class PartTable:
    """Parts in the order of their words. Each is the number, something else, or a word of the two."""

    def __init__(self, parts: Sequence[StepPart], seen: SeenElements) -> None:
        kinds = [self._kind(part) for part in parts]
        self.order = order = sorted(range(len(parts)), key=lambda number: kinds[number][0])
        self.parts = [parts[number] for number in order]
        self.values = seen.of([kinds[number][2] for number in order])
        self.runs: list[_SameWord] = []
        for place, number in enumerate(order):
            name, word, _ = kinds[number]
            if place and kinds[order[place - 1]][0] == name:
                self.runs[-1] = replace(self.runs[-1], last=place + 1)
            else:
                self.runs.append(_SameWord(place, place + 1, word, name.endswith("turned")))

    def __len__(self) -> int:
        return len(self.parts)

    def _kind(self, part: StepPart) -> tuple[str, Step | None, StepPart | None]:
        """The name of its word, which is empty of something else alone, the word, and what else it is made of."""
        if is_free(part):
            return "", None, part
        if not isinstance(part, ReckonedPart):
            return "number", lambda number, other: number, None
        if is_free(part.right):
            return part.role.name, part.run, part.right
        if is_free(part.left):
            return f"{part.role.name} turned", part.run, part.left
        return f"{part.role.name} twice", lambda number, other: part.run(number, number), None

    def made(self, grid: Array, axis: int, element: int) -> Array:
        """What the parts make of the numbers of their places along an axis.

        grid: [examples, …], with an axis of the parts.
        axis: that axis.
        element: the number of the element.
        """
        result = np.empty(grid.shape, np.result_type(grid, self.values))
        shape = [1] * grid.ndim
        shape[0] = len(grid)
        for run in self.runs:
            at = tuple([slice(None)] * axis + [slice(run.first, run.last)])
            shape[axis] = run.last - run.first
            other = self.values[element][:, run.first : run.last].reshape(shape)
            if run.word is None:
                result[at] = other
            else:
                result[at] = run.word(other, grid[at]) if run.turned else run.word(grid[at], other)
        return result


class StepGrid(ABC):
    """Steps that are told apart by some numbers, one along each axis of ``shape``."""

    shape: tuple[int, ...]

    def __len__(self) -> int:
        return int(np.prod(self.shape))

    @abstractmethod
    def moved(self, states: Array, element: int) -> Array:
        """The states after a step, each of its own.

        states: [examples, *shape].
        element: the number of the element.
        """

    @abstractmethod
    def term(self, number: int, scope: StepScope) -> Term:
        """One step as a term.

        number: of the step.
        scope: in which it stands.
        """


class ChainGrid(StepGrid):
    """Every part of the first list, then of the second, and so on, each of which sees what the one before gave as the number."""

    def __init__(self, parts: Sequence[Sequence[StepPart]], seen: SeenElements) -> None:
        self.tables = [PartTable(each, seen) for each in parts]
        self.shape = tuple(map(len, parts))

    def moved(self, states: Array, element: int) -> Array:
        """The states after a step, each of its own.

        states: [examples, *shape].
        element: the number of the element.
        """
        for axis, table in enumerate(self.tables):
            states = table.made(states, axis + 1, element)
        return states

    def term(self, number: int, scope: StepScope) -> Term:
        """One step as a term.

        number: of the step.
        scope: in which it stands.
        """
        for place, table in zip(np.unravel_index(number, self.shape), self.tables):
            scope = replace(scope, named={**scope.named, STATE.name: table.parts[int(place)].term(scope)})
        return scope.named[STATE.name]


class ChoiceGrid(StepGrid):
    """For every condition and every two parts: the first where it holds, else the second."""

    def __init__(self, conditions: Sequence[StepCondition], parts: PartTable, seen: SeenElements) -> None:
        self.parts = parts
        alike = sorted(conditions, key=lambda each: each.name)
        self.lefts = PartTable([each.left for each in alike], seen)
        self.conditions = [alike[number] for number in self.lefts.order]
        self.rights = seen.of([each.right for each in self.conditions])
        self.shape = (len(conditions), len(parts), len(parts))

    def moved(self, states: Array, element: int) -> Array:
        """The states after a step, each of its own.

        states: [examples, *shape].
        element: the number of the element.
        """
        holds = self._holds(states, element)
        return np.where(holds, self.parts.made(states, 2, element), self.parts.made(states, 3, element))

    def _holds(self, states: Array, element: int) -> Array:
        if all(each.is_free for each in self.conditions):
            states = states[:, :, :1, :1]
        left, right = self.lefts.made(states, 1, element), self.rights[element][:, :, None, None]
        made, first = np.empty(left.shape, bool), 0
        for _, alike in itertools.groupby(self.conditions, lambda each: each.name):
            some = list(alike)
            at = slice(first, first := first + len(some))
            made[:, at] = some[0].run(left[:, at], right[:, at])
        return made

    def term(self, number: int, scope: StepScope) -> Term:
        """One step as a term.

        number: of the step.
        scope: in which it stands.
        """
        first, second, third = (int(place) for place in np.unravel_index(number, self.shape))
        condition, parts = self.conditions[first].term(scope), self.parts.parts
        return scope.tools.call(Role.CHOICE, condition, parts[second].term(scope), parts[third].term(scope))
