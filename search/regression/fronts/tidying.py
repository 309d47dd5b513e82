"""Formulas written as people write them: sums and products with their numbers taken together, in the form whose numbers are simplest."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from primitives.term import Literal, Term, Word, spine

from ..algebra import Algebra, number
from ..constants import FREE, UNITS, bits, simpler
from .rows import FormulaRows

WITHIN = 1e-12
"""Relative distance to a simple number at which what was computed from others is taken for it."""
NEGLIGIBLE = 1e-13
"""The share of a sum that a constant in it must have, lest it is left out."""
WHOLE = 44.0
"""Bits of a number that is told to its last digit."""
SAME = 1e-9
"""How far the values of what is written anew may be off, relative to the outputs."""


@dataclass(frozen=True)
class ProductForm:
    """``factor`` times parts to powers."""

    factor: float
    powers: tuple[tuple[Term, float], ...]


@dataclass(frozen=True)
class SumForm:
    """``start`` plus multiples of parts."""

    start: float
    multiples: tuple[tuple[Term, float], ...]


def tidied(body: Term, rows: FormulaRows) -> Term:
    """A formula that gives the same on the rows with simpler numbers, or itself where none is found.

    body: of the formula.
    rows: on which it is looked at.
    """
    with np.errstate(all="ignore"):
        try:
            made = _Tidying(rows).written(body)
        except (OverflowError, ZeroDivisionError, ValueError):
            return body
        new, old = rows.values(made), rows.values(body)
        apart = np.abs(new - old) <= SAME * np.maximum(np.abs(old), np.abs(rows.output))
    return made if apart.all() and bits_of(made, rows) <= bits_of(body, rows) else body


def bits_of(body: Term, rows: FormulaRows) -> float:
    """The bits of a formula without its errors.

    body: of the formula.
    rows: with the words.
    """
    structure, constants = rows.written(body)
    return structure + sum(2.0 + written_bits(value) for value in constants)


def written_bits(value: float) -> float:
    """About how many bits an exact number takes: as a fraction, as a decimal of few digits, or as a multiple of π, e or a root.

    value: any number.
    """
    power = abs(math.floor(math.log10(abs(value)))) if value else 0
    size = 2.0 * math.log2(max(1, power))
    known = bits(value)
    ways = [WHOLE + size, *([known] if known < FREE else [])]
    ways += [3.4 * places + 3.0 + size for places in range(1, 7) if float(f"{value:.{places - 1}e}") == value]
    for unit in UNITS:
        share = round(value / unit * 12) / 12
        if share and abs(value / unit - share) < 1e-12 * abs(share):
            ways.append(4.0 + bits(share))
    return min(ways)


class _Tidying:
    def __init__(self, rows: FormulaRows) -> None:
        self.rows, self.algebra = rows, rows.algebra

    def written(self, body: Term) -> Term:
        """The formula written anew."""
        return self._of_sum(self.sum(body))

    def function(self, body: Term) -> tuple[str, list[Term]]:
        """Numpy's name of what is done last, and to what; "" for what is given and for numbers."""
        if body in self.rows.given or isinstance(body, Literal):
            return "", []
        head, arguments = spine(body)
        return (self.rows.function_of(head), arguments) if isinstance(head, Word) else ("", [])

    def sum(self, body: Term) -> SumForm:
        """A formula as a sum, brackets with numbers before them multiplied out."""
        name, parts = self.function(body)
        if isinstance(body, Literal):
            return SumForm(float(body.value), ())  # type: ignore[arg-type]
        if name in ("add", "subtract"):
            one, other = (self.sum(part) for part in parts)
            return _added(one, other, -1.0 if name == "subtract" else 1.0)
        if name == "negative":
            return _added(SumForm(0.0, ()), self.sum(parts[0]), -1.0)
        if name == "log":
            return self._logarithm(self.product(parts[0]))
        found = self.product(body)
        if not found.powers:
            return SumForm(found.factor, ())
        if (
            len(found.powers) == 1
            and found.powers[0][1] == 1.0
            and self.function(found.powers[0][0])[0] in ("add", "subtract")
        ):
            return _added(SumForm(0.0, ()), self.sum(found.powers[0][0]), found.factor)
        return SumForm(0.0, ((self._of_product(ProductForm(1.0, found.powers)), found.factor),))

    def product(self, body: Term) -> ProductForm:
        """A formula as a product of powers."""
        name, parts = self.function(body)
        if isinstance(body, Literal):
            return ProductForm(float(body.value), ())  # type: ignore[arg-type]
        if name in ("multiply", "divide"):
            one, other = (self.product(part) for part in parts)
            return _multiplied(one, other, -1.0 if name == "divide" else 1.0)
        if name == "negative":
            return _multiplied(ProductForm(-1.0, ()), self.product(parts[0]), 1.0)
        if name in ("sqrt", "square"):
            return self._raised(self.product(parts[0]), 0.5 if name == "sqrt" else 2.0, body)
        if name == "power" and isinstance(parts[1], Literal):
            return self._raised(self.product(parts[0]), float(parts[1].value), body)  # type: ignore[arg-type]
        if name == "exp":
            return self._exponential(self.sum(parts[0]))
        if name in ("add", "subtract", "log"):
            return self._scaled(self.sum(body))
        if name:
            return ProductForm(1.0, ((self.algebra.term(name, *map(self.written, parts)), 1.0),))
        return ProductForm(1.0, ((body, 1.0),))

    def _raised(self, found: ProductForm, exponent: float, body: Term) -> ProductForm:
        """A product to a power; left as it is where a root would take signs away."""
        odd = exponent != round(exponent)
        if odd and (found.factor < 0 or any(e != 1.0 and e == round(e) and round(e) % 2 == 0 for _, e in found.powers)):
            inner = self._of_product(found)
            return ProductForm(1.0, ((inner, exponent),))
        return ProductForm(found.factor**exponent, tuple((part, e * exponent) for part, e in found.powers))

    def _exponential(self, inside: SumForm) -> ProductForm:
        """e to a sum: what is constant in it is a factor, what is a multiple of a logarithm a power."""
        powers, left = list[tuple[Term, float]](), list[tuple[Term, float]]()
        for part, multiple in inside.multiples:
            name, parts = self.function(part)
            usual = multiple * 2 == round(multiple * 2) and abs(multiple) <= 8
            if name == "log" and (usual or "power" in self.algebra):
                powers.append((parts[0], multiple))
            else:
                left.append((part, multiple))
        rest = SumForm(0.0, tuple(left))
        square = self._squared(rest)
        start = inside.start + (square.start if square is not None else 0.0)
        if square is not None:
            rest = SumForm(0.0, square.multiples)
        if abs(start) > 300:
            start, rest = 0.0, SumForm(start, rest.multiples)
        if rest.multiples or rest.start:
            powers.append((self.algebra.term("exp", self._of_sum(rest)), 1.0))
        return _multiplied(ProductForm(math.exp(start), ()), ProductForm(1.0, tuple(powers)), 1.0)

    def _squared(self, found: SumForm) -> SumForm | None:
        """a·u² + b·u as a multiple of a square and a number; None where it is not that, or the numbers are no simpler."""
        if len(found.multiples) != 2:
            return None
        for (one, a), (other, b) in (found.multiples, found.multiples[::-1]):
            if self.product(one).powers == ((other, 2.0),):
                shift = _snapped(b / (2 * a))
                if written_bits(shift) > written_bits(b):
                    return None
                inner = self.algebra.sum(other, number(shift))
                return SumForm(-a * shift * shift, ((self.algebra.product(inner, inner), a),))
        return None

    def _logarithm(self, inside: ProductForm) -> SumForm:
        """The logarithm of a product: that of its factor is a number, and a power that all parts have stands before it."""
        if inside.factor <= 0 or not inside.powers:
            return SumForm(0.0, ((self.algebra.term("log", self._of_product(inside)), 1.0),))
        common = min((abs(e) for _, e in inside.powers), default=1.0)
        if any(abs(e / common - round(e / common)) > WITHIN for _, e in inside.powers):
            common = 1.0
        parts = tuple((part, _snapped(e / common)) for part, e in inside.powers)
        if common % 2 == 0 and not (self.rows.values(self._of_product(ProductForm(1.0, parts))) > 0).all():
            common, parts = 1.0, inside.powers
        if len(parts) == 1 and parts[0][1] == -1.0:
            common, parts = -common, ((parts[0][0], 1.0),)
        whole = self.algebra.term("log", self._of_product(ProductForm(1.0, parts)))
        return SumForm(math.log(inside.factor), ((whole, common),))

    def _scaled(self, found: SumForm) -> ProductForm:
        """A sum as a product, with that of its numbers taken out that makes them simplest."""
        found = self._without_rest(found)
        if not found.multiples:
            return ProductForm(found.start, ())
        if len(found.multiples) == 1 and not found.start:
            part, multiple = found.multiples[0]
            whole = ProductForm(1.0, ((part, 1.0),)) if self.function(part)[0] == "log" else self.product(part)
            return _multiplied(ProductForm(multiple, ()), whole, 1.0)
        numbers = [*(multiple for _, multiple in found.multiples), *([found.start] if found.start else [])]

        def cost(scale: float) -> float:
            own = min(written_bits(_snapped(each)) for each in (scale, 1.0 / scale))
            return own + sum(written_bits(_snapped(each / scale)) for each in numbers)

        scale = min([1.0, *(abs(each) for each in numbers)], key=cost)
        inner = SumForm(found.start / scale, tuple((part, multiple / scale) for part, multiple in found.multiples))
        return ProductForm(scale, ((self._of_sum(inner), 1.0),))

    def _without_rest(self, found: SumForm) -> SumForm:
        """A sum without a constant that rounding made."""
        size = sum(float(np.abs(self.rows.values(part)).max()) * abs(multiple) for part, multiple in found.multiples)
        return SumForm(0.0, found.multiples) if abs(found.start) <= NEGLIGIBLE * size else found

    def _of_sum(self, found: SumForm) -> Term:
        found, algebra = self._without_rest(self._as_waves(found)), self.algebra
        total: Term | None = None
        start = _snapped(found.start)
        for part, multiple in sorted(found.multiples, key=lambda each: each[1] < 0):
            factor = _snapped(multiple)
            if total is None and factor < 0 and start > 0:
                total, start = algebra.difference(number(start), self._times(part, -factor)), 0.0
            elif total is None:
                total = self._times(part, factor)
            elif factor < 0:
                total = algebra.difference(total, self._times(part, -factor))
            else:
                total = algebra.sum(total, self._times(part, factor))
        return number(start) if total is None else algebra.sum(total, number(start))

    def _times(self, part: Term, factor: float) -> Term:
        """A multiple of a part, the number in its right place where that is a product."""
        if self.function(part)[0] in ("log", ""):
            return self.algebra.scaled(part, factor)
        found = self.product(part)
        return self._of_product(ProductForm(found.factor * factor, found.powers))

    def _as_waves(self, found: SumForm) -> SumForm:
        """A sine and a cosine of the same as one with a shift."""
        sines = {
            parts[0]: (part, m) for part, m in found.multiples for name, parts in [self.function(part)] if name == "sin"
        }
        for part, multiple in found.multiples:
            name, parts = self.function(part)
            if name == "cos" and parts[0] in sines:
                sine, own = sines[parts[0]]
                size, turn = math.hypot(own, multiple), math.atan2(multiple, own)
                inner = self.algebra.sum(parts[0], number(_snapped(turn)))
                wave = (self.algebra.term("sin", inner), size)
                rest = tuple(each for each in found.multiples if each[0] not in (sine, part))
                return SumForm(found.start, (*rest, wave))
        return found

    def _rescaled(self, found: ProductForm) -> ProductForm:
        """A product with its number in the first sum of it, or taken out of that, where the numbers are simpler so."""
        for place, (part, exponent) in enumerate(found.powers):
            if abs(exponent) == 1.0 and self.function(part)[0] in ("add", "subtract"):
                inside = self.sum(part)
                numbers = [*(multiple for _, multiple in inside.multiples), *([inside.start] if inside.start else [])]

                def outer(scale: float, exponent: float = exponent) -> float:
                    return _snapped(found.factor * scale**exponent)

                def cost(
                    scale: float, numbers: Sequence[float] = numbers, outer: Callable[[float], float] = outer
                ) -> float:
                    own = min(written_bits(outer(scale)), written_bits(_snapped(1.0 / outer(scale))))
                    return own + sum(written_bits(_snapped(each / scale)) for each in numbers)

                scales = [1.0, *(abs(each) for each in numbers), abs(found.factor) ** -exponent]
                turned = [-each for each in scales] if found.factor < 0 and any(each < 0 for each in numbers) else []
                scale = min([*scales, *turned], key=cost)
                multiples = tuple((each, multiple / scale) for each, multiple in inside.multiples)
                new = self._of_sum(SumForm(inside.start / scale, multiples))
                powers = (*found.powers[:place], (new, exponent), *found.powers[place + 1 :])
                return ProductForm(outer(scale), powers)
        return found

    def _of_product(self, found: ProductForm) -> Term:
        found = self._rescaled(found) if found.factor and found.factor != 1.0 else found
        algebra, factor = self.algebra, _snapped(found.factor)
        above = [_power(part, e, algebra) for part, e in found.powers if e > 0]
        below = [_power(part, -e, algebra) for part, e in found.powers if e < 0]
        if not below:
            return algebra.scaled(_all(above, algebra), factor) if above else number(factor)
        bottom = _all(below, algebra)
        inverse = _snapped(1.0 / factor) if factor else 0.0
        if factor and written_bits(inverse) < written_bits(factor) and above:
            return algebra.term("divide", _all(above, algebra), algebra.scaled(bottom, inverse))
        top = algebra.scaled(_all(above, algebra), factor) if above else number(factor)
        return algebra.term("divide", top, bottom)


