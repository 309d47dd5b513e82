"""Conditions on numbers: which of two is smaller, whether they are equal, and bounds that the examples tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from primitives.columns.hashing import Array
from primitives.declarations import Role
from primitives.term import Literal, Term
from primitives.types import INT

from ...generation.constants import roundest
from ..tools import RoleWords
from .pool import WORD, Condition, ConditionPool

MOST, CHEAP = 120, 5
"""Numbers that are compared with each other, and up to which a bound costs little."""


@dataclass(frozen=True)
class ComparedNumber:
    """An Int over a goal's variables: its value by example, int64 [examples], its cost, and its term."""

    cost: int
    values: Array
    make: Callable[[], Term]


def compare(numbers: list[ComparedNumber], pool: ConditionPool, tools: RoleWords) -> None:
    """Put the conditions on numbers into a pool.

    numbers: to compare.
    pool: that takes them in.
    tools: the words.
    """
    kept = sorted(_different(numbers), key=lambda each: each.cost)[:MOST]
    for role, holds in ((Role.BELOW, np.less), (Role.EQUAL, np.equal)):
        if len(kept) < 2 or not tools.has(role):
            continue
        values = np.array([each.values for each in kept])
        for place, one in enumerate(kept):
            costs = np.array([each.cost for each in kept]) + one.cost + WORD

            def make(other: int, place: int = place, role: Role = role) -> Term:
                return tools.call(role, kept[place].make(), kept[other].make())

            if role is Role.EQUAL:
                pool.add(holds(values[place], values[:place]), costs[:place], make)
            else:
                pool.add(holds(values[place], values), costs, make)
    if tools.has(Role.BELOW):
        for each in kept:
            for found in _bounds(each, pool.wanted, tools):
                pool.add(found.true[None, :], np.array([found.cost]), partial(_alone, found))


def _alone(found: Condition, number: int) -> Term:
    return found.make()


def _different(numbers: list[ComparedNumber]) -> Iterator[ComparedNumber]:
    """Those that are not the same everywhere, the cheapest of each."""
    seen = set[bytes]()
    for each in sorted(numbers, key=lambda each: each.cost):
        name = each.values.tobytes()
        if name not in seen:
            seen.add(name)
            yield each


def _bounds(number: ComparedNumber, wanted: Array, tools: RoleWords) -> Iterator[Condition]:
    """That a number is above or below a bound between the true examples and others: as round a one as there can be."""
    values = number.values
    inside, outside = values[wanted], values[~wanted]
    for low, high in ((outside, inside), (inside, outside)):
        # Between all of ``high`` and those of ``low`` that are below them, then between all of ``low`` and those of ``high`` above.
        below, above = low[low < high.min()], high[high > low.max()]
        for under, over in ((below.max(initial=-(1 << 62)), high.min()), (low.max(), above.min(initial=1 << 62))):
            if under == -(1 << 62) or over == 1 << 62:
                continue
            bound = roundest(int(under), int(over)) - 1
            cost = number.cost + WORD + (2 if abs(bound) <= CHEAP else 4)

            def make(bound: int = bound) -> Term:
                return tools.call(Role.BELOW, Literal(bound, INT), number.make())

            yield Condition(cost, values > bound, make)
