"""Whether a formula that was found is the one that its rows were drawn from: on held-out rows, and by sympy."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from automl.execution.workers.guard import within
from primitives.interpreter.interpret import evaluate
from primitives.term import Lambda, Literal, Term, Variable, Word, spine
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
FUNCTIONS = {
    **{name: name for name in ("asin", "acos", "atan", "tan", "sin", "cos", "exp", "log", "sqrt")},
    "abs": "Abs",
}
"""Words that are functions of sympy, with its names."""
ARITHMETIC: Mapping[str, Callable[..., sympy.Expr]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "power": operator.pow, "negate": operator.neg,
}  # fmt: skip


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
    given, wanted = symbolic(found), symbolic(law)
    if given is None or wanted is None:
        return None
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


def symbolic(program: Term) -> sympy.Expr | None:
    """A program as sympy has it, its arguments x0, x1, …; None where it has other words than those of formulas."""
    import sympy

    body, arity = program, 0
    while isinstance(body, Lambda):
        body, arity = body.body, arity + 1
    names = [sympy.Symbol(f"x{place}", positive=True) for place in range(arity)]
    return _expression(sympy, body, names[::-1])


def _expression(library: ModuleType, term: Term, names: Sequence[sympy.Expr]) -> sympy.Expr | None:
    if isinstance(term, Variable):
        return names[term.index]
    if isinstance(term, Literal):
        return library.pi if term.value == math.pi else library.Float(term.value)
    head, arguments = spine(term)
    parts = [part for each in arguments if (part := _expression(library, each, names)) is not None]
    if not isinstance(head, Word) or len(parts) < len(arguments):
        return None
    if head.name in FUNCTIONS:
        return getattr(library, FUNCTIONS[head.name])(*parts)
    return ARITHMETIC[head.name](*parts) if head.name in ARITHMETIC else None
