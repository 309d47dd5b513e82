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


def score_interval(
    data: ProblemData, outputs: Outputs, part: Part, groups: np.ndarray | None = None, seed: int = 0
) -> tuple[float, float] | None:
    """The interval of 95 % for the task's metric on all cases of the kind: of an accuracy Wilson's (1927), of another metric the
    percentiles of samples drawn with replacement (Efron's bootstrap, 1979).

    outputs: the program's for the cases of ``part``.
    groups: [n], of which group each case is, where those of one group are alike: it then counts as a whole (default: each case is one).
    seed: of the samples (default: 0).

    None where there is one group alone, where the metric is undefined in more than a few of the samples, or where it is the same in all.
    """
    answers = tuple(outputs) if isinstance(outputs, list | tuple) else as_array(outputs)
    members = np.arange(len(part)) if groups is None else np.unique(groups, return_inverse=True)[1]
    if groups is not None and members.max() == 0:
        return None
    if data.metric == "accuracy" and data.target == CLASSES:
        met = data.case_errors(answers, part) == 0.0
        weights = np.ones(len(part)) if part.weights is None else part.weights
        return _of_accuracy(met, weights, None if groups is None else members)
    return _bootstrap(data, answers, part, members, seed)


def _of_accuracy(met: np.ndarray, weights: np.ndarray, members: np.ndarray | None) -> tuple[float, float]:
    """Wilson's interval of the share of cases that are ``met``, for as many independent cases as these are worth: of weighted ones Kish's
    effective number (1965), of grouped ones what the spread of the groups comes to, between the number of groups and of cases. With groups
    the quantile is Student's, for their spread is estimated (Korn and Graubard 1998)."""
    from scipy import stats

    share = float(np.average(met, weights=weights))
    number = _effective(weights)
    if members is None:
        quantile = stats.norm.ppf((1 + SHARE) / 2)
    else:
        sizes = np.bincount(members, weights)
        count, fewest = len(sizes), _effective(sizes)
        residuals = np.bincount(members, weights * (met - share))
        variance = count / (count - 1) * float((residuals**2).sum()) / float(weights.sum()) ** 2
        number = float(np.clip(share * (1 - share) / variance, fewest, number)) if variance else fewest
        quantile = stats.t.ppf((1 + SHARE) / 2, count - 1)
    square = float(quantile) ** 2
    centre = (share + square / (2 * number)) / (1 + square / number)
    half = float(np.sqrt(square * (share * (1 - share) / number + square / (4 * number**2)))) / (1 + square / number)
    return max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half))


def _effective(weights: np.ndarray) -> float:
    """How many equal weights would say as much."""
    return float(weights.sum() ** 2 / (weights**2).sum())


def _bootstrap(
    data: ProblemData, answers: tuple[Value, ...] | np.ndarray, part: Part, members: np.ndarray, seed: int
) -> tuple[float, float] | None:
    """The percentiles of the metric on samples of the groups that the cases are ``members`` [n] of."""
    wanted = int(np.clip(CASES // max(1, len(part)), LEAST, RESAMPLES))
    rng = np.random.Generator(np.random.PCG64([seed, len(part)]))
    order, count = np.argsort(members, kind="stable"), int(members.max()) + 1
    rows = np.split(order, np.cumsum(np.bincount(members))[:-1])
    sampled = partial(_sampled, data, answers, part)
    found = [sampled(np.concatenate([rows[each] for each in rng.integers(0, count, count)])) for _ in range(wanted)]
    known = [value for value in found if value is not None and np.isfinite(value)]
    if len(known) < SHARE * wanted or min(known) == max(known):
        return None
    low, high = np.quantile(known, [(1 - SHARE) / 2, (1 + SHARE) / 2])
    return float(low), float(high)


def _sampled(
    data: ProblemData, answers: tuple[Value, ...] | np.ndarray, part: Part, chosen: np.ndarray
) -> float | None:
    some = [answers[index] for index in chosen] if isinstance(answers, tuple) else answers[chosen]
    return data.score(some, part.take(chosen)).get(data.metric)
