"""Arithmetic on Int and Float. Ints beyond 2⁵³ overflow; Floats follow IEEE 754, except that undefined operations
fail."""

from __future__ import annotations

import math

from ..declarations import TRIVIAL, Role
from ..primitive import Prior
from ..values import Overflow, Undefined, Value, check_int, less
from ..words import word

RARE = Prior(cost=5, weight=-1.0)
"""Of functions that few formulas have."""


def checked(value: Value) -> Value:
    """A Float as it is; an Int, or Overflow beyond 2⁵³."""
    return check_int(value) if isinstance(value, int) else value


@word(
    "+",
    "Num a => a -> a -> a",
    example="(+ 2 3)",
    ufunc="add",
    prior=Prior(cost=2),
    spoken="add",
    twice="double",
    role=Role.ADDITION,
)
def add(x: Value, y: Value) -> Value:
    """The sum of two numbers."""
    return checked(x + y)


@word(
    "-",
    "Num a => a -> a -> a",
    example="(- 2 3)",
    ufunc="subtract",
    prior=Prior(cost=2),
    spoken="subtract",
    twice=TRIVIAL,
    role=Role.DIFFERENCE,
)
def subtract(x: Value, y: Value) -> Value:
    """The first number less the second."""
    return checked(x - y)


@word(
    "*",
    "Num a => a -> a -> a",
    example="(* 2 3)",
    ufunc="multiply",
    prior=Prior(cost=2),
    spoken="times",
    twice="square",
    role=Role.PRODUCT,
)
def multiply(x: Value, y: Value) -> Value:
    """The product of two numbers."""
    return checked(x * y)


@word("//", "int -> int -> int", example="(// -7 2)", prior=Prior(cost=3), spoken="divide", role=Role.QUOTIENT)
def floor_divide(x: int, y: int) -> int:
    """Quotient rounded towards minus infinity; undefined for a zero divisor."""
    if y == 0:
        raise Undefined("division by zero")
    return x // y


@word("mod", "int -> int -> int", example="(mod -7 2)", prior=Prior(cost=2), role=Role.REMAINDER)
def modulo(x: int, y: int) -> int:
    """Remainder with the sign of the divisor; undefined for a zero divisor."""
    if y == 0:
        raise Undefined("division by zero")
    return x % y


@word(
    "/",
    "float -> float -> float",
    example="(/ 7.0 2.0)",
    ufunc="divide",
    prior=Prior(cost=2),
    spoken="divide",
    role=Role.RATIO,
)
def divide(x: float, y: float) -> float:
    """Quotient of Floats; undefined for a zero divisor."""
    if y == 0:
        raise Undefined("division by zero")
    return x / y


@word("square", "int -> int", example="(square 7)", prior=Prior(cost=3))
def square(x: int) -> int:
    """An Int times itself."""
    return check_int(x * x)


@word("is_even", "int -> bool", example="(is_even 4)", prior=Prior(cost=3))
def is_even(x: int) -> bool:
    """Whether the Int is a multiple of 2."""
    return x % 2 == 0


@word("is_odd", "int -> bool", example="(is_odd 4)")
def is_odd(x: int) -> bool:
    """Whether the Int is no multiple of 2."""
    return x % 2 == 1


@word("power", "Num a => a -> a -> a", example="(power 2 10)", ufunc="power")
def power(x: Value, y: Value) -> Value:
    """``x`` to the power ``y``; undefined for a negative Int exponent, zero to a negative and a negative Float to a
    fraction."""
    if isinstance(x, int) and isinstance(y, int):
        if y < 0:
            raise Undefined("a negative exponent of an Int")
        if abs(x) > 1 and y > 53:
            raise Overflow("an integer is beyond 2^53")
        return check_int(x**y)
    try:
        return math.pow(x, y)
    except OverflowError:
        return -math.inf if x < 0 and y % 2 == 1 else math.inf
    except ValueError:
        raise Undefined(f"{x} to the power {y}") from None


@word("negate", "Num a => a -> a", example="(negate 3)", ufunc="negative", role=Role.NEGATIVE)
def negate(x: Value) -> Value:
    """The number with the other sign."""
    return -x


@word("abs", "Num a => a -> a", example="(abs -3)", ufunc="absolute")
def absolute(x: Value) -> Value:
    """The magnitude."""
    return abs(x)


@word(
    "min",
    "Ord a => a -> a -> a",
    example="(min 2 3)",
    ufunc="minimum",
    prior=Prior(cost=3),
    twice=TRIVIAL,
    role=Role.LESSER,
)
def least(x: Value, y: Value) -> Value:
    """The smaller of two values, the first if they are equal."""
    return y if less(y, x) else x


