"""Options (a value or none), pairs and the unit value."""

from __future__ import annotations

from collections.abc import Callable

from ..declarations import Need, Role
from ..primitive import Prior
from ..values import Some, Undefined, Value
from ..words import word


@word("none", "option(a)", example="(or_else 0 none)", prior=Prior(weight=-3.0))
def none() -> None:
    """The option without a value."""
    return None


@word("some", "a -> option(a)", example="(some 3)", needs={0: Need.FIRST_PART})
def some(x: Value) -> Some:
    """The option that holds ``x``."""
    return Some(x)


@word("is_some", "option(a) -> bool", example="(is_some (some 3))")
def is_some(option: Some | None) -> bool:
    """Whether the option holds a value."""
    return option is not None


@word("or_else", "a -> option(a) -> a", example="(or_else 0 (some 3))", lazy={0})
def or_else(default: Callable[[], Value], option: Some | None) -> Value:
    """The value of the option, or ``default``, which is evaluated only if it is needed."""
    return default() if option is None else option.value


@word("unwrap", "option(a) -> a", example="(unwrap (some 3))", prior=Prior(weight=-2.0))
def unwrap(option: Some | None) -> Value:
    """The value of the option; undefined for none."""
    if option is None:
        raise Undefined("unwrap of none")
    return option.value


@word("map_option", "(a -> b) -> option(a) -> option(b)", example="(map_option negate (some 3))")
def map_option(f: Callable, option: Some | None) -> Some | None:
    """``f`` of the value, if there is one."""
    return None if option is None else Some(f(option.value))


@word(
    "then_option",
    "(a -> option(b)) -> option(a) -> option(b)",
    example='(then_option parse_int (some "12"))',
    prior=Prior(cost=5),
)
def then_option(f: Callable, option: Some | None) -> Some | None:
    """``f``, which may give none, of the value, if there is one."""
    return None if option is None else f(option.value)


@word(
    "pair",
    "a -> b -> pair(a, b)",
    example='(pair 1 "a")',
    needs={0: Need.FIRST_PART, 1: Need.SECOND_PART},
    role=Role.PAIR,
)
def pair(x: Value, y: Value) -> tuple:
    """Two values as one."""
    return (x, y)


@word("first", "pair(a, b) -> a", example='(first (pair 1 "a"))', role=Role.FIRST_OF_TWO)
def first(both: tuple) -> Value:
    """The first of a pair."""
    return both[0]


@word("second", "pair(a, b) -> b", example='(second (pair 1 "a"))', role=Role.SECOND_OF_TWO)
def second(both: tuple) -> Value:
    """The second of a pair."""
    return both[1]


@word("swap", "pair(a, b) -> pair(b, a)", example='(swap (pair 1 "a"))')
def swap(both: tuple) -> tuple:
    """The pair with its parts exchanged."""
    return (both[1], both[0])


@word("unit", "unit", example="unit", prior=Prior(cost=None))
def unit() -> tuple:
    """The value that tells nothing."""
    return ()
