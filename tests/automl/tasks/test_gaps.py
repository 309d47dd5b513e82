"""Series with missing steps, and of several lengths: filled, said, and answered for as they are given."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from automl.errors import TaskError
from automl.fitting.forward import predict_raw
from automl.tasks.cases.gaps import bridged, lengths, padded, with_ends
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.load import load_tasks
from automl.tasks.preprocessing import Preprocessing

RNG = np.random.Generator(np.random.PCG64(0))
NAN = float("nan")
LISTED = [RNG.normal(3.0, 2.0, size=(2, 4 + case % 7)) for case in range(60)]
Y = np.arange(60) % 2


def test_gaps_are_lines_and_ends_stay_missing() -> None:
    series = np.array([[[NAN, 2.0, NAN, 4.0, NAN], [1.0, NAN, NAN, NAN, NAN]]])
    assert lengths(series).tolist() == [4]
    assert np.array_equal(bridged(series, True)[0], [[2, 2, 3, 4, NAN], [1, 1, 1, 1, NAN]], equal_nan=True)
    assert bridged(series, False)[0].tolist() == [[2, 2, 3, 4, 4], [1, 1, 1, 1, 1]]
    assert with_ends(series)[0, 2].tolist() == [1, 1, 1, 1, 0]


@pytest.mark.parametrize("last", [False, True])
def test_series_of_several_lengths_are_one_task(last: bool) -> None:
    given = [each.T if last else each for each in LISTED]
    task = labelled_task("t", given, Y, layout="series_last" if last else "series")  # type: ignore[arg-type]
    assert str(task.type) == "Tensor[3,10] -> Tensor[2]" and task.preprocessing.ends
    assert any("end before step 10 (from 4 on)" in note for note in task.notes)
    train, _, _ = task.split.divide(Y, 60)
    seen = task.data.train.inputs[0]
    assert seen[:, 2].sum(axis=1).tolist() == [LISTED[row].shape[1] for row in train]
    assert (seen[:, :2][np.repeat(seen[:, 2:] == 0, 2, axis=1)] == 0).all()
    there = np.concatenate([LISTED[row][0] for row in train])
    assert task.preprocessing.inputs.offset[0] == pytest.approx(there.mean())
    kept = Preprocessing.from_json(task.preprocessing.to_json())
    assert kept == task.preprocessing
    said = predict_raw(torch.nn.Identity(), task.type, [given[row] for row in train], kept)
    assert np.array_equal(said, seen)
    one = predict_raw(torch.nn.Identity(), task.type, given[train[0]], kept)
    assert np.array_equal(one, seen[:1])
    with pytest.raises(TaskError, match="cut longer ones"):
        predict_raw(torch.nn.Identity(), task.type, np.zeros((3, 12, 2) if last else (3, 2, 12)), kept)


def test_a_table_of_series_that_end_and_other_data_without_such(tmp_path: Path) -> None:
    lines = ["label,a,b,c,d", *(f"{'xy'[row % 2]},{row},1.5,,{row * 2 if row % 3 else ''}" for row in range(24))]
    path = tmp_path / "series.csv"
    path.write_text("\n".join(lines))
    (task,) = load_tasks(f"{path}:label?layout=series")
    assert str(task.type) == "Tensor[2,4] -> Tensor[2]"
    assert any("16 missing numbers within series" in note for note in task.notes)
    path.write_text("\n".join(line.rsplit(",", 2)[0] for line in lines))
    (again,) = load_tasks(f"{path}:label?layout=series", prepared=task.preprocessing)
    assert again.type == task.type and (again.data.train.inputs[0][:, 1].sum(axis=1) == 2).all()


def test_a_test_part_has_gaps_too_and_nothing_else_than_nan_is_missing() -> None:
    x = padded(LISTED, last=False)
    assert x is not None
    task = labelled_task("t", x, Y, x_test=np.nan_to_num(x[:6, :, :5]), y_test=Y[:6], layout="series")
    assert task.test is not None and task.test.inputs[0].shape == (6, 3, 10)
    x[3, 0, 1] = np.inf
    with pytest.raises(TaskError, match=r"x\[3, 0, 1\]=inf"):
        labelled_task("t", x, Y, layout="series")
    with pytest.raises(TaskError, match=r"x\[0\]: no number in the series"):
        labelled_task("t", np.full((9, 2, 4), NAN), Y[:9], layout="series")


def test_what_is_missing_in_pictures_is_refused() -> None:
    with pytest.raises(TaskError, match="finite numbers are required"):
        labelled_task("t", np.full((9, 1, 8, 8), NAN), Y[:9])
