"""Three of MNIST's digits in the three channels of one picture, whose class is computed from the digits, after Geada et al., "Insights from
the use of previously unseen neural architecture search datasets" (2024)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ...errors import TaskError
from ..cases.parts import Part
from ..kinds.labelled import labelled_task
from ..load import LABELLED_OPTIONS, SPLIT_OPTIONS, Reference, Source, sources
from ..metrics import CLASSES
from ..split import Split
from ..task import Task

COUNTS = ("count", "validation_count", "test_count")
OPTIONS = (
    *(option for option in LABELLED_OPTIONS if option not in SPLIT_OPTIONS and option != "targets"),
    *COUNTS, "seed", "path",
)  # fmt: skip
USUAL = 0.95
"""What the best entries of the competition reached: 95.06 % and 95.45 %."""
FULL = 255
"""The value of a full pixel."""


@dataclass(frozen=True)
class Triples:
    """A set of pictures of three digits: what their class is computed by from an array [n, 3], how many classes there are (triples with
    another value are none of the set), and how many pictures the train, validation and test parts have."""

    rule: Callable[[np.ndarray], np.ndarray]
    classes: int
    counts: tuple[int, int, int]

    def by_class(self) -> list[np.ndarray]:
        """For each class the triples of digits [n, 3] that have it."""
        every = np.stack(np.meshgrid(*(np.arange(10),) * 3, indexing="ij"), axis=-1).reshape(-1, 3)
        values = self.rule(every)
        return [every[values == value] for value in range(self.classes)]


SETS = {
    "addnist": Triples(lambda digits: digits.sum(axis=1) - 1, 20, (45_000, 15_000, 10_000)),
    "multnist": Triples(lambda digits: digits.prod(axis=1) % 10, 10, (50_000, 10_000, 10_000)),
}


def _load(reference: Reference) -> list[Task]:
    """Train pictures are of digits of MNIST's train part, validation and test pictures of those parts alone."""
    found = SETS[reference.name]
    counts = [reference.whole(key, default) for key, default in zip(COUNTS, found.counts, strict=True)]
    for key, count in zip(COUNTS, counts, strict=True):
        if count < found.classes:
            raise TaskError(f"{key}={count}: at least one picture of each of {found.classes} classes is required")
    drawn = [
        compose(part, found, count, np.random.Generator(np.random.PCG64([reference.whole_seed, stream])))
        for stream, (part, count) in enumerate(zip(_mnist(reference), counts, strict=True))
    ]
    (x, y), (x_validation, y_validation), (x_test, y_test) = drawn
    split = Split(test=0.0, validation=counts[1] / (counts[0] + counts[1]), policy="last")
    given = {"usual": USUAL, "targets": CLASSES, "layout": "chw", **reference.labelled(split)}
    x, y = np.concatenate([x, x_validation]), np.concatenate([y, y_validation])
    return [labelled_task(x=x, y=y, x_test=x_test, y_test=y_test, **given)]


def _mnist(reference: Reference) -> tuple[Part, Part, Part]:
    kept = {key: value for key, value in reference.options.items() if key == "path"}
    (mnist,) = sources()["bundled"].load(replace(reference, name="mnist", options=kept))
    assert mnist.test is not None
    return mnist.data.train, mnist.data.validation, mnist.test


def compose(part: Part, triples: Triples, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """``count`` pictures uint8 [count, 3, h, w] and their classes int64 [count].

    part: digits to draw from with replacement, float32 [n, 1, h, w] from 0 to 1.
    triples: what pictures there are. The classes are as many each, and within a class its triples of digits are equally likely.
    count: of pictures.
    rng: decides all that is drawn.

    Raises TaskError where ``part`` lacks a digit.
    """
    images = np.round(np.asarray(part.inputs[0])[:, 0] * np.float32(FULL)).astype(np.uint8)
    labels = np.asarray(part.targets)
    sizes = np.bincount(labels, minlength=10)
    if len(sizes) > 10 or not sizes.all():
        raise TaskError(f"mnist: labels {np.unique(labels).tolist()}: images of each digit from 0 to 9 are required")
    classes = rng.permutation(np.arange(count) % triples.classes)
    digits = np.empty((count, 3), dtype=np.int64)
    for value, members in enumerate(triples.by_class()):
        rows = np.flatnonzero(classes == value)
        digits[rows] = members[rng.integers(0, len(members), len(rows))]
    by_digit = np.argsort(labels, kind="stable")
    firsts = np.cumsum(sizes) - sizes
    return images[by_digit[firsts[digits] + rng.integers(0, sizes[digits])]], classes


SOURCE = Source(
    "digit_triples",
    f"three of MNIST's digits in one picture ({', '.join(SETS)})",
    OPTIONS,
    lambda reference: reference.path is None and reference.name in SETS,
    _load,
    names=tuple(SETS),
)
