"""Random numbers of one ask: a function of the study's seed and the ask's number only, so that a replayed study draws the same."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from primitives.primitive import Setting

from .generation.choosing import Place

T = TypeVar("T")


class Draws:
    """Scalar draws from the numpy stream of (seed, number, …), taken in blocks: a scalar call to a Generator costs some 3 µs.

    It has the methods of a Generator that ``Setting.sample`` calls.
    """

    __slots__ = ("_block", "_generator", "_key")

    def __init__(self, *key: int) -> None:
        self._key = key
        self._generator: np.random.Generator | None = None
        self._block: list[float] = []

    def random(self) -> float:
        """Uniform on [0, 1)."""
        if not self._block:
            if self._generator is None:
                self._generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(_entropy(self._key))))
            self._block = self._generator.random(64).tolist()
        return self._block.pop()

    def integers(self, low: int, high: int | None = None) -> int:
        """A whole number, each as likely, from 0 to below ``low``, or from ``low`` to below ``high`` where that is given.

        low: the bound, or the least number.
        high: the bound (default: ``low`` is).

        Raises ValueError where there is none.
        """
        if high is None:
            low, high = 0, low
        if high <= low:
            raise ValueError(f"low={low}, high={high}: needed low < high")
        return low + min(int(self.random() * (high - low)), high - low - 1)

    def uniform(self, low: float, high: float) -> float:
        """A number, each as likely.

        low: the least.
        high: the bound, not reached itself.
        """
        return low + self.random() * (high - low)

    def choice(self, items: Sequence[T]) -> T:
        """One of the items, each as likely.

        items: at least one.
        """
        return items[self.integers(len(items))]

    def pick(self, place: Place, labels: Sequence[str], cumulative: Sequence[float]) -> int:
        """An index by cumulative weights (a ``choosing.Chooser``).

        place: not looked at.
        labels: not looked at.
        cumulative: the sums of the weights up to each index.
        """
        return self.weighted(cumulative)

    def fraction(self, place: Place) -> float:
        """A number from 0 to below 1.

        place: not looked at.
        """
        return self.random()

    def value(self, place: Place, word: str, setting: Setting) -> object:
        """A value in the setting's range.

        place: not looked at.
        word: not looked at.
        setting: says the range and how to draw from it.
        """
        return setting.sample(self)

    def weighted(self, cumulative: Sequence[float]) -> int:
        """An index with probability proportional to its weight.

        cumulative: the sums of the weights up to each index, at least one.
        """
        return min(bisect.bisect_right(cumulative, self.random() * cumulative[-1]), len(cumulative) - 1)

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items in random order (Fisher and Yates).

        items: stay as they are.
        """
        mixed = list(items)
        for last in range(len(mixed) - 1, 0, -1):
            other = self.integers(last + 1)
            mixed[last], mixed[other] = mixed[other], mixed[last]
        return mixed


def _entropy(key: Sequence[int]) -> np.ndarray:
    """The 32-bit words of numbers below 2⁶³, low ones first: so ``SeedSequence`` reads them, but takes longer for it than for all else."""
    words: list[int] = []
    for each in key:
        rest = each % 2**63
        words.append(rest & 0xFFFFFFFF)
        if rest > 0xFFFFFFFF:
            words.append(rest >> 32)
    return np.array(words, dtype=np.uint32)
