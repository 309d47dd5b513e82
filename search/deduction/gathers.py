"""Ways to make one value of what a body gives for every element: sums, extremes, counts, and the element that stands out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from primitives.columns.hashing import Array
from primitives.columns.pools.scalars import floats_of
from primitives.declarations import Role
from primitives.term import Lambda, Term, Variable, lambdas
from primitives.types import BOOL, FLOAT, INT, Type

from .tools import RoleWords

Build = Callable[[Lambda, Term], Term]


@dataclass(frozen=True)
class ElementGroups:
    """Where the elements of each example begin among all elements, ``starts``, and how many there are, ``sizes``."""

    starts: Array
    sizes: Array

    @property
    def whole(self) -> bool:
        """Whether no example is without elements."""
        return bool((self.sizes > 0).all())

    def reduce(self, ufunc: np.ufunc, values: Array) -> Array:
        """A universal function over the elements of each example, of none its identity: [bodies, examples].

        ufunc: that puts two values together.
        values: [bodies, elements].
        """
        if self.whole:
            return ufunc.reduceat(values, self.starts, axis=1)
        made = np.full((len(values), len(self.sizes)), ufunc.identity or 0, values.dtype)
        some = self.sizes > 0
        if some.any():
            made[:, some] = ufunc.reduceat(values, self.starts[some], axis=1)
        return made

    def first(self, chosen: Array) -> tuple[Array, Array]:
        """The first element of each example that is chosen, and which bodies choose one in every example.

        chosen: [bodies, elements] of truth values.
        """
        places = np.where(chosen, np.arange(chosen.shape[1]), chosen.shape[1])
        found = np.minimum.reduceat(places, self.starts, axis=1)
        return found, (found < self.starts + self.sizes).all(axis=1)


@dataclass(frozen=True)
class Gathered:
    """What one way of gathering gives for many bodies: values of ``type`` for ``rows`` of them, [rows, examples], floats as they are; or
    where ``type`` is None numbers of the elements that stand out."""

    type: Type | None
    rows: Array
    values: Array
    build: Build


def gathered(type: Type, values: Array, groups: ElementGroups, tools: RoleWords) -> Iterator[Gathered]:
    """Everything that is made of bodies of one type.

    type: of what the bodies give.
    values: their codes, [bodies, elements].
    groups: the elements of each example.
    tools: the words.
    """
    every = np.arange(len(values))
    if type == BOOL:
        yield from _of_conditions(values == 1, groups, tools, every)
    elif type in (INT, FLOAT):
        numbers = floats_of(values) if type == FLOAT else values
        for role, ufunc in ((Role.TOTAL, np.add), (Role.MULTIPLIED, np.multiply)):
            if tools.has(role, Role.MAP):
                with np.errstate(all="ignore"):
                    yield Gathered(type, every, groups.reduce(ufunc, numbers), partial(_mapped, tools, role))
        if tools.has(Role.TOTAL, Role.MAP, Role.PRODUCT):
            with np.errstate(all="ignore"):
                squares = groups.reduce(np.add, numbers * numbers)
            yield Gathered(type, every, squares, partial(_squared, tools))
        if groups.whole:
            yield from _of_extremes(type, numbers, groups, tools, every)
            yield from _of_running(type, numbers, groups, tools, every)


def _of_conditions(true: Array, groups: ElementGroups, tools: RoleWords, every: Array) -> Iterator[Gathered]:
    counts = groups.reduce(np.add, true.astype(np.int64))
    if tools.has(Role.COUNT):
        yield Gathered(INT, every, counts, partial(_told, tools, Role.COUNT))
    if tools.has(Role.ANY):
        yield Gathered(BOOL, every, (counts > 0).astype(np.int64), partial(_told, tools, Role.ANY))
    if tools.has(Role.ALL):
        yield Gathered(BOOL, every, (counts == groups.sizes).astype(np.int64), partial(_told, tools, Role.ALL))
    if groups.whole and tools.has(Role.FILTER, Role.FIRST):
        found, good = groups.first(true)
        yield Gathered(None, every[good], found[good], partial(_chosen, tools, Role.FIRST))
    if groups.whole and tools.has(Role.FILTER, Role.LAST):
        places = np.where(true, np.arange(true.shape[1]), -1)
        found = np.maximum.reduceat(places, groups.starts, axis=1)
        good = np.logical_and.reduce(found >= groups.starts, axis=1)
        yield Gathered(None, every[good], found[good], partial(_chosen, tools, Role.LAST))


def _of_extremes(
    type: Type, numbers: Array, groups: ElementGroups, tools: RoleWords, every: Array
) -> Iterator[Gathered]:
    for role, ufunc in ((Role.GREATEST, np.maximum), (Role.LEAST, np.minimum)):
        ends = ufunc.reduceat(numbers, groups.starts, axis=1)
        if tools.has(role, Role.MAP):
            yield Gathered(type, every, ends, partial(_mapped, tools, role))
        if tools.has(Role.IN_ORDER_OF, Role.FIRST, Role.NEGATIVE):
            at_end: Array = numbers == np.repeat(ends, groups.sizes, axis=1)
            varied = np.logical_not(at_end.all(axis=1))
            found, good = groups.first(at_end[varied])  # none of NaN is at an end
            yield Gathered(None, every[varied][good], found[good], partial(_outstanding, tools, role is Role.GREATEST))


def _of_running(
    type: Type, numbers: Array, groups: ElementGroups, tools: RoleWords, every: Array
) -> Iterator[Gathered]:
    """The greatest and the least of the sums so far."""
    if not tools.has(Role.RUNNING, Role.ADDITION, Role.MAP):
        return
    with np.errstate(all="ignore"):
        sums = np.cumsum(numbers, axis=1)
        before = (sums - numbers)[:, groups.starts]
        for role, ufunc in ((Role.GREATEST, np.maximum), (Role.LEAST, np.minimum)):
            if tools.has(role):
                ends = ufunc.reduceat(sums, groups.starts, axis=1) - before
                yield Gathered(type, every, ends, partial(_running, tools, role))


def _running(tools: RoleWords, role: Role, function: Lambda, over: Term) -> Term:
    adding = lambdas(2, tools.call(Role.ADDITION, Variable(1), Variable(0)))
    return tools.call(role, tools.call(Role.RUNNING, adding, tools.call(Role.MAP, function, over)))


def _mapped(tools: RoleWords, role: Role, function: Lambda, over: Term) -> Term:
    return tools.call(role, tools.call(Role.MAP, function, over))


def _squared(tools: RoleWords, function: Lambda, over: Term) -> Term:
    square = Lambda(tools.call(Role.PRODUCT, function.body, function.body))
    return _mapped(tools, Role.TOTAL, square, over)


def _told(tools: RoleWords, role: Role, function: Lambda, over: Term) -> Term:
    return tools.call(role, function, over)


def _chosen(tools: RoleWords, role: Role, function: Lambda, over: Term) -> Term:
    return tools.call(role, tools.call(Role.FILTER, function, over))


def _outstanding(tools: RoleWords, greatest: bool, function: Lambda, over: Term) -> Term:
    key = Lambda(tools.call(Role.NEGATIVE, function.body)) if greatest else function
    return tools.call(Role.FIRST, tools.call(Role.IN_ORDER_OF, key, over))
