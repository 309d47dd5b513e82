"""Few pictures with distorted copies of them, for fitted words: these see each case once, not batches that are varied anew."""

from __future__ import annotations

import numpy as np

from ..tasks.cases.distorted import distorted
from ..tasks.cases.folds import Folds
from ..tasks.cases.parts import Part
from ..tasks.data import ProblemData

MOST, ALL = 15, 1500
"""Copies of each picture, and of all together, at most. Set by hand."""


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
