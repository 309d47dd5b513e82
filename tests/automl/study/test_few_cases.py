"""A search on few cases: chosen by means over folds, fitted to all of them, ties broken by the log loss; older runs stay as they were."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from automl.study.opening import Options, open_study, run_study
from automl.study.planning.schedule import EXPLORE, FINAL, REFINE
from automl.study.state import Standing
from automl.study.stored import RESULT, find_result
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.task import Task
from library.records import Direction, Evaluation
from library.store import open_store


@pytest.fixture
def blobs() -> Task:
    rng = np.random.default_rng(0)
    return labelled_task("few", rng.normal(size=(60, 3)) + np.arange(60)[:, None] % 2, np.arange(60) % 2)


def evaluation(ask: int, parameters: int = 0, **scores: float) -> Evaluation:
    return Evaluation(
        run="r", ask=ask, term=f"t{ask}", outcome="ok", scores=scores, solved=False, seconds=0.0, parameters=parameters, size=3,
        weights="w", key="k", detail="", cases=None, curves=None,
    )  # fmt: skip


def standing(*evaluations: Evaluation, phases: dict[int, str] | None = None) -> Standing:
    found = Standing("accuracy", Direction.MAXIMIZE)
    for each in evaluations:
        found.ask(each.ask, (phases or {}).get(each.ask, EXPLORE))
        found.note(each)
    return found


def test_the_result_is_a_mean_over_folds_and_trained_on_all(blobs: Task, quick: Callable[..., Options]) -> None:
    store = open_store("memory:")
    result = run_study(open_study(blobs, store, quick(6), run_id="r"))
    assert result.folds == 5 and result.validation_seen
    run = store.run("r")
    assert run.config["folds"] == 5
    found = find_result(store, run)
    assert found is not None and found.trained_on == ("train", "validation") and found.metric == "accuracy"
    assert FINAL not in {event.payload.get("phase") for event in store.events("r")}, "each is already fitted to all"


def test_equal_scores_are_told_apart_by_the_log_loss() -> None:
    first, second = evaluation(0, accuracy=0.9, cross_entropy=0.5), evaluation(1, accuracy=0.9, cross_entropy=0.2)
    assert standing(first, second).best() is second
    assert standing(second, first).best() is second
    better = evaluation(2, accuracy=0.91, cross_entropy=9.0)
    assert standing(first, second, better).best() is better


def test_of_few_pictures_the_least_doubt_decides() -> None:
    lucky, sure = evaluation(0, accuracy=0.9, doubt=0.8, folds=5.0), evaluation(1, accuracy=0.8, doubt=0.5, folds=5.0)
    net = evaluation(2, parameters=9, accuracy=0.95, doubt=0.6, folds=5.0)
    assert standing(lucky, sure, net, phases={2: REFINE}).best() is sure


def test_a_net_scored_on_the_small_part_alone_is_not_preferred_to_a_mean_over_folds() -> None:
    fitted = evaluation(0, accuracy=0.8, folds=5.0)
    lucky = evaluation(1, parameters=9, accuracy=1.0)
    refined = evaluation(2, parameters=9, accuracy=0.85, folds=5.0)
    assert standing(fitted, lucky).best() is fitted
    assert standing(fitted, lucky, refined, phases={2: REFINE}).best() is refined
    assert standing(lucky).best() is lucky


def test_a_score_asked_for_is_not_reached_by_the_small_part_alone(blobs: Task, quick: Callable[..., Options]) -> None:
    study = open_study(blobs, open_store("memory:"), replace(quick(1), target=0.5))
    assert not study.solves("ok", {"accuracy": 1.0}) and study.solves("ok", {"accuracy": 1.0, "folds": 5.0})
    assert study.executor is not None
    study.executor.close()


def test_a_run_of_before_there_were_folds_goes_on_without_and_keeps_its_result(
    blobs: Task, quick: Callable[..., Options]
) -> None:
    store = open_store("memory:")
    run_study(open_study(blobs, store, quick(2), run_id="r"))
    run = store.run("r")
    older = {key: value for key, value in run.config.items() if key != "folds"}
    run = store.update_run("r", config={**older, RESULT: {**older[RESULT], "ask": 0}})
    study = open_study(blobs, store, quick(2), run=run)
    assert study.data.folds is None
    assert study.executor is not None
    study.executor.close()
    found = find_result(store, run)
    assert found is not None and found.ask == 0, "what it recorded, though by its scores another would be taken now"
