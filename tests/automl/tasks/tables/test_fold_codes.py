"""Codes by the target's mean where scores are of folds: a fold is answered without the targets that it is scored by."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from automl.evaluation.cross_validation import divided
from automl.evaluation.evaluate import evaluate_candidate
from automl.evaluation.prepared import Prepared, context_of
from automl.tasks.columns.cells import as_cells, cell_levels
from automl.tasks.columns.kinds.coding import coded
from automl.tasks.data import ProblemData
from automl.tasks.split import Split
from automl.tasks.tables.task import table_task
from automl.tasks.task import Task
from library.vocabulary import Vocabulary

RNG = np.random.default_rng(0)
N, LEVELS = 300, 60
LEVEL = RNG.integers(0, LEVELS, N)
NAMES = np.array([f"level {each}" for each in LEVEL])
AMOUNTS = RNG.normal(size=LEVELS)[LEVEL] + RNG.normal(size=N)


def task_of(y: np.ndarray, targets: str = "numbers", **given: object) -> Task:
    frame = {"x": np.arange(N) % 7 + 0.5, "name": NAMES}
    return table_task(frame, y, targets=targets, scaling="none", split=Split(policy="random", test=0.0), **given)  # type: ignore[arg-type]


def beside(task: Task) -> np.ndarray:
    """The rows of the table that are train and validation part, end to end."""
    train, validation, _ = Split(policy="random", test=0.0).divide(None, N)
    return np.concatenate([train, validation])


@pytest.mark.parametrize("fold", [0, 4])
def test_no_feature_of_a_fold_knows_the_targets_that_it_holds_out(fold: int) -> None:
    task = task_of(AMOUNTS)
    folds, rows = task.data.folds, beside(task)
    assert folds is not None and folds.codes is not None and folds.count == 5
    other = AMOUNTS.copy()
    other[rows[folds.held_out == fold]] = RNG.normal(size=int((folds.held_out == fold).sum())) * 100
    changed = task_of(other).data.folds
    assert changed is not None and changed.codes is not None and (changed.held_out == folds.held_out).all()
    assert (changed.codes.values[fold] == folds.codes.values[fold]).all()
    assert (changed.codes.values[fold - 1] != folds.codes.values[fold - 1]).any(), "other folds know them"


@pytest.mark.parametrize("time", [None, "x"])
def test_a_fold_is_scored_by_codes_that_are_fitted_to_what_it_is_fitted_to(time: str | None) -> None:
    task = task_of(AMOUNTS) if time is None else task_of(AMOUNTS, time=time)
    data = task.data
    found = evaluate_candidate(
        Prepared(context_of(data, Vocabulary())), {"term": "(lambda (x) (linear :units 1 @1 x))", "seed": 1}
    )
    scores, cases = [], []
    for part in divided(data):
        model = Ridge().fit(np.asarray(part.train.inputs[0]), np.asarray(part.train.targets))
        scores.append(model.score(np.asarray(part.validation.inputs[0]), np.asarray(part.validation.targets)))
        cases.append(len(part.validation))
    assert found.outcome == "ok" and found.scores["r2"] == pytest.approx(np.average(scores, weights=cases), abs=1e-3)
    if time is None:
        rows, (known, held) = beside(task), next(iter(data.folds.divided()))  # type: ignore[union-attr]
        column, crossed = coded("name", cell_levels(as_cells(NAMES[rows][known])), AMOUNTS[rows][known], 0)
        first = next(iter(divided(data)))
        np.testing.assert_allclose(np.asarray(first.train.inputs[0])[:, 1:], crossed, rtol=1e-5, atol=1e-6)
        new = column.encode(cell_levels(as_cells(NAMES[rows][held])))
        np.testing.assert_allclose(np.asarray(first.validation.inputs[0])[:, 1:], new, rtol=1e-5, atol=1e-6)


def test_what_levels_tell_is_told_no_better_over_folds_than_on_new_rows() -> None:
    """With codes that know a fold's targets the mean over folds is 0.05 above the score of new rows."""
    gaps = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        level, effect = rng.integers(0, 300, 5000), rng.normal(size=300)
        y = effect[level] + rng.normal(size=5000)
        frame = {"name": np.array([f"level {each}" for each in level]), "x": rng.normal(size=5000)}
        task = table_task(frame, y, split=Split(test=0.88, seed=seed), folds=5)
        known = [np.asarray(part) for part in (task.data.train.inputs[0], task.data.validation.inputs[0])]
        targets = [np.asarray(part.targets) for part in (task.data.train, task.data.validation)]
        model = Ridge().fit(np.concatenate(known), np.concatenate(targets))
        assert task.test is not None
        new = model.score(np.asarray(task.test.inputs[0]), np.asarray(task.test.targets))
        context = Prepared(context_of(task.data, Vocabulary()))
        found = evaluate_candidate(context, {"term": "(lambda (x) (linear :units 1 @1 x))", "seed": 1})
        gaps.append(found.scores["r2"] - new)
    assert np.mean(gaps) < 0.03, gaps


@pytest.mark.parametrize("classes", [2, 3, 14])
def test_classes_that_a_fold_lacks_leave_its_codes_as_wide(classes: int) -> None:
    y = np.arange(N) % classes
    y[:] = np.where((y == classes - 1) & (np.arange(N) > 20), 0, y)  # the last class is rare
    task = task_of(y, "classes")
    data = task.data
    assert data.folds is not None and data.folds.codes is not None
    assert np.isfinite(data.folds.codes.values).all()
    assert data.folds.codes.values.shape == (5, N, np.asarray(data.train.inputs[0]).shape[1] - 1)
    again = ProblemData.from_payload(*data.payload())
    assert again.folds is not None and again.folds.codes is not None
    assert (
        again.folds.codes.values == data.folds.codes.values
    ).all() and again.evaluation_digest == data.evaluation_digest


def test_tables_without_such_columns_and_parts_without_folds_stay_as_they_were() -> None:
    plain = table_task({"x": np.arange(N) % 7 + 0.5, "city": np.array(["a", "b", "c"])[np.arange(N) % 3]}, AMOUNTS)
    assert plain.data.folds is not None and plain.data.folds.codes is None
    assert task_of(AMOUNTS, folds=0).data.folds is None
    assert task_of(np.full(N, 3.0) + (np.arange(N) == 5), folds=5).data.folds is not None, "nearly constant targets"