@word(
    "max",
    "Ord a => a -> a -> a",
    example="(max 2 3)",
    ufunc="maximum",
    prior=Prior(cost=3),
    twice=TRIVIAL,
    role=Role.GREATER,
)
def greatest(x: Value, y: Value) -> Value:
    """The larger of two values, the first if they are equal."""
    return y if less(x, y) else x


@word("to_float", "int -> float", example="(to_float 3)", ufunc="float64", role=Role.AS_FLOAT)
def to_float(x: int) -> float:
    """The Float of the same value."""
    return float(x)


def whole(x: float) -> float:
    """The Float; Undefined for NaN and infinities, which no Int equals."""
    if math.isfinite(x):
        return x
    raise Undefined(f"{x} has no integer")


@word("floor", "float -> int", example="(floor -1.5)")
def floor(x: float) -> int:
    """The largest Int that is not above."""
    return check_int(math.floor(whole(x)))


@word("ceil", "float -> int", example="(ceil -1.5)")
def ceiling(x: float) -> int:
    """The smallest Int that is not below."""
    return check_int(math.ceil(whole(x)))


@word("round", "float -> int", example="(round 2.5)")
def round_to_int(x: float) -> int:
    """The nearest Int; halves go to the even one."""
    return check_int(round(whole(x)))


@word("sqrt", "float -> float", example="(sqrt 2.25)", ufunc="sqrt", prior=Prior(cost=3), role=Role.ROOT)
def square_root(x: float) -> float:
    """The square root; undefined below zero."""
    if x < 0:
        raise Undefined("square root of a negative number")
    return math.sqrt(x)


@word("exp", "float -> float", example="(exp 0.0)", ufunc="exp", prior=Prior(cost=3))
def exponential(x: float) -> float:
    """e to the power ``x``; infinite where it is beyond the range of Float."""
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


@word("log", "float -> float", example="(log 1.0)", ufunc="log", prior=Prior(cost=3))
def logarithm(x: float) -> float:
    """The natural logarithm; undefined at and below zero."""
    if x <= 0:
        raise Undefined("logarithm of a number that is not positive")
    return math.log(x)


@word("sin", "float -> float", example="(sin 0.5)", ufunc="sin", prior=Prior(cost=3))
def sine(x: float) -> float:
    """The sine of an angle in radians; NaN for infinities."""
    return math.sin(x) if math.isfinite(x) else math.nan


@word("cos", "float -> float", example="(cos 0.0)", ufunc="cos", prior=Prior(cost=3))
def cosine(x: float) -> float:
    """The cosine of an angle in radians; NaN for infinities."""
    return math.cos(x) if math.isfinite(x) else math.nan


@word("tan", "float -> float", example="(tan 0.5)", ufunc="tan", prior=RARE)
def tangent(x: float) -> float:
    """The tangent of an angle in radians; NaN for infinities."""
    return math.tan(x) if math.isfinite(x) else math.nan


@word("asin", "float -> float", example="(asin 1.0)", ufunc="arcsin", prior=RARE)
def arc_sine(x: float) -> float:
    """The angle in radians, from −π/2 to π/2, whose sine is ``x``; undefined beyond −1 and 1."""
    return math.asin(within_one(x))


@word("acos", "float -> float", example="(acos 1.0)", ufunc="arccos", prior=RARE)
def arc_cosine(x: float) -> float:
    """The angle in radians, from 0 to π, whose cosine is ``x``; undefined beyond −1 and 1."""
    return math.acos(within_one(x))


@word("atan", "float -> float", example="(atan 1.0)", ufunc="arctan", prior=RARE)
def arc_tangent(x: float) -> float:
    """The angle in radians, from −π/2 to π/2, whose tangent is ``x``."""
    return math.atan(x)


def within_one(x: float) -> float:
    """The Float; Undefined where its magnitude is above 1."""
    if abs(x) > 1:
        raise Undefined(f"{x} is no sine or cosine")
    return x


@word("gcd", "int -> int -> int", example="(gcd 12 18)", prior=Prior(cost=5))
def greatest_common_divisor(x: int, y: int) -> int:
    """The greatest Int that divides both; 0 where both are 0."""
    return math.gcd(x, y)


@word("isqrt", "int -> int", example="(isqrt 17)", prior=Prior(cost=5))
def integer_root(x: int) -> int:
    """The greatest Int whose square is not above ``x``; undefined for a negative one."""
    if x < 0:
        raise Undefined(f"the root of {x}")
    return math.isqrt(x)


@word("digits", "int -> list(int)", example="(digits 205)", prior=Prior(cost=5), role=Role.DIGITS)
def digits(x: int) -> tuple:
    """The decimal digits from the first to the last, without the sign."""
    return tuple(map(int, str(abs(x))))
