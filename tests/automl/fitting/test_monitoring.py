"""What a history holds: train against validation, gradient norms by parameter, plateaus."""

from __future__ import annotations

import math
import time

import pytest
import torch
from torch import nn

from automl.fitting import fit
from automl.fitting import measurements as diagnostics
from automl.fitting.setup import FitOptions
from automl.fitting.trainers import TrainingBudget, make_trainer


def gradient(**settings):
    return make_trainer("gradient", settings)


def test_the_train_part_is_measured_as_the_validation_part_is(digits, convolutional):
    net, data = convolutional(), digits.data
    result = gradient(validations=3, keep="last", train_cases=10_000).fit(net, data, TrainingBudget(epochs=6))
    measured = [record for record in result.history if record.validation_score is not None]
    assert [record.epoch for record in measured] == [2, 4, 6]
    assert all(record.train_score is not None and record.measured_loss > 0 for record in measured)
    unmeasured = [record for record in result.history if record.validation_score is None]
    assert all(record.train_score is None and record.measured_loss is None for record in unmeasured)
    # As many as the validation part has are drawn; the whole part gives nearly the same.
    assert measured[-1].train_score == pytest.approx(diagnostics.accuracy(net, data, data.train), abs=0.02)
    without = gradient(validations=3, keep="last", train_cases=0).fit(convolutional(), data, TrainingBudget(epochs=6))
    assert [r.train_score for r in without.history] == [None] * 6
    assert [r.train_loss for r in without.history] == [r.train_loss for r in result.history], (
        "measuring changes nothing"
    )


def test_a_training_leaves_the_time_to_measure_what_it_came_to(digits, convolutional):
    """However slow the steps are, what is left before the deadline suffices for the validation part at half their pace."""
    now = time.monotonic()
    budget = TrainingBudget(seconds=100.0, deadline=now + 200.0)
    training = fit._Training(convolutional(), digits.data, lambda setup: None, budget, FitOptions(), 0, None)
    assert training.allowed() == 100.0
    training.prepare()
    training.training, training.seen = 10.0, 100
    measuring = fit.FORWARD * 0.1 * (len(digits.data.validation) + min(1000, len(digits.data.validation)))
    assert training.allowed() == 100.0 and measuring < 100.0
    training.training = 100.0
    assert training.allowed() == pytest.approx(200.0 - 10 * measuring, abs=1.0)


def test_overfitting_shows(dense):
    from automl.tasks.kinds.labelled import labelled_task
    from automl.tasks.split import Split

    generator = torch.Generator().manual_seed(0)
    noise, labels = torch.randn(120, 20, generator=generator), torch.randint(3, (120,), generator=generator)
    task = labelled_task("noise", noise.numpy(), labels.numpy(), split=Split(test=0.2, validation=0.4))
    trainer = gradient(weight_decay=0.0, smoothing=0.0, keep="last", batch_size=16)
    last = trainer.fit(dense(20, 3, 64), task.data, TrainingBudget(epochs=60)).history[-1]
    assert last.train_score > 0.95 > 0.6 > last.validation_score
    assert last.measured_loss < 0.2 < 1.1 < last.validation_loss


def test_gradient_norms_are_those_of_the_last_step(iris, dense):
    net, data = dense(), iris.data
    trainer = gradient(optimiser="sgd", momentum=0.0, rate=0.0, schedule="constant", weight_decay=0.0, smoothing=0.0,
                       batch_size=len(data.train), clip=0.5)  # fmt: skip
    record = trainer.fit(net, data, TrainingBudget(epochs=1)).history[0]
    assert record.gradient_norms == pytest.approx(diagnostics.gradient_norms(net, data, len(data.train)), rel=1e-4)
    assert record.gradient_norm == pytest.approx(math.hypot(*record.gradient_norms.values()))
    assert list(record.gradient_norms) == [name for name, _ in net.named_parameters()]


def test_a_parameter_that_no_gradient_reaches_has_no_norm(iris):
    class Step(nn.Module):
        def forward(self, x):
            return (x > 0).float()

    net = nn.Sequential(nn.Linear(4, 5), Step(), nn.Linear(5, 3))
    record = gradient().fit(net, iris.data, TrainingBudget(epochs=1)).history[0]
    assert list(record.gradient_norms) == ["2.weight", "2.bias"]


def test_halving_lowers_the_rate_at_plateaus_and_ends(iris, dense):
    """With rate 0 nothing ever gets better, so every second validation is a plateau."""
    trainer = gradient(schedule="halving", plateau=2, halvings=3, validations=100, rate=0.0)
    result = trainer.fit(dense(), iris.data, TrainingBudget(epochs=100))
    assert result.outcome == "ok" and "lowered 3 times" in result.detail
    assert result.epochs == 7, "the first validation is the best so far, then 3 × 2"
    net = dense()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.mul_(0.0)
    rates = [
        record.learning_rate
        for record in gradient(schedule="halving", plateau=1, halvings=0, rate=1e-12, optimiser="sgd", validations=6)
        .fit(net, iris.data, TrainingBudget(epochs=6))
        .history
    ]
    assert rates == pytest.approx([1e-12 * 0.5 ** max(0, epoch - 1) for epoch in range(6)])


def test_an_own_schedule_sees_plateaus(iris, dense):
    seen = []

    def schedule(progress):
        seen.append(progress.plateaus)
        return 0.0

    gradient(schedule=schedule, plateau=3, validations=10).fit(dense(), iris.data, TrainingBudget(epochs=10))
    assert max(seen) == 2, "nine validations after the first"
    seen.clear()
    gradient(schedule="constant", plateau=1, rate=0.0, validations=10).fit(dense(), iris.data, TrainingBudget(epochs=9))
    assert not seen
