"""What the output becomes where parts of a formula are taken off it: divided by an expression, or put through an inverse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from primitives.term import Term

from .algebra import INVERSES, Algebra, number
from .columns import Array, Columns, Keys, Numbers, usable

OVER, UNDER, TIMES, LESS, UNDO, ROOT, PLUS, INVERSE, FROM, RAISED = (
    "over",
    "under",
    "times",
    "less",
    "undo",
    "root",
    "plus",
    "inverse",
    "from",
    "raised",
)
"""What was done to the output: divided by an expression, the other way round, multiplied by it; an argument subtracted; a
function undone, or a square; a number added, which is 1 or −1; one over it; subtracted from 1; an
argument's root of it."""
COSTS = {LESS: 2, OVER: 1, UNDER: 1, TIMES: 1, UNDO: 1, ROOT: 1, PLUS: 2, INVERSE: 2, FROM: 2, RAISED: 2}


LESSENED, ROOTED = 40, 12
"""Expressions that are taken off before an argument is subtracted, and before its root is taken."""


@dataclass(frozen=True)
class Removal:
    """One of the things that were done, ``by`` the number of an argument, a function's name, or a number."""

    kind: str
    by: int | str | float = 0


@dataclass(frozen=True)
class Layer:
    """Targets to which the same was done but for the expression: ``places`` (−1: none), ``values`` [targets, rows]."""

    steps: tuple[Removal, ...]
    places: Numbers
    values: Array


class Targets:
    """All targets of an output, cheapest first: ``values`` is [targets, rows], ``costs`` count what was taken off."""

    def __init__(self, output: Array, columns: Columns, algebra: Algebra, factors: Numbers) -> None:
        """output: its values on the rows. columns: the expressions. algebra: the words. factors: which expressions may be taken off."""
        self.columns, self.algebra = columns, algebra
        keys, layers = Keys(len(output)), list[Layer]()
        for layer in _layers(output, columns, algebra, factors):
            with np.errstate(all="ignore"):
                fresh = usable(layer.values)
            fresh[fresh] = keys.new(layer.values[fresh])
            layers.append(Layer(layer.steps, layer.places[fresh], layer.values[fresh]))
        costs = [
            sum(COSTS[step.kind] for step in layer.steps) + np.where(layer.places < 0, 0, columns.costs[layer.places])
            for layer in layers
        ]
        order = np.argsort(np.concatenate(costs), kind="stable")
        self.values: Array = np.concatenate([layer.values for layer in layers])[order]
        self.costs: Numbers = np.concatenate(costs)[order]
        self._where = [(layer.steps, place) for layer in layers for place in layer.places.tolist()]
        self._order = order

    def __len__(self) -> int:
        return len(self.values)

    def rebuilt(self, target: int, term: Term) -> Term:
        """The term of the output, of one for a target.

        target: its number.
        term: what gives its values.
        """
        steps, place = self._where[int(self._order[target])]
        for step in reversed(steps):
            term = self._undone(step, place, term)
        return term

    def _undone(self, step: Removal, place: int, term: Term) -> Term:
        algebra = self.algebra
        if step.kind in (OVER, UNDER, TIMES):
            factor = self.columns.term(place, algebra)
            if step.kind == OVER:
                return algebra.product(factor, term)
            return algebra.term("divide", *((factor, term) if step.kind == UNDER else (term, factor)))
        if step.kind == LESS:
            return algebra.sum(term, self.columns.term(int(step.by), algebra))
        if step.kind == RAISED:
            exponent = self.columns.term(int(step.by), algebra)
            if "power" in algebra:
                return algebra.term("power", term, exponent)
            return algebra.term("exp", algebra.product(exponent, algebra.term("log", term)))
        if step.kind == FROM:
            return algebra.difference(number(1.0), term)
        if step.kind == UNDO:
            return algebra.term(str(step.by), term)
        if step.kind == ROOT:
            return algebra.product(term, term)
        return (
            algebra.sum(term, number(-float(step.by)))
            if step.kind == PLUS
            else algebra.term("divide", number(1.0), term)
        )


