"""Metrics of numbers, in the units of the data, as scikit-learn computes them."""

from __future__ import annotations

import numpy as np

from library.records import Direction

from ..measure import Measure
from ..metrics import NUMBERS


def _r2(targets: np.ndarray, answers: np.ndarray) -> float:
    total = float(((targets - targets.mean(axis=0)) ** 2).sum())
    remaining = float(((targets - answers) ** 2).sum())
    return 1.0 - remaining / total if total else float(remaining == 0.0)


def _mse(targets: np.ndarray, answers: np.ndarray) -> float:
    return float(((targets - answers) ** 2).mean())


def _mape(targets: np.ndarray, answers: np.ndarray) -> float:
    return float((np.abs(targets - answers) / np.maximum(np.abs(targets), np.finfo(np.float64).eps)).mean())


R2 = Measure("r2", NUMBERS, Direction.MAXIMIZE, _r2)
MAE = Measure("mae", NUMBERS, Direction.MINIMIZE, lambda y, p: float(np.abs(y - p).mean()))
MSE = Measure("mse", NUMBERS, Direction.MINIMIZE, _mse)
RMSE = Measure("rmse", NUMBERS, Direction.MINIMIZE, lambda y, p: float(np.sqrt(_mse(y, p))))
MAPE = Measure("mape", NUMBERS, Direction.MINIMIZE, _mape)
