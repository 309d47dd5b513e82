"""The search for formulas that are good for their size: sums of expressions by correlation, their constants polished.

Expressions are grown as for exact formulas. One of them, or a sum of a few, with coefficients by least squares, is to give the output, or
what a function has to be given for the output. What is best for its size gets its constants fitted to the loss, made simple, and more of
them where that pays. Exact formulas have their turn between: what they find stands on the front too.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from primitives.interpreter.deadline import Deadline, OutOfTime
from primitives.primitive import Primitive
from primitives.term import Lambda, Literal, Term, Variable, subterms
from primitives.types import FLOAT, function

from ...enumeration.answers import Answer
from ...enumeration.ledger import Ledger, Stop
from ...generation.costs import default_costs
from ..algebra import INVERSES, Algebra, number
from ..columns import Array, Columns, Numbers
from ..curves import TURNS, explained_by
from ..formulas import EXPRESSION, Formulas
from ..growth import ExpressionGrowth
from ..sums import LinearSum, as_term, standard
from ..work import FIT, Work
from .front import MOST, FormulaFront
from .losses import SQUARED, RegressionLoss
from .polish import polished, with_more_constants
from .vectorised import VectorisedFormula

MOST_ROWS, EXACT_ROWS = 400, 200
"""Rows by which expressions are compared, and examples given to the search for exact formulas."""
PASSES = ((600, 0.1), (4_000, 0.4), (16_000, 1.0))
"""Expressions and breadth of each pass (``growth``); set by hand."""
OUTER = ("exp", "log", "sqrt")
"""Numpy's functions that are taken off the output."""
EACH, BEAM, PAIRED, TERMS = 3, 16, 150, (3, 4, 5)
"""Expressions of each size that are looked at, sums that get one more expression, expressions of which all pairs are tried, and expressions
in a sum at most, in each pass; set by hand."""
EXACT_TERMS, EXACT_SHARE = (15_000, 60_000, 240_000), 0.5
"""Of the search for exact formulas: terms of its turn before each pass, and the share of what is left of the bounds that it may take."""
CURVES, WAVES = (3, 8, 16), (("sin", "cos"), ("exp",))
"""Expressions over which curves are tried in each pass, and numpy's functions that stand together in one."""
SLACK = 2.0
"""By what factor fitting the constants may lessen a loss."""
GROWN, ROUNDS = 6, 2
"""Formulas of the front that are given more constants, and in how many rounds a pass."""
POLISH = 50.0
"""Evaluations of a formula that fitting its constants counts as."""


@dataclass(frozen=True)
class _Target:
    """What is to be a sum of expressions: its values and the weights of its rows, and the words around it (numpy's names, the outermost
    first; "reciprocal" is one over it, "" nothing)."""

    values: Array
    weights: Array
    around: str


