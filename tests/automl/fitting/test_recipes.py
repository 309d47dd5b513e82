"""The recipes: how much they train, and that the default settings train different kinds of net."""

from __future__ import annotations

import numpy as np
import pytest
from torch import nn

from automl.fitting import recipes
from automl.fitting.measurements import accuracy
from automl.fitting.recipes import joined
from automl.fitting.trainers import TrainingBudget, make_trainer


def fit(recipe: recipes.Recipe, program: nn.Module, data, seed: int = 0):
    trainer = make_trainer("gradient", recipe.settings)
    return trainer.fit(
        program, joined(data) if recipe.joined else data, TrainingBudget(epochs=recipe.epochs), seed=seed
    )


def test_digits_take_8_and_30_epochs_and_flowers_more(digits, iris):
    data = digits.data
    assert recipes.screening(data) == recipes.Recipe(8)
    assert recipes.final(data) == recipes.Recipe(30, {"elastic": 0.32, "smooth": 1.33, "keep": "last"}, joined=True)
    assert recipes.screening(iris.data).epochs == 60
    assert "elastic" not in recipes.final(iris.data).settings


@pytest.mark.slow
def test_screening_then_final_on_digits(digits, convolutional):
    data, test = digits.data, digits.test
    screened = fit(recipes.screening(data), convolutional(), data)
    assert screened.outcome == "ok" and screened.best_score > 0.96
    net = convolutional()
    assert fit(recipes.final(data), net, data).outcome == "ok"
    assert accuracy(net, data, test) > 0.983


@pytest.mark.parametrize("activation", [nn.ReLU, nn.Tanh, nn.Sigmoid])
def test_screening_trains_small_dense_nets(iris, activation):
    net = nn.Sequential(nn.Linear(4, 16), activation(), nn.Linear(16, 3))
    result = fit(recipes.screening(iris.data), net, iris.data)
    assert result.best_score > 0.9


def test_large_data_is_seen_at_least_once_and_thrice():
    from automl.tasks.kinds.labelled import labelled_task

    rng = np.random.default_rng(0)
    data = labelled_task("many", rng.normal(size=(50_000, 1)), rng.integers(0, 2, 50_000)).data
    assert recipes.screening(data).epochs == 1 and recipes.final(data).epochs == 3


@pytest.mark.parametrize(("cases", "decay"), [(1500, 0.2), (3000, 0.2), (30_000, 0.02), (120_000, 0.01)])
def test_weights_decay_less_of_more_pictures(cases: int, decay: float) -> None:
    from automl.tasks.cases.parts import Part
    from automl.tasks.kinds.labelled import labelled_task

    data = labelled_task("pictures", np.zeros((4, 1, 8, 8)), np.arange(4) % 2).data
    many = Part((np.broadcast_to(data.train.inputs[0][:1], (cases, 1, 8, 8)),), np.zeros(cases, dtype=np.int64))
    of_many = data.with_data(many, many)
    for settings in recipes.timed(of_many).values():
        assert settings["weight_decay"] == pytest.approx(decay)
    few, more = (recipes.timed(of_many, share * cases // 10)["final"] for share in (4, 5))  # weights for the pictures
    assert (few["weight_decay"], few["smoothing"]) == (0, 0) and more == recipes.timed(of_many)["final"]
