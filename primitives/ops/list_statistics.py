"""Lists: what is said of all elements together: sums, extremes, counts, groups."""

from __future__ import annotations

from collections.abc import Callable

from ..declarations import Need, Role
from ..primitive import Prior
from ..values import MAX_INT, Some, Undefined, Value, check_int, check_key, has_nan, ordered, same
from ..words import word


@word("sum", "Num a => list(a) -> a", example="(sum [1 2 3])", prior=Prior(cost=2), role=Role.TOTAL)
def total(xs: tuple) -> Value:
    """The sum of the elements from the left; 0 for the empty list."""
    if {int}.issuperset(map(type, xs)) and sum(map(abs, xs)) <= MAX_INT:
        return sum(xs)
    value: Value = 0
    for x in xs:
        value = value + x
        if isinstance(value, int):
            check_int(value)
    return value


@word("product", "Num a => list(a) -> a", example="(product [2 3 4])", role=Role.MULTIPLIED)
def product(xs: tuple) -> Value:
    """The product of the elements from the left; 1 for the empty list."""
    value: Value = 1
    for x in xs:
        value = value * x
        if isinstance(value, int):
            check_int(value)
    return value


@word("maximum", "Ord a => list(a) -> a", example="(maximum [3 1 4])", prior=Prior(cost=3), role=Role.GREATEST)
def maximum(xs: tuple) -> Value:
    """The largest element, the first of equal ones; undefined for the empty list and for NaN."""
    if not xs:
        raise Undefined("maximum of an empty list")
    return xs[max(range(len(xs)), key=ordered(xs).__getitem__)]


@word("minimum", "Ord a => list(a) -> a", example="(minimum [3 1 4])", prior=Prior(cost=3), role=Role.LEAST)
def minimum(xs: tuple) -> Value:
    """The smallest element, the first of equal ones; undefined for the empty list and for NaN."""
    if not xs:
        raise Undefined("minimum of an empty list")
    return xs[min(range(len(xs)), key=ordered(xs).__getitem__)]


@word(
    "count",
    "(a -> bool) -> list(a) -> int",
    example="(count is_even [1 2 4])",
    prior=Prior(cost=2),
    needs={1: Need.AS_MANY},
    role=Role.COUNT,
)
def count(f: Callable, xs: tuple) -> int:
    """How many elements ``f`` holds for."""
    return sum(1 for x in xs if f(x))


@word("any", "(a -> bool) -> list(a) -> bool", example="(any is_even [1 3])", prior=Prior(cost=3), role=Role.ANY)
def any_holds(f: Callable, xs: tuple) -> bool:
    """Whether ``f`` holds for an element; those after the first such are not looked at."""
    return any(map(f, xs))


@word("all", "(a -> bool) -> list(a) -> bool", example="(all is_odd [1 3])", prior=Prior(cost=3), role=Role.ALL)
def all_hold(f: Callable, xs: tuple) -> bool:
    """Whether ``f`` holds for every element; those after the first exception are not looked at."""
    return all(map(f, xs))


@word("find", "(a -> bool) -> list(a) -> option(a)", example="(find is_even [1 4 6])")
def find(f: Callable, xs: tuple) -> Some | None:
    """The first element for which ``f`` holds, if any."""
    for x in xs:
        if f(x):
            return Some(x)
    return None


@word("contains", "Eq a => a -> list(a) -> bool", example="(contains 4 [1 4 6])", prior=Prior(cost=3))
def contains(x: Value, xs: tuple) -> bool:
    """Whether an element equals ``x``."""
    return any(same(element, x) for element in xs)


@word("unique", "Eq a => list(a) -> list(a)", example="(unique [3 1 3 1])", prior=Prior(cost=3))
def unique(xs: tuple) -> tuple:
    """The distinct elements in order of first occurrence; a NaN equals none before it."""
    seen = set()
    kept = []
    for x in xs:
        if has_nan(x):
            kept.append(x)
        elif x not in seen:
            seen.add(x)
            kept.append(x)
    return tuple(kept)


@word("group", "Eq a => list(a) -> list(list(a))", example="(group [1 1 2 1])", role=Role.RUNS)
def group(xs: tuple) -> tuple:
    """The list cut into runs of equal neighbours."""
    runs: list[list] = []
    for x in xs:
        if runs and same(runs[-1][-1], x):
            runs[-1].append(x)
        else:
            runs.append([x])
    return tuple(map(tuple, runs))


@word(
    "group_by",
    "Eq b => (a -> b) -> list(a) -> list(pair(b, list(a)))",
    example="(group_by is_even [1 2 3 4])",
    prior=Prior(cost=5),
)
def group_by(f: Callable, xs: tuple) -> tuple:
    """The elements with equal ``f`` together, each group after its ``f``, in order of first occurrence; undefined for
    NaN."""
    groups: dict[Value, list] = {}
    for x in xs:
        groups.setdefault(check_key(f(x)), []).append(x)
    return tuple((key, tuple(members)) for key, members in groups.items())
