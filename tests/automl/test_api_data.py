"""Data given to ``automl.search`` in Python: frames, and X with y."""

from __future__ import annotations

import numpy as np
import pandas
import pytest

import automl
from automl.interface.given import one_task
from automl.study.planning import schedule
from automl.tasks.task import TaskError

A = np.random.Generator(np.random.PCG64(0)).normal(size=60)
FRAME = pandas.DataFrame({"a": A, "c": np.where(A > 0, "x", None), "y": np.where(A > 0, 1, 2)})


def test_frames_and_arrays_are_tasks() -> None:
    by_name, source = one_task((FRAME, "y"), 3, {})
    assert source == {} and by_name.split is not None and by_name.split.seed == 3
    assert by_name.digest == one_task((FRAME[["a", "c"]], FRAME["y"]), 3, {})[0].digest
    assert str(one_task((A[:, None], A), 0, {})[0].type) == "Tensor[1] -> Tensor[1]"
    assert (
        str(one_task((np.zeros((20, 4, 4)) + np.arange(20)[:, None, None], ["u", "v"] * 10), 0, {})[0].type)
        == "Tensor[1,4,4] -> Tensor[2]"
    )
    with pytest.raises(TaskError, match="a tuple of 3"):
        one_task((FRAME, "y", 1), 0, {})  # type: ignore[arg-type]


def test_a_frame_needs_the_name_of_its_target() -> None:
    with pytest.raises(TaskError, match="a frame alone: the name of its column of targets is required; give target="):
        automl.search(FRAME, evaluations=1, quiet=True)
    with pytest.raises(TaskError, match="class_weight of task='data': it is part of the task"):
        task = one_task((FRAME, "y"), 3, {})[0]
        automl.search(task, class_weight="balanced", evaluations=1, quiet=True)


def test_what_is_asked_of_a_task_by_name_stands_in_its_reference() -> None:
    task, source = one_task("iris", 0, {"metric": "f1", "class_weight": {"setosa": 2}})
    assert task.metric == "f1" and task.data.class_weights == (2.0, 1.0, 1.0)
    assert source["spec"] == "iris?metric=f1&class_weight=setosa%3A2"


def test_a_search_on_a_frame_answers_with_its_labels() -> None:
    result = automl.search((FRAME, "y"), evaluations=2, quiet=True)
    assert result.model is not None and result.test_score is not None and result.metric == "accuracy"
    low, high = result.test_interval or (2.0, -1.0)
    assert low <= result.test_score <= high
    answers = result.model.predict(FRAME.drop(columns="y"))
    assert set(map(type, answers)) == {int} and np.mean(np.array(answers) == FRAME["y"]) > 0.9
    assert (
        [each.column for each in result.columns]
        == ["a", "c"]
        == [each["column"] for each in result.to_dict()["columns"]]
    )  # type: ignore[attr-defined]


def test_the_curricula_of_the_package_are_known_by_name(tmp_path, monkeypatch) -> None:
    """From any folder, as an installed user is in."""
    monkeypatch.chdir(tmp_path)
    growth = automl.grow("starter", evaluations=20, only=["add one"], iterations=1, guidance="off", quiet=True)
    assert growth.run
    with pytest.raises(TaskError, match="a declared one: .*starter"):
        automl.grow("experiments/curricula/starter.jsonl", evaluations=20)


def test_a_metric_that_hangs_on_the_test_part_leaves_that_without_a_score(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def hangs(y_true: np.ndarray, y_pred: np.ndarray) -> float:
        calls.append(len(y_true))
        while len(y_true) == TEST:
            pass
        return float(np.mean(y_true == y_pred))

    TEST = len(automl.search((A[:, None], A > 0), evaluations=1, quiet=True).task.test)  # type: ignore[union-attr,arg-type]
    monkeypatch.setattr(schedule, "ALONE_SECONDS", 0.3)
    found = automl.search((A[:, None], A > 0), evaluations=1, metric=hangs, quiet=True)
    assert found.score is not None and TEST in calls
    assert found.test_score is None and "it took longer than 0.3 s" in found.test_undefined
