"""How badly a program knows held-out pictures, where these are few."""

from __future__ import annotations

import numpy as np
import pytest

from automl.evaluation.copies import HOPELESS, doubt
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.task import Task

SCORES = np.array([[2.0, 0.0], [0.5, 0.0], [0.0, 1.0], [1.0, 0.0]])


@pytest.fixture(scope="module")
def task() -> Task:
    return labelled_task("few", np.random.default_rng(0).normal(size=(40, 1, 6, 6)), np.arange(40) % 2)


def told(task: Task, scores: np.ndarray) -> float:
    part = task.data.train.take(np.array([int(np.flatnonzero(task.data.train.targets == y)[0]) for y in (0, 0, 1, 1)]))
    return doubt(task.data, scores, part)["doubt"]


def test_it_is_the_least_log_loss_of_all_temperatures(task: Task) -> None:
    losses = [
        np.mean(np.log(np.exp(t * SCORES).sum(1)) - t * SCORES[np.arange(4), [0, 0, 1, 1]])
        for t in np.geomspace(0.05, 20, 2000)
    ]
    assert told(task, SCORES) == pytest.approx(min(losses), abs=2e-3)


def test_how_sure_a_program_says_it_is_does_not_matter(task: Task) -> None:
    shares = np.exp(SCORES) / np.exp(SCORES).sum(1, keepdims=True)
    assert told(task, SCORES) == pytest.approx(told(task, 5 * SCORES), abs=2e-3)
    assert told(task, SCORES) == pytest.approx(told(task, shares), abs=2e-3)


def test_what_answers_the_other_way_round_is_no_better_than_a_guess(task: Task) -> None:
    assert told(task, -np.eye(2)[[0, 0, 1, 1]]) == pytest.approx(np.log(2), abs=0.02)
    assert told(task, np.full((4, 2), np.nan)) == HOPELESS
