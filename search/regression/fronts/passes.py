"""One pass for outputs with noise: the likeliest sums, products and curves over expressions, by how little they leave of a target."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from primitives.brief import brief_repr
from primitives.term import Term

from .. import products, sums
from ..algebra import Algebra, number
from ..columns import Array, Columns, Numbers
from ..curves import FittedCurve, approximate
from ..families import WAVING, families_of
from ..passes import BESIDE, CURVES, WAVED, is_power_base
from ..work import Work
from .fitting import FormulaFitting
from .front import NODE
from .powers import NearPowers
from .screening import Screen, best_pairs, coefficients, least_needed, weighted
from .targets import WeightedTargets
from .tidying import tidied

ROWS = 80
"""On which all expressions are compared with all targets; the best ones are compared on all."""
EACH = 4
"""Fits of one target that are looked at."""
FACTORS = 2_000
"""Expressions that are tried as one more factor."""
EARLY = 60
"""Targets that are tried as products of powers before all else."""
CHUNK = 64
RECKONED, RECKONING = 3, 5e4
"""Times as many formulas as are fitted that are looked at before, and multiplications that one counts as."""
SURE, HOPELESS = 8, 60.0
"""So many formulas of a kind are fitted whatever bits they seem to take, and others if they seem to take at most so many more than the
best."""
SMALL = 12
"""Costs for which the best expression is told, though it be far off."""
FEW = 10.0
"""Bits that a constant beside a sum must save to stay."""
TIDIED = 3
"""Formulas that are written anew, and their numbers fitted and made simple then."""
GROWN = 6
"""Formulas of the front to which something is added."""


@dataclass(frozen=True)
class FrontEffort:
    """How far one pass goes: expressions that are compared, expressions taken off the output, of how many targets sums of two of how many
    expressions are tried, of how many products with one more, and with two, one of which is among so many likeliest, over how many curves,
    and how many formulas are fitted."""

    expressions: int
    factors: int
    pairs: tuple[int, int]
    products: int
    doubles: tuple[int, int]
    curves: tuple[int, int]
    fits: int


@dataclass(eq=False)
class FrontPass:
    """Takes formulas over the ``columns`` into the ``fitting``."""

    columns: Columns
    targets: WeightedTargets
    algebra: Algebra
    effort: FrontEffort
    work: Work
    fitting: FormulaFitting
    order: Numbers

    __repr__ = brief_repr

    def __post_init__(self) -> None:
        self.order = self.order[: self.effort.expressions]
        self.costs = self.columns.costs[self.order]
        self._waiting: list[tuple[float, int, Callable[[], Iterator[Term]]]] = []
        self._count = 0
        some = np.random.default_rng(0).permutation(self.work.rows)[:ROWS]
        self.screen = Screen(self.columns.values[self.order], np.sort(some))
        self.powers = NearPowers(self.columns, self.order[:FACTORS], self.screen.rows)

    def run(self, small: bool = False) -> Iterator[None]:
        """Do it, a step at a time. Raises Stop or OutOfTime.

        small: whether formulas that are far off for being small are wanted too.
        """
        if small:
            yield from self.smallest()
        for kind in (
            self.likeliest(),
            self.curves(),
            self.polynomials(),
            self.singles(),
            self.products(),
            self.pairs(),
        ):
            yield from kind
            yield from self._fitted()
        for _ in range(2 if self.effort.fits > SURE else 0):
            for formula in sorted(self.fitting.front, key=lambda each: each.length)[:GROWN]:
                yield from self.grown(formula.body)
                yield from self._fitted(self.effort.fits // 4)
        for formula in sorted(self.fitting.front, key=lambda each: each.length)[: 2 if self.effort.fits > SURE else 0]:
            self.fitting.constants_inside(formula)
            yield None
        for formula in sorted(self.fitting.front, key=lambda each: each.length)[:TIDIED]:
            self.fitting.add(tidied(formula.body, self.fitting.rows))
            yield None

    def _fitted(self, most: int = 0) -> Iterator[None]:
        """Reckon the likeliest of what is waiting, fit the best of them, and forget the rest."""
        fitting, most = self.fitting, most or self.effort.fits
        reckoned = list[tuple[float, int, Term]]()
        for _, _, terms in heapq.nsmallest(RECKONED * most, self._waiting):
            for term in terms():
                self.work.spend(RECKONING)
                reckoned.append((fitting.length(term, fitting.rows.loss_of(term)), len(reckoned), term))
        self._waiting.clear()
        yield None
        for place, (length, _, term) in enumerate(sorted(reckoned)[: 2 * most]):
            best = fitting.best
            if best is not None and place >= SURE and length > best.length + HOPELESS:
                return
            fitting.add(term)
            yield None

    def _wait(self, squares: float, cost: float, terms: Callable[[], Iterator[Term]]) -> None:
        """Let a formula wait for its turn: the fewer bits it seems to take, the earlier."""
        relative = max(squares / self.targets.total, 1e-22)
        self._count += 1
        heapq.heappush(
            self._waiting, (0.5 * self.work.rows * float(np.log2(relative)) + NODE * cost, self._count, terms)
        )
        if len(self._waiting) > 40 * self.effort.fits:
            self._waiting = heapq.nsmallest(10 * self.effort.fits, self._waiting)

    def smallest(self) -> Iterator[None]:
        """For each cost the expression that is most like the output, alone and times a number, and with one beside it."""
        target, weights = self.fitting.rows.output, self.targets.own
        self.work.spend(len(self.order) * ROWS, len(self.order))
        left = self.screen.left(target[None], weights[None])[0]
        for cost in np.unique(self.costs)[:SMALL].tolist():
            level = np.flatnonzero(self.costs == cost)
            place = int(self.order[level[left[level].argmin()]])
            part = self.columns.values[place]
            factor = float((weights * part) @ target / ((weights * part) @ part))
            for numbers in (coefficients(target, weights, [part])[0], [factor, 0.0], [1.0, 0.0]):
                self.work.spend(RECKONING)
                if numbers[0]:
                    self.fitting.offer(_sum_term([place], numbers, self.columns, self.algebra))
            yield None

    def singles(self) -> Iterator[None]:
        """One expression, times a number and plus one."""
        shift = 2.0 * NODE / ROWS * self.costs[None]
        for start in range(0, len(self.targets), CHUNK):
            targets, weights = self.targets.values[start : start + CHUNK], self.targets.weights[start : start + CHUNK]
            fits = float(len(targets) * len(self.order))
            self.work.spend(fits * ROWS / 3, fits)
            with np.errstate(all="ignore"):
                rank = np.log2(self.screen.left(targets, weights)) + shift
            best = np.argpartition(rank, min(EACH, rank.shape[1] - 1), axis=1)[:, :EACH]
            for row, places in enumerate(best.tolist()):
                for place in places:
                    left = float(2.0 ** (rank[row, place] - shift[0, place])) * self.work.rows / len(self.screen.rows)
                    self._wait_sum(start + row, [int(self.order[place])], left)
            yield None
            if start == 0:
                yield from self._fitted(SURE)

    def _wait_sum(self, target: int, places: list[int], squares: float | None = None) -> None:
        if squares is None:
            parts = [self.columns.values[place] for place in places]
            _, squares = coefficients(self.targets.values[target], self.targets.weights[target], parts)
        if np.isfinite(squares):
            cost = float(self.targets.costs[target] + self.columns.costs[places].sum() + 2 * len(places))
            self._wait(squares, cost, lambda: self._sums(target, places))

    def _sums(self, target: int, places: list[int]) -> Iterator[Term]:
        """The terms of a sum: with a constant or without, and with the factor of one expression taken out."""
        targets = self.targets
        values, root = targets.values[target], np.sqrt(targets.weights[target])
        solution, squares = coefficients(
            values, targets.weights[target], [self.columns.values[place] for place in places]
        )
        parts = np.stack([self.columns.values[place] for place in places])
        bare, *_ = np.linalg.lstsq((parts * root).T, values * root, rcond=1e-12)
        without = float((((bare @ parts - values) * root) ** 2).sum())
        saved = 0.5 * self.work.rows * np.log2(max(without, 1e-300) / max(squares, 1e-300))
        for numbers in ([*bare.tolist(), 0.0], solution) if saved < FEW else (solution,):
            if all(numbers[:-1]):
                yield targets.rebuilt(target, _sum_term(places, numbers, self.columns, self.algebra))
                if len(places) > 1 or numbers[-1]:
                    for first in range(len(places)):
                        inside = [each / numbers[first] for each in numbers]
                        term = _sum_term(places, inside, self.columns, self.algebra)
                        yield targets.rebuilt(target, self.algebra.scaled(term, numbers[first]))

    def pairs(self) -> Iterator[None]:
        """Sums of two expressions that are simple, or like the target."""
        most, size = self.effort.pairs
        for target in range(min(most, len(self.targets))):
            weights = self.targets.weights[target]
            known = weights > 0
            rows = np.flatnonzero(known)
            row = weighted(self.targets.values[target][None, rows], weights[rows])[0]
            first = np.arange(min(len(self.order), size // 2))
            if len(self.order) > len(first):
                left = self.screen.left(self.targets.values[target : target + 1], weights[None])[0]
                alike = np.argpartition(left, min(size // 2, len(left) - 1))[: size // 2]
                first = np.union1d(first, alike)
            some = weighted(self.columns.values[self.order[first]][:, rows], weights[rows])
            self.work.spend(10.0 * len(first) ** 2 + 2.0 * len(self.order) * ROWS, len(first) ** 2 / 2.0)
            own = self.costs[first].astype(np.float64) * (2.0 * NODE / self.work.rows)
            for places in best_pairs(row, some, some, 2 * EACH, own[:, None] + own[None, :]):
                if places[0] < places[1]:
                    self._wait_sum(target, [int(self.order[first[place]]) for place in places])
            yield None

    def polynomials(self) -> Iterator[None]:
        """Sums of products of few arguments, from all of them down to what is needed."""
        powers = np.array(
            [place for place in self.order.tolist() if products.is_product(self.columns, place)], np.int64
        )
        for target in range(min(12, len(self.targets))):
            values, weights = self.targets.values[target], self.targets.weights[target]
            for count in (4, 8, 16, 30):
                chosen = powers[: min(count, self.work.rows // 4)].tolist()
                if len(chosen) < min(count, len(powers)):
                    break
                self.work.spend(self.work.rows * 4.0 * len(chosen) ** 2, 1)
                while len(chosen) > 2:
                    del chosen[least_needed(values, weights, self.columns.values[chosen])]
                    self.work.spend(self.work.rows * 2.0 * len(chosen) ** 2)
                    if len(chosen) <= 7:
                        self._wait_sum(target, list(chosen))
                yield None

    def likeliest(self) -> Iterator[None]:
        """Products of powers of the arguments alone, which nearly all laws of physics are for some target."""
        for target in range(min(EARLY, len(self.targets))):
            self.work.spend(RECKONING)
            self._wait_product(target)
            yield None

    def products(self) -> Iterator[None]:
        """Products of powers of the arguments, and of one or two more expressions."""
        powers = self.powers
        for target in range(min(self.effort.products, len(self.targets))):
            self.work.spend(len(powers.others) * ROWS * (len(powers.leaves) + 4.0), float(len(powers.others)))
            if target >= EARLY:
                self._wait_product(target)
            for other in powers.likely(self.targets.values[target], self.targets.weights[target], EACH):
                self._wait_product(target, other)
            yield None
        most, size = self.effort.doubles
        powers = NearPowers(self.columns, self.order, self.screen.rows)
        for target in range(min(most, len(self.targets))):
            self.work.spend(
                len(powers.others) * ROWS * (len(powers.leaves) + size + 4.0), float(len(powers.others) * size)
            )
            wanted, weights = self.targets.values[target], self.targets.weights[target]
            for pair in powers.likely_pairs(wanted, weights, 4 * EACH, size):
                self._wait_product(target, *pair)
            yield None

    def _wait_product(self, target: int, *others: int) -> None:
        found = self.powers.fit(self.targets.values[target], self.targets.weights[target], others)
        if found is None:
            return

        def terms() -> Iterator[Term]:
            term = products.as_term(found.product, self.columns, self.algebra)
            if term is not None:
                yield self.targets.rebuilt(target, self.algebra.scaled(term, found.sign))

        self._wait(found.squares, float(self.targets.costs[target]) + found.cost, terms)

    def curves(self) -> Iterator[None]:
        """Functions of a multiple of a simple expression."""
        families = families_of(self.algebra)
        targets = [
            target for target in range(min(self.effort.curves[0], len(self.targets)))
            if (self.targets.weights[target] > 0).all()
        ]  # fmt: skip
        rows, waves = sums.standard(self.targets.values[targets]), families_of(self.algebra, WAVING)
        bases = sorted(self.order.tolist(), key=lambda place: not is_power_base(self.columns, place))
        leaves = [place for place in self.order.tolist() if self.columns.recipes[place].leaf is not None]
        many = self.effort.fits > SURE and len(leaves) <= BESIDE[2]
        for place in bases[: BESIDE[1] if many else 0]:
            self.work.spend(CURVES * BESIDE[0] * self.work.rows, CURVES * BESIDE[0])
            lines = self.columns.values[leaves]
            for curve in approximate(rows[: BESIDE[0]], self.columns.values[place], families, lines):
                self._wait_curve(targets[curve.target], place, curve, leaves)
            yield None
        for place in bases[: self.effort.curves[1]]:
            self.work.spend(CURVES * len(rows) * self.work.rows, CURVES * len(rows))
            for curve in approximate(rows, self.columns.values[place], families):
                self._wait_curve(targets[curve.target], place, curve)
            if self.columns.recipes[place].leaf is not None:
                self.work.spend(CURVES * WAVED * self.work.rows, CURVES * WAVED)
                for curve in approximate(rows[:WAVED], self.columns.values[place], waves):
                    self._wait_curve(targets[curve.target], place, curve)
            yield None

    def _wait_curve(self, target: int, place: int, curve: FittedCurve, beside: Sequence[int] = ()) -> None:
        """Let a curve wait, and multiples of the expressions that are ``beside`` it."""
        family, constants, algebra = curve.family, curve.constants, self.algebra
        parts = [each[0] for each in family.features(np.array(constants)[None], self.columns.values[place])]
        parts += [self.columns.values[each] for each in beside]
        if not np.isfinite(parts).all():
            return
        solution, squares = coefficients(self.targets.values[target], self.targets.weights[target], parts)
        expression, others = self.columns.term(place, algebra), [self.columns.term(each, algebra) for each in beside]
        count, inner = len(family.functions), family.inner(expression, constants, algebra)

        def terms() -> Iterator[Term]:
            made = family.terms(expression, constants, algebra)
            yield self.targets.rebuilt(target, _joined([*made, *others], solution, algebra))
            if count > 1:  # a sine and a cosine of it are one with a shift
                turn = float(np.arctan2(solution[1], solution[0]))
                wave = family.term(
                    family.functions[0], algebra.sum(inner, number(turn)), expression, constants, algebra
                )
                size = float(np.hypot(solution[0], solution[1]))
                yield self.targets.rebuilt(target, _joined([wave, *others], [size, *solution[count:]], algebra))
                for part, multiple in zip(made, solution):
                    numbers = [multiple, *solution[count:]]
                    yield self.targets.rebuilt(target, _joined([part, *others], numbers, algebra))

        cost = float(self.targets.costs[target] + self.columns.costs[place] + 4 + 2 * len(parts))
        self._wait(squares / 4.0, cost, terms)

    def grown(self, body: Term) -> Iterator[None]:
        """A formula plus, times or over a multiple of one expression and a constant.

        body: of the formula.
        """
        rows, algebra, own = self.fitting.rows, self.algebra, self.targets.own
        output, values = rows.output, rows.values(body)
        if not (np.isfinite(values) & (values != 0)).all() or (output == 0).any():
            return
        cost = float(rows.size(body))
        kinds: list[tuple[str, Array, Array]] = [
            ("add", output - values, own),
            ("multiply", output / values, own * values**2),
        ]
        if "divide" in algebra:
            kinds.append(("divide", values / output, own * output**4 / values**2))
        for kind, target, weights in kinds:
            self.work.spend(len(self.order) * ROWS, len(self.order))
            with np.errstate(all="ignore"):
                rank = np.log2(self.screen.left(target[None], weights[None])[0]) + 2.0 * NODE / ROWS * self.costs
            for place in np.argsort(rank)[: 2 * EACH].tolist():
                one = int(self.order[place])
                solution, squares = coefficients(target, weights, [self.columns.values[one]])
                self._wait(
                    squares, cost + float(self.costs[place]) + 3,
                    lambda kind=kind, one=one, solution=solution: self._grown(kind, body, one, solution),  # type: ignore[misc]
                )  # fmt: skip
            yield None

    def _grown(self, kind: str, body: Term, place: int, solution: list[float]) -> Iterator[Term]:
        part = self.columns.term(place, self.algebra)
        for numbers in (solution, [solution[0], 0.0]):
            if numbers[0]:
                other = _joined([part], numbers, self.algebra)
                yield (
                    self.algebra.term("divide", body, other)
                    if kind == "divide"
                    else self.algebra.term(kind, body, other)
                )


def _sum_term(places: Sequence[int], numbers: Sequence[float], columns: Columns, algebra: Algebra) -> Term:
    return _joined([columns.term(place, algebra) for place in places], numbers, algebra)


def _joined(terms: Sequence[Term], numbers: Sequence[float], algebra: Algebra) -> Term:
    """The sum of terms times numbers, and of the last number."""
    total: Term | None = None
    for term, factor in sorted(zip(terms, numbers), key=lambda each: each[1] < 0):
        if total is None:
            total = algebra.scaled(term, factor)
        elif factor < 0:
            total = algebra.difference(total, algebra.scaled(term, -factor))
        else:
            total = algebra.sum(total, algebra.scaled(term, factor))
    assert total is not None
    return algebra.sum(total, number(numbers[-1])) if len(numbers) > len(terms) else total
