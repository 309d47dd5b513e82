"""Products of powers that give a target: sums of logarithms, whose coefficients are the exponents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from primitives.term import Literal, Term

from .algebra import Algebra, number
from .columns import Array, Columns
from .constants import bits, simpler

EXACT = 1e-9
"""Greatest relative error of a product that is exact but for rounding."""
LARGEST = 8.0
"""The largest exponent."""


@dataclass(frozen=True)
class PowerProduct:
    """``factor`` · Π expressions to the power of ``exponents``."""

    places: tuple[int, ...]
    exponents: tuple[float, ...]
    factor: float
    error: float
    """The greatest relative error on the rows."""

    @property
    def constants(self) -> int:
        """Numbers that were fitted: the factor, and exponents that are not whole or halves."""
        return 1 + sum(each * 2 != round(each * 2) for each in self.exponents)


def product(target: Array, columns: Columns, places: Sequence[int]) -> PowerProduct | None:
    """The product of powers of expressions that gives a target; None where there is none.

    target: its values on the rows, none of them 0.
    columns: the expressions.
    places: which of them may take part; none of their values is 0.
    """
    logarithms = np.log(np.abs(columns.values[list(places)]))
    design = np.concatenate([logarithms, np.ones((1, len(target)))]).T
    wanted = np.log(np.abs(target))
    solution, _, rank, _ = np.linalg.lstsq(design, wanted, rcond=1e-11)
    if rank < design.shape[1] or np.abs(design @ solution - wanted).max() > 1e-6:
        return None
    exponents = [_exponent(float(each)) for each in solution[:-1]]
    used = [(place, each) for place, each in zip(places, exponents) if each]
    if not used or any(abs(each) > LARGEST for _, each in used):
        return None
    with np.errstate(all="ignore"):
        made = np.prod([_power(columns.values[place], each) for place, each in used], axis=0)
        ratios = target / made
    factor = float(np.median(ratios))
    error = float(np.abs(ratios / factor - 1.0).max()) if factor and np.isfinite(ratios).all() else np.inf
    if error > EXACT:
        return None
    factor = next(simpler(factor, max(3 * error, 1e-11)), factor)
    return PowerProduct(tuple(place for place, _ in used), tuple(each for _, each in used), factor, error)


def is_product(columns: Columns, place: int) -> bool:
    """Whether an expression is an argument, or a product of such.

    columns: the expressions.
    place: the number of the expression.
    """
    expression = columns.recipes[place]
    if expression.leaf is not None:
        return not isinstance(expression.leaf, Literal)
    return expression.function == "multiply" and all(is_product(columns, part) for part in expression.parts)


def _exponent(value: float) -> float:
    """The whole number, half, third or quarter that an exponent is, else the number; 0 where it is next to it."""
    for bottom in (1, 2, 3, 4):
        if abs(value * bottom - round(value * bottom)) < 1e-5:
            return round(value * bottom) / bottom
    return value


def _power(values: Array, exponent: float) -> Array:
    if exponent == round(exponent):
        return np.asarray(values ** int(exponent) if exponent > 0 else 1.0 / values ** int(-exponent))
    return np.asarray(np.power(values, exponent))


def as_term(found: PowerProduct, columns: Columns, algebra: Algebra) -> Term | None:
    """The term of a product; None where there are not the words for it.

    found: the product.
    columns: the expressions.
    algebra: the words.
    """
    above = [_powers(columns.term(p, algebra), e, algebra) for p, e in zip(found.places, found.exponents) if e > 0]
    below = [_powers(columns.term(p, algebra), -e, algebra) for p, e in zip(found.places, found.exponents) if e < 0]
    if None in above or None in below or (below and "divide" not in algebra):
        return None
    factor = found.factor
    if below and (not above or bits(1.0 / factor) < bits(factor)):
        bottom = _all([each for each in below if each is not None], algebra)
        if above:
            inverse = next(simpler(1.0 / factor, 1e-12), 1.0 / factor)
            top = _all([each for each in above if each is not None], algebra)
            return algebra.term("divide", top, algebra.scaled(bottom, inverse))
        return algebra.term("divide", number(factor), bottom)
    top = algebra.scaled(_all([each for each in above if each is not None], algebra), factor)
    if not below:
        return top
    return algebra.term("divide", top, _all([each for each in below if each is not None], algebra))


def _all(terms: Sequence[Term], algebra: Algebra) -> Term:
    total = terms[0]
    for term in terms[1:]:
        total = algebra.product(total, term)
    return total


def _powers(term: Term, exponent: float, algebra: Algebra) -> Term | None:
    """A term to a positive power: by products and roots where that is short."""
    whole, rest = divmod(exponent, 1.0)
    parts = [term] * int(whole)
    if rest == 0.5 and "sqrt" in algebra:
        parts.append(algebra.term("sqrt", term))
    elif rest:
        return algebra.term("power", term, number(exponent)) if "power" in algebra else None
    return _all(parts, algebra)
