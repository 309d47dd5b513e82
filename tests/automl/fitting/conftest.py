"""Small tasks and nets that the tests of trainers share."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn

from automl.tasks.data import ProblemData
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.split import Split
from automl.tasks.task import Task


@pytest.fixture(scope="session")
def iris() -> Task:
    from sklearn.datasets import load_iris

    x, y = load_iris(return_X_y=True)
    return labelled_task("iris", x, y, split=Split(test=0.2, validation=0.2))


@pytest.fixture(scope="session")
def digits() -> Task:
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    split = Split(test=1 / 3, validation=0.2)
    return labelled_task("digits", x.reshape(-1, 1, 8, 8), y, split=split, full_scale=16.0)


@pytest.fixture(scope="session")
def line() -> ProblemData:
    """Numbers: y = 3 x₀ − 2 x₁ + 1, without noise."""
    x = np.random.default_rng(0).normal(size=(200, 2))
    y = x @ np.array([3.0, -2.0]) + 1.0
    return labelled_task("line", x, y[:, None], split=Split(test=0.2, validation=0.2)).data


@pytest.fixture(scope="session")
def dense() -> Callable[..., nn.Module]:
    def make(inputs: int = 4, outputs: int = 3, hidden: int = 16, seed: int = 0) -> nn.Module:
        torch.manual_seed(seed)
        return nn.Sequential(nn.Linear(inputs, hidden), nn.Tanh(), nn.Linear(hidden, outputs))

    return make


@pytest.fixture(scope="session")
def convolutional() -> Callable[..., nn.Module]:
    def make(seed: int = 0) -> nn.Module:
        torch.manual_seed(seed)
        return nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Dropout(0.1), nn.Linear(128, 10),
        )  # fmt: skip

    return make
