"""Programs that are formulas: their words read one by one, and their literals as the numbers that people mean by them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple, TypeVar

from ..syntax import show
from ..term import Lambda, Let, Literal, Term, Variable, Word, spine

E = TypeVar("E")

ONE = "negate square sqrt exp log sin cos tan asin acos atan abs floor ceil to_float"
TWO = "+ - * / power min max mod"
WORDS = {**dict.fromkeys(TWO.split(), 2), **dict.fromkeys(ONE.split(), 1)}
"""The words of formulas, with how many arguments each takes."""
SYMBOLS = {
    "π": math.pi, "π²": math.pi**2, "√π": math.sqrt(math.pi), "√(2·π)": math.sqrt(2.0 * math.pi), "e": math.e, "√2": math.sqrt(2.0),
    "√3": math.sqrt(3.0),
}  # fmt: skip
"""Numbers that have a name, by it."""
TOP, BOTTOM = 64, 12
"""Of the fractions of them that are known again, above and below the line."""
NUMERATOR, DENOMINATOR = 1000, 100
"""Of the fractions that are known again."""
DIGITS = 6
"""Of a number that is written out as it is rather than as a fraction."""
LONGEST = 10**9
"""Whole Floats below it are written as whole numbers."""


class NoFormula(ValueError):
    """A program that is no formula; the message says by which of its words."""


class Number(NamedTuple):
    """A number as people write it: ``factor`` times the one of SYMBOLS called ``symbol`` ("": times 1), or over it where ``over``."""

    factor: Fraction | float
    symbol: str = ""
    over: bool = False


def read_number(value: float) -> Number:
    """A whole number, a simple fraction, a short decimal, a multiple of a number with a name, or else the Float as it is.

    value: of a literal.
    """
    if not math.isfinite(value):
        return Number(value)
    if value == int(value) and abs(value) < LONGEST:
        return Number(Fraction(int(value)))
    if len(repr(abs(value))) <= DIGITS:
        return Number(value)
    simple = Fraction(value).limit_denominator(DENOMINATOR)
    if simple.numerator and abs(simple.numerator) <= NUMERATOR and float(simple) == value:
        return Number(simple)
    for symbol, unit in SYMBOLS.items():
        for over, share in ((False, value / unit), (True, value * unit)):
            simple = Fraction(share).limit_denominator(BOTTOM)
            if 0 < abs(simple.numerator) <= TOP and math.isclose(float(simple), share, rel_tol=1e-15):
                return Number(simple, symbol, over)
    return Number(value)


def arguments_of_formula(program: Term, names: Sequence[str] = ()) -> tuple[Term, tuple[str, ...]]:
    """What a program does with its arguments, and the names of these.

    program: a function, its subroutines written out.
    names: of the arguments (default: those by which ``show`` calls them).

    Raises ValueError where ``names`` are given and not one for each argument.
    """
    body, arity = program, 0
    while isinstance(body, Lambda):
        body, arity = body.body, arity + 1
    if names and len(names) != arity:
        raise ValueError(
            f"names={list(names)}: {arity} are required, one for each argument of the program; give as many"
        )
    shown = show(program).partition("(lambda (")[2].partition(")")[0].split() if arity else []
    return body, tuple(names or shown)


def folded(term: Term, scope: Sequence[E], literal: Callable[[Literal], E], word: Callable[[str, list[E]], E]) -> E:
    """What is made of a formula from its leaves on.

    term: its body.
    scope: what its free variables are, the innermost last.
    literal: makes something of a literal.
    word: makes something of the name of one of WORDS and its arguments.

    Raises NoFormula, which says what of the term is none, and what the functions raise.
    """

    def made(part: Term, scope: Sequence[E]) -> E:
        if isinstance(part, Variable):
            return scope[-1 - part.index]
        if isinstance(part, Literal):
            return literal(part)
        if isinstance(part, Let):
            return made(part.body, [*scope, made(part.value, scope)])
        head, arguments = spine(part)
        if isinstance(head, Word):
            if head.name not in WORDS:
                raise NoFormula(
                    f"word={head.name!r} is no part of a formula: words of {', '.join(WORDS)} are required; search with these alone "
                    "(words=…, --words)"
                )
            if len(arguments) == WORDS[head.name]:
                return word(head.name, [made(each, scope) for each in arguments])
            arguments, head = [], part
        given = [made(each, scope) for each in arguments]
        while isinstance(head, Lambda) and given:
            head, scope, given = head.body, [*scope, given[0]], given[1:]
        if given or head is part:
            shown = show(part, scope=("",) * len(scope))
            raise NoFormula(f"program part={shown!r}: a number is required in a formula, and this is a function")
        return made(head, scope)

    return made(term, scope)
