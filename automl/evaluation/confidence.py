"""How far a test score may be from that of all cases of the kind."""

from __future__ import annotations

from functools import partial

import numpy as np

from primitives.values import Value

from ..tasks.cases.parts import Part
from ..tasks.data import ProblemData
from ..tasks.distance import as_array
from ..tasks.metrics import CLASSES, Outputs

RESAMPLES, CASES = 500, 2_000_000
"""Samples that are drawn; of large parts fewer, so that no more than CASES are scored in all, but at least LEAST."""
LEAST = 50
SHARE = 0.95


def bootstrap_interval(data: ProblemData, outputs: Outputs, part: Part, seed: int = 0) -> tuple[float, float] | None:
    """The interval in which the task's metric lies in 95 % of samples of the part's cases drawn with replacement (Efron's percentile
    bootstrap, 1979); None where it is undefined in more than a few of them."""
    count = len(part)
    wanted = int(np.clip(CASES // max(1, count), LEAST, RESAMPLES))
    rng = np.random.Generator(np.random.PCG64([seed, count]))
    answers = tuple(outputs) if isinstance(outputs, list | tuple) else as_array(outputs)
    sampled = partial(_accuracy, _met(data, answers, part)) if _is_accuracy(data) else partial(_sampled, data, answers)
    found = [sampled(part, rng.integers(0, count, count)) for _ in range(wanted)]
    known = [value for value in found if value is not None and np.isfinite(value)]
    if len(known) < SHARE * wanted:
        return None
    low, high = np.quantile(known, [(1 - SHARE) / 2, (1 + SHARE) / 2])
    return float(low), float(high)


def _is_accuracy(data: ProblemData) -> bool:
    """Whether the metric is a mean over the cases, of which each is met or not whatever the others are."""
    return data.metric == "accuracy" and data.target == CLASSES


def _met(data: ProblemData, answers: tuple[Value, ...] | np.ndarray, part: Part) -> np.ndarray:
    """bool [n]: which cases are met."""
    return data.case_errors(answers, part) == 0.0


def _accuracy(met: np.ndarray, part: Part, chosen: np.ndarray) -> float:
    """The accuracy on the cases ``chosen``, as automl.tasks.metrics.score has it."""
    weights = part.weights
    return float(np.average(met[chosen], weights=None if weights is None else weights[chosen]))


def _sampled(
    data: ProblemData, answers: tuple[Value, ...] | np.ndarray, part: Part, chosen: np.ndarray
) -> float | None:
    some = [answers[index] for index in chosen] if isinstance(answers, tuple) else answers[chosen]
    return data.score(some, part.take(chosen)).get(data.metric)
