"""Diagnostics against scikit-learn's figures or against what can be counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from automl.fitting import measurements as diagnostics
from automl.fitting.trainers import TrainingBudget, make_trainer


class Certain(nn.Module):
    """Says class 0 with the probability given, on whatever input."""

    def __init__(self, probability: float) -> None:
        super().__init__()
        rest = (1 - probability) / 2
        self.log = torch.tensor([probability, rest, rest]).log()

    def forward(self, x):
        return self.log.expand(len(x), 3)


def test_accuracy_agrees_with_scikit_learn(iris, dense):
    from sklearn.metrics import accuracy_score

    net, data = dense(), iris.data
    make_trainer("gradient").fit(net, data, TrainingBudget(epochs=4))
    for part in (None, data.train, iris.test):
        chosen = part or data.validation
        with torch.no_grad():
            predicted = net(torch.tensor(chosen.inputs[0])).argmax(1).numpy()
        assert diagnostics.accuracy(net, data, part) == pytest.approx(accuracy_score(chosen.targets, predicted))


@pytest.mark.parametrize("softmax", [False, True])
def test_calibration_error_is_confidence_less_accuracy(iris, softmax):
    net, data = Certain(0.9), iris.data
    program = nn.Sequential(net, nn.Softmax(1)) if softmax else net
    right = float((data.validation.targets == 0).mean())
    assert diagnostics.calibration_error(program, data) == pytest.approx(0.9 - right, abs=1e-5)


def test_curves_gap_and_gradient_norms(iris, dense):
    net, data = dense(), iris.data
    result = make_trainer("gradient", {"validations": 2}).fit(net, data, TrainingBudget(epochs=4))
    curves = diagnostics.curves(result.history)
    assert curves["epoch"].tolist() == [1, 2, 3, 4]
    assert np.isnan(curves["validation_score"]).tolist() == [True, False, True, False]
    assert (np.diff(curves["steps"]) > 0).all()
    gap = diagnostics.accuracy(net, data, data.train) - diagnostics.accuracy(net, data)
    assert diagnostics.overfitting_gap(net, data) == pytest.approx(gap)
    norms = diagnostics.gradient_norms(net, data, cases=len(data.train))
    loss = nn.functional.cross_entropy(net(torch.tensor(data.train.inputs[0])), torch.tensor(data.train.targets))
    loss.backward()
    assert norms == pytest.approx({name: float(p.grad.norm()) for name, p in net.named_parameters()}, rel=1e-4)


def test_gradient_norms_show_where_the_gradient_vanishes(iris):
    deep = nn.Sequential(*[layer for _ in range(8) for layer in (nn.Linear(4, 4), nn.Sigmoid())], nn.Linear(4, 3))
    norms = list(diagnostics.gradient_norms(deep, iris.data).values())
    assert norms[0] < 1e-3 * norms[-2]


def test_reached_parameters_counts_behind_a_step(iris):
    class Step(nn.Module):
        def forward(self, x):
            return (x > 0).float()

    net = nn.Sequential(nn.Linear(4, 5), Step(), nn.Linear(5, 3))
    assert diagnostics.reached_parameters(net, iris.data) == (43, 18)
    assert all(p.grad is None for p in net.parameters())


def test_class_diagnostics_refuse_numbers(line):
    with pytest.raises(ValueError, match="target='numbers'.*classes are required"):
        diagnostics.calibration(nn.Linear(2, 1), line)
