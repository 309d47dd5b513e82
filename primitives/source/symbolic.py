"""A formula as sympy and LaTeX have it. sympy is imported where it is asked for; torch brings it."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ..term import Literal, Term, show_literal
from .formula import NoFormula, arguments_of_formula, folded, read_number

if TYPE_CHECKING:
    import sympy

Combine = Callable[..., Any]

CLASSES = {
    **{name: name for name in ("asin", "acos", "atan", "tan", "sin", "cos", "exp", "log", "sqrt")},
    "abs": "Abs", "min": "Min", "max": "Max", "floor": "floor", "ceil": "ceiling", "mod": "Mod",
}  # fmt: skip
"""Words that are functions of sympy, with its names."""
ARITHMETIC: Mapping[str, Combine] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "power": operator.pow, "negate": operator.neg,
    "to_float": operator.pos, "square": lambda x: x**2,
}  # fmt: skip
ESCAPED = {"\\": r"\backslash ", " ": r"\ ", "^": r"\hat{}", "~": r"\sim ", **{each: f"\\{each}" for each in "_%$#&{}"}}


def symbolic(program: Term, names: Sequence[str] = (), *, positive: bool = False) -> sympy.Expr:
    """A program as an expression of sympy over real symbols.

    program: a function of numbers, its subroutines written out.
    names: of its arguments, any texts (default: those by which ``show`` calls them).
    positive: whether the symbols are positive too, by which sympy knows more formulas to be equal (default: no).

    Raises NoFormula, which names the word that is none of formulas, and ModuleNotFoundError where sympy is not installed.
    """
    library = _library()
    body, called = arguments_of_formula(program, names)
    symbols = [library.Symbol(name, real=True, positive=positive or None) for name in called]

    def literal(term: Literal) -> sympy.Expr:
        return _number(library, term)

    def word(name: str, parts: list[sympy.Expr]) -> sympy.Expr:
        if name in CLASSES:
            return getattr(library, CLASSES[name])(*parts)
        return ARITHMETIC[name](*parts)

    return folded(body, symbols, literal, word)


def latex(expression: sympy.Expr, precision: int | None = 3) -> str:
    """The LaTeX of an expression; names of its symbols that are no identifiers are set upright.

    expression: of sympy.
    precision: significant digits of its Floats (default: 3; None: all).
    """
    library = _library()
    if precision is not None:
        expression = expression.xreplace(
            {each: library.Float(each, precision) for each in expression.atoms(library.Float)}
        )
    upright = {
        symbol: rf"\mathrm{{{''.join(ESCAPED.get(each, each) for each in symbol.name)}}}"
        for symbol in expression.free_symbols
        if not symbol.name.isidentifier()
    }
    return str(library.latex(expression, symbol_names=upright))


def _library() -> Any:
    try:
        import sympy
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            "sympy is required for formulas as expressions and LaTeX, and is not installed; install it (`pip install sympy`)",
            name="sympy",
        ) from None
    return sympy


def _number(library: Any, term: Literal) -> sympy.Expr:
    value = term.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NoFormula(f"literal={show_literal(value, term.type)}: numbers are required in a formula")
    if isinstance(value, int):
        return library.Integer(value)
    factor, symbol, over = read_number(value)
    if symbol:
        pi, root = library.pi, library.sqrt
        units = {
            "π": pi,
            "π²": pi**2,
            "√π": root(pi),
            "√(2·π)": root(2 * pi),
            "e": library.E,
            "√2": root(2),
            "√3": root(3),
        }
        unit = units[symbol]
        assert isinstance(factor, Fraction)
        return library.Rational(factor.numerator, factor.denominator) * (1 / unit if over else unit)
    return (
        library.Rational(factor.numerator, factor.denominator)
        if isinstance(factor, Fraction)
        else library.Float(factor)
    )
