"""Weights of classes: what may be asked for, where they are kept, and that nets and fitted words go by them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from automl.evaluation.evaluate import evaluate_candidate
from automl.evaluation.prepared import Evaluated, Prepared, context_of
from automl.fitting.losses import make_loss
from automl.fitting.recipes import joined
from automl.tasks.cases.class_weights import class_weights, weight_text
from automl.tasks.data import ProblemData
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.load import load_tasks
from automl.tasks.split import Split
from automl.tasks.task import Task, TaskError
from library.vocabulary import Vocabulary
from library.weights.blobs import from_bytes

RNG = np.random.default_rng(0)
Y = np.array(["no"] * 720 + ["yes"] * 80)
X = RNG.normal(size=(800, 3)) + 0.9 * (Y == "yes")[:, None]


def task(class_weight: object = "none", **given: object) -> Task:
    return labelled_task("rare", X, Y, class_weight=class_weight, metric="balanced_accuracy", **given)  # type: ignore[arg-type]


def evaluated(text: str, chosen: Task, **candidate: object) -> Evaluated:
    return evaluate_candidate(Prepared(context_of(chosen.data, Vocabulary())), {"term": text, "seed": 1, **candidate})  # type: ignore[typeddict-item]


def test_what_may_be_asked_for() -> None:
    targets = np.array([0, 0, 0, 2])
    assert class_weights("balanced", targets, ("a", "b", "c")) == pytest.approx((4 / 6, 1.0, 2.0))
    assert class_weights({"c": 3}, targets, ("a", "b", "c")) == (1.0, 1.0, 3.0)
    assert class_weights({7: 3}, targets, ("5", "6", "7")) == (1.0, 1.0, 3.0)
    assert class_weights(weight_text({"a:b": 3, "c": 0.5}), targets, ("a:b", "c")) == (3.0, 0.5)
    for wrong, said in (
        ("heavy", "balanced, none, or labels with their weights"),
        ({"d": 1.0}, "class_weight of 'd': a label is required, of a, b, c"),
        ({"a": 0.0}, "'a'=0.0: a finite number above 0"),
        ({"a": True}, "'a'=True: a finite number above 0"),
        ("a:nan", "'a'=nan: a finite number above 0"),
    ):
        with pytest.raises(TaskError, match=said):
            class_weights(wrong, targets, ("a", "b", "c"))  # type: ignore[arg-type]


def test_they_belong_to_the_data_and_are_said(tmp_path: Path) -> None:
    plain, weighted = task(), task("balanced")
    assert plain.data.class_weights == () and weighted.data.digest != plain.data.digest
    text, arrays = weighted.data.payload()
    json.loads(text)
    assert ProblemData.from_payload(text, arrays).class_weights == weighted.data.class_weights
    assert any(note == "class weights: no 0.5556, yes 5" for note in weighted.notes)
    assert joined(weighted.data).class_weights == weighted.data.class_weights
    with pytest.raises(TaskError, match="class_weight='balanced': classes as targets are required, not numbers"):
        labelled_task("amounts", X, RNG.normal(size=800), class_weight="balanced")
    (tmp_path / "t.csv").write_text("a,b\n" + "".join(f"{i},{'xy'[i % 5 == 0]}\n" for i in range(40)))
    (read,) = load_tasks(f"{tmp_path}/t.csv:b?class_weight=y:4")
    assert read.data.class_weights == (1.0, 4.0)


def test_a_metric_that_counts_classes_alike_has_them_weigh_alike_in_training() -> None:
    unasked = task(None)
    assert unasked.data.class_weights == task("balanced").data.class_weights
    said = "class weights: no 0.5556, yes 5, for balanced_accuracy counts each class alike; class_weight=none leaves them out"
    assert said in unasked.notes and not any("class weights" in note for note in task("none").notes)
    assert labelled_task("rare", X, Y).data.class_weights == ()


def test_the_loss_is_the_weighted_mean() -> None:
    scores, classes = torch.randn(6, 3), torch.tensor([0, 1, 2, 2, 2, 0])
    weights = (0.5, 1.0, 3.0)
    each = torch.nn.functional.cross_entropy(scores, classes, reduction="none")
    counted = torch.tensor(weights)[classes]
    found = make_loss("cross_entropy", weights=weights)(scores, classes)
    assert float(found) == pytest.approx(float((each * counted).sum() / counted.sum()), rel=1e-5)


def test_a_linear_word_is_fitted_as_scikit_learns_is() -> None:
    weighted = task("balanced", folds=0)
    found = evaluated("(lambda (x) (linear :units 2 @1 x))", weighted)
    x, y = np.asarray(weighted.data.train.inputs[0], dtype=np.float64), np.asarray(weighted.data.train.targets)
    oracle = LogisticRegression(class_weight="balanced", max_iter=200).fit(x, y)
    assert found.weights is not None
    np.testing.assert_allclose(from_bytes(found.weights)["1.weight"][1], oracle.coef_[0], rtol=1e-3)


@pytest.mark.parametrize(
    ("word", "candidate"),
    [
        ("(linear :units 2 @1 x)", {}), ("(forest :units 2 :trees 20 :leaf 10 @1 x)", {}), ("(nearest :units 2 :neighbours 9 @1 x)", {}),
        ("(boosting :units 2 :trees 5 @1 x)", {}), ("(tree :units 2 :depth 2 @1 x)", {}), ("(dense :units 2 @1 x)", {"epochs": 60}),
    ],
)  # fmt: skip
def test_rare_cases_are_found_by_all_that_is_trained_or_fitted(word: str, candidate: dict[str, object]) -> None:
    plain, weighted = (
        evaluated(f"(lambda (x) {word})", task(each, folds=0, split=Split(validation=0.5)), **candidate)
        for each in ("none", "balanced")
    )
    assert weighted.scores["balanced_accuracy"] > plain.scores["balanced_accuracy"], (plain.scores, weighted.scores)


def test_the_constant_is_the_weighted_frequencies() -> None:
    found = evaluated("(lambda (x) (constant :units 2 @1 x))", task("balanced"))
    assert found.weights is not None
    assert from_bytes(found.weights)["1.value"].exp().tolist() == pytest.approx([0.5, 0.5], abs=0.02)
