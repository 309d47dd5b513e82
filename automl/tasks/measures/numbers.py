"""Metrics of numbers, in the units of the data, as scikit-learn computes them; but R² of several outputs is one of all their squares
together, as in training, where scikit-learn's is the mean of one for each. They are written here so that a search need not import it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from library.records import Direction
from primitives.brief import plural

from ..measure import Measure, average
from ..metrics import NUMBERS

Weights = np.ndarray | None


def _r2(targets: np.ndarray, answers: np.ndarray, weights: Weights = None) -> float:
    centred = targets - np.average(targets, axis=0, weights=weights)
    total, remaining = average(centred**2, weights), average((targets - answers) ** 2, weights)
    return 1.0 - remaining / total if total else float(remaining == 0.0)


def _mae(targets: np.ndarray, answers: np.ndarray, weights: Weights = None) -> float:
    return average(np.abs(targets - answers), weights)


def _mse(targets: np.ndarray, answers: np.ndarray, weights: Weights = None) -> float:
    return average((targets - answers) ** 2, weights)


def _rmse(targets: np.ndarray, answers: np.ndarray, weights: Weights = None) -> float:
    return float(np.sqrt(_mse(targets, answers, weights)))


def _mape(targets: np.ndarray, answers: np.ndarray, weights: Weights = None) -> float:
    return average(np.abs(targets - answers) / np.abs(targets), weights)


def _no_zeros(targets: np.ndarray, names: Sequence[str]) -> str:
    zeros = int((targets == 0).any(axis=tuple(range(1, targets.ndim))).sum())
    what = plural(zeros, "target that is 0", "targets that are 0")
    return f"{what} among {len(targets):,}: mape has no percentage of 0; ask for mae" if zeros else ""


R2 = Measure("r2", NUMBERS, Direction.MAXIMIZE, _r2, weighted=_r2)
MAE = Measure("mae", NUMBERS, Direction.MINIMIZE, _mae, weighted=_mae)
MSE = Measure("mse", NUMBERS, Direction.MINIMIZE, _mse, weighted=_mse)
RMSE = Measure("rmse", NUMBERS, Direction.MINIMIZE, _rmse, weighted=_rmse)
MAPE = Measure("mape", NUMBERS, Direction.MINIMIZE, _mape, weighted=_mape, undefined=_no_zeros)
