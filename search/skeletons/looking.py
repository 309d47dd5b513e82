"""How well skeletons explain the outputs where their net may look at the images, found in a second, before anything is trained.

The net is a table: images were put into groups of like ones beforehand, and of each group the table has the probabilities of the classes,
by expectation maximisation over the worlds of answers. It reads badly, but a program that computes outputs from what the images show
explains those of cases that were held back far better by it than any other does; also where images are not drawn independently of each
other, so that outputs alone say little.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from primitives.columns.hashing import Array
from primitives.interpreter.interpret import evaluate
from primitives.primitive import Primitive
from primitives.term import Term, lambdas
from primitives.values import Value

from .growth import LADDER, Skeleton
from .likelihood import DOUBT
from .worlds import Shape, inputs_of, size_of, smallest

WORLDS = 1000
"""Answers on the images of one case, at most: three images of ten classes."""
FIRST, THEN = (500, 12), (1500, 30)
"""Cases and rounds of expectation maximisation: of each skeleton, and of the BEST once more with other numbers of classes."""
SMALL, ENOUGH = 2, 400
"""Images of the cases that all skeletons are judged by, where there are enough such cases: they have few worlds. The BEST look at all."""
LOOKED, BEST = 200, 16
"""Skeletons that are looked at, and those that are looked at more closely."""
CLEAR = 0.15
"""Nats a case that one must gain for no more to be looked at than are wanted."""
HELD = 0.3
"""The share of cases that the table is not fitted to, by which it is judged."""
GAIN = 100.0
"""What a nat a case that a skeleton gains counts in costs of words: it is measured on hundreds of cases."""
SPREAD, PRIOR = 0.5, 0.1
"""The standard deviation of the logarithms that probabilities begin with, and the count of each class in each group beside those seen."""


@dataclass(frozen=True, eq=False)
class SeenImages:
    """Cases by their shapes: of each the ``groups`` [n, images] that its images are in, one after the other, and its ``outputs``."""

    shapes: tuple[Shape, ...]
    groups: tuple[Array, ...]
    outputs: tuple[tuple[Value, ...], ...]
    count: int

    @staticmethod
    def of(shapes: Sequence[Shape], groups: Sequence[Array], outputs: Sequence[Value]) -> SeenImages:
        """Some cases, in order.

        shapes: of the cases.
        groups: of the images of each case, whole numbers from 0 on.
        outputs: of the cases.
        """
        rows: dict[Shape, list[int]] = {}
        wanted = set(smallest(shapes))
        for row, shape in enumerate(shapes):
            if shape in wanted:
                rows.setdefault(shape, []).append(row)
        return SeenImages(
            tuple(rows),
            tuple(np.array([groups[row] for row in found], np.int64) for found in rows.values()),
            tuple(tuple(outputs[row] for row in found) for found in rows.values()),
            1 + max((int(max(each)) for each in groups if len(each)), default=0),
        )

    def first(self, cases: int) -> SeenImages:
        """As many of the first cases of each shape as its share of ``cases``."""
        share = cases / max(1, sum(map(len, self.outputs)))
        kept = [min(len(each), max(1, round(share * len(each)))) for each in self.outputs]
        groups = tuple(each[:most] for each, most in zip(self.groups, kept, strict=True))
        outputs = tuple(each[:most] for each, most in zip(self.outputs, kept, strict=True))
        return SeenImages(self.shapes, groups, outputs, self.count)

    def small(self) -> SeenImages:
        """Only the cases of at most SMALL images, or all where those are too few."""
        kept = [at for at, shape in enumerate(self.shapes) if size_of(shape) <= SMALL]
        if sum(len(self.outputs[at]) for at in kept) < ENOUGH:
            return self
        groups, outputs = (tuple(self.groups[at] for at in kept), tuple(self.outputs[at] for at in kept))
        return SeenImages(tuple(self.shapes[at] for at in kept), groups, outputs, self.count)


class _Cell:
    """The cases of one shape: which worlds give what was seen, [n, classes, …], and the group of each image."""

    def __init__(
        self, table: Mapping[tuple[int, ...], Value], classes: int, groups: Array, outputs: Sequence[Value]
    ) -> None:
        size = groups.shape[1]
        codes: dict[Value, int] = {}
        wanted = [codes.setdefault(output, len(codes)) for output in outputs]
        given = np.array([codes.get(value, -1) for value in table.values()]).reshape((classes,) * size)
        fits = (given == np.arange(len(codes)).reshape(-1, *(1,) * size)).astype(np.float32)
        self.fits, self.groups, self.size = fits[wanted], groups, size

    def messages(self, chances: Array) -> tuple[list[Array], Array]:
        """For each image how probable what was seen is with each answer on it [n, classes], and on the whole [n]."""
        each = [chances[self.groups[:, at]] for at in range(self.size)]
        found = []
        for at in range(self.size):
            left = np.moveaxis(self.fits, 1 + at, 1)
            for other in reversed([p for place, p in enumerate(each) if place != at]):
                left = np.einsum("n...c,nc->n...", left, other)
            found.append(left)
        return found, (found[0] * each[0]).sum(axis=1)


def explained_by_looking(
    skeleton: Skeleton, classes: int, seen: SeenImages, words: Mapping[str, Primitive], rounds: int, seed: int
) -> float | None:
    """Nats a case that held back cases take less than by the frequencies of the outputs; None where there are too many worlds.

    skeleton: to be judged.
    classes: of its net.
    seen: the cases; of each shape the last ones are held back.
    words: of the skeleton.
    rounds: of expectation maximisation.
    seed: for what the table begins with.
    """
    fitted, held, frequencies = [], [], 0.0
    for shape, groups, outputs in zip(seen.shapes, seen.groups, seen.outputs, strict=True):
        kept = len(outputs) - int(HELD * len(outputs))
        if classes ** size_of(shape) > WORLDS or kept == len(outputs):
            continue
        table = _table(skeleton.term, shape, classes, words)
        fitted.append(_Cell(table, classes, groups[:kept], outputs[:kept]))
        held.append(_Cell(table, classes, groups[kept:], outputs[kept:]))
        counts = Counter(outputs)
        frequencies -= sum(np.log(counts[output] / len(outputs)) for output in outputs[kept:])
    if not held:
        return None
    rng = np.random.Generator(np.random.PCG64([seed, 2]))
    chances = np.exp(SPREAD * rng.standard_normal((seen.count, classes))).astype(np.float32)
    for _ in range(rounds):
        chances /= chances.sum(axis=1, keepdims=True)
        counted = np.full_like(chances, PRIOR)
        for cell in fitted:
            messages, whole = cell.messages(chances)
            for at, message in enumerate(messages):
                share = chances[cell.groups[:, at]] * message / np.maximum(whole, 1e-12)[:, None]
                counted += _sums(cell.groups[:, at], share, seen.count)
        chances = counted
    chances /= chances.sum(axis=1, keepdims=True)
    losses = [-np.log((1 - DOUBT) * cell.messages(chances)[1] + DOUBT / 100) for cell in held]
    cases = sum(map(len, losses))
    return float((frequencies - sum(map(np.sum, losses))) / cases)


def _sums(groups: Array, rows: Array, count: int) -> Array:
    """The rows of each group added up, [count, …]."""
    return np.stack([np.bincount(groups, column, count) for column in rows.T], axis=1).astype(np.float32)


def _table(term: Term, shape: Shape, classes: int, words: Mapping[str, Primitive]) -> dict[tuple[int, ...], Value]:
    """What the skeleton gives in each world of answers on the images of a case."""
    program = lambdas(len(shape), term)
    worlds = itertools.product(range(classes), repeat=size_of(shape))
    return {world: evaluate(program, inputs_of(shape, world), words=words) for world in worlds}


def in_order(
    skeletons: Iterable[Skeleton], seen: SeenImages, words: Mapping[str, Primitive], seed: int, most: int = LOOKED
) -> list[Skeleton]:
    """The first skeletons with what is gained by looking, in order of what their words cost less what they gain.

    skeletons: the likeliest first.
    seen: cases with their images in groups.
    words: of the skeletons.
    seed: for what tables begin with.
    most: how many are looked at if one of them gains something that is CLEAR, or none can be judged (default: LOOKED); else LOOKED are.

    Those that cannot be judged so, for their cases have too many images, are left in their order behind the others.
    """
    few, more = seen.small().first(FIRST[0]), seen.first(THEN[0])
    found: list[Skeleton] = []
    for each in itertools.islice(skeletons, LOOKED):
        gains = [one.gain for one in found if one.gain is not None]
        if len(found) >= most and (not gains or max(gains) > CLEAR):
            break
        found.append(replace(each, gain=explained_by_looking(each, each.classes, few, words, FIRST[1], seed)))
    found.sort(key=_order)
    closer = [_closely(each, more, words, seed) for each in found[:BEST]]
    return [*sorted(closer, key=_order), *found[BEST:]]


def _closely(skeleton: Skeleton, seen: SeenImages, words: Mapping[str, Primitive], seed: int) -> Skeleton:
    """The skeleton with the number of classes with which it gains most."""
    if skeleton.gain is None:
        return skeleton
    numbers = sorted({skeleton.classes, *(each for each in LADDER if each > skeleton.classes)})
    gains = {each: explained_by_looking(skeleton, each, seen, words, THEN[1], seed) for each in numbers}
    known = {each: gain for each, gain in gains.items() if gain is not None}
    if not known:
        return skeleton
    classes = max(known, key=lambda each: (known[each], -each))
    return replace(skeleton, classes=classes, gain=known[classes])


def _order(skeleton: Skeleton) -> tuple[bool, float]:
    return (skeleton.gain is None, skeleton.words - GAIN * (skeleton.gain or 0.0))


def gain_without_program(seen: SeenImages) -> float:
    """Nats a case that held back cases take less than by the frequencies of the outputs where each image speaks for itself: by the image
    that says most, or all together as if they were independent given the output (naive Bayes), whichever is more; at least 0.

    seen: the cases, all of one shape.
    """
    (groups,), (outputs,) = seen.groups, seen.outputs
    codes: dict[Value, int] = {}
    wanted = np.array([codes.setdefault(output, len(codes)) for output in outputs])
    kept = len(wanted) - int(HELD * len(wanted))
    usual = np.log(np.bincount(wanted, minlength=len(codes)) / len(wanted))
    alone = []
    for column in groups.T:
        counts = np.full((seen.count, len(codes)), PRIOR)
        np.add.at(counts, (column[:kept], wanted[:kept]), 1.0)
        alone.append(np.log(counts / counts.sum(axis=0))[column[kept:]])  # of the group, given the output
    scores = [usual + each for each in (*alone, sum(alone, np.zeros_like(alone[0])))]
    rows, told = np.arange(len(wanted) - kept), wanted[kept:]
    gains = [(each - np.logaddexp.reduce(each, axis=1)[:, None])[rows, told] - usual[told] for each in scores]
    return max(0.0, *(float(each.mean()) for each in gains))
