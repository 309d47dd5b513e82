"""Lists: building, taking apart, and the higher-order words."""

from __future__ import annotations

from primitives.primitive import word
from primitives.values import Undefined, check_size


@word("empty", "list(a)")
def empty():
    """The list without elements."""
    return ()


@word("cons", "a -> list(a) -> list(a)")
def cons(x, xs):
    """The list with ``x`` put before it."""
    check_size(len(xs) + 1)
    return (x, *xs)


@word("head", "list(a) -> a")
def head(xs):
    """The first element; undefined for the empty list."""
    if not xs:
        raise Undefined("head of an empty list")
    return xs[0]


@word("length", "list(a) -> int")
def length(xs):
    """The number of elements."""
    return len(xs)


@word("map", "(a -> b) -> list(a) -> list(b)")
def map_list(f, xs):
    """``f`` of every element."""
    return tuple(f(x) for x in xs)


@word("filter", "(a -> bool) -> list(a) -> list(a)")
def filter_list(f, xs):
    """The elements for which ``f`` holds, in order."""
    return tuple(x for x in xs if f(x))


@word("fold", "(b -> a -> b) -> b -> list(a) -> b")
def fold(f, start, xs):
    """``f (… (f (f start x0) x1) …) xn``: from the left."""
    for x in xs:
        start = f(start)(x)
    return start
