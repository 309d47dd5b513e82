"""New rows for a program that was trained on a table: objects, files, frames, plain rows."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas
import pytest
import torch

from automl.evaluation.model import Model
from automl.evaluation.predictions import predictions_of, tolerant_predictions
from automl.tasks.inputs import read_inputs
from automl.tasks.tables.rows import encoded_rows
from automl.tasks.tables.task import table_task
from automl.tasks.task import TaskError
from library.vocabulary import Vocabulary

N = 60
A = np.random.Generator(np.random.PCG64(0)).normal(size=N)
FRAME = pandas.DataFrame(
    {"id": [f"n{i}" for i in range(N)], "sqm": A, "city": np.where(A > 0, "a", "b"), "y": np.where(A > 0, 1, 2)}
)
TASK = table_task(FRAME, "y")
PREPARED = TASK.preprocessing
ROWS = [{"sqm": 50, "city": "a"}, {"city": "unseen", "sqm": None, "id": 7}]


def encoded(cases: object) -> list:
    return np.asarray(encoded_rows(cases, PREPARED)).tolist()  # type: ignore[arg-type]


WANTED = encoded(ROWS)


def test_rows_by_name() -> None:
    assert len(PREPARED.columns) == 3 and PREPARED.shape == (3,)
    assert WANTED[0] == [50.0, 1.0, 0.0] and WANTED[1][1:] == [0.0, 0.0]


@pytest.mark.parametrize("kind", ["json", "jsonl", "csv", "semicolons", "xlsx", "parquet", "text"])
def test_files_in_any_order_with_more_columns(tmp_path: Path, kind: str) -> None:
    frame = pandas.DataFrame({"more": ["p", "q"], "city": ["a", "unseen"], "sqm": [50, None]})
    path = tmp_path / f"new.{'csv' if kind == 'semicolons' else kind}"
    if kind == "text":
        text = json.dumps(ROWS)
    else:
        text = str(path)
    if kind == "json":
        path.write_text(json.dumps(ROWS))
    elif kind == "jsonl":
        path.write_text("\n".join(map(json.dumps, ROWS)))
    elif kind == "csv":
        frame.to_csv(path, index=False)
    elif kind == "semicolons":
        frame.to_csv(path, index=False, sep=";", decimal=",")
    elif kind == "xlsx":
        pytest.importorskip("openpyxl")
        frame.to_excel(path, index=False)
    elif kind == "parquet":
        pytest.importorskip("pyarrow")
        frame.to_parquet(path)
    assert encoded(read_inputs(text, PREPARED)) == WANTED


def test_frames_and_plain_rows() -> None:
    assert encoded(pandas.DataFrame(ROWS)) == WANTED
    assert encoded([[0, 50, "a"], [1, None, "unseen"]]) == WANTED
    assert encoded(np.array([[0, 50, "a"], [1, None, "unseen"]], dtype=object)) == WANTED


def test_absent_columns_are_named_before_anything_is_answered(tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text("more\n1\n2\n")
    with pytest.raises(TaskError, match="column='sqm', 'city': absent"):
        read_inputs(str(tmp_path / "new.csv"), PREPARED)
    with pytest.raises(TaskError, match="was not trained on a table"):
        read_inputs(str(tmp_path / "new.csv"), None)
    with pytest.raises(TaskError, match="an object with a cell for each column"):
        encoded([ROWS[0], 3])


def trained() -> Model:
    """A program that answers 1 where sqm is above its mean, else 2."""
    weights = {"1.weight": torch.tensor([[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0]]), "1.bias": torch.zeros(2)}
    program = Vocabulary().read("(lambda (x) (dense :units 2 @1 x))")
    return Model(program, TASK.type, Vocabulary(), weights, PREPARED)


def test_one_bad_row_among_many_is_said_apart() -> None:
    found = tolerant_predictions(trained(), [ROWS[0], {"sqm": "big", "city": "a"}, {"sqm": -50, "city": None}])
    assert [each.answer for each in found] == [1, None, 2] and "sqm='big'" in found[1].failure


def test_labels_come_back_as_they_went_in_with_their_probabilities(tmp_path: Path) -> None:
    found = predictions_of(trained(), ROWS[:1])[0]
    assert type(found.answer) is int and list(found.probabilities or {}) == ["1", "2"]
    trained().save(tmp_path)
    assert Model.load(tmp_path).predict(pandas.DataFrame(ROWS[:1])) == [1]
