"""Sorting and searching. All sorts are stable and ascending; a NaN among what is sorted is undefined."""

from __future__ import annotations

import bisect
from collections.abc import Callable

from ..declarations import Need, Role
from ..primitive import Prior
from ..values import Some, Value, ordered, same
from ..words import word


def ascending(xs: tuple) -> list[int]:
    """The positions of the elements in ascending order."""
    return sorted(range(len(xs)), key=ordered(xs).__getitem__)


@word("sort", "Ord a => list(a) -> list(a)", example="(sort [3 1 2])", prior=Prior(cost=3))
def sort(xs: tuple) -> tuple:
    """The elements in ascending order."""
    if xs and isinstance(xs[0], (int, float, str)):
        return tuple(sorted(ordered(xs)))
    return tuple(xs[i] for i in ascending(xs))


@word(
    "sort_by",
    "Ord b => (a -> b) -> list(a) -> list(a)",
    example='(sort_by length_text ["ccc" "a" "bb"])',
    needs={1: Need.SAME_LENGTH},
    role=Role.IN_ORDER_OF,
)
def sort_by(f: Callable, xs: tuple) -> tuple:
    """The elements in ascending order of ``f``."""
    return tuple(xs[i] for i in ascending(tuple(f(x) for x in xs)))


@word("argsort", "Ord a => list(a) -> list(int)", example="(argsort [30 10 20])")
def argsort(xs: tuple) -> tuple:
    """The positions of the elements in ascending order of the elements."""
    return tuple(ascending(xs))


@word("search", "Eq a => a -> list(a) -> option(int)", example="(search 20 [30 10 20])")
def search(x: Value, xs: tuple) -> Some | None:
    """The position of the first element that equals ``x``, if any; the list may have any order."""
    for position, element in enumerate(xs):
        if same(element, x):
            return Some(position)
    return None


@word("binary_search", "Ord a => a -> list(a) -> int", example="(binary_search 20 [10 20 30])")
def binary_search(x: Value, xs: tuple) -> int:
    """How many elements of an ascending list are smaller than ``x``: where it is, or would go."""
    return bisect.bisect_left(ordered(xs), ordered((x,))[0])
