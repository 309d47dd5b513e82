"""A formula on one line, as people write it: ``m·v²/2``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..term import Literal, Term, show_literal
from ..types import FLOAT, INT, Type, arguments_of
from .formula import DIGITS, NoFormula, arguments_of_formula, folded, read_number

SUM, PRODUCT, PREFIX, ATOM = range(4)
"""How tightly what is written holds together."""
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
HIGHEST = 99
"""Whole exponents up to it are raised."""
AROUND = {"abs": "||", "floor": "⌊⌋", "ceil": "⌈⌉"}


@dataclass(frozen=True)
class Written:
    """A part that is written: its text, how tightly it holds, the whole number that it is (None: it is none), and where it is a product its
    factors above and below the line with their exponents."""

    text: str
    level: int = ATOM
    whole: int | None = None
    above: tuple[tuple[Written, int], ...] = ()
    below: tuple[tuple[Written, int], ...] = ()
    number: bool = False

    def within(self, level: int) -> str:
        """The text, in brackets where it holds less tightly than it must."""
        return self.text if self.level >= level else f"({self.text})"

    @property
    def factors(self) -> tuple[tuple[Written, int], ...]:
        """What it multiplies by: those above the line, or itself."""
        return self.above if self.above or self.below else ((self, 1),)


def formula_text(program: Term, names: Sequence[str] = ()) -> str:
    """What a program gives, as mathematics on one line, its numbers to six digits: ``5·(x − 32)/9``.

    program: a function of numbers, its subroutines written out.
    names: of its arguments (default: those by which ``show`` calls them); those that are no identifiers are put in square brackets.

    Raises NoFormula, which names the word that is none of formulas.
    """
    body, called = arguments_of_formula(program, names)
    scope = [Written(_name(name)) for name in called]
    return folded(body, scope, _literal, _word).text


def equation(program: Term, type: Type, names: Sequence[str] = (), target: str = "") -> str | None:
    """A program as an equation, ``f(x, y) = x·y/2``; None where it is no formula of numbers.

    program: its subroutines written out.
    type: of the program.
    names: of its arguments (default: those by which ``show`` calls them).
    target: what stands on the left (default: ``f`` of the arguments).
    """
    inputs, output = arguments_of(type)
    if not inputs or any(each not in (FLOAT, INT) for each in (*inputs, output)):
        return None
    try:
        text, (_, called) = formula_text(program, names), arguments_of_formula(program, names)
    except NoFormula:
        return None
    left = _name(target) if target else "f(" + ", ".join(map(_name, called)) + ")"
    return f"{left} = {text}"


def _name(name: str) -> str:
    return name if name.isidentifier() else f"[{name}]"


def _literal(term: Literal) -> Written:
    value = term.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NoFormula(f"literal={show_literal(value, term.type)}: numbers are required in a formula")
    found = read_number(value) if isinstance(value, float) else None
    factor = Fraction(value) if found is None else found.factor
    if isinstance(factor, float):
        return _decimal(factor)
    symbol, top = "" if found is None else found.symbol, factor.numerator
    if found is None or not symbol:
        return _product([(_whole(top), 1)], [(_whole(factor.denominator), 1)])
    named = Written(symbol, number=True)
    over, under = list[Written](), list[Written]()
    (under if found.over else over).append(named)
    if top != -1 or found.over:
        over.insert(0, _whole(top))
    if factor.denominator > 1:
        under.insert(0, _whole(factor.denominator))
    made = _product([(each, 1) for each in over], [(each, 1) for each in under])
    return _negative(made) if top == -1 and not found.over else made


def _whole(value: int) -> Written:
    return Written(f"{value}".replace("-", "−"), PRODUCT if value < 0 else ATOM, whole=value, number=True)


def _decimal(value: float) -> Written:
    digits, _, power = f"{value:.{DIGITS}g}".replace("inf", "∞").partition("e")
    digits = digits.replace("-", "−")
    if not power:
        return Written(digits, PRODUCT if value < 0 else ATOM, number=True)
    return Written(f"{digits}·10{str(int(power)).translate(RAISED)}", PRODUCT, number=True)


def _word(name: str, parts: list[Written]) -> Written:
    first, other = parts[0], parts[-1]
    if name in ("+", "-"):
        return _sum(first, other, minus=name == "-")
    if name == "*":
        return _product([*first.factors, *other.factors], [*first.below, *other.below])
    if name == "/":
        return _product([*first.factors, *other.below], [*first.below, *other.factors])
    if name in ("power", "square"):
        return _power(first, _whole(2) if name == "square" else other)
    if name == "sqrt":
        return Written(f"√{first.within(ATOM)}", PREFIX)
    if name == "negate":
        return _negative(first)
    if name in AROUND:
        return Written(f"{AROUND[name][0]}{first.text}{AROUND[name][1]}")
    return first if name == "to_float" else Written(f"{name}({', '.join(part.text for part in parts)})")


def _sum(left: Written, right: Written, minus: bool) -> Written:
    if right.text.startswith("−") and right.level > SUM:
        return Written(f"{left.text} {'+' if minus else '−'} {right.text[1:]}", SUM)
    if minus:
        return Written(f"{left.text} − {right.within(PRODUCT)}", SUM)
    return Written(f"{left.text} + {right.text}", SUM)


def _negative(part: Written) -> Written:
    if part.text.startswith("−") and part.level > SUM:
        return Written(part.text[1:], part.level)
    return Written(f"−{part.within(PRODUCT)}", PRODUCT)


def _product(above: Iterable[tuple[Written, int]], below: Iterable[tuple[Written, int]]) -> Written:
    over, under = _collected(above), _collected(below)
    if not under and len(over) == 1 and over[0][1] == 1:
        return over[0][0]
    line, beneath = _line(over) or "1", _line(under)
    if len(under) > 1 or beneath.startswith("−") or (under and under[0][0].level < ATOM and under[0][0].number):
        beneath = f"({beneath})"
    return Written(f"{line}/{beneath}" if beneath else line, PRODUCT, above=over or ((_whole(1), 1),), below=under)


def _collected(factors: Iterable[tuple[Written, int]]) -> tuple[tuple[Written, int], ...]:
    """Equal factors as one with a higher exponent, numbers first; ones are left out."""
    found: dict[Written, int] = {}
    for base, exponent in factors:
        if base.whole != 1:
            found[base] = found.get(base, 0) + exponent
    return tuple(sorted(found.items(), key=lambda each: not each[0].number))


def _line(factors: Sequence[tuple[Written, int]]) -> str:
    parts = [
        base.within(PRODUCT if not place and base.number else PREFIX) if exponent == 1 else _raised(base, exponent)
        for place, (base, exponent) in enumerate(factors)
    ]
    return "·".join(parts)


def _raised(base: Written, exponent: int) -> str:
    return base.within(ATOM) + str(exponent).translate(RAISED)


def _power(base: Written, exponent: Written) -> Written:
    if exponent.whole is not None and abs(exponent.whole) <= HIGHEST:
        text = _raised(base, exponent.whole)
        return Written(text, PREFIX, above=((base, exponent.whole),) if exponent.whole > 0 else ())
    return Written(f"{base.within(ATOM)}^{exponent.within(ATOM)}", PREFIX)
