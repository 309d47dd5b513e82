"""A stored search whose result has weights, for tests of what is made of stored runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.task import Task
from library.records import Evaluation, Event, Run
from library.store import AbstractStore, open_store

EVIL = "<script>alert(1)</script>"
TERMS = [f"(lambda (dense :units 2 @1 (relu (dense :units {n} @2 $0))))" for n in (1, 2)]
SCORES = (0.5, None, 0.75)


def larger_task() -> Task:
    """Which of two numbers is larger, as arrays; the second label is named like a script."""
    inputs = np.random.default_rng(0).random((40, 2)).astype(np.float32)
    return labelled_task("larger", inputs, np.where(inputs[:, 0] > inputs[:, 1], "first", EVIL))


def stored_search(store: AbstractStore, task: Task) -> Run:
    """A search that is done: three evaluations, of which the second failed and the last is the result, which has weights and curves.

    store: it is put there as ``run1``.
    task: that of ``larger_task``.
    """
    import torch

    weights = {
        "1.weight": torch.tensor([[-1.0, 1.0], [1.0, -1.0]]), "1.bias": torch.zeros(2),
        "2.weight": torch.eye(2), "2.bias": torch.zeros(2),
    }  # fmt: skip
    digest = store.blobs.put(weights)
    assert task.preprocessing is not None
    result = {"ask": 2, "score": SCORES[2], "test_score": 0.7, "right": None}
    config = {
        "type": str(task.type), "workers": "1", "preprocessing": task.preprocessing.to_json(), "result": result,
        "ended": "budget spent", "elapsed": 9.0,
    }  # fmt: skip
    made = store.create_run(
        Run(
            "run1",
            task.name,
            "genetic",
            seed=3,
            config=config,
            state="finished",
            started=1.7e9,
            finished=1.7e9 + 9,
            metric="accuracy",
        )
    )
    terms = [TERMS[0], TERMS[0], TERMS[1]]
    events, evaluations = [], []
    for ask, score in enumerate(SCORES):
        events += [
            Event("run1", 2 * ask, "asked", ask, {"term": terms[ask], "phase": "explore", "info": {}}),
            Event("run1", 2 * ask + 1, "finished", ask, {"outcome": "completed", "elapsed": ask + 1.0}),
        ]
        evaluations.append(
            Evaluation(
                "run1", ask, terms[ask], "completed" if score else "timed out", {"accuracy": score} if score else {}, seconds=0.5,
                parameters=7 + 5 * (ask // 2), size=4, weights=digest if ask == 2 else None,
                curves={"epoch": [1, 2], "train_loss": [0.9, 0.4], "validation_score": [0.5, 0.75]} if ask == 2 else None,
            )
        )  # fmt: skip
    store.record(*evaluations, events=events)
    return made


@pytest.fixture
def store(tmp_path: Path) -> Iterator[AbstractStore]:
    """A store in a file, without runs."""
    with open_store(str(tmp_path / "runs.db")) as opened:
        yield opened


@pytest.fixture
def task() -> Task:
    """That of ``larger_task``."""
    return larger_task()


@pytest.fixture
def run(store: AbstractStore, task: Task) -> Run:
    """That of ``stored_search``, in the store."""
    return stored_search(store, task)
