"""What is to be gathered: the outputs themselves, and what they are with a cheap term added, multiplied, or taken off."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from primitives.columns.hashing import Array
from primitives.declarations import Role
from primitives.term import Term
from primitives.types import FLOAT, INT, Type

from .tools import RoleWords

NEAR = 1e-6
"""Relative and absolute difference of Floats that are taken for the same."""
WORD = 2
"""What a word around what is gathered costs."""


@dataclass(frozen=True)
class KeptTerm:
    """A term over a goal's variables with its values by example: Ints, or Floats as they are."""

    term: Term
    type: Type
    values: Array
    cost: int

    def at(self, examples: Sequence[int]) -> KeptTerm:
        """The term with its values in some of the examples.

        examples: their numbers.
        """
        return replace(self, values=self.values[list(examples)])


@dataclass(frozen=True)
class GatherTarget:
    """Values, by example, of which ``build`` makes a term that meets the goal. ``cost`` is that of what is around them."""

    type: Type
    values: Array
    cost: int
    build: Callable[[Term], Term]


def targets(type: Type, outputs: Array, terms: Sequence[KeptTerm], tools: RoleWords) -> Iterator[GatherTarget]:
    """The outputs, and what words of two numbers make of something else and a term to give them.

    type: of the outputs.
    outputs: by example; Floats as they are, other values as codes.
    terms: to put beside what is gathered.
    tools: the words.
    """
    yield GatherTarget(type, outputs, 0, lambda made: made)
    if type not in (INT, FLOAT):
        return
    whole = [GatherTarget(type, outputs, 0, lambda made: made)]
    for term in terms:
        if term.type == type:
            whole += _beside(type, outputs, term, tools)
    if type == FLOAT and tools.has(Role.ROOT) and (outputs >= 0).all():
        whole.append(GatherTarget(FLOAT, outputs**2, WORD, partial(tools.call, Role.ROOT)))
    least = max(2, _kinds(outputs) // 2)
    for each in whole:
        if _kinds(each.values) < least:
            continue
        if each.cost:
            yield each
        if type == FLOAT and tools.has(Role.AS_FLOAT) and (np.abs(each.values) < 1 << 50).all():
            near = np.rint(each.values)
            if np.allclose(near, each.values, rtol=NEAR, atol=NEAR):
                yield GatherTarget(INT, near.astype(np.int64), each.cost + WORD, _converted(tools, each.build))


def _kinds(values: Array) -> int:
    """How many different numbers there are, but for rounding: few are met by accident."""
    return len(np.unique(np.round(values, 6)))


def _converted(tools: RoleWords, build: Callable[[Term], Term]) -> Callable[[Term], Term]:
    return lambda made: build(tools.call(Role.AS_FLOAT, made))


def _beside(type: Type, outputs: Array, term: KeptTerm, tools: RoleWords) -> Iterator[GatherTarget]:
    """What is wanted beside one term."""
    values, cost = term.values, term.cost + WORD
    apart = (np.abs(values) > NEAR).all()
    if tools.has(Role.ADDITION):
        yield GatherTarget(type, outputs - values, cost, _first(tools, Role.ADDITION, term.term))
    if tools.has(Role.DIFFERENCE):
        yield GatherTarget(type, outputs + values, cost, _first(tools, Role.DIFFERENCE, term.term))
        yield GatherTarget(type, values - outputs, cost, partial(tools.call, Role.DIFFERENCE, term.term))
    if tools.has(Role.PRODUCT) and apart and (type == FLOAT or (outputs % values == 0).all()):
        quotients = outputs / values if type == FLOAT else outputs // values
        yield GatherTarget(type, quotients, cost, _first(tools, Role.PRODUCT, term.term))
    if type == FLOAT and tools.has(Role.RATIO) and apart:
        yield GatherTarget(type, outputs * values, cost, _first(tools, Role.RATIO, term.term))


def _first(tools: RoleWords, role: Role, other: Term) -> Callable[[Term], Term]:
    """The word on what is gathered and the other term."""
    return lambda made: tools.call(role, made, other)


class TargetIndex:
    """Targets of one type, to be found by their values."""

    def __init__(self, type: Type, found: Sequence[GatherTarget]) -> None:
        self.type = type
        self.targets = sorted((each for each in found if each.type == type), key=lambda each: each.cost)
        self.values = np.array([each.values for each in self.targets])
        if not self.targets:
            return
        self.salts = np.random.default_rng(0).integers(1, 1 << 62, self.values.shape[1], np.int64)
        self.place = int(np.argmax([len(np.unique(column)) for column in self.values.T]))
        keys = self.values[:, self.place] if type == FLOAT else self._mixed(self.values)
        self.order = np.argsort(keys, kind="stable")
        self.keys = keys[self.order]

    def _mixed(self, values: Array) -> Array:
        with np.errstate(over="ignore"):
            return (values * self.salts).sum(axis=1)

    def matches(self, values: Array) -> Iterator[tuple[int, GatherTarget]]:
        """Rows that have the values of a target, and the target.

        values: [rows, examples].
        """
        rows = np.flatnonzero(np.isfinite(values).all(axis=1))
        values = values[rows]
        if not self.targets or not len(values):
            return
        if self.type == FLOAT:
            column = values[:, self.place]
            margin = NEAR * np.maximum(1.0, np.abs(column))
            low, high = np.searchsorted(self.keys, column - margin), np.searchsorted(self.keys, column + margin)
        else:
            mixed = self._mixed(values)
            low, high = np.searchsorted(self.keys, mixed), np.searchsorted(self.keys, mixed, side="right")
        near = NEAR if self.type == FLOAT else 0.0
        for row in np.flatnonzero(high > low).tolist():
            for place in self.order[low[row] : high[row]].tolist():
                if np.allclose(self.values[place], values[row], rtol=near, atol=near):
                    yield int(rows[row]), self.targets[place]
