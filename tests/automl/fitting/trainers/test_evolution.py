"""The evolution trainer: it trains what no gradient reaches, repeats itself, and is chosen where it is needed."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from automl.fitting.trainers import TrainingBudget, choose_trainer, make_trainer
from automl.fitting.trainers.evolution import centred_ranks
from automl.tasks.cases.parts import Part
from automl.tasks.metrics import INTEGERS


class Threshold(nn.Module):
    """A net with a step function on its hidden layer."""

    def __init__(self, hidden: int, hard_output: bool = False) -> None:
        super().__init__()
        self.first, self.last, self.hard_output = nn.Linear(4, hidden), nn.Linear(hidden, 3), hard_output

    def forward(self, x):
        scores = self.last((self.first(x) > 0).float())
        return nn.functional.one_hot(scores.argmax(1), 3).float() if self.hard_output else scores


class Rounding(nn.Module):
    """Whole numbers out: the rounded sum of two weighted inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(2))

    def forward(self, x):
        return (x @ self.weight).round().long()


@pytest.mark.parametrize(("algorithm", "hidden", "hard"), [("es", 32, False), ("cma", 8, False), ("cma", 8, True)])
def test_a_program_with_a_threshold_or_argmax_inside_learns_iris(iris, algorithm, hidden, hard):
    torch.manual_seed(0)
    program, data = Threshold(hidden, hard), iris.data
    with torch.no_grad():
        start = data.score(program(torch.tensor(data.validation.inputs[0])), data.validation)["accuracy"]
    result = make_trainer("evolution", {"algorithm": algorithm}).fit(program, data, TrainingBudget(steps=120))
    assert result.outcome == "ok"
    assert start < 0.7 and result.best_score > 0.9
    held_out = iris.test
    with torch.no_grad():
        assert data.score(program(torch.tensor(held_out.inputs[0])), held_out)["accuracy"] > 0.85


def test_whole_numbers_are_learned_from_the_tasks_own_error(line):
    from dataclasses import replace

    def whole(part: Part) -> Part:
        x = np.asarray(part.inputs[0])
        return Part((x,), np.round(2 * x[:, 0] - 3 * x[:, 1]).astype(np.int64))

    data = replace(
        line, train=whole(line.train), validation=whole(line.validation), target=INTEGERS, metric="accuracy", digest=""
    )
    program = Rounding()
    assert choose_trainer(program, data).name == "evolution"
    result = make_trainer("evolution").fit(program, data, TrainingBudget(steps=80))
    assert result.best_score > 0.9
    assert np.allclose(program.weight.detach().numpy(), [2.0, -3.0], atol=0.2)


def test_the_same_seed_gives_the_same_record_and_leaves_numpys_generator(iris):
    def run(algorithm, seed):
        torch.manual_seed(0)
        trainer = make_trainer("evolution", {"algorithm": algorithm})
        result = trainer.fit(Threshold(8), iris.data, TrainingBudget(steps=5), seed=seed)
        return [(r.train_loss, r.validation_score, r.gradient_norm) for r in result.history]

    before = np.random.get_state()[1].copy()
    for algorithm in ("es", "cma"):
        assert run(algorithm, 1) == run(algorithm, 1) != run(algorithm, 2)
    assert np.array_equal(before, np.random.get_state()[1])


def test_ranks_are_centred_and_ties_share():
    assert centred_ranks(np.array([3.0, 1.0, np.inf])).tolist() == [0.0, 0.5, -0.5]
    assert centred_ranks(np.array([2.0, 1.0, 2.0])).tolist() == [-0.25, 0.5, -0.25]
    assert centred_ranks(np.ones(4)).tolist() == [0.0] * 4


def test_gradient_is_chosen_where_all_is_differentiable_and_evolution_elsewhere(iris, dense):
    data = iris.data
    assert choose_trainer(dense(), data).name == "gradient"
    assert choose_trainer(Threshold(8), data).name == "evolution"
    assert choose_trainer(Threshold(8, hard_output=True), data).name == "evolution"
    assert choose_trainer(Threshold(2_000), data).name == "gradient", (
        "too many numbers for evolution: train the last layer"
    )
    assert choose_trainer(nn.Flatten(), data).name == "gradient"


def test_a_program_that_always_fails_numerically_diverges(iris):
    class Nan(Threshold):
        def forward(self, x):
            return super().forward(x) * torch.nan

    result = make_trainer("evolution").fit(Nan(4), iris.data, TrainingBudget(steps=5))
    assert result.outcome == "diverged" and result.weights is None


def test_outputs_without_a_loss_are_an_outcome(iris):
    class Whole(Threshold):
        def forward(self, x):
            return super().forward(x).argmax(1)

    for trainer in (make_trainer("evolution", {"objective": "loss"}), make_trainer("gradient")):
        result = trainer.fit(Whole(4), iris.data, TrainingBudget(steps=5))
        assert result.outcome == "unsuitable" and "evolution" in result.detail + trainer.name
        assert result.weights is None
