"""The scores of a candidate where cases are few: the mean over folds, each answered by a fit to the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch

from ..fitting.batches import Batch, answers, take
from ..fitting.recipes import joined
from ..tasks.cases.folds import FOLDS, FoldCodes
from ..tasks.cases.parts import Part
from ..tasks.data import ProblemData


def all_cases(data: ProblemData) -> ProblemData:
    """The data with the cases of train and validation part together as both parts: what the program given is fitted to."""
    together = joined(data).train
    return data.with_data(together, together)


def divided(data: ProblemData) -> Iterator[ProblemData]:
    """For each fold the data with its cases as validation part and those that are fitted to as train part."""
    assert data.folds is not None, "data without folds are not divided"
    together = joined(data).train
    for number, (known, held_out) in enumerate(data.folds.divided()):
        parts = [_as_seen(together.take(rows), data.folds.codes, number, rows) for rows in (known, held_out)]
        yield data.with_data(*parts)


def _as_seen(part: Part, codes: FoldCodes | None, fold: int, rows: np.ndarray) -> Part:
    """The cases ``rows`` as a fold has them."""
    return part if codes is None else replace(part, inputs=(codes.put(np.asarray(part.inputs[0]), fold, rows),))


def mean_scores(folds: Sequence[tuple[Part, Mapping[str, float]]]) -> dict[str, float]:
    """The mean of each score over the folds in which it is defined, each counting as its cases, and how many folds there are."""
    totals: dict[str, tuple[float, float]] = {}
    for part, scores in folds:
        for name, value in scores.items():
            total, cases = totals.get(name, (0.0, 0.0))
            totals[name] = total + float(value) * part.total, cases + part.total
    return {**{name: total / cases for name, (total, cases) in totals.items()}, FOLDS: float(len(folds))}


def scores_of(data: ProblemData, outputs: Batch | None) -> dict[str, float]:
    """The mean scores over the data's folds of ``outputs`` for all its cases, each given without knowing the case's own fold; none where
    there are no outputs."""
    if outputs is None or data.folds is None:
        return {}
    together = joined(data).train
    parts = [(together.take(rows), answers(take(outputs, torch.from_numpy(rows)))) for _, rows in data.folds.divided()]
    return mean_scores([(part, data.score(some, part)) for part, some in parts])
