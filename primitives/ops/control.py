"""Repetition, recursion and functions of functions. The interpreter's fuel bounds them all, and a count of
steps in exported source."""

from __future__ import annotations

from collections.abc import Callable

from ..declarations import Role
from ..primitive import Prior
from ..values import Value
from ..words import word


@word(
    "repeat",
    "int -> (a -> a) -> a -> a",
    example="(repeat 3 (lambda (x) (* x 2)) 1)",
    prior=Prior(cost=5, weight=-1.5),
    unbounded=True,
    role=Role.TIMES,
)
def repeat(count: int, f: Callable, x: Value) -> Value:
    """``f`` applied ``count`` times, starting from ``x``; not at all where ``count`` is negative."""
    for _ in range(count):
        x = f(x)
    return x


@word(
    "for",
    "int -> (int -> a -> a) -> a -> a",
    example="(for 4 (lambda (i x) (+ i x)) 0)",
    prior=Prior(cost=5, weight=-1.5),
    unbounded=True,
    role=Role.COUNTED,
)
def loop(count: int, f: Callable, x: Value) -> Value:
    """``x`` becomes ``f i x`` for i = 0, 1, … ``count`` - 1."""
    for i in range(count):
        x = f(i)(x)
    return x


@word(
    "while",
    "(a -> bool) -> (a -> a) -> a -> a",
    example="(while (lambda (x) (< x 100)) (lambda (x) (* x 2)) 1)",
    prior=Prior(cost=5, weight=-2.0),
    unbounded=True,
    role=Role.WHILE,
)
def loop_while(condition: Callable, f: Callable, x: Value) -> Value:
    """``f`` applied as long as ``condition`` holds, starting from ``x``."""
    while condition(x):
        x = f(x)
    return x


@word(
    "fix",
    "((a -> b) -> a -> b) -> a -> b",
    example="(fix (lambda (f n) (if (= n 0) 1 (* n (f (- n 1))))) 5)",
    prior=Prior(cost=None, weight=-4.0),
    unbounded=True,
)
def fix(f: Callable, x: Value) -> Value:
    """The recursive function ``g`` with ``g x = f g x``, applied to ``x``."""

    def recurse(argument: Value) -> Value:
        return f(recurse)(argument)

    return recurse(x)


@word(
    "compose", "(b -> c) -> (a -> b) -> a -> c", example="(compose negate abs -3)", prior=Prior(cost=None, weight=-2.0)
)
def compose(f: Callable, g: Callable, x: Value) -> Value:
    """``f (g x)``."""
    return f(g(x))


@word("id", "a -> a", example="(id 5)", prior=Prior(cost=None, weight=-4.0))
def identity(x: Value) -> Value:
    """The value itself."""
    return x


@word("const", "a -> b -> a", example="(const 1 2)", prior=Prior(cost=None, weight=-4.0))
def constant(x: Value, y: Value) -> Value:
    """The first of two values."""
    return x


@word("flip", "(a -> b -> c) -> b -> a -> c", example="(flip - 1 10)", prior=Prior(cost=None, weight=-2.0))
def flip(f: Callable, x: Value, y: Value) -> Value:
    """``f y x``: the arguments exchanged."""
    return f(y)(x)
