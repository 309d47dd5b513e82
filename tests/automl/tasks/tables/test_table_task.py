"""Tasks from tables: targets, what is fitted to the train rows alone, frames and arrays, labels as they went in."""

from __future__ import annotations

import json

import numpy as np
import pandas
import pytest

from automl.tasks.metrics import CLASSES, NUMBERS
from automl.tasks.preprocessing import Preprocessing
from automl.tasks.tables.target import TargetColumn
from automl.tasks.tables.task import table_task
from automl.tasks.task import Task, TaskError

RNG = np.random.Generator(np.random.PCG64(0))
N = 80
A = RNG.normal(size=N)
FRAME = pandas.DataFrame({"a": A, "c": np.where(A > 0, "x", "y"), "y": np.where(A > 0.3, "yes", "no"), "p": 3 * A + 7})


def kinds(task: Task) -> dict[str, str]:
    assert task.preprocessing is not None
    return {summary.column: summary.kind for summary in task.preprocessing.describe()}


def test_a_frame() -> None:
    task = table_task(FRAME, "y")
    assert str(task.type) == "Tensor[4] -> Tensor[2]" and kinds(task) == {"a": "number", "c": "category", "p": "number"}
    again = table_task(FRAME.drop(columns="y"), FRAME["y"])
    assert again.digest == task.digest == table_task(FRAME.drop(columns="y"), FRAME[["y"]]).digest
    assert table_task(FRAME, "y", drop=["p"]).preprocessing.shape == (3,)


