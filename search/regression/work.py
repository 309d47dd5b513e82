"""What a search for formulas has done, and what that means for how exact a fit must be to tell anything."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..enumeration.ledger import Ledger

TERM = 1e4
"""Multiplications that count as one term, some ten microseconds: a few times what a term of an enumeration costs."""
FIT = 5e5
"""Multiplications that a fit by least squares counts as: most fits take 50 to 150 microseconds, those that are exact ten times as long."""
ROUNDING = 2.0**-42
"""The relative error below which a fit is as exact as any."""
SPARE = 8.0
"""Bits by which what the examples say must be more than the number of fits tried."""


@dataclass(eq=False)
class Work:
    """``rows`` examples, in which ``tried`` fits were tried; the ``ledger`` counts the work in terms."""

    rows: int
    ledger: Ledger
    tried: float = 0.0
    left: float = 0.0

    def spend(self, multiplications: float, fits: float = 0.0) -> None:
        """Count work. Raises Stop or OutOfTime.

        multiplications: about how many were made.
        fits: that were tried by them (default: none).
        """
        self.tried += fits
        terms, self.left = divmod(self.left + multiplications, TERM)
        self.ledger.tick(int(terms))

    def bound(self, constants: int) -> float:
        """The greatest relative error of a fit that tells: each example beyond the constants that is met up to an error says as many
        bits as that has, and all together must say more than the choice among all fits that were tried.

        constants: numbers that were fitted.
        """
        spare = self.rows - constants
        return 0.0 if spare < 1 else 2.0 ** -((math.log2(1 + self.tried) + SPARE) / spare)

    def tells(self, constants: int, error: float) -> bool:
        """Whether the examples say that much more than a fit takes from them.

        constants: numbers that were fitted.
        error: the greatest relative error of the fit.
        """
        return max(error, ROUNDING) < self.bound(constants)
