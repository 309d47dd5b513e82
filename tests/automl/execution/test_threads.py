"""How many threads a training has, and how they wait."""

from __future__ import annotations

import os
import sys
from typing import Any

import pytest
import torch

from automl.evaluation import training
from automl.evaluation.evaluate import evaluate_candidate
from automl.evaluation.prepared import Evaluated, Prepared, context_of
from automl.execution import threads
from automl.tasks.kinds.labelled import labelled_task
from library.vocabulary import Vocabulary


@pytest.mark.parametrize(
    ("environment", "load", "sharing", "wanted"),
    [
        ({"GOMP_SPINCOUNT": "30000"}, 7.0, 1, 8),
        ({"GOMP_SPINCOUNT": "9"}, 7.0, 3, 2),
        ({"GOMP_SPINCOUNT": "30000"}, 0.0, 99, 1),
        ({"GOMP_SPINCOUNT": "30000", "OMP_NUM_THREADS": "3"}, 0.0, 1, 3),
        ({"GOMP_SPINCOUNT": "30000", "OMP_NUM_THREADS": "3"}, 0.0, 4, 2),
        ({}, 0.0, 1, 8),
        ({}, 5.2, 1, 3),
        ({}, 50.0, 1, 1),
    ],
)
def test_trainings_share_the_processors_and_spin_on_idle_ones_alone(
    environment: dict[str, str], load: float, sharing: int, wanted: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (threads.SPINS, threads.COUNT):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(threads, "processors", lambda: 8)
    monkeypatch.setattr(os, "getloadavg", lambda: (load, 0.0, 0.0), raising=False)
    assert threads.training_threads(sharing) == wanted


def test_what_the_environment_says_of_waiting_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(threads.SPINS, "7")
    monkeypatch.delitem(sys.modules, "torch")
    threads.wait_patiently()
    assert os.environ[threads.SPINS] == "7"
    monkeypatch.delenv(threads.SPINS)
    threads.wait_patiently()
    assert os.environ[threads.SPINS] == threads.FEW


def test_an_order_has_its_threads_for_its_training_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    task = labelled_task("two", [[0.0], [1.0]] * 20, [0, 1] * 20)
    prepared = Prepared(context_of(task.data, Vocabulary()))
    seen: list[int] = []

    def noted(*given: Any) -> Evaluated:
        seen.append(torch.get_num_threads())
        return Evaluated("ok")

    monkeypatch.setattr(training, "_trained_for", noted)
    before, text = torch.get_num_threads(), "(lambda (x) (dense :units 2 @1 x))"
    evaluate_candidate(prepared, {"term": text, "threads": before + 1})
    evaluate_candidate(prepared, {"term": text})
    assert seen == [before + 1, before] and torch.get_num_threads() == before
