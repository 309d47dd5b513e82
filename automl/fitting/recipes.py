"""How long, and with which settings, the gradient trainer should train on given data; measured, see
experiments/benchmarks/recipes.

Two fidelities: ``screening`` tells good structures from bad ones in a second, ``final`` gets out of one what is in it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..tasks.cases.parts import Part, RaggedArray
from ..tasks.data import ProblemData

BATCH = 64
SCREENING_STEPS, FINAL_STEPS = 120, 450
"""Updates that suffice for nets of some ten thousand weights on small images (sklearn's digits: 8 and 30 epochs)."""
FINAL_EPOCHS = 3
"""At least so many passes in a final fit, however large the data."""


@dataclass(frozen=True)
class Recipe:
    """``settings`` of the gradient trainer and ``epochs``; ``joined``: train on train and validation cases together
    (``joined`` below)."""

    epochs: int
    settings: dict[str, Any] = field(default_factory=dict)
    joined: bool = False


def screening(data: ProblemData) -> Recipe:
    """The trainer's defaults for about 120 updates, at least one epoch."""
    return Recipe(_epochs(data, SCREENING_STEPS))


def final(data: ProblemData) -> Recipe:
    """About 450 updates, at least three epochs, on train and validation cases together, images with light elastic
    distortion."""
    side = image_side(data)
    distortion = {} if side is None else {"elastic": round(0.04 * side, 2), "smooth": round(side / 6, 2)}
    return Recipe(max(FINAL_EPOCHS, _epochs(data, FINAL_STEPS)), {**distortion, "keep": "last"}, joined=True)


def timed(data: ProblemData, parameters: int | None = None) -> dict[str, dict[str, Any]]:
    """The settings of a training that ends with its time rather than with its epochs, by phase: a short one moves pictures by a
    pixel only, and longer ones turn, stretch and skew them a little too; series are as they are. Set by hand, near what the baselines' fast
    protocols declare; with a given time a net that takes long for a case makes its steps of fewer of them.

    data: of the task.
    parameters: the most that a net may have (default: any number). Where these are few for the data, the rate is higher, and neither are
        the weights held small nor the targets smoothed.
    """
    side = image_side(data)
    common = {
        "optimiser": "adamw", "rate": 0.004, "batch_size": 128, "weight_decay": 0.01, "smoothing": 0.05, "clip": 1.0,
        "validations": 1, "train_cases": 200, "keep": "last",
        "least_steps": TIMED_STEPS,
    }  # fmt: skip
    if is_narrow(data, parameters):
        common |= {"rate": NARROW_RATE, "weight_decay": 0.0, "smoothing": 0.0}
    if side is None:
        return {"explore": common, "refine": common, "final": common}
    decay = 0.0 if is_narrow(data, parameters) else min(0.2, max(0.01, 0.2 * DECAYED / max(1, len(data.train))))
    moved = {**common, "weight_decay": decay, "shift": max(1, round(side / 28))}
    varied = {**moved, "rotate": 8.0, "scale": 0.08, "skew": 0.05}
    return {"explore": moved, "refine": varied, "final": varied}


DECAYED = 3000
"""Pictures for which the weight decay is 0.2. It falls as they are more, down to 0.01: how fast weights are to forget is counted in passes
over the data (Wang and Aitchison 2024, arXiv 2405.13698). Of 2,940 training pictures of cifar10_subset, in 50 passes, a net of two seeds
got 70.8 and 70.2 % of 1,000 others right with 0.2 and 68.4 and 67.6 % with 0.01 (``python -m experiments.benchmarks.passes``,
experiments/results/passes_cifar10_subset.json); of 4,000 of MNIST about as many with both (passes_mnist.json). What these files name
without ``decay`` had 0.01."""
TIMED_STEPS = 750
"""Steps that such a training should have, set by hand. Of 4,000 pictures of MNIST three nets, each tried once, learned the more the
smaller their batches were, of 64, 32 and 16; of 12,000 two did, and the third as much by 32 as by 16."""


NARROW = 0.4
"""Weights for each case of the train part, of which with no more a net needs no regularisation; set by hand."""
NARROW_RATE = 0.025
"""The rate of such nets, set by hand: with 0.015 one of 695 weights had 95.3 % of MNIST's validation part right after 700 steps, with
0.03 96.7 % (one training each)."""


def is_narrow(data: ProblemData, parameters: int | None) -> bool:
    """Whether a net of at most so many weights (None: of any number) learns too little of the data rather than too much."""
    return parameters is not None and parameters <= NARROW * len(data.train)


def unvaried() -> dict[str, object]:
    """How else a longer training of a net of few weights may take pictures: as they are."""
    return {"rotate": 0.0, "scale": 0.0, "skew": 0.0, "shift": 0}


def mirrored(data: ProblemData) -> dict[str, object]:
    """How else a longer training may vary pictures, which suits some (a car) and not others (a digit): they are mirrored, and moved a
    little farther in place of turned, stretched and skewed. The refinement tries it. Set by hand, after single
    trainings on a part of cifar10_subset (docs/searching.md; ``python -m experiments.benchmarks.passes`` does the like).

    data: pictures.
    """
    side = image_side(data) or 0
    return {"flip_horizontal": True, "rotate": 0.0, "scale": 0.0, "skew": 0.0, "shift": max(1, round(side / 14))}


def _epochs(data: ProblemData, steps: int) -> int:
    return math.ceil(steps / max(1, round(len(data.train) / BATCH)))


def image_side(data: ProblemData) -> int | None:
    """The shorter side in pixels of the first input that is images (or lists of images) of at least 6 pixels, or
    None."""
    for column in data.train.inputs:
        values = column.values if isinstance(column, RaggedArray) else column
        if isinstance(values, np.ndarray) and values.ndim == 4 and min(values.shape[2:]) >= 6:
            return min(values.shape[2:])
    return None


def joined(data: ProblemData) -> ProblemData:
    """The data with train and validation cases together as train part, for a final fit with ``keep="last"``; the
    validation part stays what it was, so its scores then say nothing."""
    if data.validation is data.train:
        return data
    return data.with_data(_join(data.train, data.validation), data.validation)


def _join(first: Part, second: Part) -> Part:
    def column(a: Any, b: Any) -> Any:
        if isinstance(a, RaggedArray):
            return RaggedArray(np.concatenate([a.values, b.values]), np.concatenate([a.lengths, b.lengths]))
        return a + b if isinstance(a, tuple) else np.concatenate([a, b])

    inputs = tuple(column(a, b) for a, b in zip(first.inputs, second.inputs, strict=True))
    known = first.weights is not None and second.weights is not None
    weights = column(first.weights, second.weights) if known else None
    keys = None if first.keys is None or second.keys is None else first.keys.joined(second.keys)
    return Part(inputs, column(first.targets, second.targets), weights, keys)
