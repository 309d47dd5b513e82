"""Sequences of MNIST's digits side by side on one canvas, to be read by a net with a head for the length and one for each
digit, after Goodfellow et al. 2013 (Street View house numbers)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...errors import TaskError
from ..cases.parts import Part
from ..kinds.heads import heads_task
from ..load import Reference, Source, sources
from ..metrics import ABSENT
from ..task import Task

NAME = "mnist-sequences"
OPTIONS = ("lengths", "count", "validation_count", "test_count", "seed", "path", "name", "solved_at", "family")
HEIGHT, WIDEST, GAP = 28, 20, 2
"""Rows of the canvas; columns of the widest digit, and at least so many on average beside it."""
INK = 0.1
SHIFT = 3
"""Most rows up or down that a digit is moved, where there is room."""


def _load(reference: Reference) -> list[Task]:
    """Train sequences are of digits of MNIST's train part, validation and test sequences of those parts alone."""
    lengths = reference.span("lengths", (1, 5))
    if not 1 <= lengths[0] <= lengths[1] <= 9:
        raise TaskError(f"lengths={lengths[0]}-{lengths[1]}: bounds from 1 to 9, in order, are required; write 1-5")
    counts = [
        reference.whole(key, default)
        for key, default in (("count", 20_000), ("validation_count", 2_000), ("test_count", 2_000))
    ]
    if min(counts) < 1:
        raise TaskError(f"counts={counts}: at least one sequence of each part is required; correct the options")
    digits = _digits(reference)
    parts = [
        compose(part, lengths, count, np.random.Generator(np.random.PCG64([reference.whole_seed, stream])))
        for stream, (part, count) in enumerate(zip(digits, counts, strict=True))
    ]
    classes = (lengths[1] + 1, *(10 for _ in range(lengths[1])))
    return [
        heads_task(
            reference.options.get("name", NAME),
            classes,
            *parts,
            scaling="unit",
            full_scale=1.0,
            solved_at=reference.number("solved_at", None),
            family=reference.options.get("family"),
            source=NAME,
        )
    ]


def _digits(reference: Reference) -> tuple[Part, Part, Part]:
    kept = {key: value for key, value in reference.options.items() if key == "path"}
    (mnist,) = sources()["bundled"].load(replace(reference, name="mnist", options=kept))
    view, test = mnist.data, mnist.test
    if test is None:
        raise TaskError("task='mnist' has no test part: both are required; add its test files")
    return view.train, view.validation, test


def compose(
    part: Part, lengths: tuple[int, int], count: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """``count`` canvases float32 [count, 1, 28, width] and their answers int64 [count, 1 + longest]: the length, then the
    digits from the left, ABSENT after the last.

    Lengths are uniform, digits drawn with replacement from ``part`` (images [n, 1, 28, 28] in [0, 1]) and cut to the
    columns with ink. What is left of the width is divided at random into the gaps; heights vary by a few rows.
    """
    images = np.asarray(part.inputs[0])[:, 0]
    labels = np.asarray(part.targets)
    width = lengths[1] * (WIDEST + GAP) + GAP
    canvases = np.zeros((count, 1, HEIGHT, width), dtype=np.float32)
    answers = np.full((count, 1 + lengths[1]), ABSENT, dtype=np.int64)
    answers[:, 0] = rng.integers(lengths[0], lengths[1] + 1, count)
    for canvas, answer in zip(canvases[:, 0], answers, strict=True):
        chosen = rng.integers(0, len(images), answer[0])
        answer[1 : 1 + answer[0]] = labels[chosen]
        glyphs = [_cut(images[index], int(rng.integers(-SHIFT, SHIFT + 1))) for index in chosen]
        free = width - sum(glyph.shape[1] for glyph in glyphs)
        starts = np.sort(rng.integers(0, max(free, 0) + 1, len(glyphs)))
        used = 0
        for start, glyph in zip(starts, glyphs, strict=True):
            left = int(start) + used
            canvas[:, left : left + glyph.shape[1]] = np.maximum(
                canvas[:, left : left + glyph.shape[1]], glyph[:, : width - left]
            )
            used += glyph.shape[1]
    return canvases, answers


def _cut(image: np.ndarray, down: int) -> np.ndarray:
    """The columns with ink, at most WIDEST + GAP in the middle, moved by some rows, never over the edge."""
    columns = np.flatnonzero(image.max(axis=0) > INK)
    first, last = (int(columns[0]), int(columns[-1]) + 1) if len(columns) else (4, 24)
    excess = max(0, last - first - WIDEST - GAP)
    rows = np.flatnonzero(image.max(axis=1) > 0)
    if len(rows):
        down = max(-int(rows[0]), min(down, HEIGHT - 1 - int(rows[-1])))
    return np.roll(image[:, first + excess // 2 : last - (excess - excess // 2)], down, axis=0)


SOURCE = Source(
    "digit_sequences",
    f"sequences of MNIST's digits on one canvas ({NAME}?lengths=1-5&count=20000)",
    OPTIONS,
    lambda reference: reference.path is None and reference.name == NAME,
    _load,
    names=(NAME,),
)
