"""The constants of a formula, fitted to all rows for the least loss, and made simple where that costs nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from primitives.term import Literal, Term, Word, apply, spine

from ..algebra import Algebra, number
from ..columns import Array
from ..constants import bits, simpler
from .front import FormulaFront
from .losses import SQUARED
from .vectorised import VectorisedFormula

ADD, SUBTRACT, MULTIPLY, DIVIDE = (each.__name__ for each in (np.add, np.subtract, np.multiply, np.divide))
"""The universal functions by the names under which an algebra has its words."""

STEPS, REWEIGHTINGS = 40, 8
"""Evaluations of a fit for each constant, and how often rows are weighed anew for losses that are no squares."""
NEAR = 0.02
"""Relative distance to a simple number at which it is tried in place of a constant."""
MOST = 8
"""Constants of a formula that are fitted."""


def polished(body: Term, front: FormulaFront) -> Term:
    """The formula with the constants of the least loss, simple ones where the loss grows by less than one row's share.

    body: over the words of the front's algebra.
    front: with rows, loss and algebra.
    """
    formula = VectorisedFormula.of(body, front.algebra)
    if not formula.constants or len(formula.constants) > MOST:
        return body
    found = fitted(formula, front, range(len(formula.constants)), formula.constants)
    return tidied(formula.with_constants(_simplified(formula, front, found)), front.algebra)


def tidied(body: Term, algebra: Algebra) -> Term:
    """The formula without products by one and sums with zero.

    body: over the words of the algebra.
    algebra: that names its words.
    """
    head, parts = spine(body)
    if not isinstance(head, Word) or not parts:
        return body
    parts = [tidied(part, algebra) for part in parts]
    for functions, value in (((MULTIPLY, DIVIDE), 1.0), ((ADD, SUBTRACT), 0.0)):
        if head.name not in [algebra.names.get(each) for each in functions]:
            continue
        if isinstance(parts[1], Literal) and parts[1].value == value:
            return parts[0]
        if head.name == algebra.names[functions[0]] and isinstance(parts[0], Literal) and parts[0].value == value:
            return parts[1]
    return apply(head, *parts)


def fitted(formula: VectorisedFormula, front: FormulaFront, free: Sequence[int], start: Sequence[float]) -> list[float]:
    """Its constants of the least loss near others, by Levenberg and Marquardt's method; those others where nothing is better.

    formula: whose constants they are.
    front: with rows and loss.
    free: which of them are fitted.
    start: all of them.
    """
    from scipy.optimize import least_squares

    best, least = list(start), front.loss_of(formula, start)
    if not len(free) or not np.isfinite(least) or least <= front.floor or len(free) > len(front.y):
        return best

    for _ in range(1 if front.loss.name == SQUARED else REWEIGHTINGS):
        residuals = formula.values(front.arguments, best) - front.y
        weights = np.sqrt(front.weights * front.loss.weighing(residuals))

        def off(values: Array, weights: Array = weights, best: Sequence[float] = best) -> Array:
            given = list(best)
            for place, value in zip(free, values.tolist()):
                given[place] = value
            made = weights * (formula.values(front.arguments, given) - front.y)
            return np.where(np.isfinite(made), made, 1e150)

        begin = np.array([best[place] for place in free])
        found = least_squares(
            off, begin, method="lm", x_scale=np.maximum(np.abs(begin), 1e-3), max_nfev=STEPS * (len(free) + 1)
        )
        tried = list(best)
        for place, value in zip(free, found.x.tolist()):
            tried[place] = value
        loss = front.loss_of(formula, tried)
        if not loss < least:
            break
        done = loss > least * (1 - 1e-6)
        best, least = tried, loss
        if done:
            break
    return best


def _simplified(formula: VectorisedFormula, front: FormulaFront, constants: list[float]) -> list[float]:
    """One constant after the other, the longest first, as a simple number, the others fitted again each time."""
    free = [place for place, value in enumerate(constants) if bits(value) > 0]
    allowed = max(front.loss_of(formula, constants), front.floor) * (1 + 1 / len(front.y))
    for place in sorted(free, key=lambda each: -bits(constants[each])):
        rest = [each for each in free if each != place]
        for value in simpler(constants[place], NEAR):
            if bits(value) >= bits(constants[place]):
                continue
            tried = [*constants]
            tried[place] = value
            tried = fitted(formula, front, rest, tried)
            if front.loss_of(formula, tried) <= allowed:
                constants, free = tried, rest
                break
    return constants


def with_more_constants(body: Term, algebra: Algebra) -> Iterator[Term]:
    """The formula with one more number in it: a part that is added to, or multiplied.

    body: over the words of the algebra.
    algebra: with words for sums and products.
    """
    yield from _more(body, algebra)


def _more(term: Term, algebra: Algebra) -> Iterator[Term]:
    if isinstance(term, Literal):
        return
    yield apply(Word(algebra.names[ADD]), term, number(1e-3))
    yield apply(Word(algebra.names[MULTIPLY]), number(1.001), term)
    head, parts = spine(term)
    for place, part in enumerate(parts):
        for changed in _more(part, algebra):
            yield apply(head, *parts[:place], changed, *parts[place + 1 :])
