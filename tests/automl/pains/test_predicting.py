"""New rows that others' programs failed on: each has an answer, or is refused in one line that names what is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas
import pytest
import torch

import automl as api
from automl.errors import TaskError
from automl.evaluation.model import Model
from automl.testing.commands import refused as is_refused

N = 40
FRAME = pandas.DataFrame(
    {
        "a": np.arange(N) * 1.0,
        "c": ["p", "q"] * 20,
        "d": pandas.date_range("2020-01-01", periods=N),
        "y": ["u", "v"] * 20,
    }
)
X = FRAME.drop(columns="y").head(3)
Use = Callable[[Model], object]


@pytest.fixture(scope="module")
def model() -> Model:
    """A classifier of tables."""
    found = api.search((FRAME, "y"), evaluations=1, quiet=True).model
    assert found is not None
    return found


@pytest.fixture(scope="module")
def numbers() -> Model:
    """A program trained on an array [n, 2] with numbers as targets."""
    array = np.stack([np.arange(N), np.arange(N) % 7], axis=1)
    found = api.search((array, np.arange(N) + 0.5), evaluations=1, quiet=True).model
    assert found is not None
    return found


ANSWERED: list[tuple[str, Use, int]] = [
    # what, the use, how many answers
    ("no rows of a frame", lambda m: m.predict(X.head(0)), 0),
    ("no rows", lambda m: m.predict([]), 0),
    ("no rows, probabilities", lambda m: m.predict_proba(X.head(0)), 0),
    ("autokeras#923 the target among the columns", lambda m: m.predict(FRAME.head(3)), 3),
    ("autogluon#2688 the columns in another order", lambda m: m.predict(X[["d", "c", "a"]]), 3),
    ("a column more", lambda m: m.predict(X.assign(q=1)), 3),
    ("FLAML#1101 a category that training had not", lambda m: m.predict(X.assign(c="zzz")), 3),
    ("a number where training had categories", lambda m: m.predict(X.assign(c=5)), 3),
    ("autogluon#463 numbers as texts", lambda m: m.predict(X.assign(a="5")), 3),
    ("dates as texts", lambda m: m.predict(X.assign(d="2020-02-02")), 3),
    ("autogluon#1182 a date of 2700", lambda m: m.predict(X.assign(d="2700-08-15")), 3),
    ("every cell missing", lambda m: m.predict(X.assign(a=np.nan, c=None, d=None)), 3),
    ("pandas' NA", lambda m: m.predict(X.assign(a=pandas.array([None] * 3, dtype="Int64"))), 3),
    ("another index", lambda m: m.predict(X.set_axis(["x", "x", "x"])), 3),
    ("one row as a series", lambda m: m.predict(X.iloc[0]), 1),
    ("one row as a dictionary", lambda m: m.predict({"a": 1, "c": "p", "d": "2020-01-01"}), 1),
    ("a dictionary of columns", lambda m: m.predict({"a": [1], "c": ["p"], "d": ["2020-01-01"]}), 1),
    ("rows as lists", lambda m: m.predict([[1, "p", "2020-01-01"]]), 1),
    ("rows from a generator", lambda m: m.predict(row for row in [[1, "p", "2020-01-01"]]), 1),
]
REFUSED: list[tuple[str, Use, str]] = [
    ("autogluon#3386 a column less", lambda m: m.predict(X.drop(columns="c")), "column='c': absent"),
    ("mljar#589 a column under another name", lambda m: m.predict(X.rename(columns={"a": "A"})), "column='a': absent"),
    ("a key less", lambda m: m.predict([{"a": 1, "c": "p"}]), "column='d': absent"),
    ("words where training had numbers", lambda m: m.predict(X.assign(a="five")), "a='five'"),
    ("an infinite number", lambda m: m.predict(X.assign(a=np.inf)), "a='inf'"),
    ("no date where training had dates", lambda m: m.predict(X.assign(d="yesterday")), "d='yesterday'"),
    ("a cell less", lambda m: m.predict([[1, "p"]]), "3 cells a row are required"),
    ("an array of another width", lambda m: m.predict(np.zeros((2, 9))), "3 cells a row are required"),
    ("nothing", lambda m: m.predict(None), "inputs='None'"),  # type: ignore[arg-type]
    ("a number", lambda m: m.predict(3), "inputs='3'"),  # type: ignore[arg-type]
    ("a text", lambda m: m.predict("hello"), "inputs='hello'"),
    ("a file in the folder's place", lambda m: (Path("afile").write_text("x"), m.save("afile")), "folder='afile'"),
    ("a folder without a model", lambda m: Model.load("nowhere"), "folder='nowhere'"),
]


@pytest.mark.parametrize(("use", "count"), [pytest.param(*row[1:], id=row[0]) for row in ANSWERED])
def test_it_is_answered(model: Model, use: Use, count: int) -> None:
    found = use(model)
    assert len(found) == count  # type: ignore[arg-type]
    assert isinstance(found, np.ndarray) or set(found) <= {"u", "v"}  # type: ignore[call-overload]


@pytest.mark.parametrize(("use", "says"), [pytest.param(*row[1:], id=row[0]) for row in REFUSED])
def test_it_is_refused(model: Model, use: Use, says: str) -> None:
    with pytest.raises(TaskError) as caught:
        use(model)
    assert says in str(caught.value) and "\n" not in str(caught.value)


PAIRS = np.zeros((3, 2))
ARRAYS: list[tuple[str, object, int]] = [
    ("float16", PAIRS.astype(np.float16), 3),
    ("longdouble", PAIRS.astype(np.longdouble), 3),
    ("whole numbers", PAIRS.astype(int), 3),
    ("objects", PAIRS.astype(object), 3),
    ("texts that write numbers", np.array([["1", "2"]]), 1),
    ("read-only", np.broadcast_to(np.zeros(2), (3, 2)), 3),
    ("backwards", PAIRS[::-1, ::-1], 3),
    ("a tensor with gradients", torch.zeros(3, 2, requires_grad=True), 3),
    ("a missing number", np.full((2, 2), np.nan), 2),
    ("no rows", np.zeros((0, 2)), 0),
]


@pytest.mark.parametrize(("given", "count"), [pytest.param(*row[1:], id=row[0]) for row in ARRAYS])
def test_arrays_are_answered(numbers: Model, given: object, count: int) -> None:
    found = numbers.predict(given)  # type: ignore[arg-type]
    assert len(found) == count and all(np.isfinite(each) for each in found)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "says"),
    [(np.zeros((2, 2)) + 1j, "complex"), (np.zeros((2, 3)), "2 cells a row"), ([[1, 2], [3]], "2 cells a row")],
)
def test_arrays_are_refused(numbers: Model, given: object, says: str) -> None:
    with pytest.raises(TaskError, match=says):
        numbers.predict(given)  # type: ignore[arg-type]


ROW = {"a": 1, "c": "p", "d": "2020-01-01"}
TEXTS = [
    # what, the argument or the content of the file of that name, its exit code, and what is said
    ("rows as JSON", json.dumps([ROW]), None, 0, '"answer"'),
    ("one row as JSON", json.dumps(ROW), None, 0, '"answer"'),
    ("null for every cell", json.dumps([dict.fromkeys(ROW)]), None, 0, '"answer"'),
    ("NaN in JSON", '[{"a": NaN, "c": "p", "d": "2020-01-01"}]', None, 0, '"answer"'),
    ("no rows as JSON", "[]", None, 0, ""),
    ("1e400 in JSON", '[{"a": 1e400, "c": "p", "d": "2020-01-01"}]', None, 2, "a='inf'"),
    ("5,000 digits in JSON", '[{"a": 1' + "0" * 5000 + "}]", None, 2, "limit"),
    ("5,000 brackets", "[" * 5000, None, 2, "inputs="),
    ("a list of nothing", "[[[]]]", None, 2, "3 cells a row"),
    ("a file that is not there", "none.csv", None, 2, "none.csv"),
    ("the columns in another order", "r.csv", "d,a,c\n2020-01-01,1,p\n", 0, '"answer"'),
    ("; between cells and a comma before fractions", "s.csv", "a;c;d\n1,5;p;2020-01-01\n", 0, '"answer"'),
    ("a file without a column", "m.csv", "a,c\n1,p\n", 2, "column='d': absent"),
    ("a file without names", "n.csv", "1,p,2020-01-01\n2,q,2020-01-01\n", 2, "absent"),
    ("a file of names alone", "h.csv", "a,c,d\n", 2, "rows=0"),
    ("an empty file", "e.csv", "", 2, "rows=0"),
]


@pytest.mark.parametrize(("argument", "content", "code", "says"), [pytest.param(*row[1:], id=row[0]) for row in TEXTS])
def test_by_the_command(automl, model: Model, argument: str, content: str | None, code: int, says: str) -> None:
    model.save("мо дель 😀")
    if content is not None:
        Path(argument).write_text(content)
    found = automl("predict", "мо дель 😀", argument)
    if code:
        is_refused(found, says)
    else:
        assert found[0] == 0 and not found[2] and says in found[1]
