"""Metrics of classes, as scikit-learn computes them; classes without a case are left out of means over classes. They are written here
so that a search need not import it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from library.records import Direction

from ..measure import Measure, average, class_name
from ..metrics import CLASSES

Weights = np.ndarray | None


def _confusion(targets: np.ndarray, answers: np.ndarray, weights: Weights) -> np.ndarray:
    """float64 [classes, classes]: what the cases count together, by target and by answer."""
    width = answers.shape[1]
    pairs = targets * width + answers.argmax(axis=1)
    return np.bincount(pairs, weights, minlength=width**2).reshape(width, width).astype(np.float64)


def _accuracy(targets: np.ndarray, answers: np.ndarray, weights: Weights = None) -> float:
    return average(answers.argmax(axis=1) == targets, weights)


def _balanced(targets: np.ndarray, answers: np.ndarray, weights: Weights = None) -> float:
    table = _confusion(targets, answers, weights)
    there = table.sum(axis=1) > 0
    return float((table.diagonal()[there] / table.sum(axis=1)[there]).mean())


def _f1(targets: np.ndarray, answers: np.ndarray, weights: Weights = None) -> float:
    """That of the second class of two, 0 where no case is of it or answered so; of more the mean over the classes."""
    table = _confusion(targets, answers, weights)
    both, either = 2 * table.diagonal(), table.sum(axis=0) + table.sum(axis=1)
    each = np.divide(both, either, out=np.zeros_like(both), where=either > 0)
    return float(each[1]) if len(each) == 2 else float(each[either > 0].mean())


def _log_loss(targets: np.ndarray, answers: np.ndarray, weights: Weights = None) -> float:
    """A class that an answer says is impossible counts as having the least probability that there is."""
    chosen = answers[np.arange(len(targets)), targets]
    return -average(np.log(np.clip(chosen, np.finfo(np.float64).eps, 1.0)), weights)


def _auc(targets: np.ndarray, answers: np.ndarray, weights: Weights = None) -> float:
    """Area under the receiver's curve of the second class of two; of more the mean of each class that occurs against the others."""
    wanted = [1] if answers.shape[1] == 2 else np.unique(targets)
    weights = np.ones(len(targets)) if weights is None else weights
    return float(np.mean([_area(targets == each, answers[:, each], weights) for each in wanted]))


def _area(positive: np.ndarray, scores: np.ndarray, weights: np.ndarray) -> float:
    """The Mann-Whitney statistic, each case counting as its weight and ties half."""
    levels, place = np.unique(scores, return_inverse=True)
    others = np.bincount(place, np.where(positive, 0.0, weights), minlength=len(levels))
    below = (np.cumsum(others) - others / 2)[place]
    mine = weights[positive]
    return float((below[positive] * mine).sum() / (mine.sum() * others.sum()))


def _several(targets: np.ndarray, names: Sequence[str]) -> str:
    only = int(targets[0])
    if (targets != only).any():
        return ""
    return f"only the class {class_name(only, names)}: auc needs two; divide the rows otherwise, or ask for log_loss"


ACCURACY = Measure("accuracy", CLASSES, Direction.MAXIMIZE, _accuracy, weighted=_accuracy)
BALANCED_ACCURACY = Measure("balanced_accuracy", CLASSES, Direction.MAXIMIZE, _balanced, weighted=_balanced, alike=True)
F1 = Measure("f1", CLASSES, Direction.MAXIMIZE, _f1, weighted=_f1)
LOG_LOSS = Measure("log_loss", CLASSES, Direction.MINIMIZE, _log_loss, weighted=_log_loss)
AUC = Measure("auc", CLASSES, Direction.MAXIMIZE, _auc, weighted=_auc, undefined=_several)
