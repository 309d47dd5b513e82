"""Worlds of answers: what a net of so many classes might say of the images of a case, for skeletons to be told apart by."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from primitives.columns.hashing import Array
from primitives.values import Value


@dataclass(frozen=True, order=True)
class Given:
    """A whole number among the inputs, which is no image."""

    value: int


Shape = tuple[int | Given, ...]
"""How many answers each input has: 0 where it is one image, one more than there are where it is a list; or the number that is given."""
SHAPES = 40
"""Shapes that are looked at, at most: those of the fewest images."""
JUDGED, TOLD_APART = 700, 20
"""Worlds by which skeletons are judged, at most, of the shapes with the fewest images; and those of any other shape. Set by hand."""
NONE = -1
"""In place of an answer where a world has fewer than another."""


@dataclass(frozen=True, eq=False)
class Worlds:
    """``rows`` are inputs of a skeleton. For each row ``answers`` [rows, most] has its answers in a row (NONE behind them), ``shapes``
    the number of its shape, ``drawn`` [rows, ladder] whether it is one of those that stand for a net with so many classes. ``judged`` are
    the shapes by whose outputs skeletons are judged; of the others rows are there to tell skeletons apart. ``complete``: whether those of
    the judged shapes are all that there are, for each number of classes."""

    ladder: tuple[int, ...]
    rows: tuple[tuple[Value, ...], ...]
    answers: Array
    shapes: Array
    drawn: Array
    judged: tuple[Shape, ...]
    complete: bool


def size_of(shape: Shape) -> int:
    """How many images a case of the shape has."""
    return sum(_images(part) for part in shape)


def _images(part: int | Given) -> int:
    """How many images an input has."""
    if isinstance(part, Given):
        return 0
    return part - 1 if part else 1


def smallest(shapes: Sequence[Shape]) -> list[Shape]:
    """The shapes that are looked at, by their number of images, the commoner first.

    shapes: of some cases, each as often as it comes.
    """
    common = [shape for shape, _ in Counter(shapes).most_common() if size_of(shape)]
    return sorted(common, key=size_of)[:SHAPES]


def worlds_of(shapes: Sequence[Shape], ladder: Sequence[int], rng: np.random.Generator) -> Worlds:
    """Worlds for cases of some shapes.

    shapes: of the cases, each as often as it comes.
    ladder: numbers of classes, in ascending order.
    rng: draws worlds where there are too many.
    """
    ordered = smallest(shapes)
    found: dict[tuple[int, tuple[int, ...]], set[int]] = {}
    judged: list[Shape] = []
    complete = True
    for number, shape in enumerate(ordered):
        size = size_of(shape)
        whole = ladder[-1] ** size
        if not judged or (complete and len(found) + whole <= JUDGED):
            judged.append(shape)
            complete = complete and len(found) + whole <= JUDGED
            for index, classes in enumerate(ladder):
                for world in _drawn(classes, size, JUDGED // len(ladder) if not complete else JUDGED, rng):
                    found.setdefault((number, world), set()).add(index)
        else:
            for classes in (ladder[0], ladder[-1]):  # of few classes, so that answers are alike, and of all
                for world in _drawn(classes, size, TOLD_APART // 2, rng):
                    found.setdefault((number, world), set())
    most = max(map(size_of, ordered), default=0)
    answers = np.full((len(found), most), NONE, np.int64)
    drawn = np.zeros((len(found), len(ladder)), bool)
    for row, ((_, world), indices) in enumerate(found.items()):
        answers[row, : len(world)] = world
        drawn[row, list(indices)] = True
    rows = tuple(inputs_of(ordered[number], world) for number, world in found)
    numbers = np.array([number for number, _ in found], np.int64)
    return Worlds(tuple(ladder), rows, answers, numbers, drawn, tuple(judged), complete)


def _drawn(classes: int, size: int, most: int, rng: np.random.Generator) -> list[tuple[int, ...]]:
    """All worlds of so many answers, or as many of them as may be."""
    if size * np.log(classes) <= np.log(most) + 1e-9:
        return list(itertools.product(range(classes), repeat=size))
    return [tuple(each) for each in rng.integers(0, classes, (most, size)).tolist()]


def inputs_of(shape: Shape, world: tuple[int, ...]) -> tuple[Value, ...]:
    """The inputs of a skeleton, from what a net says of the images one after the other.

    shape: of the case.
    world: as many answers as it has images.
    """
    left, inputs = list(world), list[Value]()
    for part in shape:
        taken, left = left[: _images(part)], left[_images(part) :]
        if isinstance(part, Given):
            inputs.append(part.value)
        else:
            inputs.append(tuple(taken) if part else taken[0])
    return tuple(inputs)
