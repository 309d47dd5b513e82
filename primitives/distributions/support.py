"""What a random variable may be: plain values, and tables of what functions make of them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Sequence

import torch

from ..values import Failure, Some, Table, Value

MOST_KEPT = 4_096
"""Supports and tables that are kept; beyond, all are forgotten."""


class TooManyWorlds(Exception):
    """A joint support is larger than the limit."""


class NotFinite(Exception):
    """What is random is not among finitely many plain values, or is read where no rule is known."""


class _Absent:
    """Stands for an element that is not in its list."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = _Absent()


def told_apart(value: Value) -> Hashable:
    """A key that is equal for values that are equal and of one type: true is not 1, and a NaN is like another."""
    kind = type(value)
    if kind is int or kind is str:
        return value
    if kind is tuple:
        return tuple(map(told_apart, value))
    if kind is float:
        return ("float", value) if value == value else ("nan",)
    if kind is Some:
        return ("some", told_apart(value.value))
    if kind is Table:
        return ("map", frozenset((told_apart(key), told_apart(held)) for key, held in value))
    if kind is Failure:
        return ("failure", value.kind)
    if value is None or isinstance(value, (bool, _Absent)):
        return (kind.__name__, value)
    raise NotFinite(f"value of class {kind.__name__}: a number, text, list, pair, option or table is required")


class Support:
    """Distinct values in order; made by ``support_of``, so that equal supports are one object. ``place`` has the position of each by
    ``told_apart``."""

    __slots__ = ("place", "values")

    def __init__(self, values: tuple, place: dict[Hashable, int]) -> None:
        self.values, self.place = values, place

    def __len__(self) -> int:
        return len(self.values)


_supports: dict[tuple, Support] = {}


def support_of(values: Sequence[Value]) -> tuple[Support, list[int]]:
    """The distinct values as a support, and for each value its position in it."""
    place: dict[Hashable, int] = {}
    distinct: list[Value] = []
    index = []
    for value in values:
        key = told_apart(value)
        at = place.setdefault(key, len(distinct))
        if at == len(distinct):
            distinct.append(value)
        index.append(at)
    name = tuple(place)
    found = _supports.get(name)
    if found is None:
        if len(_supports) >= MOST_KEPT:
            _supports.clear()
        found = _supports[name] = Support(tuple(distinct), place)
    return found, index


class Tables:
    """What functions give for all combinations of values of some supports, each looked up once; ``entries`` counts the combinations that
    probabilities were computed for."""

    def __init__(self, limit: int) -> None:
        self.limit, self.entries = limit, 0
        self._kept: dict[tuple, tuple[Support, torch.Tensor]] = {}

    def table(
        self, key: Hashable, function: Callable[..., Value], supports: Sequence[Support]
    ) -> tuple[Support, torch.Tensor]:
        """The support of the results, and for each combination, the last argument varying fastest, the position of its result in it.

        key: names the function; with the same key it is the same.
        function: gives a value, or a Failure, for one value of each support.
        supports: of its arguments.

        Raises TooManyWorlds.
        """
        name = (key, *supports)
        found = self._kept.get(name)
        if found is None:
            check(self.limit, *map(len, supports))
            results = [function(*values) for values in itertools.product(*(each.values for each in supports))]
            support, index = support_of(results)
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            found = self._kept[name] = (support, torch.tensor(index, dtype=torch.long))
        return found


def check(limit: int, *sizes: int) -> int:
    """The product of the sizes. Raises TooManyWorlds where it is beyond the limit."""
    total = 1
    for size in sizes:
        total *= size
    if total > limit:
        raise TooManyWorlds(f"worlds={total}: at most {limit} can be told apart at one place")
    return total
