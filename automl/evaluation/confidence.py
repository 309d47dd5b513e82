"""How far a test score may be from that of all cases of the kind."""

from __future__ import annotations

import numpy as np

from primitives.values import Value

from ..tasks.cases.parts import Part
from ..tasks.data import ProblemData
from ..tasks.distance import as_array
from ..tasks.metrics import Outputs

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
    found = [_sampled(data, answers, part, rng.integers(0, count, count)) for _ in range(wanted)]
    known = [value for value in found if value is not None and np.isfinite(value)]
    if len(known) < SHARE * wanted:
        return None
    low, high = np.quantile(known, [(1 - SHARE) / 2, (1 + SHARE) / 2])
    return float(low), float(high)


def _sampled(
    data: ProblemData, answers: tuple[Value, ...] | np.ndarray, part: Part, chosen: np.ndarray
) -> float | None:
    some = [answers[index] for index in chosen] if isinstance(answers, tuple) else answers[chosen]
    return data.score(some, part.take(chosen)).get(data.metric)