def test_arrays() -> None:
    x = np.where(RNG.uniform(size=(N, 3)) < 0.1, np.nan, RNG.normal(size=(N, 3)))
    task = table_task(x, A > 0)
    assert task.preprocessing.decode([0, 1]) == [False, True] and task.preprocessing.shape[0] > 3
    assert table_task(x, list(A)).data.target == "numbers"
    assert table_task(x, ["u", "v"] * (N // 2)).preprocessing.label_names == ("u", "v")


@pytest.mark.parametrize(
    ("y", "labels"),
    [
        ([1, 2] * 40, [1, 2]), ([1.0, 2.0] * 40, [1, 2]), (["1", "2"] * 40, ["1", "2"]), ([True, False] * 40, [False, True]),
        (pandas.array([3, None, 5, 3] * 20, dtype="Int64"), [3, 5]),
        (pandas.Categorical(["p", "q"] * 40, categories=["p", "q", "never"]), ["p", "q"]), (["да", "нет"] * 40, ["да", "нет"]),
    ],
)  # fmt: skip
def test_labels_come_back_as_they_went_in(y: object, labels: list) -> None:
    task = table_task(FRAME[["a"]], pandas.Series(y, name="y"))
    answers = task.preprocessing.decode(np.arange(2))
    assert answers == labels and [type(answer) for answer in answers] == [type(label) for label in labels]
    stored = Preprocessing.from_json(json.loads(json.dumps(task.preprocessing.to_json())))
    assert stored == task.preprocessing and stored.decode(np.arange(2)) == labels


@pytest.mark.parametrize(
    ("y", "rows", "form", "said"),
    [
        (range(51), 500, "numbers", "51 whole numbers taken as amounts (?targets=classes"),
        (range(3), 300, "classes", "3 whole numbers taken as classes (?targets=numbers"),
        (range(2), 60, "classes", None),
        (range(10), 40, "numbers", "10 whole numbers taken as amounts"),
        (range(11), 5000, "numbers", "11 whole numbers taken as amounts"),
        ([0.5, 1.5, 2.5], 300, "numbers", None),
    ],
)
def test_whole_numbers_are_classes_where_they_are_few_and_it_is_said(
    y: object, rows: int, form: str, said: str | None
) -> None:
    values = np.resize(np.array(list(y)), rows)  # type: ignore[call-overload]
    task = table_task(RNG.normal(size=(rows, 1)), values)
    assert task.data.target == form
    assert [note for note in task.notes if "whole numbers" in note] == [
        note for note in task.notes if said and said in note
    ]
    assert any(said in note for note in task.notes) if said else True
    for told in ("classes", "numbers"):
        other = table_task(RNG.normal(size=(rows, 1)), values, targets=told)
        assert other.data.target == told and not any("whole numbers" in note for note in other.notes)


def test_rows_without_a_target_are_left_out_and_counted() -> None:
    y = pandas.Series([None if i % 8 == 0 else float(v) for i, v in enumerate(A)], name="income")
    task = table_task(FRAME[["a"]], y)
    assert sum(map(len, (task.data.train, task.data.validation, task.test))) == 70
    assert "income: target, 10 rows without one left out" in task.notes
    some = table_task(FRAME[["a"]], ["unknown" if i == 3 else str(v) for i, v in enumerate(A)], targets="numbers")
    assert some.data.target == "numbers" and "target: target, 1 row without one left out" in some.notes


def test_encodings_see_the_train_rows_alone() -> None:
    cells = [None if i % 9 == 0 else v for i, v in enumerate(A)]
    frame = pandas.DataFrame({"a": cells, "c": [f"level{i % 20}" for i in range(N)]})
    task = table_task(frame, A > 0)
    _, validation, test = task.split.divide((A > 0).astype(int), N)
    changed = frame.copy()
    changed.loc[[*validation, *test], "a"] = 1e6
    changed.loc[[*validation, *test], "c"] = "another"
    target = (A > 0).copy()
    assert table_task(changed, target).preprocessing == task.preprocessing


def test_codes_of_train_rows_have_not_seen_their_own_target() -> None:
    """A level a pair of rows and a target of noise: codes that had seen it would tell it."""
    y = RNG.integers(0, 2, 2000)
    task = table_task(pandas.DataFrame({"k": [f"k{i // 2}" for i in range(2000)], "a": RNG.normal(size=2000)}), y)
    code, target = task.data.train.inputs[0][:, 0], np.asarray(task.data.train.targets)
    assert abs(np.corrcoef(code, target)[0, 1]) < 0.4
    assert len(task.preprocessing.columns[0].levels) < 1000


def test_a_million_levels_do_not_explode() -> None:
    """Counted in what is stored, on a smaller table: at most 5,000 levels and one feature or two, however many there are."""
    frame = pandas.DataFrame({"k": [f"k{i // 2}" for i in range(60_000)], "u": [f"u{i}" for i in range(60_000)]})
    task = table_task(frame, RNG.normal(size=60_000), split=None)
    coded, left_out = task.preprocessing.columns
    assert len(coded.levels) <= 5_000 and task.preprocessing.shape == (2,) and left_out.width == 0


def test_names_of_rows_are_kept_where_nothing_else_is() -> None:
    assert kinds(table_task(pandas.DataFrame({"id": range(N)}), A)) == {"id": "number"}
    both = table_task(pandas.DataFrame({"id": range(N), "a": A}), A)
    assert kinds(both) == {"id": "left out", "a": "number"}
    assert kinds(table_task(pandas.DataFrame({"t": range(N), "a": A}), A))["t"] == "number"


@pytest.mark.parametrize(
    ("table", "target", "message"),
    [
        (FRAME, "z", "one of a, c, y, p"),
        (FRAME, [1, 2], r"len\(target\)=2: 80 targets"),
        (FRAME, FRAME[["a", "p"]], "one column is required"),
        (FRAME[:3], "y", "rows=3 with a target"),
        (np.zeros((3, 2, 2)), [1, 2, 3], r"x.shape=\(3, 2, 2\)"),
        (FRAME[[]], A, "at least one row and one column"),
        (FRAME[["y"]], "y", "no column beside"),
        (FRAME, np.zeros((80, 2, 2)), "one column of targets"),
    ],
)
def test_refuses(table: object, target: object, message: str) -> None:
    with pytest.raises(TaskError, match=message):
        table_task(table, target)  # type: ignore[arg-type]


def test_new_rows() -> None:
    prepared = table_task(FRAME, "y").preprocessing
    row = {"p": "3.5", "a": 1, "c": "x", "more": "ignored"}
    assert prepared.encode_rows([row, {**row, "c": "unseen", "a": "1"}]).tolist() == [
        [1.0, 1.0, 0.0, 3.5],
        [1.0, 0.0, 0.0, 3.5],
    ]
    with pytest.raises(TaskError, match="column='a', 'p': absent"):
        prepared.encode_rows([{"c": "x"}])
    with pytest.raises(TaskError, match=r"a='big': a number is required[^\n]*\np='small'"):
        prepared.encode_rows([{**row, "a": "big", "p": "small"}])


def test_targets_that_were_read_are_taken_as_they_are() -> None:
    x = np.arange(6.0).reshape(3, 2)
    task = table_task(x, TargetColumn(np.array(["none", "a", "none"]), np.arange(3), CLASSES))
    assert task.preprocessing.label_names == ("a", "none") and len(task.data.train) + len(task.test) == 3
    one = table_task(x, TargetColumn(np.array([7, 7, 7]), np.arange(3), CLASSES))
    assert one.preprocessing.labels == (7,) and str(one.type) == "Tensor[2] -> Tensor[1]"
    assert str(table_task(x, TargetColumn(np.full(3, 2.5), np.arange(3), NUMBERS)).type) == "Tensor[2] -> Tensor[1]"
    for y in (["none", "a", "none"], [7, 7, 7]):  # as cells of a column, "none" is a missing one
        with pytest.raises(TaskError):
            table_task(x, y, targets="classes")


def test_a_column_of_the_type_category_is_one_even_of_numbers() -> None:
    whole = pandas.Series(np.arange(N) % 3 + 5)
    frame = pandas.DataFrame({"plain": whole, "typed": whole.astype("category"), "y": whole + A})
    task = table_task(frame, "y")
    assert kinds(task) == {"plain": "number", "typed": "category"} and str(task.type) == "Tensor[4] -> Tensor[1]"
    assert kinds(table_task(frame, "y", drop=["plain"])) == {"typed": "category"}
    assert task.preprocessing is not None
    rows = task.preprocessing.encode_rows(
        [{"plain": 6, "typed": 6}, {"plain": 6, "typed": "7"}, {"plain": 6, "typed": 9}]
    )
    assert rows[:, 1:].tolist() == [[0, 1, 0], [0, 0, 1], [0, 0, 0]]
