"""Data given to ``automl.search`` in Python: frames, and X with y."""

from __future__ import annotations

import numpy as np
import pandas
import pytest

import automl
from automl.api import _one_task
from automl.tasks.task import TaskError

A = np.random.Generator(np.random.PCG64(0)).normal(size=60)
FRAME = pandas.DataFrame({"a": A, "c": np.where(A > 0, "x", None), "y": np.where(A > 0, 1, 2)})


def test_frames_and_arrays_are_tasks() -> None:
    by_name, source = _one_task((FRAME, "y"), 3)
    assert source == {} and by_name.split is not None and by_name.split.seed == 3
    assert by_name.digest == _one_task((FRAME[["a", "c"]], FRAME["y"]), 3)[0].digest
    assert str(_one_task((A[:, None], A), 0)[0].type) == "Tensor[1] -> Tensor[1]"
    assert (
        str(_one_task((np.zeros((20, 4, 4)) + np.arange(20)[:, None, None], ["u", "v"] * 10), 0)[0].type)
        == "Tensor[1,4,4] -> Tensor[2]"
    )
    with pytest.raises(TaskError, match="a tuple of 3"):
        _one_task((FRAME, "y", 1), 0)  # type: ignore[arg-type]


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
