"""Comparison, logic and choice. ``if``, ``and``, ``or`` evaluate only what they need."""

from __future__ import annotations

from primitives.primitive import word


@word("=", "Eq a => a -> a -> bool")
def equal(x, y):
    """Whether two values are equal; NaN equals nothing."""
    return x == y


@word(">", "Ord a => a -> a -> bool")
def greater(x, y):
    """Whether the first is larger; lists compare lexicographically."""
    return x > y


@word("and", "bool -> bool -> bool", lazy={1})
def conjunction(x, y):
    """Both; the second is evaluated only if the first is true."""
    return x and y()


@word("or", "bool -> bool -> bool", lazy={1})
def disjunction(x, y):
    """Either; the second is evaluated only if the first is false."""
    return x or y()


@word("not", "bool -> bool")
def negation(x):
    """The other truth value."""
    return not x


@word("if", "bool -> a -> a -> a", lazy={1, 2})
def choose(condition, then, otherwise):
    """One of two values; the other is not evaluated."""
    return then() if condition else otherwise()
