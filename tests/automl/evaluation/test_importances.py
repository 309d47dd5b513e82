"""How much a program's answers depend on each column of a table."""

from __future__ import annotations

import copy

import numpy as np
import pandas
import pytest

import automl
from automl.evaluation.evaluate import evaluate_candidate
from automl.evaluation.importances import Importances, importances
from automl.evaluation.model import Model
from automl.evaluation.prepared import Prepared, context_of
from automl.tasks.split import Split
from automl.tasks.tables.task import table_task
from automl.tasks.task import Task, TaskError, task_kinds
from library.vocabulary import Vocabulary
from library.weights.blobs import from_bytes

RNG = np.random.default_rng(0)
CITY, SIZE = RNG.choice(["Oslo", "Rome", "Bonn"], 300), RNG.normal(size=300)
FRAME = pandas.DataFrame({"city": CITY, "size": SIZE, "noise": RNG.normal(size=300), "same": 1})
FRAME["y"] = 10.0 * (CITY == "Rome") + 3.0 * SIZE + RNG.normal(size=300) * 0.1


def fitted(task: Task, text: str) -> Model:
    vocabulary = Vocabulary()
    found = evaluate_candidate(Prepared(context_of(task.data, vocabulary)), {"term": text, "seed": 1})
    assert found.weights is not None, found.detail
    return Model(vocabulary.read(text), task.type, vocabulary, from_bytes(found.weights), task.preprocessing)


def of_linear(task: Task, **given: int) -> Importances:
    return importances(fitted(task, "(lambda (x) (linear :units 1 @1 x))"), task, **given)


def test_a_column_counts_as_a_whole_and_one_without_use_counts_nothing() -> None:
    found = of_linear(table_task(FRAME, "y"))
    assert (found.part, found.metric, found.cases) == ("test", "r2", 75)
    assert [each.column for each in found.columns] == ["city", "size", "noise"], "what is left out is not permuted"
    city, size, noise = found.columns
    assert city.mean > 0.5 and 0.1 < size.mean < city.mean and abs(noise.mean) < 0.01
    assert city.std > 0 and found == of_linear(table_task(FRAME, "y")), "the same seed gives the same"


def test_they_are_how_much_worse_it_gets_whichever_way_the_metric_goes() -> None:
    found = of_linear(table_task(FRAME, "y", metric="mae"))
    assert found.metric == "mae" and found.columns[0].column == "city" and found.columns[0].mean > 2.0


def test_without_a_test_part_they_are_of_the_validation_part() -> None:
    assert of_linear(table_task(FRAME, "y", split=Split(test=0.0)), repeats=2).part == "validation"


def test_of_arrays_features_have_numbers_and_pictures_have_none() -> None:
    x = np.stack([SIZE, CITY == "Rome"], axis=1)
    result = automl.search((x, FRAME["y"]), evaluations=2, quiet=True)
    assert {each.column for each in result.importances(repeats=2).columns} == {"column1", "column2"}
    pictures = task_kinds()["labelled"].sample(0)
    model = fitted(pictures, "(lambda (x) (dense :units 3 @1 (flatten x)))")
    with pytest.raises(TaskError, match="a table is required for importances"):
        importances(model, pictures)


def test_without_columns_each_feature_is_one() -> None:
    bunch = automl.search("iris", evaluations=2, quiet=True)
    names = [each.column for each in bunch.importances(repeats=2).columns]
    assert sorted(names) == [f"feature {number}" for number in range(1, 5)]


def test_a_copy_of_a_result_has_no_task_and_says_so() -> None:
    result = automl.search("iris", evaluations=2, quiet=True)
    copied = copy.deepcopy(result)
    assert copied.task is None and copied.program == result.program and result.task is not None
    with pytest.raises(TaskError, match="result='iris': a program and its task are required"):
        copied.importances()
