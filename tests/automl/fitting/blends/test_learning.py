"""Blends learn from their outputs alone, by every way that a plan says."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from automl.fitting import forward
from automl.fitting.blends.learning import blend_learner, told_plan
from automl.fitting.forward import predict
from automl.fitting.measurements import gradient_norms, outputs_of
from automl.fitting.trainer import Unsuitable
from automl.fitting.trainers import TrainingBudget, choose_trainer, make_trainer
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.kinds.sequences import sequences_task
from automl.tasks.split import Split
from primitives.batch import Ragged
from primitives.compile import compile_term
from primitives.notation.types import parse_type
from primitives.syntax import parse
from primitives.words import builtin_words

WORDS = builtin_words()
NET = "(lambda (x) (argmax (log_softmax (dense :units 3 @1 x))))"


def task(reduce, count=300):
    """Lists of one to three noisy vectors of three classes, and what ``reduce`` makes of the classes."""
    rng = np.random.default_rng(0)
    lengths = rng.integers(1, 4, size=count)
    labels = rng.integers(0, 3, size=int(lengths.sum()))
    values = np.eye(3)[labels] + rng.normal(scale=0.2, size=(len(labels), 3))
    y = np.array([reduce(part) for part in np.split(labels, np.cumsum(lengths)[:-1])])
    return sequences_task("lists", values, lengths, y, split=Split(seed=0), scaling="none").data


def program(body, data, seed=0):
    return compile_term(parse(f"(lambda (xs) {body.replace('net', NET)})", WORDS), WORDS, data.type, seed=seed)


@pytest.mark.parametrize(
    ("body", "reduce"),
    [
        ("(sum (map net xs))", np.sum),
        ("(maximum (map net xs))", np.max),
        ("(count (lambda (i) (= (net i) 2)) xs)", lambda labels: int((labels == 2).sum())),
    ],
)
def test_a_blend_learns_from_its_outputs_alone(body, reduce):
    data = task(reduce)
    net = program(body, data)
    assert choose_trainer(net, data).name == "gradient"
    result = make_trainer("gradient", {"rate": 0.1, "batch_size": 32}).fit(net, data, TrainingBudget(epochs=12))
    assert result.outcome == "ok"
    assert result.scores["accuracy"] > 0.95
    assert result.history[-1].train_loss < 0.5 * result.history[0].train_loss
    assert outputs_of(net, data.type, data.validation).dtype == torch.int64  # when it predicts it is as ever


def test_a_loss_of_numbers_is_the_error_to_expect():
    data = task(np.sum)
    net = program("(sum (map net xs))", data)
    settings = {"rate": 0.1, "batch_size": 32, "loss": "absolute"}
    result = make_trainer("gradient", settings).fit(net, data, TrainingBudget(epochs=12))
    assert result.scores["mae"] < 0.3
    assert result.history[-1].train_loss < 0.5


def test_the_gradient_reaches_each_parameter_and_a_program_without_draws_is_no_blend():
    data = task(np.sum)
    assert all(norm > 0 for norm in gradient_norms(program("(sum (map net xs))", data), data).values())
    lists = Ragged(torch.zeros(3, 3), torch.tensor([1, 2]))
    assert blend_learner(program("(length xs)", data), (lists,), torch.tensor([1, 2])) is None
    assert blend_learner(torch.nn.Linear(3, 3), (torch.zeros(2, 3),), torch.tensor([1, 2])) is None


def test_what_no_world_gives_and_what_the_plan_did_not_see_are_outcomes():
    data = task(np.sum)
    nothing = program("(if (= (sum (map net xs)) -1) 1 -5)", data)
    assert choose_trainer(nothing, data).name != "gradient"
    result = make_trainer("gradient").fit(nothing, data, TrainingBudget(epochs=1))
    assert result.outcome == "ok"
    learner = blend_learner(
        program("(sum (map net xs))", data), (Ragged(torch.zeros(1, 3), torch.tensor([1])),), torch.tensor([1])
    )
    learner.learner.lifting.tables.limit = 10
    with pytest.raises(Unsuitable, match="worlds="):
        learner(Ragged(torch.zeros(9, 3), torch.tensor([9])))


def test_a_class_that_is_computed_from_what_a_net_reads_is_learned_and_has_probabilities():
    """Of two vectors that are read by one net the sum is the class."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, (400, 2))
    values = (np.eye(3)[labels] + rng.normal(scale=0.2, size=(400, 2, 3))).astype(np.float32)[:, :, None]
    data = labelled_task("pairs", values, labels.sum(axis=1), split=Split(seed=0), scaling="none", layout="chw").data
    text = f"(lambda (x) (one_hot :size 5 (sum (map (lambda (y) ({NET} (flatten y))) (unstack x)))))"
    net = compile_term(parse(text, WORDS), WORDS, data.type, seed=0)
    assert choose_trainer(net, data).name == "gradient"
    result = make_trainer("gradient", {"rate": 0.1, "batch_size": 32}).fit(net, data, TrainingBudget(epochs=15))
    assert result.scores["accuracy"] > 0.95
    assert result.scores["cross_entropy"] < 0.3
    assert result.history[-1].validation_loss == pytest.approx(result.scores["cross_entropy"])
    found = outputs_of(net, data.type, data.validation)
    assert torch.allclose(found.sum(1), torch.ones(len(found)))
    assert 0 < float(found.min()) < float(found.max()) < 1


def test_a_blend_answers_its_likeliest_output_where_that_is_not_of_the_likeliest_readings():
    """Two images of 0, 1 and 2 by 0.4, 0.3 and 0.3: the likeliest readings add up to 0, the likeliest sum is 2."""
    scores = torch.tensor([[0.4, 0.3, 0.3]]).log()
    net = compile_term(
        parse("(lambda (xs) (sum (map (lambda (x) (argmax (log_softmax x))) xs)))", WORDS), WORDS,
        parse_type("list(Tensor[3]) -> int"),
    )  # fmt: skip
    lists = Ragged(scores.expand(6, 3), torch.tensor([2, 1, 3]))
    assert net(lists).tolist() == [0, 0, 0]
    assert predict(net, (lists,)).tolist() == [2, 0, 2]


def test_the_plan_of_a_blend_is_told_and_of_nothing_else():
    data = task(np.sum, 40)
    told = told_plan(program("(sum (map net xs))", data), data)
    assert told.startswith("learned from the distribution of its outputs: exactly, by ") and "products" in told
    assert told_plan(program("(length xs)", data), data) == ""


def test_of_long_lists_fewer_cases_go_through_at_a_time(monkeypatch):
    seen = []
    net = program("(sum (map net xs))", task(np.sum, 40))
    lists = Ragged(torch.zeros(30, 3), torch.tensor([10, 10, 10]))
    monkeypatch.setattr(forward, "ELEMENTS", 20)
    for some in forward.windows(net, (lists,)):
        seen.append(len(some[0].lengths))
    assert seen == [2, 1]
