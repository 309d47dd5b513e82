"""How well a skeleton can explain the outputs that were seen if its net looked at nothing.

A net that gives each class with a fixed probability, whatever the image, needs no image to be judged: the probability of an output is a
sum over the worlds in which the skeleton gives it. Where images are drawn independently of each other, the program that made the data is
among those that explain the outputs best (Gibbs' inequality), whatever its net. So a skeleton that explains them worse, or cannot give
some of them at all, is passed over, or comes later, before anything is trained. This is the bound of Shah et al. (2020, NEAR) turned
round: there a net stands in for the rest of a program, here a constant for the net.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from primitives.columns.hashing import Array

from .worlds import NONE, Shape, Worlds

ROUNDS, SPREAD = 25, 0.3
"""Rounds of expectation maximisation, and the standard deviation of the logarithms of the probabilities that it begins with."""
CLOSE = 1e-3
"""Nats a case above those of the frequencies at which there is nothing left to gain."""
DOUBT = 0.01
"""The share of cases whose outputs may be anything."""
OUTPUTS = 150
"""SeenOutputs of one shape that are told apart, at most: the commonest."""


@dataclass(frozen=True)
class Explained:
    """With how many ``classes`` a skeleton explains the outputs best, and by how many nats a case worse than knowing their frequencies."""

    classes: int
    excess: float


@dataclass(frozen=True, eq=False)
class SeenOutputs:
    """The outputs seen, of the judged shapes: for each the number of its shape, its code and in how many cases it came."""

    shapes: Array
    codes: Array
    counts: Array

    @staticmethod
    def of(worlds: Worlds, shapes: Sequence[Shape], codes: Sequence[int]) -> SeenOutputs:
        """The outputs of some cases.

        worlds: that say which shapes are judged.
        shapes: of the cases.
        codes: of their outputs, as the values of skeletons are coded.
        """
        numbers = {shape: number for number, shape in enumerate(worlds.judged)}
        seen = Counter((numbers[shape], code) for shape, code in zip(shapes, codes, strict=True) if shape in numbers)
        kept = [each for number in numbers.values() for each in _commonest(seen, number)]
        return SeenOutputs(*(np.array(column, np.int64) for column in zip(*[(*cell, seen[cell]) for cell in kept])))

    @property
    def entropy(self) -> float:
        """Nats a case of the frequencies, shape by shape."""
        totals = np.bincount(self.shapes, self.counts)[self.shapes]
        return float(-(self.counts * np.log(self.counts / totals)).sum() / self.counts.sum())


def _commonest(seen: Counter[tuple[int, int]], number: int) -> list[tuple[int, int]]:
    return sorted((cell for cell in seen if cell[0] == number), key=lambda cell: (-seen[cell], cell))[:OUTPUTS]


def reached(worlds: Worlds, outputs: SeenOutputs, values: Array) -> Array:
    """Of each skeleton, and each number of classes, the share of cases whose outputs it can give [skeletons, ladder].

    worlds: of the columns.
    outputs: that were seen.
    values: of skeletons [skeletons, rows of the worlds].
    """
    found = np.zeros((len(values), len(worlds.ladder)))
    least = np.where(worlds.drawn.any(axis=1), worlds.drawn.argmax(axis=1), len(worlds.ladder))
    for shape, code, count in zip(outputs.shapes, outputs.codes, outputs.counts):
        rows = np.flatnonzero((worlds.shapes == shape) & (least < len(worlds.ladder)))
        first = np.where(values[:, rows] == code, least[rows], len(worlds.ladder)).min(axis=1)
        found += count * (first[:, None] <= np.arange(len(worlds.ladder)))
    return found / outputs.counts.sum()


def explained(worlds: Worlds, outputs: SeenOutputs, values: Array, first: int, rng: np.random.Generator) -> Explained:
    """How well a skeleton explains the outputs, with as many classes as are worth a nat each (Akaike 1974).

    worlds: of the columns.
    outputs: that were seen.
    values: of the skeleton [rows of the worlds].
    first: the place in the ladder of the fewest classes with which it can give the outputs.
    rng: where the probabilities begin.
    """
    least, cases = outputs.entropy, outputs.counts.sum()
    best, found = np.inf, Explained(worlds.ladder[first], np.inf)
    for index, classes in enumerate(worlds.ladder[first:], first):
        if best <= least * cases + classes:
            break  # no probabilities explain outputs better than their frequencies
        loss = _loss(worlds, outputs, values, index, least, rng)
        if loss * cases + classes < best:
            best, found = loss * cases + classes, Explained(classes, loss - least)
    return found


def _loss(
    worlds: Worlds, outputs: SeenOutputs, values: Array, index: int, least: float, rng: np.random.Generator
) -> float:
    """Nats a case with the best probabilities of the classes (expectation maximisation, until they are ``least`` but for CLOSE)."""
    rows = np.flatnonzero(worlds.drawn[:, index])
    answers, shapes, classes = worlds.answers[rows], worlds.shapes[rows], worlds.ladder[index]
    cells = np.full(len(rows), len(outputs.codes))
    for cell, (shape, code) in enumerate(zip(outputs.shapes, outputs.codes)):
        cells[(shapes == shape) & (values[rows] == code)] = cell
    there = np.flatnonzero(cells < len(outputs.codes))
    chances = np.exp(SPREAD * rng.standard_normal(classes))
    other = np.bincount(outputs.shapes)[outputs.shapes]
    loss = np.inf
    for _ in range(ROUNDS):
        chances /= chances.sum()
        weights = np.append(chances, 1.0)[answers].prod(axis=1)  # NONE, the last, counts for nothing
        weights /= np.bincount(shapes, weights)[shapes]
        masses = np.bincount(cells, weights, len(outputs.codes) + 1)[:-1]
        seen = (1 - DOUBT) * masses + DOUBT / other
        loss = float(-(outputs.counts * np.log(seen)).sum() / outputs.counts.sum())
        if loss - least < CLOSE:
            break
        shares = outputs.counts * (1 - DOUBT) / seen
        given = weights[there] * shares[cells[there]]
        counted = answers[there]
        chances = (
            np.bincount(counted[counted != NONE], np.repeat(given, (counted != NONE).sum(axis=1)), classes)
            + 1e-6 * outputs.counts.sum()
        )
    return loss
