"""Which candidates' weights stay in the store as a search goes on."""

from __future__ import annotations

import random
from collections.abc import Mapping
from functools import partialmethod
from typing import Any

import pytest
import torch

from automl.budget import Budget
from automl.study.keeping import weights
from automl.study.opening import Options, open_study, resume_options
from automl.study.planning.schedule import PHASES
from automl.study.study import Study
from automl.tasks.load import load_tasks
from experiments.benchmarks.simulated import SimulatedExecutor, SimulatedWorkers, hashed
from library.store import AbstractStore, open_store
from library.weights.blobs import to_bytes

IRIS = load_tasks("iris?folds=0")[0]
POPULATION, KEPT, SLACK = 10, 3, 8


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights are freed however young they are, and soon."""
    monkeypatch.setattr(weights, "SLACK", SLACK)
    monkeypatch.setattr(AbstractStore, "free_weights", partialmethod(AbstractStore.free_weights, older_than=0.0))


def trained(job: Mapping[str, Any]) -> dict[str, object]:
    """A net with weights that no other has, and which had to have its parents' where it asked for some."""
    order = job["candidates"][0]
    (found,) = hashed(job)["evaluations"]  # type: ignore[misc]
    assert all(order["start"]["blobs"].values()) if "start" in order else True
    blob = to_bytes({"1.weight": torch.tensor([float(order["seed"]), float(len(order["term"]))])})
    return {"evaluations": [{**found, "cases": None, "parameters": 5, "weights": blob}]}


def study_of(store: AbstractStore, keep: int, evaluations: int, most: int | None = None) -> Study:
    """One that goes on where the store has its run; it ends early after ``most`` evaluations."""
    run = store.run("r") if store.runs() else None
    settings = {"population": POPULATION}
    options = Options(Budget(evaluations=evaluations), "genetic", settings=settings, keep_weights=keep)
    study = open_study(IRIS, store, resume_options(run) if run else options, run=run, run_id="r")
    draws = random.Random(0)
    study.executor = SimulatedExecutor(4, SimulatedWorkers(trained, draws.random))

    def stop(evaluation: object) -> None:
        if most is not None and len(study.evaluations) >= most:
            raise KeyboardInterrupt

    study.on_evaluation = stop
    return study


def record_of(store: AbstractStore) -> list[tuple[object, ...]]:
    return [(each.ask, each.term, each.outcome, each.scores, each.weights) for each in store.evaluations("r")]


def test_those_of_the_best_and_of_parents_stay() -> None:
    plain, store = open_store("memory:"), open_store("memory:")
    study_of(plain, 0, 120).run()
    assert len(list(plain.blobs.digests())) == len({each.weights for each in plain.evaluations("r")}) > 60
    study = study_of(store, KEPT, 120)
    best = study.run()
    assert record_of(store) == record_of(plain), "what is freed changes nothing"
    there = set(store.blobs.digests())
    assert len(there) <= len(PHASES) * KEPT + POPULATION + SLACK + study.strategy.batch
    leading = sorted((each for each in store.evaluations("r") if study.standing.phase(each) == "explore"),
                     key=lambda each: -each.scores["accuracy"])[:KEPT]  # fmt: skip
    assert best is not None and {each.weights for each in (*leading, best)} <= there
    assert len(study.weights) <= len(PHASES) * KEPT + POPULATION + SLACK + study.strategy.batch


def test_a_search_that_was_interrupted_goes_on_alike() -> None:
    plain, store = open_store("memory:"), open_store("memory:")
    study_of(plain, KEPT, 90).run()
    for most in (37, 61):
        with pytest.raises(KeyboardInterrupt):
            study_of(store, KEPT, 90, most).run()
    study_of(store, KEPT, 90).run()
    assert record_of(store) == record_of(plain)
    assert len(list(store.blobs.digests())) < 45


def test_a_strategy_that_does_not_tell_its_parents_keeps_all(monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store("memory:")
    study = study_of(store, KEPT, 60)
    monkeypatch.setattr(study.strategy, "parents", lambda: None)
    study.run()
    assert len(list(store.blobs.digests())) == len({each.weights for each in store.evaluations("r")})
