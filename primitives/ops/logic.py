"""Comparison, logic and choice. ``if``, ``and``, ``or`` evaluate only what they need."""

from __future__ import annotations

from collections.abc import Callable

from ..declarations import TRIVIAL, Role
from ..primitive import Prior
from ..values import Value, less, same
from ..words import word


@word(
    "=",
    "Eq a => a -> a -> bool",
    example="(= 2 2)",
    prior=Prior(cost=2),
    spoken="equal",
    twice=TRIVIAL,
    role=Role.EQUAL,
)
def equal(x: Value, y: Value) -> bool:
    """Whether two values are equal; NaN equals nothing."""
    return same(x, y)


@word("!=", "Eq a => a -> a -> bool", example="(!= 2 2)", spoken="differ")
def unequal(x: Value, y: Value) -> bool:
    """Whether two values differ; NaN differs from everything."""
    return not same(x, y)


@word(
    "<",
    "Ord a => a -> a -> bool",
    example="(< 2 3)",
    prior=Prior(cost=2),
    spoken="less",
    twice=TRIVIAL,
    role=Role.BELOW,
)
def smaller(x: Value, y: Value) -> bool:
    """Whether the first is smaller; lists and pairs compare lexicographically, none is smaller than some."""
    return less(x, y)


@word(">", "Ord a => a -> a -> bool", example="(> 2 3)", prior=Prior(cost=2), spoken="greater")
def greater(x: Value, y: Value) -> bool:
    """Whether the first is larger."""
    return less(y, x)


@word("<=", "Ord a => a -> a -> bool", example="(<= 2 2)", spoken="at_most")
def at_most(x: Value, y: Value) -> bool:
    """Whether the first is smaller or equal."""
    return less(x, y) or same(x, y)


@word(">=", "Ord a => a -> a -> bool", example='(>= "b" "a")', spoken="at_least")
def at_least(x: Value, y: Value) -> bool:
    """Whether the first is larger or equal."""
    return less(y, x) or same(x, y)


@word(
    "and",
    "bool -> bool -> bool",
    example="(and true false)",
    lazy={1},
    prior=Prior(cost=3),
    role=Role.CONJUNCTION,
    twice=TRIVIAL,
)
def conjunction(x: bool, y: Callable[[], bool]) -> bool:
    """Both; the second is evaluated only if the first is true."""
    return x and y()


@word(
    "or",
    "bool -> bool -> bool",
    example="(or true false)",
    lazy={1},
    prior=Prior(cost=3),
    role=Role.DISJUNCTION,
    twice=TRIVIAL,
)
def disjunction(x: bool, y: Callable[[], bool]) -> bool:
    """Either; the second is evaluated only if the first is false."""
    return x or y()


@word("not", "bool -> bool", example="(not true)", prior=Prior(cost=3), role=Role.NEGATION)
def negation(x: bool) -> bool:
    """The other truth value."""
    return not x


@word(
    "if",
    "bool -> a -> a -> a",
    example='(if (< 2 3) "yes" "no")',
    lazy={1, 2},
    role=Role.CHOICE,
    prior=Prior(cost=2, weight=0.5),
)
def choose(condition: bool, then: Callable[[], Value], otherwise: Callable[[], Value]) -> Value:
    """One of two values; the other is not evaluated."""
    return then() if condition else otherwise()