def _snapped(value: float) -> float:
    return next(simpler(value, WITHIN), value) if value and math.isfinite(value) else value


def _added(one: SumForm, other: SumForm, factor: float) -> SumForm:
    found = dict(one.multiples)
    for part, multiple in other.multiples:
        found[part] = found.get(part, 0.0) + factor * multiple
    return SumForm(one.start + factor * other.start, tuple((part, each) for part, each in found.items() if each))


def _multiplied(one: ProductForm, other: ProductForm, exponent: float) -> ProductForm:
    found = dict(one.powers)
    for part, each in other.powers:
        found[part] = found.get(part, 0.0) + exponent * each
    return ProductForm(one.factor * other.factor**exponent, tuple((part, each) for part, each in found.items() if each))


def _all(terms: Sequence[Term], algebra: Algebra) -> Term:
    total = terms[0]
    for term in terms[1:]:
        total = algebra.product(total, term)
    return total


def _power(term: Term, exponent: float, algebra: Algebra) -> Term:
    whole, rest = divmod(exponent, 1.0)
    if whole > 8 or (rest and rest != 0.5) or (rest and "sqrt" not in algebra):
        if "power" not in algebra:
            raise ValueError("exponent: there is no word for it")
        return algebra.term("power", term, number(_snapped(exponent)))
    parts = [term] * int(whole) + ([algebra.term("sqrt", term)] if rest else [])
    return _all(parts, algebra)
