"""Metrics of classes, as scikit-learn computes them; classes without a case are left out of means over classes."""

from __future__ import annotations

import numpy as np

from library.records import Direction

from ..measure import Measure, confusion
from ..metrics import CLASSES


def _confusion(targets: np.ndarray, answers: np.ndarray) -> np.ndarray:
    """float64 [classes, classes]: cases by target and by answer."""
    return confusion(targets, answers.argmax(axis=1), answers.shape[1]).astype(np.float64)


def _balanced(targets: np.ndarray, answers: np.ndarray) -> float:
    table = _confusion(targets, answers)
    there = table.sum(axis=1) > 0
    return float((table.diagonal()[there] / table.sum(axis=1)[there]).mean())


def _f1(targets: np.ndarray, answers: np.ndarray) -> float:
    """That of the second class of two; of more the mean over the classes."""
    table = _confusion(targets, answers)
    both, either = 2 * table.diagonal(), table.sum(axis=0) + table.sum(axis=1)
    each = np.where(either > 0, both / np.maximum(either, 1.0), 0.0)
    return float(each[1]) if len(each) == 2 else float(each[either > 0].mean())


def _log_loss(targets: np.ndarray, answers: np.ndarray) -> float:
    chosen = answers[np.arange(len(targets)), targets]
    return float(-np.log(np.clip(chosen, np.finfo(np.float64).eps, 1.0)).mean())


def _auc(targets: np.ndarray, answers: np.ndarray) -> float:
    """Area under the receiver's curve of the second class of two; of more the mean of each class against the others."""
    wanted = [1] if answers.shape[1] == 2 else range(answers.shape[1])
    areas = [_area(targets == each, answers[:, each]) for each in wanted]
    known = [area for area in areas if not np.isnan(area)]
    return float(np.mean(known)) if known else float("nan")


def _area(positive: np.ndarray, scores: np.ndarray) -> float:
    """The Mann-Whitney statistic, ties counting half."""
    count, others = int(positive.sum()), int((~positive).sum())
    if not count or not others:
        return float("nan")
    _, inverse, sizes = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(sizes) - (sizes - 1) / 2)[inverse]
    return float((ranks[positive].sum() - count * (count + 1) / 2) / (count * others))


ACCURACY = Measure("accuracy", CLASSES, Direction.MAXIMIZE, lambda y, p: float((p.argmax(axis=1) == y).mean()))
BALANCED_ACCURACY = Measure("balanced_accuracy", CLASSES, Direction.MAXIMIZE, _balanced)
F1 = Measure("f1", CLASSES, Direction.MAXIMIZE, _f1)
LOG_LOSS = Measure("log_loss", CLASSES, Direction.MINIMIZE, _log_loss)
AUC = Measure("auc", CLASSES, Direction.MAXIMIZE, _auc)