class FrontSearch:
    """Formulas over ``words`` for targets ``y`` [rows] of the columns of ``x`` [rows, columns], the best of each size in ``front``."""

    def __init__(
        self,
        x: Array,
        y: Array,
        words: Mapping[str, Primitive],
        *,
        loss: str = "squared",
        weights: Array | None = None,
        seed: int = 0,
    ) -> None:
        """x, y: finite numbers. words: with sums and products of Floats. loss: one of LOSSES. weights: of the rows. seed: of the draw of
        rows.

        Raises ValueError where the loss is unknown or the words are too few.
        """
        self.algebra = Algebra.of(words)
        if not self.algebra.is_enough:
            raise ValueError(f"words={sorted(words)}: + and * are required for formulas; add them")
        rows = len(y)
        shares = np.full(rows, 1.0 / rows) if weights is None else weights / weights.sum()
        measured = RegressionLoss.of(loss, y)
        self.front = FormulaFront(list(x.T), y, shares, measured, self.algebra)
        drawn = np.sort(np.random.default_rng(seed).permutation(rows)[:MOST_ROWS])
        self.few = self.front
        """The front on the rows that were drawn, by which formulas are made; the same where these are all."""
        if len(drawn) < rows:
            some = shares[drawn] / shares[drawn].sum()
            self.few = FormulaFront(list(x[drawn].T), y[drawn], some, measured, self.algebra)
        self.ledger = Ledger()
        self.work = Work(len(drawn), self.ledger)
        self._polished: set[Term] = set()
        self._refitted: set[Term] = set()
        self._exact = Formulas(
            function(*[FLOAT] * (x.shape[1] + 1)), [(tuple(x[row].tolist()), float(y[row])) for row in drawn[:EXACT_ROWS].tolist()],
            words=words, costs=default_costs(words, function(*[FLOAT] * (x.shape[1] + 1))), noisy=False,
        )  # fmt: skip

    def run(self, seconds: float | None = None, max_terms: int | None = None) -> Iterator[None]:
        """Searches, a step at a time, until an exact formula is found, all passes are made, or a bound is reached.

        seconds: the time (default: any).
        max_terms: the work, in terms (default: any).
        """
        until = None if seconds is None else time.monotonic() + seconds
        self.ledger.open(Deadline(until), max_terms)
        try:
            self._constant()
            columns = self._leaves(len(self.front.arguments) + 1)
            for target in self._targets():
                yield from self._sums(columns, target, TERMS[-1])
            for place, ((most, breadth), curves) in enumerate(zip(PASSES, CURVES, strict=True)):
                yield from self._exact_turn(until, place)
                if self.front.is_exact and place:
                    return
                yield from self._pass(most, breadth, curves, TERMS[place])
                if self.front.is_exact:
                    return
        except (Stop, OutOfTime):
            return

    def _exact_turn(self, until: float | None, place: int) -> Iterator[None]:
        """A turn of the search for formulas that are exact, or exact but for noise (``noise``), from its start: EXACT_TERMS, but no more
        than a share of what is left."""
        if not np.ptp(self.front.y) > 0 or len(self._exact.rows) < 3:
            return
        now, room = time.monotonic(), self.ledger.room
        part = None if until is None else now + max(0.0, until - now) * EXACT_SHARE
        terms = EXACT_TERMS[place] if room is None else min(EXACT_TERMS[place], int(room * EXACT_SHARE))
        before = self._exact.ledger.terms
        for found in self._exact.run(part, before + terms):
            if isinstance(found, Answer):
                body = found.term
                while isinstance(body, Lambda):
                    body = body.body
                self._offer(body)
                if self.front.is_exact:
                    break
            yield
        for noisy in self._exact.front:
            self._consider(noisy.body)
        self.ledger.tick(self._exact.ledger.terms - before)

    def _constant(self) -> None:
        for rows in (self.front, self.few):
            order = np.argsort(rows.y)
            middle = order[int(np.searchsorted(np.cumsum(rows.weights[order]), 0.5).clip(0, len(order) - 1))]
            for value in (float(rows.y[middle]), float(rows.weights @ rows.y)):
                rows.offer(number(value))

    def _pass(self, most: int, breadth: float, curves: int, terms: int) -> Iterator[None]:
        columns = self._leaves(most)
        grower, before = ExpressionGrowth(columns, self.algebra), 0
        for _ in grower.steps(breadth):
            self.work.spend((grower.tried - before) * EXPRESSION * self.work.rows)
            before = grower.tried
            yield
        for target in self._targets():
            if not target.around:
                yield from self._curves(columns, target, curves)
            yield from self._sums(columns, target, terms)
        for _ in range(ROUNDS):
            yield from self._grown()
        for each in self.front.formulas() if self.few is not self.front else ():
            if each.body not in self._refitted:
                self._spend_polish(each.body, self.front)
                better = polished(each.body, self.front)
                self.front.offer(better)
                self._refitted |= {each.body, better}
                yield

    def _leaves(self, most: int) -> Columns:
        """Columns with the arguments that vary, and one."""
        columns = Columns(len(self.few.y), most)
        for place, values in enumerate(self.few.arguments):
            if np.ptp(values) > 0:
                columns.add_leaf(Variable(len(self.few.arguments) - 1 - place), values)
        columns.add_leaf(number(1.0), np.ones(len(self.few.y)))
        return columns

    def _targets(self) -> Iterator[_Target]:
        """The output, and with a function taken off; rows weigh what an error there does to the output, and what the loss makes of those of
        the best formula so far."""
        y, weights = self.few.y, self.few.weights
        for best in self.few.formulas()[-1:]:
            made = VectorisedFormula.of(best.body, self.algebra).values(self.few.arguments)
            weights = weights * self.few.loss.weighing(made - y)
        yield _Target(y, weights, "")
        with np.errstate(all="ignore"):
            if "divide" in self.algebra and (y != 0).all():
                yield _Target(1.0 / y, weights * y**4, "reciprocal")
            for name in OUTER:
                if name not in self.algebra:
                    continue
                inner = getattr(np, INVERSES[name])(y)
                if not np.isfinite(inner).all() or not np.allclose(getattr(np, name)(inner), y):
                    continue
                step = 1e-6 * (np.abs(inner) + 1e-3)
                slope = (getattr(np, name)(inner + step) - y) / step
                if np.isfinite(slope).all() and np.ptp(inner) > 0:
                    yield _Target(inner, weights * slope**2, name)

    def _sums(self, columns: Columns, target: _Target, most: int) -> Iterator[None]:
        """Sums of few expressions that are like a target, those found by the best of one fewer, and by all pairs of some."""
        if not target.weights.sum() > 0:
            return
        weights = target.weights / target.weights.sum()
        root, values = np.sqrt(weights), columns.values
        self.work.spend(4.0 * values.size)
        centred = (values - (values @ weights)[:, None]) * root
        norms = np.sqrt((centred**2).sum(1))
        usable = np.flatnonzero(norms > 1e-12 * np.abs(values).max(1))
        likeness = centred[usable] / norms[usable, None]
        wanted = (target.values - weights @ target.values) * root
        if not len(usable) or not wanted.any():  # no argument varies, or nothing is left
            return
        like = likeness @ wanted / np.sqrt(wanted @ wanted)
        states = self._singles(columns, like, usable)
        chosen = np.union1d(
            np.arange(min(len(usable), PAIRED // 2)), np.argsort(-np.abs(like), kind="stable")[: PAIRED // 2]
        )
        pairs = [tuple(usable[chosen[list(pair)]].tolist()) for pair in _pairs(likeness[chosen], like[chosen], BEAM)]
        for terms in range(1, most + 1):
            fits = [self._fit(columns, target, weights, places) for places in dict.fromkeys(states)]
            yield
            known = sorted((fit for fit in fits if fit is not None), key=lambda fit: fit[0])[:BEAM]
            if terms == most:
                return
            states = list(pairs) if terms == 1 else []
            for _, places, residual in known:
                self.work.spend(float(likeness.size))
                alike = np.abs(likeness @ (residual * root))
                states += [tuple(sorted((*places, int(usable[each])))) for each in np.argsort(-alike, kind="stable")[:EACH].tolist()
                           if int(usable[each]) not in places]  # fmt: skip

    def _singles(self, columns: Columns, like: Array, usable: Numbers) -> list[tuple[int, ...]]:
        """The expressions of each cost that are most like the target."""
        found, costs = list[tuple[int, ...]](), columns.costs[usable]
        for cost in np.unique(costs).tolist():
            level = np.flatnonzero(costs == cost)
            found += [
                (int(usable[each]),) for each in level[np.argsort(-np.abs(like[level]), kind="stable")[:EACH]].tolist()
            ]
        return found

    def _fit(
        self, columns: Columns, target: _Target, weights: Array, places: tuple[int, ...]
    ) -> tuple[float, tuple[int, ...], Array] | None:
        """The sum of expressions with coefficients by least squares, its error and what it leaves; it is considered for the front, and
        without a number beside the sum too."""
        self.work.spend(FIT / 10)
        root, left = np.sqrt(weights), None
        design = np.concatenate([columns.values[list(places)], np.ones((1, len(weights)))]).T
        for kept in (design, design[:, :-1]):
            scale = np.abs(kept).max(0)
            solution = np.linalg.lstsq(kept / scale * root[:, None], target.values * root, rcond=1e-12)[0] / scale
            if not np.isfinite(solution).all() or not solution[: len(places)].all():
                continue
            if left is None:
                left = target.values - kept @ solution
            start = float(solution[-1]) if kept is design else 0.0
            found = LinearSum(places, tuple(solution[: len(places)].tolist()), start, 0.0)
            best = not target.around and self.few.loss.name == SQUARED  # fitted as well as can be
            self._consider(self._around(as_term(found, columns, self.algebra), target.around), 1.0 if best else SLACK)
        return None if left is None else (float(weights @ left**2), places, left)

    def _curves(self, columns: Columns, target: _Target, most: int) -> Iterator[None]:
        """Functions of a multiple of a cheap expression, the factor first on a grid."""
        wanted = standard(target.values[None])
        varying = [
            place for place in np.argsort(columns.costs, kind="stable").tolist() if np.ptp(columns.values[place]) > 0
        ]
        for place in varying[:most]:
            values = columns.values[place]
            reach, inner = float(np.ptp(values)), columns.term(place, self.algebra)
            for names in WAVES:
                if not all(name in self.algebra for name in names):
                    continue
                self.work.spend(float(len(TURNS) * len(values) * 10))
                for factor in _best_factors(wanted, values, reach, names):
                    shifted = self.algebra.scaled(inner, factor)
                    if len(names) > 1:  # a sine and a cosine of it are one with a shift
                        with np.errstate(all="ignore"):
                            parts = np.stack(
                                [*(getattr(np, name)(factor * values) for name in names), np.ones(len(values))]
                            ).T
                        sine, cosine, _ = np.linalg.lstsq(parts, target.values, rcond=None)[0].tolist()
                        shifted = self.algebra.sum(shifted, number(float(np.arctan2(cosine, sine))))
                    made = self.algebra.term(names[0], shifted)
                    found = VectorisedFormula.of(made, self.algebra).values(self.few.arguments)
                    parts = np.stack([found, np.ones(len(values))]).T
                    slope, start = np.linalg.lstsq(parts, target.values, rcond=None)[0].tolist()
                    if np.isfinite([slope, start]).all() and slope:
                        self._consider(self.algebra.sum(self.algebra.scaled(made, slope), number(start)))
                    yield

    def _around(self, body: Term, function_: str) -> Term:
        if function_ == "reciprocal":
            return self.algebra.term("divide", number(1.0), body)
        return self.algebra.term(function_, body) if function_ else body

    def _consider(self, body: Term, slack: float = SLACK) -> None:
        """Offer a formula, and where it may stand on the front with better constants, by which its loss falls by the slack, these."""
        self.work.spend(float(body.size * len(self.few.y)))
        loss = self.few.loss_of(VectorisedFormula.of(body, self.algebra))
        if not self.few.takes(body.size, loss, slack):
            return
        self._spend_polish(body, self.few)
        for each in dict.fromkeys((body, polished(body, self.few))):
            self._offer(each)

    def _offer(self, body: Term) -> None:
        """Take a formula into the front of few rows, and what is good there into that of all."""
        loss = self.few.offer(body)
        if self.few is not self.front and self.few.is_best(body.size, loss):
            self.work.spend(float(body.size * len(self.front.y)))
            self.front.offer(body)

    def _spend_polish(self, body: Term, rows: FormulaFront) -> None:
        """Count what fitting the constants of a formula takes."""
        constants = sum(isinstance(part, Literal) for part in subterms(body))
        self.work.spend(POLISH * body.size * len(rows.y) * (1 + constants))

    def _grown(self) -> Iterator[None]:
        """The best of the front with one more number in them."""
        for each in self.few.formulas()[-GROWN:]:
            if each.body in self._polished or self.front.is_exact:
                continue
            self._polished.add(each.body)
            for more in with_more_constants(each.body, self.algebra):
                if more.size > MOST:
                    continue
                self._spend_polish(more, self.few)
                self._offer(polished(more, self.few))
                yield


def _best_factors(wanted: Array, values: Array, reach: float, names: tuple[str, ...]) -> list[float]:
    """The factors of an expression by which a curve is most like a standard row: the highest places of the grid."""
    signs = (1.0,) if len(names) > 1 else (1.0, -1.0)
    factors = np.concatenate([sign * TURNS for sign in signs]) / reach
    explained = explained_by(wanted, values, factors, names)[:, 0]
    high = [place for place in np.argsort(-explained, kind="stable").tolist()
            if explained[place] >= explained[max(0, place - 1) : place + 2].max()]  # fmt: skip
    return factors[high[:2]].tolist()


def _pairs(standard: Array, like: Array, most: int) -> Sequence[Sequence[int]]:
    """The pairs of expressions that together explain most of a target, by their likeness to it and to each other."""
    between = standard @ standard.T
    rest = 1.0 - between**2
    with np.errstate(all="ignore"):
        explained = (like[:, None] ** 2 + like[None, :] ** 2 - 2 * like[:, None] * like[None, :] * between) / rest
    explained[(rest < 1e-9) | (np.arange(len(like))[:, None] >= np.arange(len(like)))] = 0.0
    flat = explained.ravel()
    best = np.argsort(-flat, kind="stable")[:most]
    return [divmod(int(place), len(like)) for place in best if flat[place] > 0]
