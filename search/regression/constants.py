"""From numbers that a fit gave to the simple ones that they stand for."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache

WITHIN = 1e-7
"""Relative distance to a simple number at which it is tried in place of a fitted one."""
MOST = 10**6
"""Whole numbers below it are simple, and one over them."""
UNITS = (
    math.pi,
    1 / math.pi,
    math.pi**2,
    math.sqrt(math.pi),
    1 / math.sqrt(2 * math.pi),
    math.e,
    math.sqrt(2.0),
    math.sqrt(3.0),
)
"""Numbers of which simple fractions are simple too."""


def simpler(value: float, within: float = WITHIN) -> Iterator[float]:
    """Simple numbers near a number, the simplest first: whole ones, fractions, decimals, multiples of π, e and roots.

    value: as fitted.
    within: the relative distance.
    """
    near = within * abs(value)
    if abs(value) < MOST and abs(value - round(value)) <= near:
        yield float(round(value))
    for bottom in range(2, 101):
        top = round(value * bottom)
        if top and abs(top) <= 1000 and abs(top / bottom - value) <= near:
            yield top / bottom
            break
    if 1 / MOST < abs(value) < 1 and abs(value - 1.0 / round(1.0 / value)) <= near:
        yield 1.0 / round(1.0 / value)
    for digits in range(1, 7):
        short = float(f"{value:.{digits - 1}e}")
        if abs(short - value) <= near:
            yield short
            break
    for unit in UNITS:
        ratio = value / unit
        for bottom in range(1, 13):
            top = round(ratio * bottom)
            if top and abs(top) <= 64 and abs(top / bottom * unit - value) <= near:
                yield top / bottom * unit
                break


FREE = 24.0
"""Bits of a number that is none of the simple ones."""


@lru_cache(1 << 14)
def bits(value: float) -> float:
    """About how many bits a number takes to be written down; 0 and 1 take none, −1 a sign.

    value: any number.
    """
    if value in (0.0, 1.0):
        return 0.0
    if value < 0:
        return 1.0 + bits(-value)
    if value == round(value) and value < 2.0**20:
        return 1.0 + 2.0 * math.log2(value)
    return next((2.0 + 2.0 * math.log2(max(1, bottom * round(value * bottom))) for bottom in range(2, 101)
                 if round(value * bottom) / bottom == value and round(value * bottom) <= 1000), FREE)  # fmt: skip
