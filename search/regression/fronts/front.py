"""The formulas than which none is as small and as good, and the bits that one takes together with its errors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from primitives.term import Term

from ..constants import UNITS, bits, simpler

EXACT = 1e-11
"""The error below which a fit is as good as any, relative to the outputs."""
NODE = 4.0
"""Bits that an argument of a formula takes, a word of arithmetic, and a part that was there before."""
FUNCTION, INSIDE = 6.0, 4.0
"""Bits that another word takes, and those more inside another one: few laws have a function in a function. Set by hand."""


@dataclass(frozen=True)
class FrontFormula:
    """The ``body`` of a formula, its ``complexity`` (words, arguments and numbers in it), its mean ``loss``, and the bits that it and its
    errors take to be written down (``length``)."""

    body: Term
    complexity: int
    loss: float
    length: float


def constant_bits(value: float, rows: int) -> float:
    """About how many bits a number takes: by its simplest form, or as far as so many rows tell it, and its power of ten.

    value: any number.
    rows: how many examples there are.
    """
    power = abs(math.floor(math.log10(abs(value)))) if value else 0
    size = 2.0 * math.log2(max(1, power))
    fitted = 0.5 * math.log2(rows) + 8.0 + size
    simple = bits(value)
    if simple < fitted:
        return simple
    digits = next(
        (3.4 * places + 3.0 + size for places in (1, 2, 3) if float(f"{value:.{places - 1}e}") == value), fitted
    )
    multiples = (
        4.0 + bits(round(value / unit * 12) / 12)
        for unit in UNITS
        if abs(value / unit * 12 - round(value / unit * 12)) < 1e-9
    )
    return min(fitted, simple, digits, *multiples)


def description_length(error: float, constants: Sequence[float], structure: float, rows: int) -> float:
    """The bits that a formula and its errors take together (Rissanen 1978); infinite where its errors are.

    error: the size of its errors, relative to that of the outputs.
    constants: its numbers.
    structure: the bits of its words and arguments.
    rows: how many examples there are.
    """
    if not math.isfinite(error):
        return math.inf
    return (
        rows * math.log2(max(error, EXACT)) + structure + sum(2.0 + constant_bits(value, rows) for value in constants)
    )


def candidates_for(value: float, error: float) -> list[float]:
    """Simple numbers that a fitted one may stand for, 0 among them where that is as near.

    value: as fitted.
    error: its standard error.
    """
    reach = min(3.0 * error, 0.3 * abs(value)) if math.isfinite(error) else 0.3 * abs(value)
    within = max(reach / abs(value), 1e-9) if value else 0.0
    found = list(simpler(value, within)) if value else []
    found += [sign for sign in (1.0, -1.0) if abs(value - sign) <= max(reach, 3.0 * error)]
    return list(dict.fromkeys([*([0.0] if abs(value) <= 3.0 * error else []), *found]))


def pareto(formulas: Sequence[FrontFormula]) -> list[FrontFormula]:
    """Of each size the one that is shortest together with its errors, where no smaller one has as little loss, and the shortest of all; the
    smallest first.

    formulas: any.
    """
    by_size = dict[int, FrontFormula]()
    for each in sorted(formulas, key=lambda one: -one.length):
        by_size[each.complexity] = each
    found, shortest, least = (
        list[FrontFormula](),
        min(by_size.values(), key=lambda one: one.length, default=None),
        math.inf,
    )
    for each in sorted(by_size.values(), key=lambda one: one.complexity):
        if each.loss < least or not found or each is shortest:
            found.append(each)
        least = min(least, each.loss)
    return found
