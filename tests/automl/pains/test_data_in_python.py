"""Data in Python that others' programs failed on: a search takes it, or says in one line why not."""

from __future__ import annotations

import datetime
import decimal
import fractions
from collections.abc import Callable

import numpy as np
import pandas
import pytest
import scipy.sparse
import torch

import automl as api
from automl.errors import TaskError

N = 40
A = np.arange(N) * 1.0
Y = np.array(["u", "v"] * (N // 2))
FRAME = pandas.DataFrame({"a": A, "b": A % 7, "y": Y})
X = FRAME[["a", "b"]]
PAIR = np.stack([A, A % 7], axis=1)
FIFTH = np.arange(N) % 5 == 0
GAPS = [None if gone else "uv"[number % 2] for number, gone in enumerate(FIFTH)]
ONES, TRUTHS = [gap and 1 for gap in GAPS], [gap and gap == "u" for gap in GAPS]


def with_a(cells: object) -> tuple[pandas.DataFrame, str]:
    """The frame with other cells in its first column."""
    return FRAME.assign(a=cells), "y"


def named(*names: object) -> pandas.DataFrame:
    return FRAME.set_axis(list(names), axis=1)


Given = Callable[[], tuple[object, object]]
UV = {"u", "v"}
LEVELS = pandas.MultiIndex.from_tuples([("p", "a"), ("p", "b"), ("q", "y")])
PASS: list[tuple[str, Given, str, set[object] | None]] = [
    # what, the data, what is said of it, the answers that there may be (None: numbers)
    ("skrub#636 a name twice", lambda: (named("a", "a", "y"), "y"), "a.2: number", UV),
    ("tabfm#45 numbers as names", lambda: (named(0, 1, 2), 2), "0: number", UV),
    ("names and target of several levels", lambda: (FRAME.set_axis(LEVELS, axis=1), ("q", "y")), "p_a: number", UV),
    ("an index of several levels", lambda: (FRAME.set_index([np.arange(N) % 3, np.arange(N)]), "y"), "a: number", UV),
    ("alpha-automl#26 the same index in every row", lambda: (FRAME.set_index(np.zeros(N)), "y"), "a: number", UV),
    ("rows with another index than their targets", lambda: (X, FRAME["y"].set_axis(range(100, 100 + N))), "a: number", UV),
    ("FLAML#577 a frame of one column as targets", lambda: (X, FRAME[["y"]]), "a: number", UV),
    ("TPOT#233 targets as a column of an array", lambda: (PAIR, (A * 1.5)[:, None]), "column1: number", None),
    ("targets without a name", lambda: (X, pandas.Series(Y)), "a: number", UV),
    ("targets named as a feature", lambda: (X, pandas.Series(Y, name="a")), "a: number", UV),
    ("one column as X", lambda: (FRAME["a"], Y), "a: number", UV),
    ("autogluon#3238 pandas' NA among numbers", lambda: with_a(pandas.array(ONES, dtype="Int64")), "missing", UV),
    ("autogluon#957 targets of pandas' texts", lambda: (X, pandas.array(Y, dtype="string")), "a: number", UV),
    ("autogluon#3238 NA among the targets", lambda: (X, pandas.Series(pandas.array(GAPS, dtype="string"))), "8 rows without one", UV),
    ("evalml#1124 nullable truth values as targets", lambda: (X, pandas.array(TRUTHS, dtype="boolean")), "8 rows", {True, False}),
    ("autogluon#5845 one text beside NA", lambda: with_a(pandas.array(["ONLY", None] * 20, dtype="string")), "missing as a level", UV),
    ("autogluon#621 None among targets", lambda: (X, GAPS), "8 rows without one", UV),
    ("autogluon#2443 NaN among targets", lambda: (X, np.where(FIFTH, np.nan, A + 0.5)), "8 rows without one", None),
    ("autogluon#2443 infinities among targets", lambda: (X, np.where(FIFTH, np.inf, A + 0.5)), "8 rows without one", None),
    ("autokeras#1091 infinities among features", lambda: with_a(np.where(FIFTH, -np.inf, A)), "a: number, '-inf' taken as missing", UV),
    ("autogluon#4583 a declared class without rows", lambda: (X, pandas.Categorical(Y, categories=["u", "v", "w"])), "a: number", UV),
    ("a declared level without rows", lambda: with_a(pandas.Categorical(Y, categories=["u", "v", "w"])), "a: category, 2 levels", UV),
    ("classes of declared numbers", lambda: (X, pandas.Series(pandas.Categorical([1, 2] * 20, categories=[1, 2, 3]))), "a: number", {1, 2}),
    ("sparse columns", lambda: with_a(pandas.arrays.SparseArray(A)), "a: number", UV),
    ("TPOT#549 a sparse array", lambda: (scipy.sparse.csr_matrix(PAIR), Y), "column2: number", UV),
    ("nested lists", lambda: ([[a, "pq"[int(a) % 2]] for a in A], list(Y)), "column2: category", UV),
    ("generators", lambda: (([a, a % 7] for a in A), (label for label in Y)), "column1: number", UV),
    ("a dictionary of columns", lambda: ({"a": A, "y": Y}, "y"), "a: number", UV),
    ("one dictionary a row", lambda: ([{"a": a, "y": y} for a, y in zip(A, Y)], "y"), "a: number", UV),
    ("an array with named fields", lambda: (FRAME.astype({"y": "U1"}).to_records(index=False).view(np.ndarray), "y"), "a: number", UV),
    ("tensors", lambda: (torch.tensor(PAIR), torch.tensor([0, 1] * 20)), "column1: number", {0, 1}),
    ("a tensor with gradients", lambda: (torch.tensor(PAIR, requires_grad=True), Y), "column1: number", UV),
    ("a tensor of bfloat16", lambda: (torch.tensor(PAIR, dtype=torch.bfloat16), Y), "column1: number", UV),
    ("float16", lambda: (PAIR.astype(np.float16), Y), "column1: number", UV),
    ("longdouble", lambda: (PAIR.astype(np.longdouble), (A + 0.5).astype(np.longdouble)), "column1: number", None),
    ("arrays of objects", lambda: (PAIR.astype(object), Y.astype(object)), "column1: number", UV),
    ("a read-only array", lambda: (np.broadcast_to(A[:, None], (N, 2)), Y), "column1: number", UV),
    ("an array with steps", lambda: (np.stack([A, A, A % 7, A], axis=1)[::-1, ::2], Y), "column2: number", UV),
    ("a masked array", lambda: (np.ma.masked_array(PAIR, mask=np.stack([FIFTH, ~FIFTH & False], 1)), Y), "column1: number, ", UV),
    ("truth values as features", lambda: (PAIR > 3, Y), "column1: yes or no", UV),
    ("bytes as texts", lambda: (np.array([[b"p"], [b"q"], [b"p"]] * 13 + [[b"q"]]), Y), "column1: category, 2 levels", UV),
    ("autogluon#1182 datetimes of 2700", lambda: with_a([datetime.datetime(2700, 1, 1 + i % 28) for i in range(N)]), "a: date", UV),
    ("dates of 9999", lambda: with_a([datetime.date(9999, 1, 1 + i % 28) for i in range(N)]), "a: date", UV),
    ("times with a zone, before 1970", lambda: with_a(pandas.date_range("1950-01-01", periods=N, tz="Asia/Tokyo")), "a: date", UV),
    ("durations", lambda: with_a(pandas.to_timedelta(np.arange(N), unit="h")), "a: number", UV),
    ("months", lambda: with_a(pandas.period_range("2020-01", periods=N, freq="M")), "a: date", UV),
    ("intervals", lambda: with_a(pandas.cut(A, 5)), "a: category, 5 levels", UV),
    ("decimals", lambda: with_a([decimal.Decimal(i) / 3 for i in range(N)]), "a: number", UV),
    ("fractions", lambda: with_a([fractions.Fraction(i, 3) for i in range(N)]), "a: number", UV),
    ("whole numbers beyond 2^63", lambda: with_a([2**70 + i for i in range(N)]), "a: number", UV),
    ("lists as cells", lambda: with_a([[i] for i in range(N)]), "a: left out", UV),
    ("cells of every type", lambda: with_a([1, "x", None, 2.5, True, datetime.date(2020, 1, 1), 1, "x"] * 5), "a: category", UV),
    ("numbers of ±1e308", lambda: with_a(1e308 * (-1) ** np.arange(N)), "a: number", UV),
    ("numbers of 1e-200", lambda: with_a(1e-200 * A), "a: number", UV),
]  # fmt: skip
REFUSED: list[tuple[str, Given, str]] = [
    ("a target that is no column", lambda: (FRAME, "price"), "target='price'"),
    ("a target that is no column, by number", lambda: (FRAME, 7), "target=7"),
    ("the target's name twice", lambda: (named("a", "y", "y"), "y"), "the name of more than one column"),
    ("targets in another order than the rows", lambda: (X, FRAME["y"][::-1]), "another order"),
    ("autokeras#1363 two columns of targets", lambda: (FRAME[["a"]], FRAME[["b", "y"]]), "target.columns=b, y"),
    ("autokeras#682 targets as one-hot rows", lambda: (PAIR, np.eye(2)[np.arange(N) % 2]), "target.shape=(40, 2)"),
    ("autokeras#23 more targets than rows", lambda: (PAIR, np.tile(Y, 2)), "len(target)=80"),
    ("no row", lambda: (np.zeros((0, 2)), []), "x.shape=(0, 2)"),
    ("no column", lambda: (np.zeros((N, 0)), Y), "x.shape=(40, 0)"),
    ("one number a row, without columns", lambda: (A, Y), "x.shape=(40,)"),
    ("rows of several lengths", lambda: ([[1, 2], [3]] * 20, Y), "of 1, 2 of several lengths"),
    ("columns of several lengths", lambda: ({"a": A, "y": Y[:5]}, "y"), "columns of one length"),
    ("complex numbers", lambda: (PAIR + 1j, Y), "complex"),
    ("no targets at all", lambda: (PAIR, None), "target=None"),
    ("three parts", lambda: (FRAME, "y", 1), "a tuple of 3"),
    ("targets of 1e300", lambda: (X, A * 1e300), "divide the targets"),
]  # fmt: skip


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize(("given", "says", "answers"), [pytest.param(*row[1:], id=row[0]) for row in PASS])
def test_it_passes(given: Given, says: str, answers: set[object] | None) -> None:
    result = api.search(given(), evaluations=1, quiet=True)
    assert says in "\n".join([*result.notes, *map(str, result.columns)])
    assert result.model is not None and result.score is not None
    columns = [column.name for column in result.model.preprocessing.columns if column.width]
    (answer,) = result.model.predict([dict.fromkeys(columns)])
    assert isinstance(answer, float) if answers is None else answer in answers


@pytest.mark.parametrize(("given", "says"), [pytest.param(*row[1:], id=row[0]) for row in REFUSED])
def test_it_is_refused(given: Given, says: str) -> None:
    with pytest.raises(TaskError) as caught:
        api.search(given(), evaluations=1, quiet=True)
    assert says in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("task", [None, 5, [FRAME, "y"]], ids=["nothing", "a number", "a list"])
def test_what_is_no_task_is_refused_by_its_kind(task: object) -> None:
    with pytest.raises(TaskError, match=f"task={type(task).__name__}: a name, a path"):
        api.search(task, evaluations=1, quiet=True)  # type: ignore[arg-type]


def test_a_frame_alone_is_refused_in_a_line() -> None:
    with pytest.raises(TaskError, match="a frame alone") as caught:
        api.search(FRAME, evaluations=1, quiet=True)
    assert "\n" not in str(caught.value)


def test_a_masked_cell_is_a_missing_one() -> None:
    masked = np.ma.masked_array(PAIR, mask=np.stack([FIFTH, FIFTH & False], axis=1))
    result = api.search((masked, Y), evaluations=1, quiet=True)
    assert "missing filled" in str(result.columns[0]) and "missing" not in str(result.columns[1])


def test_numbers_far_from_one_are_standardised() -> None:
    from automl.tasks.preprocessing import standardise

    for size in (1e-300, 1e-200, 1.0, 1e200, 1.7e308):
        values = (np.array([[-1.0], [0.0], [1.0]]) * size).reshape(3, 1)
        with np.errstate(all="raise", under="ignore"):
            found = standardise(values)
        assert found.apply(values).ravel() == pytest.approx([-1.2247449, 0.0, 1.2247449])
    assert standardise(np.full((3, 1), 0.1)).scale == (1.0,)
