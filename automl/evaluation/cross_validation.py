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


def mean_scores(data: ProblemData, folds: Sequence[tuple[Part, Mapping[str, float]]]) -> dict[str, float]:
    """The mean of each score over the folds, each counting as its cases, and how many folds there are.

    A fold is left out of the mean of the data's metric where no program has a value there. A score that is missing for another reason, as
    where the program's own answers have none, is missing from the means too: programs are not compared by the folds that suit them.
    """
    names = dict.fromkeys(name for _, scores in folds for name in scores)
    means = {name: _mean(name, data, folds) for name in names}
    return {**{name: mean for name, mean in means.items() if mean is not None}, FOLDS: float(len(folds))}


def _mean(name: str, data: ProblemData, folds: Sequence[tuple[Part, Mapping[str, float]]]) -> float | None:
    """The mean of one score; None where a fold has no value of it though it could."""
    missing = (part for part, scores in folds if name not in scores)
    if any(name != data.metric or not data.why_undefined(None, part) for part in missing):
        return None
    held = [(float(scores[name]) * part.total, part.total) for part, scores in folds if name in scores]
    return sum(total for total, _ in held) / sum(cases for _, cases in held)


def scores_of(data: ProblemData, outputs: Batch | None) -> dict[str, float]:
    """The mean scores over the data's folds of ``outputs`` for all its cases, each given without knowing the case's own fold; none where
    there are no outputs."""
    if outputs is None or data.folds is None:
        return {}
    together = joined(data).train
    parts = [
        (together.take(rows), answers(take(outputs, torch.from_numpy(rows)), data.type))
        for _, rows in data.folds.divided()
    ]
    return mean_scores(data, [(part, data.score(some, part)) for part, some in parts])
