"""Curves over an expression: functions of it with a constant or two inside, of which sums with coefficients are tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from primitives.term import Term

from .algebra import Algebra, number
from .columns import Array

TURNS = np.concatenate([np.geomspace(0.05, 1.0, 16), np.linspace(1.2, 60.0, 200)])
"""How far the argument of a curve goes over all rows: what is tried of a factor inside."""
LEAST_TURN = 1.0
"""The least part of a wave that is told from a parabola where there is noise, as an angle."""
SEEN = 0.02
"""The same where there is none, for exponential functions too."""
OFFSETS = np.geomspace(1e-3, 1e2, 41)
"""How far the argument of a curve is from 0 at its nearest, in units of how far it goes: what is tried of a number that is added inside."""
FADING = np.concatenate([-np.geomspace(8.0, 0.25, 11), np.geomspace(0.25, 4.0, 7)])
"""By how many powers of e a wave grows over all rows: what is tried."""
WAVES = np.linspace(1.2, 60.0, 100)
"""How far the argument of such a wave goes."""


@dataclass(frozen=True)
class CurveFamily:
    """``functions``, numpy's, that stand together, with the constants of one of ``kinds`` in them: a factor of the expression (``scaled``),
    a number added to it or its negative (``shifted``, ``turned``), or a factor and that of an exponential function beside (``fading``)."""

    kind: str
    functions: tuple[str, ...]

    def needs(self) -> tuple[str, ...]:
        """The functions without which it cannot be written."""
        return (*self.functions, *(("exp",) if self.kind == "fading" else ()))

    def grid(self, values: Array, noisy: bool = False) -> tuple[Array, ...]:
        """What is tried of its constants, [tried, constants] in places at even distances, one for each line along which they change.

        values: of the expression.
        noisy: whether what is held against them has noise, so that a small part of a wave is nothing but a parabola.
        """
        reach = reach_of(values)
        if self.kind == "scaled":
            if len(self.functions) > 1:
                return (TURNS[TURNS >= LEAST_TURN if noisy else slice(None), None] / reach,)
            return tuple(sign * TURNS[:, None] / reach for sign in (1.0, -1.0))
        if self.kind == "fading":
            return tuple(np.stack([np.full(len(WAVES), rate / reach), WAVES / reach], axis=1) for rate in FADING)
        return (np.log(OFFSETS * reach)[:, None],)

    def is_seen(self, constants: Array, values: Array) -> bool:
        """Whether so much of a curve is seen that it is told from a parabola, also by exact values.

        constants: in it.
        values: of the expression.
        """
        return self.kind in ("shifted", "turned") or float(np.abs(constants[-1]) * np.ptp(values)) >= SEEN

    def constants(self, places: Array, values: Array) -> Array:
        """The constants at places, of the same shape.

        places: [tried, constants].
        values: of the expression.
        """
        if self.kind == "shifted":
            return np.asarray(np.exp(places) - values.min())
        if self.kind == "turned":
            return np.asarray(np.exp(places) + values.max())
        return places

    def features(self, constants: Array, values: Array) -> list[Array]:
        """The values of the functions, each [tried, rows].

        constants: [tried, constants].
        values: of the expression.
        """
        with np.errstate(all="ignore"):
            inner = self._inner(constants[:, -1:], values)
            parts = [np.asarray(getattr(np, name)(inner)) for name in self.functions]
            if self.kind == "fading":
                size = np.exp(constants[:, :1] * values)
                parts = [size * part for part in parts]
        return parts

    def _inner(self, constant: Array, values: Array) -> Array:
        if self.kind == "shifted":
            return np.asarray(values + constant)
        return np.asarray(constant - values if self.kind == "turned" else constant * values)

    def inner(self, expression: Term, constants: Sequence[float], algebra: Algebra) -> Term:
        """What the functions are applied to.

        expression: the curve is over it.
        constants: in it.
        algebra: with the words.
        """
        if self.kind == "shifted":
            return algebra.sum(expression, number(constants[-1]))
        if self.kind == "turned":
            return algebra.difference(number(constants[-1]), expression)
        return algebra.scaled(expression, constants[-1])

    def terms(self, expression: Term, constants: Sequence[float], algebra: Algebra) -> list[Term]:
        """The functions.

        expression: the curve is over it.
        constants: in them.
        algebra: with the words.
        """
        return [
            self.term(name, self.inner(expression, constants, algebra), expression, constants, algebra)
            for name in self.functions
        ]

    def term(self, name: str, inner: Term, expression: Term, constants: Sequence[float], algebra: Algebra) -> Term:
        """One of the functions of what is inside.

        name: of the function.
        inner: what it is applied to.
        expression: the curve is over it.
        constants: in it.
        algebra: with the words.
        """
        made = algebra.term("divide", number(1.0), inner) if name == "reciprocal" else algebra.term(name, inner)
        if self.kind != "fading":
            return made
        return algebra.product(algebra.term("exp", algebra.scaled(expression, constants[0])), made)


FAMILIES = (
    CurveFamily("scaled", ("exp",)),
    CurveFamily("scaled", ("sin", "cos")),
    CurveFamily("shifted", ("reciprocal",)),
    CurveFamily("shifted", ("log",)),
    CurveFamily("turned", ("log",)),
)
WAVING = (CurveFamily("fading", ("sin", "cos")),)
"""Those with two constants inside, which take most time."""


def families_of(algebra: Algebra, families: Sequence[CurveFamily] = FAMILIES) -> tuple[CurveFamily, ...]:
    """The families that can be written with the words.

    algebra: of the words.
    families: of which (default: those with one constant).
    """
    return tuple(
        each
        for each in families
        if all(("divide" if name == "reciprocal" else name) in algebra for name in each.needs())
    )


def reach_of(values: Array) -> float:
    """Over how much an expression is spread, but for a few values that are far from all others: as if evenly.

    values: of the expression.
    """
    low, high = np.quantile(values, (0.25, 0.75))
    whole = float(np.ptp(values))
    return min(whole, 2.0 * float(high - low)) if high > low else whole
