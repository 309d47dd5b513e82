"""Whether a formula that was found is the one that its rows were drawn from: on held-out rows, and by sympy."""

from __future__ import annotations

from fractions import Fraction
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from automl.execution.workers.guard import within
from primitives.interpreter.interpret import evaluate
from primitives.source.formula import arguments_of_formula
from primitives.source.symbolic import symbolic
from primitives.term import Term
from primitives.values import equal

from .formula_sets import WORDS, Array

if TYPE_CHECKING:
    import sympy

SECONDS = 20.0
"""That sympy may take for one formula."""
DECIMALS = 3
"""To which constants fitted to noise are rounded before formulas are compared, as in SRBench (La Cava et al. 2021)."""
NEGLIGIBLE = 1e-4
"""Constants below it are 0 there."""


def holds(found: Term, x: Array, y: Array) -> bool:
    """Whether a formula gives the values ``y`` [rows] of the arguments ``x`` [rows, arguments], as Floats are equal in examples."""
    outputs = (evaluate(found, tuple(row), words=WORDS) for row in x.tolist())
    return all(isinstance(value, float) and equal(value, wanted) for value, wanted in zip(outputs, y.tolist()))


def explained(found: Term, x: Array, y: Array) -> float | None:
    """R² of a formula on rows; None where it has no value for one."""
    outputs: NDArray[np.float64] = np.empty(len(y))
    for place, row in enumerate(x.tolist()):
        value = evaluate(found, tuple(row), words=WORDS)
        if not isinstance(value, float) or not np.isfinite(value):
            return None
        outputs[place] = value
    with np.errstate(over="ignore"):
        share = 1.0 - float(((outputs - y) ** 2).sum() / ((y - y.mean()) ** 2).sum())
    return share if np.isfinite(share) else None


def same(found: Term, law: Term, noise: float) -> bool | None:
    """Whether two formulas are one to sympy; None where it is absent or does not know within SECONDS.

    found, law: programs of the same arguments.
    noise: above 0 they are one too where they differ by a constant, or a factor, after DECIMALS of the constants found.
    """
    try:
        import sympy
    except ImportError:
        return None
    try:
        return within(SECONDS, lambda: _same(sympy, found, law, noise))
    except (TimeoutError, ValueError, NotImplementedError):
        return None


def _same(library: ModuleType, found: Term, law: Term, noise: float) -> bool | None:
    names = arguments_of_formula(law)[1]
    given, wanted = (symbolic(each, names, positive=True) for each in (found, law))
    if noise:
        given = given.xreplace({each: _rounded(library, each) for each in given.atoms(library.Float)})
        exact = library.nsimplify(wanted, [library.pi], tolerance=1e-10)
        given = library.nsimplify(given)
        apart, share = library.simplify(given - exact), library.simplify(given / exact)
        return bool(apart.is_constant() or (share.is_constant() and share != 0))
    apart = given - wanted
    return bool(
        library.simplify(apart.xreplace({each: _exact(library, each) for each in apart.atoms(library.Float)})) == 0
    )


def _exact(library: ModuleType, value: sympy.Float) -> sympy.Expr:
    """The multiple of a power of π or of a root by a fraction that a number is; itself where it is none."""
    root = library.sqrt
    for unit in (library.Integer(1), *(library.pi**power for power in (1, -1, 2, -2)), root(library.pi), 1 / root(library.pi),
                 1 / root(2 * library.pi), root(2)):  # fmt: skip
        share = float(value) / float(unit)
        simple = Fraction(share).limit_denominator(1000)
        if abs(float(simple) - share) <= 1e-9 * abs(share):
            return library.Rational(simple.numerator, simple.denominator) * unit
    return value


def _rounded(library: ModuleType, value: sympy.Float) -> sympy.Float:
    return library.Float(0.0 if abs(float(value)) < NEGLIGIBLE else round(float(value), DECIMALS))
