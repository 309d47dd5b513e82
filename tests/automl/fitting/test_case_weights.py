"""Weights of cases: a case of weight 3 counts as three of it would, in scores, in fitted words and in trainings."""

from __future__ import annotations

import copy
import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from automl.evaluation.cross_validation import mean_scores
from automl.evaluation.evaluate import evaluate_candidate
from automl.evaluation.prepared import Prepared, context_of
from automl.fitting.fitted_words import fit_words
from automl.fitting.recipes import joined
from automl.tasks.cases.parts import Part
from automl.tasks.data import ProblemData
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.metrics import CLASSES, NUMBERS, score
from automl.tasks.split import Split
from automl.tasks.task import TaskError
from library.vocabulary import Vocabulary
from library.weights.blobs import from_bytes
from primitives.compile import compile_term
from primitives.syntax import parse
from primitives.words import builtin_words

WORDS = builtin_words()
RNG = np.random.default_rng(0)
COUNTS = RNG.integers(1, 4, 60)
AGAIN = np.repeat(np.arange(60), COUNTS)


@pytest.fixture(scope="module")
def noisy() -> ProblemData:
    x = RNG.normal(size=(100, 3))
    y = x[:, :1] + RNG.normal(size=(100, 1))
    data = labelled_task("noisy", x, y, split=Split(test=0.25, validation=0.2), folds=0).data
    return data.with_data(data.train.take(range(60)), data.validation)


def weighted(data: ProblemData, weights: np.ndarray) -> ProblemData:
    return data.with_data(replace(data.train, weights=weights.astype(np.float64)), data.validation)


@pytest.mark.parametrize("form", [CLASSES, NUMBERS])
def test_scores_are_those_of_cases_that_are_repeated(form: str) -> None:
    outputs = RNG.normal(size=(60, 3 if form == CLASSES else 2))
    targets = RNG.integers(0, 3, 60) if form == CLASSES else RNG.normal(size=(60, 2))
    found = score(form, outputs, targets, weights=COUNTS.astype(np.float64))
    assert found == pytest.approx(score(form, outputs[AGAIN], targets[AGAIN]))
    assert found != pytest.approx(score(form, outputs, targets))


def test_weights_go_with_their_cases(noisy: ProblemData) -> None:
    data = weighted(noisy, COUNTS)
    assert data.train.weights is not None and data.train.total == COUNTS.sum() and noisy.train.total == 60
    some = data.train.take([5, 2]).weights
    assert some is not None and some.tolist() == COUNTS[[5, 2]].tolist()
    again = copy.deepcopy(data)
    assert again.train.weights is not None and again.train.weights.tolist() == COUNTS.tolist()
    assert again.digest == data.digest != noisy.digest, "what is known of other weights is not known of these"
    assert "weights" not in json.loads(noisy.payload()[0])["parts"]["train"], "data without weights keep their digest"
    both = joined(data.with_data(data.train, replace(data.validation, weights=np.full(len(data.validation), 2.0))))
    assert both.train.weights is not None and both.train.weights.sum() == COUNTS.sum() + 2 * len(data.validation)
    with pytest.raises(TaskError, match=r"weights.shape=\(2,\): \[60\] is required"):
        replace(data.train, weights=np.ones(2))


def test_scores_of_folds_count_as_their_weights(noisy: ProblemData) -> None:
    parts = [Part((), np.zeros(2), np.array([1.0, 2.0])), Part((), np.zeros(3), np.array([3.0, 3.0, 3.0]))]
    assert mean_scores(noisy, [(parts[0], {"r2": 1.0}), (parts[1], {"r2": 0.0})])["r2"] == pytest.approx(0.25)


@pytest.mark.parametrize("text", ["(linear :units 1 @1 x)", "(constant :units 1 @1 x)", "(tree :units 1 @1 x)"])
def test_fitted_words_are_those_of_cases_that_are_repeated(text: str, noisy: ProblemData) -> None:
    term = parse(f"(lambda (x) {text})", WORDS)
    repeated = noisy.with_data(noisy.train.take(AGAIN), noisy.validation)
    x = torch.from_numpy(np.array(noisy.validation.inputs[0]))
    said = []
    for data in (weighted(noisy, COUNTS), repeated, noisy):
        program = compile_term(term, WORDS, data.type)
        fit_words(program, data)
        said.append(program(x).detach().numpy())
    np.testing.assert_allclose(said[0], said[1], rtol=1e-4, atol=1e-5)
    if "tree" not in text:  # a tree grown to its end answers each case with its own target
        assert not np.allclose(said[0], said[2], rtol=1e-3)


def test_a_net_learns_what_counts_more() -> None:
    """Of each input there is one case of either class: the weights alone tell which is more probable."""
    x, y = np.repeat(RNG.normal(size=(100, 2)), 2, axis=0), np.tile([0, 1], 100)
    data = labelled_task("either", x, y, split=Split(test=0.0, validation=0.0), folds=0).data
    part = replace(data.train, weights=np.where(np.asarray(data.train.targets) == 1, 9.0, 1.0))
    data = data.with_data(part, part)
    order = {"term": "(lambda (x) (dense :units 2 @1 x))", "seed": 0, "epochs": 30}
    found = evaluate_candidate(Prepared(context_of(data, Vocabulary())), order)
    assert found.weights is not None and found.scores["accuracy"] > 0.85
    program = compile_term(parse(order["term"], WORDS), WORDS, data.type, weights=from_bytes(found.weights))
    shares = program(torch.from_numpy(np.array(data.train.inputs[0]))).softmax(1)[:, 1]
    assert 0.7 < float(shares.detach().mean()) < 0.95
