"""What a fitted word is fitted to, and what its fitting gives. Nothing here depends on a library that fits."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from ..brief import brief_repr
from .readings import Reading

LEAST = 1e-7
"""Probabilities below it are taken for it before their logarithm."""


class FittingRefused(ValueError):
    """Settings that cannot be fitted to these cases; the text says what would do."""


@dataclass(frozen=True, eq=False)
class FittingCases:
    """The cases that a word is fitted to.

    ``x``: float32 [n, features], or [n, channels, steps] of series, the values of the word's argument. ``y``: int64 [n], each below
    ``classes``, or float64 [n, k] where ``classes`` is None. ``seed``: all randomness comes from it. ``seconds``: how long the fitting may
    take (None: as long as it needs). ``weights``: float64 [n], above 0, how much each case counts; None where all count alike.
    """

    x: np.ndarray
    y: np.ndarray
    classes: int | None
    seed: int = 0
    seconds: float | None = None
    weights: np.ndarray | None = None

    __repr__ = brief_repr

    def __len__(self) -> int:
        return len(self.x)

    @property
    def width(self) -> int:
        """How many numbers an answer has: a score for each class, or the numbers of the target."""
        return int(self.y.shape[1]) if self.classes is None else self.classes

    @property
    def present(self) -> np.ndarray:
        """The classes that occur, ascending."""
        return np.unique(self.y)

    @property
    def is_uniform(self) -> bool:
        """Whether all cases have the same answer, from which most algorithms can learn nothing."""
        return bool((self.y == self.y[:1]).all())

    def take(self, rows: np.ndarray) -> FittingCases:
        """The cases at ``rows``."""
        weights = None if self.weights is None else self.weights[rows]
        return replace(self, x=self.x[rows], y=self.y[rows], weights=weights)

    def sample(self, most: int) -> FittingCases:
        """At most so many of them, drawn by the seed, in their order; of each class that occurs one at least, however rare."""
        if len(self) <= most:
            return self
        rng = np.random.Generator(np.random.PCG64(self.seed))
        order = rng.permutation(len(self))
        if self.classes is not None:
            _, first = np.unique(self.y[order], return_index=True)
            order = np.concatenate([order[np.sort(first)], np.delete(order, first)])
        return self.take(np.sort(order[: max(most, 1)]))

    def shares(self) -> np.ndarray:
        """float64 [n, width]: the target of each case as numbers, of a class 1 at its place."""
        return np.eye(self.classes)[self.y] if self.classes is not None else self.y

    def middle(self) -> np.ndarray:
        """float64 [width]: the logarithms of the classes' frequencies, or the mean, each case by its weight."""
        mean = np.average(self.shares(), axis=0, weights=self.weights)
        return mean if self.classes is None else np.log(np.maximum(mean, LEAST))


@dataclass(frozen=True, eq=False)
class Fitted:
    """The arrays of a site by the name of their buffer. ``complete`` is False where the time was too short for all of it."""

    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)
    complete: bool = True

    __repr__ = brief_repr


@dataclass(frozen=True)
class Fitting:
    """How the buffers of a word are found: ``fit(cases, **settings) -> Fitted``.

    ``supervised``: it looks at the targets, so that what it says of the cases that it was fitted to is better than what it says of others,
    and its ``units`` are the target's. ``needs``: the modules that ``fit`` imports; a worker loads them before its first candidate, for
    an import that a deadline interrupts leaves a broken module behind. ``read(arrays, reading)`` gives the lines of a text that says what
    the arrays mean, or none where they are too many for that.
    """

    fit: Callable[..., Fitted]
    supervised: bool = True
    needs: tuple[str, ...] = ()
    read: Callable[[Mapping[str, np.ndarray], Reading], list[str]] | None = None


class FittingClock:
    """How much of a model made in turns may still be made, in ``seconds`` from now on (None: without end)."""

    def __init__(self, seconds: float | None) -> None:
        self.seconds, self.started = seconds, time.monotonic()
        self.asked = self.started

    def grow(self, first: int, most: int, make: Callable[[int], object]) -> bool:
        """Whether all ``most`` turns were made: ``make`` is told how many there are to be in all, in steps as large as the time allows,
        the first of ``first`` turns."""
        made = 0
        while made < most:
            more = self.more(made, first, most)
            if not more:
                break
            made += more
            make(made)
        return made == most

    def more(self, made: int, first: int, most: int) -> int:
        """How many more turns to make at once, to come to ``most`` at most: ``first`` of them before it is known how long one takes, then
        as many as fit into two thirds of the time that is left, and 0 where that is none or hardly worth a new start."""
        if self.seconds is None or not made:
            self.asked = time.monotonic()
            return min(first, most) if self.seconds is not None else most - made
        now = time.monotonic()
        left = self.seconds - (now - self.started)
        more = min(most - made, int(2 / 3 * left * made / max(now - self.asked, 1e-9)))
        return more if more >= min(most - made, made // 3 + 1) else 0
