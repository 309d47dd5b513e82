"""The body of a formula as a function of its constants on rows: its values and loss, its constants fitted, its text made simpler."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from primitives.term import Literal, Term, Word, apply, spine

from ..algebra import INVERSES, Algebra, number
from ..columns import Array
from ..families import LEAST_TURN
from .front import FUNCTION, INSIDE, NODE
from .losses import SQUARED, RegressionLoss

Made = Callable[[Sequence[Array | float]], Array | float]
EVALUATIONS, REWEIGHTINGS = 60, 8
"""Of a formula, for one fit of its constants, and how often rows are weighed anew for losses that are no squares."""
ARITHMETIC = ("add", "subtract", "multiply", "divide", "negative", "square", "sqrt")
"""Numpy's functions of which most formulas are made."""
WAVES = ("sin", "cos")
"""Those that go up and down again and again."""
STEP = 1e-7
"""Relative, by which a number is moved for the slope."""


class FormulaRows:
    """The rows on which formulas are looked at: the values of what they are made of, the ``output`` wanted there, the ``weights`` of the
    rows, whose sum is 1, and the ``loss``."""

    def __init__(
        self,
        given: Mapping[Term, Array],
        output: Array,
        algebra: Algebra,
        loss: str = SQUARED,
        weights: Array | None = None,
        relative: bool = False,
    ) -> None:
        """given: the leaves that are no constants. output: the values wanted. algebra: the words. loss: one of LOSSES. weights: of the
        rows (None: all alike). relative: whether errors are shares of the outputs, none of which is 0, in place of weights.

        Raises ValueError for another loss.
        """
        if relative:
            weights = np.abs(output).min() ** 2 / output**2
        self.given, self.output, self.algebra = given, output, algebra
        self.loss = RegressionLoss.of(loss, output)
        self.weights = np.full(len(output), 1.0 / len(output)) if weights is None else weights / weights.sum()
        self.total = self.loss.size(self.loss.mean(output, self.weights))
        """The size of the outputs, as the loss measures it."""
        self.relative = relative
        self.longer = self._longer() if relative else 0.0
        """Bits that errors of one size, each relative to its output, take more than so many of that size relative to ``total``."""
        self._functions = {name: function for function, name in algebra.names.items()}

    def _longer(self) -> float:
        return float(np.log2(np.abs(self.output)).sum() - len(self.output) * np.log2(np.sqrt(np.mean(self.output**2))))

    def constants(self, body: Term) -> list[float]:
        """The numbers in a formula, from left to right.

        body: of the formula.
        """
        if body in self.given:
            return []
        if isinstance(body, Literal):
            return [float(body.value)]  # type: ignore[arg-type]
        return [value for part in spine(body)[1] for value in self.constants(part)]

    def size(self, body: Term) -> int:
        """Words, arguments and numbers of a formula.

        body: of the formula.
        """
        if body in self.given or isinstance(body, Literal):
            return 1
        return 1 + sum(self.size(part) for part in spine(body)[1])

    def written(self, body: Term) -> tuple[float, list[float]]:
        """The bits of a formula's words and arguments, and its numbers; a part that was there before takes NODE bits.

        body: of the formula.
        """
        known = set[Term]()

        def walk(part: Term, inside: bool) -> tuple[float, list[float]]:
            if isinstance(part, Literal):
                return 0.0, [float(part.value)]  # type: ignore[arg-type]
            if part in self.given or part in known:
                return NODE, []
            known.add(part)
            head, arguments = spine(part)
            assert isinstance(head, Word)
            usual = self._functions[head.name] in ARITHMETIC
            inner = [walk(each, inside or not usual) for each in arguments]
            own = NODE if usual else FUNCTION + INSIDE * inside
            return own + sum(each for each, _ in inner), [value for _, values in inner for value in values]

        return walk(body, False)

    def replaced(self, body: Term, constants: Sequence[float]) -> Term:
        """A formula with other numbers, and without what they make needless.

        body: of the formula.
        constants: as many as it has.
        """
        return self._rebuilt(body, iter(constants), lambda head, parts: self.made(self._functions[head.name], *parts))

    def _rebuilt(self, body: Term, constants: Iterator[float], build: Callable[[Word, Sequence[Term]], Term]) -> Term:
        if body in self.given:
            return body
        if isinstance(body, Literal):
            return number(next(constants))
        head, arguments = spine(body)
        assert isinstance(head, Word)
        return build(head, [self._rebuilt(part, constants, build) for part in arguments])

    def made(self, function: str, *parts: Term) -> Term:
        """A function of parts, shorter where one of these is 0, 1 or −1 or all are numbers, a sum of two alike as a multiple, and a
        logarithm of a power without both.

        function: numpy's name of it.
        parts: its arguments.
        """
        known = [float(part.value) if isinstance(part, Literal) else None for part in parts]  # type: ignore[arg-type]
        if None not in known:
            with np.errstate(all="ignore"):
                value = float(getattr(np, function)(*known))
            if np.isfinite(value):
                return number(value)
        first, last = known[0], known[-1]
        inner, inside = spine(parts[0])
        undone = isinstance(inner, Word) and inside and self._functions.get(inner.name) == INVERSES.get(function)
        if undone and function in ("exp", "log"):
            return inside[0]
        if function == "add" and parts[0] == parts[1]:
            return self.algebra.scaled(parts[0], 2.0)
        if function == "add" and 0.0 in known:
            return parts[1] if first == 0.0 else parts[0]
        if function == "add" and last is not None and last < 0 and "subtract" in self.algebra:
            return self.algebra.term("subtract", parts[0], number(-last))
        if function == "subtract" and last is not None and last <= 0:
            return parts[0] if last == 0.0 else self.algebra.term("add", parts[0], number(-last))
        if function == "multiply" and (0.0 in known or 1.0 in known):
            return number(0.0) if 0.0 in known else parts[1] if first == 1.0 else parts[0]
        if function == "multiply" and -1.0 in known and "negative" in self.algebra:
            return self.algebra.term("negative", parts[1] if first == -1.0 else parts[0])
        if function == "divide" and (last == 1.0 or first == 0.0):
            return parts[0]
        return self.algebra.term(function, *parts)

    def with_numbers(self, body: Term, constants: Sequence[float]) -> Term:
        """The same formula with other numbers.

        body: of the formula.
        constants: as many as it has.
        """
        return self._rebuilt(body, iter(constants), lambda head, parts: apply(head, *parts))

    def function_of(self, word: Word) -> str:
        """Numpy's name of what a word does.

        word: one of the algebra's.
        """
        return self._functions[word.name]

    def function(self, body: Term) -> Made:
        """A formula as a function of its numbers, from left to right.

        body: of the formula.
        """
        return self._made(body, iter(range(1 << 20)))

    def _made(self, body: Term, places: Iterator[int]) -> Made:
        values = self.given.get(body)
        if values is not None:
            return lambda _: values
        if isinstance(body, Literal):
            place = next(places)
            return lambda constants: constants[place]
        head, arguments = spine(body)
        assert isinstance(head, Word)
        function, parts = getattr(np, self._functions[head.name]), [self._made(part, places) for part in arguments]
        if len(parts) == 1:
            only = parts[0]
            return lambda constants: function(only(constants))
        one, two = parts
        return lambda constants: function(one(constants), two(constants))

    def has_flat_wave(self, body: Term) -> bool:
        """Whether a sine or cosine with numbers in it goes over so small a part of a wave that noise hides that it is one: nothing but a
        parabola, written with numbers that nearly cancel each other.

        body: of the formula.
        """
        if body in self.given or isinstance(body, Literal):
            return False
        head, arguments = spine(body)
        if isinstance(head, Word) and self._functions[head.name] in WAVES:
            known = [value for value in self.constants(arguments[0]) if value != round(value)]
            if known and not float(np.ptp(self.values(arguments[0]))) >= LEAST_TURN:
                return True
        return any(self.has_flat_wave(part) for part in arguments)

    def values(self, body: Term, constants: Sequence[float] | None = None) -> Array:
        """The values of a formula [rows], not finite where it has none.

        body: of the formula.
        constants: in place of its numbers (default: these).
        """
        with np.errstate(all="ignore"):
            made = self.function(body)(self.constants(body) if constants is None else constants)
        return np.broadcast_to(np.asarray(made, np.float64), self.output.shape)

    def loss_of(self, body: Term, constants: Sequence[float] | None = None) -> float:
        """The mean loss of a formula; infinite where it is not defined on a row.

        body: of the formula.
        constants: in place of its numbers (default: these).
        """
        with np.errstate(all="ignore"):
            return self.loss.mean(self.values(body, constants) - self.output, self.weights)

    def fitted(self, body: Term, free: Sequence[int]) -> tuple[list[float], float, Array]:
        """The numbers of a formula with some of them fitted, by Levenberg and Marquardt's method on rows that are weighed anew until the
        loss is least; the mean loss; and the standard error of each that was fitted, infinite where the rows do not tell it.

        body: of the formula.
        free: which numbers, by their places.
        """
        best = self.constants(body)
        least, errors = self.loss_of(body), np.full(len(free), np.inf)
        if not len(free) or len(free) > len(self.output) or not np.isfinite(least):
            return best, least, errors
        for _ in range(1 if self.loss.name == SQUARED else REWEIGHTINGS):
            tried, uncertain = self._least_squares(body, list(free), best)
            found = self.loss_of(body, tried)
            if not found < least:
                return best, least, errors if np.isfinite(errors).any() else uncertain
            done = found > least * (1 - 1e-6)
            best, least, errors = tried, found, uncertain
            if done:
                break
        return best, least, errors

    def _least_squares(self, body: Term, places: list[int], begin: Sequence[float]) -> tuple[list[float], Array]:
        """The numbers of the least weighted squares near others, and the standard errors."""
        from scipy.optimize import least_squares

        function, start = self.function(body), np.array(begin)
        unit = np.where(start[places] != 0.0, np.abs(start[places]), 1.0)
        weights = len(self.output) * self.weights
        if self.loss.name != SQUARED:
            weights = weights * self.loss.weighing(self.values(body, begin) - self.output)
        root = np.sqrt(weights)

        def residual(scaled: Array) -> Array:
            constants = start.copy()
            constants[places] = scaled * unit
            with np.errstate(all="ignore"):
                error = np.asarray(root * (function(constants.tolist()) - self.output))
            return np.where(np.isfinite(error) & (np.abs(error) < 1e100), error, 1e100)

        def slopes(scaled: Array) -> Array:
            """By differences, all at once: each number is a column of values, of which one is moved."""
            constants: list[Array | float] = [float(each) for each in start]
            for row, place in enumerate(places):
                values = np.full((len(places) + 1, 1), scaled[row] * unit[row])
                values[row + 1] += STEP * unit[row]
                constants[place] = values
            with np.errstate(all="ignore"):
                made = np.broadcast_to(function(constants), (len(places) + 1, len(self.output)))
                changes = root[:, None] * (made[1:] - made[:1]).T / STEP
            return np.where(np.isfinite(changes) & (np.abs(changes) < 1e100), changes, 0.0)

        found = least_squares(residual, start[places] / unit, slopes, method="lm", max_nfev=EVALUATIONS)
        best = start.copy()
        best[places] = found.x * unit
        spare = max(1, len(self.output) - len(places))
        with np.errstate(all="ignore"):
            curvature = (
                np.linalg.pinv(found.jac.T @ found.jac)
                if np.isfinite(found.jac).all()
                else np.full((len(places),) * 2, np.inf)
            )
            errors = np.sqrt(np.abs(np.diag(curvature)) * 2.0 * float(found.cost) / spare) * unit
        return best.tolist(), np.where(np.isfinite(errors), errors, np.inf)
