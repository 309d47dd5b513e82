"""Whether a formula that was found is the one that its rows were drawn from: on held-out rows, and by sympy."""

from __future__ import annotations

import math
from fractions import Fraction
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from automl.execution.workers.guard import within
from primitives.interpreter.interpret import evaluate
from primitives.source.formula import arguments_of_formula
from primitives.source.symbolic import symbolic
from primitives.term import Lambda, Term, Variable
from primitives.values import NEAR, least_difference
from search.regression.algebra import Algebra
from search.regression.fronts.rows import FormulaRows

from .formula_sets import WORDS, Array

if TYPE_CHECKING:
    import sympy

SECONDS = 20.0
"""That sympy may take for one formula."""
DECIMALS = 3
"""To which constants fitted to noise are rounded before formulas are compared, as in SRBench (La Cava et al. 2021)."""
FORM = 1e-4
"""What the values of one form may be off, relative: exponents and constants were fitted to them until nothing changed."""
NEGLIGIBLE = 1e-4
"""Constants below it are 0 there."""


def holds(found: Term, x: Array, y: Array) -> bool:
    """Whether a formula gives the values ``y`` [rows] of the arguments ``x`` [rows, arguments], as Floats are equal in examples."""
    least = least_difference(y.tolist())
    outputs = (evaluate(found, tuple(row), words=WORDS) for row in x.tolist())
    return all(
        isinstance(value, float) and math.isclose(value, wanted, rel_tol=NEAR, abs_tol=least)
        for value, wanted in zip(outputs, y.tolist())
    )


def has_form(found: Term, law: Term, x: Array) -> bool:
    """Whether a formula is a law but for its constants: those of the law, fitted, give the formula's values on the arguments ``x``
    [rows, arguments], up to FORM of each."""
    values = [evaluate(found, tuple(row), words=WORDS) for row in x.tolist()]
    known = [place for place, value in enumerate(values) if isinstance(value, float) and np.isfinite(value) and value]
    if len(known) < max(4, len(values) / 2):
        return False
    body, arity = law, 0
    while isinstance(body, Lambda):
        body, arity = body.body, arity + 1
    wanted = np.array([values[place] for place in known], np.float64)
    given: dict[Term, Array] = {Variable(arity - 1 - place): x[known, place] for place in range(arity)}
    rows = FormulaRows(given, wanted, Algebra.of(WORDS), relative=True)
    numbers, loss, _ = rows.fitted(body, range(len(rows.constants(body))))
    return bool(np.isfinite(loss)) and float(np.abs(rows.values(body, numbers) / wanted - 1.0).max()) <= FORM


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
    noise: above 0 they are one too where they differ by a constant, or a factor, after DECIMALS of the constants found; that is not known
        of a law with constants below NEGLIGIBLE.
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
        if any(0.0 < abs(float(each)) < NEGLIGIBLE for each in wanted.atoms(library.Float)):
            return None
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
