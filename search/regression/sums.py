"""Sums of a few expressions with coefficients that give a target: found by correlation, written with simple numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from primitives.term import Term

from .algebra import Algebra, number
from .columns import Array, Columns, Numbers, Singles
from .constants import bits, simpler

EXACT = 1e-9
"""Greatest error, relative to the spread of the target, of a fit that is exact but for rounding."""
PROMISING = 2e-5
"""What a correlation in single precision may be off one for the fit to be looked at."""
EACH = 3
"""Fits of one target that are looked at."""
ROUNDING = 1e-24
"""What is left of a standard row by rounding alone."""
ALIKE = 256
"""Expressions that single precision cannot tell apart that are compared in double: where arguments differ much in size there are many."""


@dataclass(frozen=True)
class LinearSum:
    """``start`` + Σ ``coefficients`` · expressions, whose greatest error on the rows is ``error`` relative to the spread of the target."""

    places: tuple[int, ...]
    coefficients: tuple[float, ...]
    start: float
    error: float

    @property
    def constants(self) -> int:
        """Numbers that were fitted."""
        return len(self.places) + (self.start != 0.0)


def fitted(target: Array, columns: Columns, places: Sequence[int], bound: float = EXACT) -> LinearSum | None:
    """The sum by least squares, with simple numbers where that costs no accuracy; None where it is not exact.

    target: its values on the rows.
    columns: the expressions.
    places: which of them.
    bound: the greatest error allowed (default: EXACT).
    """
    parts = columns.values[list(places)]
    design = np.concatenate([parts, np.ones((1, len(target)))]).T
    spread = float(np.ptp(target))
    scale = np.abs(design).max(0)
    solution = np.linalg.lstsq(design / scale, target, rcond=1e-14)[0] / scale
    error = _error(design, solution, target, spread)
    if not error <= min(bound, EXACT):
        return None
    solution = _simplified(design, solution, target, spread, max(3 * error, 1e-11))
    if not solution[:-1].all():
        return None
    return LinearSum(
        tuple(places), tuple(solution[:-1].tolist()), float(solution[-1]), _error(design, solution, target, spread)
    )


def _error(design: Array, solution: Array, target: Array, spread: float) -> float:
    return float(np.abs(design @ solution - target).max()) / spread


def _simplified(design: Array, solution: Array, target: Array, spread: float, allowed: float) -> Array:
    """The coefficients with one after the other replaced by a simple number, the others fitted again each time."""
    free = list(range(len(solution)))
    solution = solution.copy()
    size = np.abs(design).max(0) * np.abs(solution)
    for place in sorted(free, key=lambda each: -each):
        tried = [0.0] if size[place] <= 1e-6 * spread or place == len(solution) - 1 else []
        for value in (*tried, *simpler(float(solution[place]))):
            changed, rest = solution.copy(), [each for each in free if each != place]
            changed[place] = value
            if rest:
                left = target - design[:, [i for i in range(len(solution)) if i not in rest]] @ np.delete(changed, rest)
                scale = np.abs(design[:, rest]).max(0)
                changed[rest] = np.linalg.lstsq(design[:, rest] / scale, left, rcond=1e-14)[0] / scale
            if _error(design, changed, target, spread) <= allowed:
                solution, free = changed, rest
                break
    return solution


def as_term(found: LinearSum, columns: Columns, algebra: Algebra) -> Term:
    """The term of a sum, with the coefficient of its first expression taken out where the numbers get simpler by that.

    found: the sum.
    columns: the expressions.
    algebra: the words.
    """
    first = found.coefficients[0]
    inside = [_simple(each / first) for each in (*found.coefficients, found.start)]
    apart = sum(map(bits, (*found.coefficients, found.start)))
    if bits(first) + sum(map(bits, inside)) < apart:
        return algebra.scaled(_added(inside, found, columns, algebra), first)
    return _added([*found.coefficients, found.start], found, columns, algebra)


def _simple(value: float) -> float:
    return next(simpler(value, 1e-12), value) if value else 0.0


def _added(numbers: Sequence[float], found: LinearSum, columns: Columns, algebra: Algebra) -> Term:
    *coefficients, start = numbers
    order = sorted(range(len(coefficients)), key=lambda each: coefficients[each] < 0)
    total: Term | None = None
    for place in order:
        term, factor = columns.term(found.places[place], algebra), coefficients[place]
        if total is None:
            total = algebra.scaled(term, factor)
            if factor == -1.0 and start:
                total, start = algebra.difference(number(start), term), 0.0
        elif factor < 0:
            total = algebra.difference(total, algebra.scaled(term, -factor))
        else:
            total = algebra.sum(total, algebra.scaled(term, factor))
    assert total is not None
    return algebra.sum(total, number(start))


def standard(values: Array) -> Array:
    """Rows with mean 0 and norm 1.

    values: [number, rows].
    """
    scale = np.abs(values).max(1, keepdims=True)
    centred = values / np.where(scale > 0, scale, 1.0)
    centred = centred - centred.mean(1, keepdims=True)
    norm = np.sqrt((centred**2).sum(1, keepdims=True))
    return centred / np.where(norm > 0, norm, 1.0)


def singles(given: Singles, expressions: Singles, left: Callable[[int, Numbers], Array]) -> Iterator[tuple[int, int]]:
    """Targets and expressions that correlate fully, as far as single precision tells: (number of target, of expression).

    given, expressions: standard rows.
    left: how much some expressions, by their numbers, leave of a target, by which the best of them are told.
    """
    for start in range(0, len(expressions), 4096):
        likeness = np.abs(given @ expressions[start : start + 4096].T)
        for row in np.flatnonzero(likeness.max(1) > 1 - PROMISING).tolist():
            best = np.argsort(-likeness[row])[:ALIKE]
            best = best[likeness[row, best] > 1 - PROMISING] + start
            size = np.round(np.log10(np.maximum(left(row, best), ROUNDING)))
            yield from ((row, int(place)) for place in best[np.lexsort((best, size))[:EACH]])


def pairs(target: Array, first: Array, second: Array, likeness: Array) -> list[tuple[int, int]]:
    """The pairs of expressions that together explain a target best, where they seem to explain all of it.

    target: a standard row.
    first, second: standard rows.
    likeness: their correlations, [first, second].
    """
    one, two = first @ target, second @ target
    rest = 1.0 - likeness**2
    with np.errstate(all="ignore"):
        explained = (one[:, None] ** 2 + two[None, :] ** 2 - 2 * one[:, None] * two[None, :] * likeness) / rest
    explained[rest < 1e-9] = 0.0
    flat = explained.ravel()
    best = np.argpartition(-flat, EACH)[:EACH] if len(flat) > EACH else np.arange(len(flat))
    return [divmod(int(place), len(second)) for place in best if flat[place] > 1 - 1e-7]


UNSEEN = 1e-8
"""What a target varies by in units of what is taken off it, where rounding hides it."""
SEEN = 1e3
"""How many times as large as rounding both parts of a sum must be, and what the sum varies by."""
FACTORS = (1.0, -1.0, 2.0, -2.0, 0.5, -0.5)
"""Of the second expression in a sum whose first has none."""


class Sought:
    """Finds expressions by their values: each row as one number, a product with the same random vector, and these in order."""

    def __init__(self, values: Array) -> None:
        """values: of the expressions, [number, rows]."""
        self._vector = np.random.default_rng(1).uniform(0.5, 1.5, values.shape[1])
        self._marks = values @ self._vector
        self._order = np.argsort(self._marks, kind="stable")
        self._sorted = self._marks[self._order]
        self._sizes = np.abs(values) @ self._vector

    def pairs(self, target: Array) -> Iterator[tuple[int, int]]:
        """The pairs of expressions, the second times one of FACTORS, whose sum seems to be the target.

        target: its values on the rows.
        """
        left = float(target @ self._vector) - self._marks
        size = float(np.abs(target - target.mean()) @ self._vector)
        off = 1e-11 * (float(np.abs(target) @ self._vector) + self._sizes)
        for factor in FACTORS:
            wanted, within = left / factor, off / abs(factor)
            place = np.searchsorted(self._sorted, wanted - within)
            near = np.minimum(place, len(self._sorted) - 1)
            matter = np.minimum(np.minimum(np.abs(wanted), np.abs(self._marks) / abs(factor)), size) > SEEN * within
            hits = np.flatnonzero((np.abs(self._sorted[near] - wanted) <= within) & matter)
            yield from ((int(hit), int(self._order[near[hit]])) for hit in hits.tolist()[: 4 * EACH])


def triples(target: Array, expressions: Array) -> Iterator[tuple[int, int, int]]:
    """The same for three: with each expression taken away from all others, pairs of these.

    target: a standard row.
    expressions: standard rows.
    """
    for first in range(len(expressions) - 2):
        column, others = expressions[first], expressions[first + 1 :]
        rest = others - (others @ column)[:, None] * column
        norms = np.sqrt((rest**2).sum(1))
        known = norms > 1e-5
        left = target - (target @ column) * column
        size = float(np.sqrt(left @ left))
        if size < 1e-9 or known.sum() < 2:
            continue
        rest = rest[known] / norms[known, None]
        names = np.flatnonzero(known) + first + 1
        for second, third in pairs(left / size, rest, rest, rest @ rest.T):
            yield first, int(names[second]), int(names[third])


def polynomial(target: Array, columns: Columns, places: Numbers) -> LinearSum | None:
    """The sum of all the expressions, without those that are not needed; None where it is not exact.

    target: its values on the rows.
    columns: the expressions.
    places: which, fewer than there are rows.
    """
    design = np.concatenate([columns.values[places], np.ones((1, len(target)))]).T
    scale = np.abs(design).max(0)
    spread = float(np.ptp(target))
    solution = np.linalg.lstsq(design / scale, target, rcond=1e-13)[0]
    if not float(np.abs(design / scale @ solution - target).max()) <= 1e-7 * spread:
        return None
    needed = [int(place) for place, part in zip(places.tolist(), solution[:-1]) if abs(part) > 1e-6 * spread]
    return fitted(target, columns, needed) if needed else None