def _layers(output: Array, columns: Columns, algebra: Algebra, factors: Numbers) -> Iterator[Layer]:
    """The output, with functions taken off it, and the same for each expression that it is divided by."""
    plain = Layer((), np.array([-1]), output[None])
    yield plain
    yield from _stripped(plain, algebra)
    yield from _raised(plain, columns, algebra)
    if "multiply" not in algebra:
        return
    factors = factors[(columns.values[factors] != 0).all(1)]
    known = columns.values[factors]
    with np.errstate(all="ignore"):
        first = [Layer((Removal(OVER),), factors, output / known)]
        if "divide" in algebra:
            first += [
                Layer((Removal(TIMES),), factors, output * known),
                Layer((Removal(UNDER),), factors, known / output),
            ]
    for layer in first:
        yield layer
        yield from _stripped(layer, algebra)
        some = Layer(layer.steps, layer.places[:LESSENED], layer.values[:LESSENED])
        yield from _lessened(some, columns)
        yield from _raised(Layer(layer.steps, layer.places[:ROOTED], layer.values[:ROOTED]), columns, algebra)


def _raised(layer: Layer, columns: Columns, algebra: Algebra) -> Iterator[Layer]:
    """Roots of the targets, and of 1 less them, by each of the arguments, and one over them."""
    if "power" not in algebra and not ("exp" in algebra and "log" in algebra):
        return
    for one in (layer, Layer((*layer.steps, Removal(FROM)), layer.places, 1.0 - layer.values)):
        positive = (one.values > 0).all(1)
        for place in exponents(columns):
            with np.errstate(all="ignore"):
                values = one.values[positive] ** (1.0 / columns.values[place])
            root = Layer((*one.steps, Removal(RAISED, place)), one.places[positive], values)
            yield root
            yield from _inverted(root, algebra)


def exponents(columns: Columns) -> list[int]:
    """The arguments that are nowhere 0, by which something may be raised.

    columns: the expressions.
    """
    return [
        place
        for place, expression in enumerate(columns.recipes)
        if expression.leaf is not None and np.ptp(columns.values[place]) and (columns.values[place] != 0).all()
    ]


def _lessened(layer: Layer, columns: Columns) -> Iterator[Layer]:
    """The targets less each of the arguments."""
    for place, expression in enumerate(columns.recipes):
        if expression.leaf is not None and np.ptp(columns.values[place]):
            steps = (*layer.steps, Removal(LESS, place))
            yield Layer(steps, layer.places, layer.values - columns.values[place])


def _stripped(layer: Layer, algebra: Algebra) -> Iterator[Layer]:
    """The targets with one function, or a one and a function, taken off."""
    yield from _without_function(layer, algebra)
    for sign in (1.0, -1.0):
        moved = Layer((*layer.steps, Removal(PLUS, sign)), layer.places, layer.values + sign)
        yield moved
        yield from _without_function(moved, algebra)
        yield from _inverted(moved, algebra)


def _inverted(layer: Layer, algebra: Algebra) -> Iterator[Layer]:
    if "divide" in algebra:
        with np.errstate(all="ignore"):
            yield Layer((*layer.steps, Removal(INVERSE)), layer.places, 1.0 / layer.values)


def _without_function(layer: Layer, algebra: Algebra) -> Iterator[Layer]:
    """What a function would have to be given for the targets, for each whose inverse is defined on all rows."""
    for function in algebra.unary:
        with np.errstate(all="ignore"):
            values = getattr(np, INVERSES[function])(layer.values)
            back = getattr(np, function)(values)
            same = (np.abs(back - layer.values) <= 1e-9 * np.abs(layer.values)).all(1)
        yield Layer((*layer.steps, Removal(UNDO, function)), layer.places[same], values[same])
    positive = (layer.values >= 0).all(1)
    yield Layer((*layer.steps, Removal(ROOT)), layer.places[positive], np.sqrt(layer.values[positive]))
