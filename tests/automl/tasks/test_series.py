"""Series from arrays, files and tables: how they are read, scaled, divided, and answered for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

import automl
from automl.errors import TaskError
from automl.fitting.forward import predict_raw
from automl.tasks.cases.dividing import division as cases_division
from automl.tasks.inputs import read_inputs
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.load import load_tasks
from automl.tasks.preprocessing import Preprocessing
from automl.tasks.split import Split

RNG = np.random.Generator(np.random.PCG64(0))
X, Y = RNG.normal(size=(60, 3, 20)) * [[[1.0], [50.0], [0.1]]] + [[[0.0], [9.0], [-4.0]]], np.arange(60) % 2


@pytest.mark.parametrize(
    ("shape", "layout", "expected", "said"),
    [
        ((12, 20), "series", (1, 20), "series of one channel over 20 steps"),
        ((12, 20), "series_last", (1, 20), "series of one channel over 20 steps"),
        ((12, 8, 8), "series", (8, 8), "series of 8 channels over 8 steps"),
        ((12, 20, 3), "series_last", (3, 20), "series of 3 channels over 20 steps"),
        ((12, 3, 20), "auto", (3, 20), "layout=chw reads grey pictures of 20 x 3 pixels"),
        ((12, 20, 3), "auto", (3, 20), "layout=chw reads grey pictures of 3 x 20 pixels"),
        ((12, 8, 9), "auto", (1, 8, 9), "read as grey pictures of 9 x 8 pixels; layout=series reads 8 channels over 9 steps"),
        ((12, 3, 20), "chw", (1, 3, 20), ""),
        ((12, 3, 20, 20), "auto", (3, 20, 20), ""),
        ((12, 20), "auto", (20,), ""),
    ],
)  # fmt: skip
def test_what_an_array_is_read_as(shape: tuple, layout: str, expected: tuple, said: str) -> None:
    task = labelled_task("t", RNG.normal(size=shape), np.arange(12) % 2, layout=layout)
    assert task.preprocessing.shape == expected
    assert str(task.type) == f"Tensor[{','.join(map(str, expected))}] -> Tensor[2]"
    notes = [note for note in task.notes if note.startswith("x: ")]
    assert notes == [note for note in notes if said] and bool(notes) == bool(said)
    assert all(said in note for note in notes)


def test_bytes_and_numbers_of_known_brightness_are_pictures_however_long() -> None:
    x = RNG.integers(0, 256, size=(12, 3, 20))
    assert labelled_task("t", x.astype(np.uint8), np.arange(12) % 2).preprocessing.shape == (1, 3, 20)
    assert labelled_task("t", x.astype(float), np.arange(12) % 2, full_scale=255.0).preprocessing.shape == (1, 3, 20)


def test_channels_are_standardised_each_by_the_train_part_alone() -> None:
    task = labelled_task("t", X, Y, layout="series")
    train, _, test = task.split.divide(Y, len(Y))
    assert task.preprocessing.inputs.offset == pytest.approx(tuple(X[train].mean(axis=(0, 2))))
    assert task.preprocessing.inputs.scale == pytest.approx(tuple(X[train].std(axis=(0, 2))))
    assert task.data.train.inputs[0].std(axis=(0, 2)) == pytest.approx(np.ones(3), abs=1e-4)
    changed = X.copy()
    changed[test] += 100.0
    assert labelled_task("t", changed, Y, layout="series").preprocessing == task.preprocessing


def test_series_between_0_and_1_are_standardised_too() -> None:
    x = RNG.random((20, 2, 9))
    assert len(labelled_task("t", x, np.arange(20) % 2, layout="series").preprocessing.inputs.scale) == 2


def test_channels_last_are_the_same_task_and_answered_for_as_they_are_given() -> None:
    first = labelled_task("t", X, Y, layout="series")
    last = labelled_task("t", np.moveaxis(X, 1, 2), Y, layout="series_last")
    assert first.digest == last.digest and last.preprocessing.steps_first and not first.preprocessing.steps_first
    again = Preprocessing.from_json(last.preprocessing.to_json())
    assert again == last.preprocessing
    module = torch.nn.Identity()
    wanted = predict_raw(module, first.type, X, first.preprocessing)
    assert torch.equal(predict_raw(module, last.type, np.moveaxis(X, 1, 2), again), wanted)
    assert torch.equal(predict_raw(module, last.type, X[4].T, again), wanted[4:5])  # one alone
    with pytest.raises(TaskError, match=r"\[n, 3, 20\] is required"):
        predict_raw(module, first.type, np.moveaxis(X, 1, 2), first.preprocessing)


def test_series_of_one_channel_are_answered_for_without_its_axis() -> None:
    task = labelled_task("t", X[:, 0], Y, layout="series")
    wanted = torch.from_numpy(task.preprocessing.apply(X[:, :1]))
    assert torch.equal(predict_raw(torch.nn.Identity(), task.type, X[:, 0], task.preprocessing), wanted)


@pytest.mark.parametrize(
    ("shape", "layout", "message"),
    [
        ((12, 3, 8, 8), "series", r"x.shape=\(12, 3, 8, 8\) with layout=series: \[n, steps\] or \[n, channels, steps\]"),
        ((12,), "series_last", r"\[n, steps, channels\]"), ((12, 4), "sequence", "layout='sequence': one of auto"),
        ((12, 3, 0), "series", "at least one number"), ((12,), "auto", r"of series \[n, channels, steps\]"),
    ],
)  # fmt: skip
def test_what_is_no_series_is_refused(shape: tuple, layout: str, message: str) -> None:
    with pytest.raises(TaskError, match=message):
        labelled_task("t", np.zeros(shape), np.arange(12) % 2, layout=layout)


def test_a_test_part_is_read_as_the_train_part() -> None:
    task = labelled_task("t", X, Y, x_test=X[:8], y_test=Y[:8])
    assert task.test is not None and task.test.inputs[0].shape == (8, 3, 20)


GROUPS = np.repeat(np.arange(12), 5)


@pytest.mark.parametrize("names", [GROUPS, [f"person {each}" for each in GROUPS], GROUPS.astype(object)])
def test_no_group_is_in_two_parts(names) -> None:
    task = labelled_task("t", X, Y, layout="series", groups=names, split=Split(seed=3))
    parts = [task.data.train, task.data.validation, task.test]
    raw = [np.asarray(part.inputs[0]) for part in parts if part is not None]
    whole = task.preprocessing.apply(X)
    found = [{int(GROUPS[np.flatnonzero((whole == each).all(axis=(1, 2)))[0]]) for each in part} for part in raw]
    assert sum(map(len, found)) == 12 and set.union(*found) == set(range(12)) and all(found)
    folds = task.data.folds
    assert folds is not None and "groups: 12, of which none is in two parts" in task.notes
    together = np.concatenate(raw[:2])
    of_fold: dict[int, set[int]] = {}
    for row, fold in zip(together, folds.held_out, strict=True):
        of_fold.setdefault(int(GROUPS[np.flatnonzero((whole == row).all(axis=(1, 2)))[0]]), set()).add(int(fold))
    assert all(len(each) == 1 for each in of_fold.values())


@pytest.mark.parametrize("form", ["numbers", "dates", "texts"])
def test_the_latest_cases_are_held_out(form: str) -> None:
    order = RNG.permutation(60)
    dates = np.datetime64("2024-01-01") + order.astype("timedelta64[D]")
    time = {"numbers": order, "dates": dates, "texts": dates.astype(str)}[form]
    task = labelled_task("t", X, Y, layout="series", time=time)
    whole, held_out = task.preprocessing.apply(X), task.test
    assert held_out is not None
    latest = whole[np.sort(np.argsort(order)[-15:])]
    assert np.array_equal(held_out.inputs[0], latest) and task.data.folds is not None and task.data.folds.ordered


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"groups": GROUPS, "time": GROUPS}, "groups and time: one of the two"), ({"groups": GROUPS[:9]}, r"groups.shape=\(9,\)"),
        ({"groups": np.zeros(60)}, "at least two"), ({"time": np.ones(60)}, "at least two"), ({"time": ["soon"] * 60}, "time.dtype"),
        ({"time": np.where(GROUPS > 3, np.nan, 1.0)}, "40 of 60 cases have none"),
    ],
)  # fmt: skip
def test_groups_and_times_that_divide_nothing_are_refused(given: dict, message: str) -> None:
    with pytest.raises(TaskError, match=message):
        labelled_task("t", X, Y, layout="series", **given)


@pytest.mark.parametrize("missing", [np.nan, None, ""])
def test_a_case_without_a_group_is_one_of_its_own(missing: object) -> None:
    names: list[object] = [f"{number // 6}" if isinstance(missing, str) else number // 6 for number in range(60)]
    names[:4] = [missing] * 4
    division = cases_division(Split(), 60, np.array(names, dtype=None if missing is not None else object), None)
    assert division.keys is not None and len(set(division.keys[:6])) == 5
    assert "groups: 10, of which none is in two parts; 4 cases have none" in division.note


def test_an_npz_with_groups_or_a_time(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", X=X, y=Y, groups=GROUPS)
    np.savez(tmp_path / "b.npz", X=X, y=Y, day=GROUPS, person=GROUPS)
    np.savez(tmp_path / "c.npz", X=X, y=Y, time=GROUPS, groups=GROUPS)
    (grouped,) = load_tasks(f"{tmp_path / 'a.npz'}?layout=series")
    assert grouped.split is not None and grouped.split.policy == "groups"
    (timed,) = load_tasks(f"{tmp_path / 'b.npz'}?time=day")
    assert timed.split is not None and timed.split.policy == "time"
    assert str(timed.type) == "Tensor[3,20] -> Tensor[2]"
    with pytest.raises(TaskError, match="groups='sex': the name of an array"):
        load_tasks(f"{tmp_path / 'b.npz'}?groups=sex")
    with pytest.raises(TaskError, match=r"write \?groups=groups or \?time=time"):
        load_tasks(str(tmp_path / "c.npz"))


def test_other_data_is_read_as_the_model_had_it(tmp_path: Path) -> None:
    task = labelled_task("t", np.moveaxis(X, 1, 2), Y, layout="series_last")
    np.savez(tmp_path / "a.npz", X=np.moveaxis(X, 1, 2)[:, :, :], y=Y)
    (again,) = load_tasks(str(tmp_path / "a.npz"), prepared=task.preprocessing)
    assert again.type == task.type and again.preprocessing.steps_first


def table(path: Path, rows: np.ndarray, labels: np.ndarray) -> Path:
    lines = ["\t".join([str(label), *(f"{cell:.6f}" for cell in row)]) for label, row in zip(labels, rows, strict=True)]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_a_table_of_labels_and_steps(tmp_path: Path) -> None:
    path = table(tmp_path / "waves.tsv", X[:, 0], Y + 1)
    (task,) = load_tasks(f"{path}:1?header=no&layout=series")
    assert str(task.type) == "Tensor[1,20] -> Tensor[2]" and task.preprocessing.label_names == ("1", "2")
    assert "x: read as series of one channel over 20 steps" in task.notes
    (vectors,) = load_tasks(f"{path}:1?header=no")
    assert str(vectors.type) == "Tensor[20] -> Tensor[2]"
    with pytest.raises(TaskError, match="layout='chw' of a table"):
        load_tasks(f"{path}:1?header=no&layout=chw")


def test_a_table_of_series_by_groups_and_with_a_gap(tmp_path: Path) -> None:
    lines = ["person,label,a,b,c", *(f"p{row // 4},{'xy'[row % 2]},{row},1.5,{row * 2}" for row in range(24))]
    path = tmp_path / "series.csv"
    path.write_text("\n".join(lines))
    (task,) = load_tasks(f"{path}:label?layout=series&groups=person&drop=b")
    assert str(task.type) == "Tensor[1,2] -> Tensor[2]" and task.split.policy == "groups"
    path.write_text("\n".join([*lines[:3], "p0,x,soon,1.5,3", *lines[4:]]))
    with pytest.raises(
        TaskError, match="column='a' has no number in row 3 .*a number, or an empty cell, is required at each step"
    ):
        load_tasks(f"{path}:label?layout=series&groups=person")


def test_new_series_are_read_from_a_table_as_those_of_the_training(tmp_path: Path) -> None:
    path = tmp_path / "series.csv"
    path.write_text("\n".join(["label,a,b", *(f"{'xy'[row % 2]},{row},{row * 2}" for row in range(24))]))
    prepared = load_tasks(f"{path}:label?layout=series")[0].preprocessing
    assert read_inputs(str(path), prepared).tolist() == [[row, row * 2] for row in range(24)]
    path.write_text("a,b,c\n1,2,3\n4,5,6\n")
    with pytest.raises(TaskError, match="3 columns of numbers: 2 are required"):
        read_inputs(str(path), prepared)


def test_a_layout_is_asked_for_from_python() -> None:
    found = automl.search((X[:, 0], Y), evaluations=1, layout="series", quiet=True)
    assert str(found.model.type) == "Tensor[1,20] -> Tensor[2]"
    assert len(found.model.predict(X[:3, 0])) == 3
    with pytest.raises(TaskError, match="layout='series' of a frame"):
        import pandas

        automl.search((pandas.DataFrame(X[:, 0]), Y), evaluations=1, layout="series", quiet=True)


TOKENS = RNG.integers(0, 3, size=(40, 8)) * 5 + 1


def test_tokens_have_a_channel_each() -> None:
    task = labelled_task("t", TOKENS, np.arange(40) % 2, layout="tokens")
    assert str(task.type) == "Tensor[3,8] -> Tensor[2]" and task.preprocessing.tokens == (1, 6, 11)
    train, _, _ = task.split.divide(np.arange(40) % 2, 40)
    channels = task.data.train.inputs[0]
    assert np.array_equal(channels.argmax(axis=1) * 5 + 1, TOKENS[train]) and (channels.sum(axis=1) == 1).all()
    assert any("sequences of 3 different tokens over 8 steps" in note for note in task.notes)


def test_tokens_are_answered_for_as_they_are_given_and_unknown_ones_have_no_channel() -> None:
    task = labelled_task("t", TOKENS, np.arange(40) % 2, layout="tokens")
    kept = Preprocessing.from_json(task.preprocessing.to_json())
    assert kept == task.preprocessing
    said = predict_raw(torch.nn.Identity(), task.type, TOKENS, kept)
    assert torch.equal(said.argmax(1) * 5 + 1, torch.from_numpy(TOKENS))
    assert torch.equal(predict_raw(torch.nn.Identity(), task.type, TOKENS[3], kept), said[3:4])
    assert not predict_raw(torch.nn.Identity(), task.type, np.full((1, 8), 99), kept).any()


def test_tokens_of_other_data_are_those_of_the_training(tmp_path: Path) -> None:
    task = labelled_task("t", TOKENS, np.arange(40) % 2, TOKENS[:4] * 0 + 6, np.arange(4) % 2, layout="tokens")
    assert task.test is not None and (task.test.inputs[0].argmax(axis=1) == 1).all()
    np.savez(tmp_path / "a.npz", X=np.where(TOKENS == 1, 7, TOKENS), y=np.arange(40) % 2)
    (again,) = load_tasks(str(tmp_path / "a.npz"), prepared=task.preprocessing)
    assert again.type == task.type and again.preprocessing.tokens == (1, 6, 11)
    assert not again.data.train.inputs[0][:, 0].any()


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (TOKENS * 0.5, "whole numbers .* are required"), (TOKENS[:, :, None], "whole numbers"),
        (np.arange(320).reshape(40, 8), "at most 256"),
    ],
)  # fmt: skip
def test_what_is_no_sequence_of_tokens_is_refused(x: np.ndarray, message: str) -> None:
    with pytest.raises(TaskError, match=message):
        labelled_task("t", x, np.arange(40) % 2, layout="tokens")
