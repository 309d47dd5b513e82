"""Arithmetic on Int and Float."""

from __future__ import annotations

from primitives.primitive import word
from primitives.values import Undefined, check_int


def _checked(value: float) -> float:
    return check_int(value) if isinstance(value, int) else value


@word("+", "Num a => a -> a -> a")
def add(x, y):
    """Sum; Overflow beyond 2⁵³."""
    return _checked(x + y)


@word("-", "Num a => a -> a -> a")
def subtract(x, y):
    """Difference."""
    return _checked(x - y)


@word("*", "Num a => a -> a -> a")
def multiply(x, y):
    """Product; Overflow beyond 2⁵³."""
    return _checked(x * y)


@word("//", "int -> int -> int")
def floor_divide(x, y):
    """Quotient rounded towards minus infinity; undefined for a zero divisor."""
    if y == 0:
        raise Undefined("division by zero")
    return check_int(x // y)


@word("mod", "int -> int -> int")
def modulo(x, y):
    """Remainder with the sign of the divisor; undefined for a zero divisor."""
    if y == 0:
        raise Undefined("division by zero")
    return x % y
