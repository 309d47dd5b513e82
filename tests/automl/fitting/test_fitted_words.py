"""Fitting the fitted words of programs: order, stacks, chance, what is refused, and what is trained beside them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from automl.evaluation.evaluate import evaluate_candidate
from automl.evaluation.prepared import Evaluated, Prepared, context_of
from automl.fitting.fitted_words import fit_words, unseen_values
from automl.fitting.measurements import calibration_error
from automl.fitting.trainer import TrainingBudget, Unsuitable
from automl.fitting.trainers import make_trainer
from automl.tasks.data import ProblemData
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.split import Split
from automl.tasks.task import Task
from library.vocabulary import Vocabulary
from library.weights.blobs import from_bytes
from primitives.compile import compile_term
from primitives.compile.program import Program
from primitives.syntax import parse
from primitives.words import builtin_words

WORDS = builtin_words()


def program(text: str, data: ProblemData) -> Program:
    return compile_term(parse(text, WORDS), WORDS, data.type)


def evaluated(text: str, task: Task, **candidate: object) -> Evaluated:
    return evaluate_candidate(Prepared(context_of(task.data, Vocabulary())), {"term": text, "seed": 1, **candidate})


@pytest.fixture(scope="module")
def noise() -> ProblemData:
    """Classes that nothing in the inputs tells."""
    rng = np.random.default_rng(0)
    return labelled_task("noise", rng.normal(size=(400, 40)), rng.integers(0, 2, 400), split=Split(test=0.0)).data


def test_a_program_of_fitted_words_is_fitted_scored_and_kept(iris: Task) -> None:
    found = evaluated("(lambda (x) (linear :units 3 @1 x))", iris)
    assert (found.outcome, found.parameters, found.complete) == ("ok", 0, True)
    assert found.scores["accuracy"] > 0.85 and found.weights is not None
    assert sorted(from_bytes(found.weights)) == ["1.bias", "1.weight"]
    assert evaluated("(lambda (x) (linear :units 3 @1 x))", iris).weights == found.weights


def test_inner_words_are_fitted_before_those_that_read_them(line: ProblemData) -> None:
    net = program("(lambda (x) (linear :units 1 :penalty 0 @1 (scale 3.0 (linear :units 1 :penalty 0 @2 x))))", line)
    assert fit_words(net, line, seed=0).complete
    weights = net.weights()
    np.testing.assert_allclose(weights["1.weight"].numpy(), [[1 / 3]], rtol=1e-2)
    assert weights["2.weight"].abs().sum() > 0.5


def test_a_stacked_word_speaks_of_cases_that_it_has_not_seen(noise: ProblemData) -> None:
    """Of what it was fitted to, a linear map on many useless features knows much: a word on top must not believe it."""
    net = program("(lambda (x) (linear :units 2 @1 (linear :units 2 :penalty 0.001 @2 x)))", noise)
    fit_words(net, noise)
    stacked = net.weights()["1.weight"].abs().max()
    alone = program("(lambda (x) (linear :units 2 :penalty 0.001 @2 x))", noise)
    fit_words(alone, noise)
    with torch.no_grad():
        seen = on(noise, alone(torch.from_numpy(np.array(noise.train.inputs[0]))).numpy())
    believing = program("(lambda (x) (linear :units 2 @1 x))", seen)
    fit_words(believing, seen)
    assert stacked < 0.5 * believing.weights()["1.weight"].abs().max()
    torch.testing.assert_close(net.weights()["2.weight"], alone.weights()["2.weight"])


def on(data: ProblemData, x: np.ndarray) -> ProblemData:
    return labelled_task(
        "other", x, np.asarray(data.train.targets), split=Split(test=0.0, validation=0.0), scaling="none"
    ).data


def test_a_site_that_occurs_twice_is_fitted_once(iris: Task) -> None:
    text = "(lambda (x) (let ((f (lambda (y) (linear :units 3 @1 y)))) (add (f x) (f x))))"
    net = program(text, iris.data)
    fit_words(net, iris.data)
    alone = program("(lambda (x) (linear :units 3 @1 x))", iris.data)
    fit_words(alone, iris.data)
    torch.testing.assert_close(net.weights()["1.weight"], alone.weights()["1.weight"])


@pytest.mark.parametrize(
    "text",
    [
        "(lambda (x) (dense :units 2 @1 (forest :units 2 :trees 20 @2 x)))",
        "(lambda (x) (dense :units 2 @1 (linear :units 2 :penalty 0.001 @2 x)))",
    ],
)
def test_a_net_on_top_of_a_fitted_word_does_not_believe_what_it_says_of_its_own_cases(
    text: str, noise: ProblemData
) -> None:
    def trained(believe: bool) -> Program:
        net = program(text, noise)
        fit_words(net, noise)
        assert set(net.unseen) == {"2"} and net.unseen["2"].shape == (len(noise.train), 2)
        if believe:
            net.unseen = {}
        make_trainer("gradient", {"keep": "last"}).fit(net, noise, TrainingBudget(epochs=30), seed=0)
        assert net.observer is None
        return net

    doubting, believing = (calibration_error(trained(believe), noise) for believe in (False, True))
    assert doubting < 0.8 * believing


def test_a_batch_has_what_was_said_of_its_cases(noise: ProblemData) -> None:
    net = program("(lambda (x) (add (dense :units 2 @1 x) (linear :units 2 @2 x)))", noise)
    fit_words(net, noise)
    x = torch.from_numpy(np.array(noise.train.inputs[0]))
    rows = torch.tensor([7, 3, 200])
    with torch.no_grad(), unseen_values(net, rows):
        told = net(x[rows])
    with torch.no_grad():
        plain = net(x[rows])
        own = F.linear(x[rows], net.weights()["2.weight"], net.weights()["2.bias"])
    torch.testing.assert_close(told - plain, net.unseen["2"][rows] - own)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("(lambda (x) (linear :units 3 @1 (dense :units 4 @2 x)))", set()),
        ("(lambda (x) (add (dense :units 3 @2 x) (linear :units 3 @1 (principal :units 2 @3 x))))", {"1"}),
        ("(lambda (x) (linear :units 3 @1 x))", set()),
        ("(lambda (x) (let ((y (dense :units 4 @2 x))) (add (linear :units 3 @1 y) (linear :units 3 @3 x))))", {"3"}),
    ],
)
def test_what_a_training_changes_below_a_fitted_word_is_not_replaced(text: str, wanted: set[str], iris: Task) -> None:
    net = program(text, iris.data)
    fit_words(net, iris.data)
    assert set(net.unseen) == wanted


def test_what_is_trained_beside_leaves_fitted_arrays_alone(iris: Task) -> None:
    iris = replace(iris, data=replace(iris.data, folds=None))
    found = evaluated("(lambda (x) (add (linear :units 3 @1 x) (dense :units 3 @2 x)))", iris)
    assert found.outcome == "ok" and found.parameters == 15 and found.weights is not None
    alone = evaluated("(lambda (x) (linear :units 3 @1 x))", iris)
    assert alone.weights is not None
    torch.testing.assert_close(from_bytes(found.weights)["1.weight"], from_bytes(alone.weights)["1.weight"])


def test_the_final_fit_takes_the_validation_cases_too() -> None:
    rng = np.random.default_rng(0)
    task = labelled_task("numbers", rng.normal(size=(60, 2)), rng.normal(size=(60, 1)))
    final = evaluated("(lambda (x) (constant :units 1 @1 x))", task, phase="final")
    assert final.outcome == "ok" and final.weights is not None
    both = np.concatenate([np.asarray(task.data.train.targets), np.asarray(task.data.validation.targets)])
    assert float(from_bytes(final.weights)["1.value"]) == pytest.approx(both.mean(), abs=1e-6)
    assert both.mean() != pytest.approx(np.asarray(task.data.train.targets).mean(), abs=1e-3)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("(lambda (x) (dense :units 3 (linear :units 5 @1 x)))", "units=5"),
        (
            "(lambda (x) (pool_list (map (lambda (y) (linear :units 3 @1 x)) (elements x))))",
            "outside of branches and loops",
        ),
        (
            "(lambda (x) (if (> (sum_elements x) 0.0) (linear :units 3 @1 x) (dense :units 3 x)))",
            "outside of branches and loops",
        ),
        (
            "(lambda (x) (linear :units 3 @1 (dense :units 4 @2 (scale (last (flatten_list (singleton empty))) x))))",
            "no tensor for some or all cases",
        ),
        (
            "(lambda (x) (linear :units 3 @1 (scale (element (length (elements x)) x) x)))",
            "no tensor for some or all cases",
        ),
    ],
)
def test_what_cannot_be_fitted_is_unsuitable_and_says_why(text: str, says: str, iris: Task) -> None:
    found = evaluated(text, iris)
    assert found.outcome == "unsuitable" and says in found.detail


def test_targets_that_are_no_classes_or_numbers_are_refused() -> None:
    from automl.tasks.kinds.heads import sample

    net = program("(lambda (x) (linear :units 2 x))", labelled_task("two", np.eye(4), np.array([0, 1, 0, 1])).data)
    with pytest.raises(Unsuitable, match="classes or numbers"):
        fit_words(net, sample(0).data)
