"""Few pictures with distorted copies of them: for fitted words, which see each case once, not batches that are varied anew, and to compare
programs by, where pictures alone are too few for that."""

from __future__ import annotations

import numpy as np

from ..tasks.cases.distorted import distorted
from ..tasks.cases.folds import DOUBT, Folds
from ..tasks.cases.parts import Part
from ..tasks.data import ProblemData
from ..tasks.metrics import CLASSES, LEAST_PROBABILITY, Outputs, are_distributions, score_rows

MOST, ALL = 30, 1500
"""Copies of each picture, and of all together, at most. Set by hand."""
TEMPERATURES = np.geomspace(1 / 64, 16, 41)
"""What scores of classes are multiplied by: the best of these."""
HOPELESS = 1e6
"""The doubt of what is no number."""


def doubt(data: ProblemData, outputs: Outputs, part: Part) -> dict[str, float]:
    """``DOUBT``: the log loss of a program's scores of classes at the temperature at which it is least (Guo et al. 2017, On calibration of
    modern neural networks); nothing of numbers.

    data: of the task.
    outputs: of the program, scores [n, classes].
    part: the ``n`` cases, held-out pictures and copies of them.

    Of 25 pictures the accuracy is known in steps of 0.04, and it says nothing of how near the others are; the log loss on copies too says
    both. The temperature makes programs alike that differ in how sure they say they are, which does not change what they answer.
    """
    if data.target != CLASSES:
        return {}
    z, y = score_rows(outputs), np.asarray(part.targets, np.int64)
    if z is None or not np.isfinite(z).all():
        return {DOUBT: HOPELESS}
    if are_distributions(z):
        z = np.log(np.maximum(z, LEAST_PROBABILITY))
    z = z - z.max(1, keepdims=True)
    own = z[np.arange(len(y)), y]
    losses = [np.average(np.log(np.exp(t * z).sum(1)) - t * own, weights=part.weights) for t in TEMPERATURES]
    return {DOUBT: float(min(losses))}


def with_copies(data: ProblemData, folds: Folds | None) -> tuple[ProblemData, Folds | None]:
    """The data whose train part has distorted copies behind its pictures, and the folds in which each copy is where its picture is; as they
    are where the pictures are too many for one copy of each.

    data: of pictures.
    folds: of its train part; None where there are none.
    """
    part = data.train
    count = min(MOST, ALL // max(1, len(part)))
    if not count:
        return data, folds
    x = np.asarray(part.inputs[0])
    more = Part(
        (np.concatenate([x, distorted(x, count, seed=0, stream=1)]),),
        np.concatenate([np.asarray(part.targets)] * (1 + count)),
        None if part.weights is None else np.tile(part.weights, 1 + count),
        None,
    )
    held_out = None if folds is None else Folds(np.tile(folds.held_out, 1 + count), folds.ordered)
    return data.with_data(more, data.validation), held_out
