"""What fitted words have found, as text for people that is Python too."""

from __future__ import annotations

import numpy as np
import pandas
import pytest

from automl.evaluation.descriptions import feature_names
from automl.evaluation.evaluate import evaluate_candidate
from automl.evaluation.model import Model
from automl.evaluation.prepared import Prepared, context_of
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.tables.task import table_task
from automl.tasks.task import Task
from library.vocabulary import Vocabulary
from library.weights.blobs import from_bytes


def fitted(text: str, task: Task) -> Model:
    vocabulary = Vocabulary()
    found = evaluate_candidate(Prepared(context_of(task.data, vocabulary)), {"term": text, "seed": 1})
    assert found.weights is not None, found.detail
    return Model(vocabulary.read(text), task.type, vocabulary, from_bytes(found.weights), task.preprocessing)


def function(text: str, name: str) -> object:
    space: dict[str, object] = {}
    exec(compile(text.split("\n\n", 1)[1], "tree", "exec"), space)
    return space[name]


def flowers() -> tuple[Task, np.ndarray]:
    from sklearn.datasets import load_iris

    data = load_iris()
    return labelled_task("iris", data.data, data.target_names[data.target]), data.data


def test_a_small_tree_reads_as_nested_ifs_in_the_units_of_the_data() -> None:
    task, x = flowers()
    model = fitted("(lambda (x) (tree :units 3 :depth 3 @1 x))", task)
    text = model.describe()
    assert text.startswith(model.program) and "  if x[" in text and "return 'virginica'  # 0." in text
    tree = function(text, "tree")
    assert callable(tree)
    assert [tree(row) for row in x] == model.predict(x)


def test_a_tree_of_numbers_answers_in_the_targets_own_units() -> None:
    x = np.random.default_rng(0).uniform(10, 20, size=(200, 2))
    task = labelled_task("steps", x, 1000.0 * (x[:, :1] > 15) + 7)
    model = fitted("(lambda (x) (tree :units 1 :depth 3 @1 x))", task)
    tree = function(model.describe(), "tree")
    assert callable(tree)
    np.testing.assert_allclose([tree(row) for row in x], np.ravel(model.predict(x)), rtol=1e-3)


def test_a_tree_on_a_table_names_its_columns_and_what_was_made_of_them() -> None:
    rng = np.random.default_rng(0)
    city = rng.choice(["Oslo", "Rome", "Bonn"], 200)
    size = np.where(rng.random(200) < 0.2, None, rng.integers(1, 9, 200).astype(object))
    y = 10.0 * (city == "Rome") + 4.0 * np.array([value is None for value in size]) + rng.normal(0.0, 0.1, 200)
    task = table_task(pandas.DataFrame({"city": city, "size": size, "y": y}), "y")
    assert task.preprocessing is not None
    assert feature_names(task.preprocessing) == ("city=Bonn", "city=Oslo", "city=Rome", "size", "size is missing")
    text = fitted("(lambda (x) (tree :units 1 :depth 3 @1 x))", task).describe()
    assert "if x['city=Rome'] <= 0.5:" in text and "if x['size is missing'] <= 0.5:" in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("(lambda (x) (forest :units 3 :trees 5 @1 x))", False),
        ("(lambda (x) (linear :units 3 @1 (tree :units 3 :depth 3 @2 (principal :units 2 @3 x))))", True),
    ],
)
def test_what_is_not_small_is_left_out_and_what_reads_other_words_names_no_column(text: str, shown: bool) -> None:
    task, _ = flowers()
    told = fitted(text, task).describe()
    assert ("def tree_2(x):" in told) == shown and ("def " in told) == shown
    assert ("return [" in told) == shown, "inside a program a leaf gives its numbers"


def test_a_large_tree_is_left_out() -> None:
    rng = np.random.default_rng(0)
    task = labelled_task("noise", rng.normal(size=(400, 3)), rng.integers(0, 2, 400))
    assert "def " not in fitted("(lambda (x) (tree :units 2 @1 x))", task).describe()
