"""What the body of a subroutine on columns is made of: nodes that give the column of a term in an environment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..term import Term
from ..types import Type, is_function
from .building import Body, built
from .frame import Frame, Operation
from .hashing import Array
from .pools import FAIL, Values

Environment = Sequence[Array]
Node = Callable[["Scope", Environment, int], Array]
"""A compiled term: gives the column of values in an environment of so many rows."""


@dataclass(frozen=True)
class Scope:
    """Where a subroutine runs: the frame of its own call, which knows the functions among its arguments."""

    frame: Frame

    @property
    def values(self) -> Values:
        return self.frame.values


@dataclass(frozen=True)
class _Caller:
    """Applies closures that are rows of an environment."""

    scope: Scope
    environment: Environment
    bodies: Mapping[int, Node]

    @property
    def values(self) -> Values:
        return self.scope.values

    def apply(self, operation: Operation, position: int, closures: Array, arguments: Sequence[Array]) -> Array:
        inner = [column[closures] for column in self.environment]
        return self.bodies[position](self.scope, [*inner, *arguments], len(closures))


def word_node(operation: Operation, nodes: Mapping[int, Node]) -> Node:
    """A word on the columns of its arguments; those that are functions become row numbers of the environment."""
    bodies = {position: nodes[position] for position, type in enumerate(operation.arguments) if is_function(type)}

    def node(where: Scope, environment: Environment, count: int) -> Array:
        columns = [
            np.arange(count) if position in bodies else nodes[position](where, environment, count)
            for position in range(len(operation.arguments))
        ]
        found = operation.run(Frame(_Caller(where, environment, bodies), operation), columns)
        return found if columns else np.repeat(found, count)

    return node


@dataclass(frozen=True)
class BuildingNode:
    """A fold that only puts elements before its state: nodes of its start, its list and the parts of its body, the types of what it gives
    and goes through."""

    start: Node
    xs: Node
    parts: Mapping[Term, Node]
    body: Body
    right: bool
    type: Type
    source: Type

    def __call__(self, where: Scope, environment: Environment, count: int) -> Array:
        begin, lists = self.start(where, environment, count), self.xs(where, environment, count)
        good = np.flatnonzero((begin != FAIL) & (lists != FAIL))
        data, lengths = where.values.sequences(self.source).gather(lists[good])
        rows = np.repeat(good, lengths)

        def evaluate(term: Term, at: Array) -> Array:
            unused = np.zeros(len(at), np.int64)
            own = (data[at], unused) if self.right else (unused, data[at])
            return self.parts[term](where, [*(column[rows[at]] for column in environment), *own], len(at))

        found = np.full(count, FAIL, np.int64)
        found[good] = built(where.values, self.type, self.body, self.right, begin[good], lengths, evaluate)
        return found
