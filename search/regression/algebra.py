"""The words of a problem that are functions of real numbers, by numpy's name of the function, and terms made of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from primitives.primitive import Primitive
from primitives.term import Literal, Term, Word, apply
from primitives.types import FLOAT, TypeVariable, arguments_of

INVERSES = {
    "exp": "log", "log": "exp", "sqrt": "square", "sin": "arcsin", "cos": "arccos", "tan": "arctan", "arcsin": "sin", "arccos": "cos",
    "arctan": "tan", "tanh": "arctanh",
}  # fmt: skip
"""What gives back the argument of a function of one number, on one branch of it at least."""

RARE = ("tan", "arcsin", "arccos", "arctan", "tanh")
"""Functions of one number that few formulas have."""


@dataclass(frozen=True)
class Algebra:
    """``names``: the word for each universal function that there is one for."""

    names: Mapping[str, str]

    @classmethod
    def of(cls, words: Mapping[str, Primitive]) -> Algebra:
        """The algebra of the words.

        words: by name; those that name no universal function are left out.
        """
        return cls({word.ufunc: name for name, word in words.items() if word.ufunc and _takes_floats(word)})

    def __contains__(self, function: str) -> bool:
        return function in self.names

    @cached_property
    def unary(self) -> tuple[str, ...]:
        """The functions of one number whose inverse is known."""
        return tuple(name for name in INVERSES if name in self.names)

    @cached_property
    def usual(self) -> tuple[str, ...]:
        """Those of them that formulas are often made of; the others are taken off the output alone."""
        return tuple(name for name in self.unary if name not in RARE)

    @property
    def is_enough(self) -> bool:
        """Whether there are the words that a formula with constants needs."""
        return "add" in self and "multiply" in self

    def term(self, function: str, *arguments: Term) -> Term:
        """A function applied to terms.

        function: one of ``names``.
        arguments: as many as it takes.
        """
        return apply(Word(self.names[function]), *arguments)

    def sum(self, left: Term, right: Term) -> Term:
        """The sum, where the right one is a negative literal and there is a word for it a difference."""
        if isinstance(right, Literal) and isinstance(right.value, float):
            if right.value == 0.0:
                return left
            if right.value < 0.0 and "subtract" in self:
                return self.term("subtract", left, number(-right.value))
        return self.term("add", left, right)

    def difference(self, left: Term, right: Term) -> Term:
        """Left less right, without ``-`` by a factor of −1."""
        return self.term("subtract", left, right) if "subtract" in self else self.sum(left, self.scaled(right, -1.0))

    def product(self, left: Term, right: Term) -> Term:
        """The product."""
        return self.term("multiply", left, right)

    def scaled(self, term: Term, factor: float) -> Term:
        """A term times a number; by a fraction it is a product and a quotient.

        term: what is multiplied.
        factor: not 0.
        """
        if factor == 1.0:
            return term
        if factor == -1.0 and "negative" in self:
            return self.term("negative", term)
        if "divide" in self:
            top, bottom = fraction(factor)
            if bottom > 1:
                return self.term("divide", self.scaled(term, float(top)), number(float(bottom)))
        return self.product(number(factor), term)


def _takes_floats(word: Primitive) -> bool:
    """Whether the word may be applied to floats and gives one."""
    arguments, result = arguments_of(word.scheme.type)
    return all(part == FLOAT or isinstance(part, TypeVariable) for part in (*arguments, result))


def number(value: float) -> Literal:
    """A literal of a Float, −0 as 0."""
    return Literal(float(value) + 0.0, FLOAT)


LARGEST, MOST = 1000, 10**6
"""Of the number above the line of a fraction that is written as one, and of that below where the other is 1."""


SMALL = 4
"""Below the line of fractions that are preferred to decimals of as many digits."""


@lru_cache(1 << 14)
def fraction(value: float) -> tuple[int, int]:
    """Numerator and denominator of a simple fraction that the number is, (0, 1) where it is none, or is shorter as a decimal.

    value: any number.
    """
    if value == 0.0 or not math.isfinite(value) or value == int(value):
        return (int(value) if math.isfinite(value) else 0), 1
    for bottom in range(2, 101):
        top = round(value * bottom)
        if 0 < abs(top) <= LARGEST and top / bottom == value:
            digits = len(f"{abs(top)}{bottom}") + (bottom > SMALL)
            short = abs(top) > 1 and digits > len(repr(abs(value)).replace(".", "").strip("0"))
            return (0, 1) if short else (top, bottom)
    bottom = round(1.0 / value) if 1 / MOST < abs(value) < 1 else 0
    return (1 if bottom > 0 else -1, abs(bottom)) if bottom and 1.0 / bottom == value else (0, 1)
