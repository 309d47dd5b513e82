"""The gradient trainer: it learns, does the arithmetic it says, repeats itself, and says what went wrong."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
import torch
from torch import nn

from automl.fitting.fit import fewer_cases
from automl.fitting.recipes import joined
from automl.fitting.trainers import TrainingBudget, make_trainer
from primitives.compile import compile_term
from primitives.primitive import SettingError
from primitives.syntax import parse
from primitives.words import builtin_words


def gradient(**settings):
    return make_trainer("gradient", settings)


def comparable(result):
    return [
        (r.epoch, r.steps, r.train_loss, r.validation_loss, r.validation_score, r.gradient_norm) for r in result.history
    ]


def test_a_conv_net_learns_digits_and_is_left_with_its_best_weights(digits, convolutional):
    net, data = convolutional(), digits.data
    result = gradient().fit(net, data, TrainingBudget(epochs=10))
    assert result.outcome == "ok" and result.epochs == 10 and result.steps == 150
    assert result.best_score > 0.96
    net.eval()
    with torch.no_grad():
        outputs = net(torch.tensor(data.validation.inputs[0]))
    assert data.score(outputs, data.validation)["accuracy"] == result.best_score
    assert all(torch.equal(result.weights[k], v) for k, v in net.state_dict().items())
    scores = [r.validation_score for r in result.history if r.validation_score is not None]
    assert max(scores) == result.best_score


@pytest.mark.parametrize("settings", [{"optimiser": "sgd", "rate": 0.05}, {"optimiser": "adamw", "rate": 0.02}])
def test_regression_finds_the_line(line, settings):
    net = nn.Linear(2, 1)
    result = gradient(batch_size=16, weight_decay=0.0, **settings).fit(net, line, TrainingBudget(epochs=60))
    assert result.scores["r2"] > 0.999


def test_the_same_seed_gives_the_same_record_whatever_the_global_generator(digits, convolutional):
    data, changes = digits.data, {"shift": 1, "rotate": 5.0, "elastic": 0.3, "average": 0.2}
    torch.manual_seed(123)
    before = torch.get_rng_state()
    first = gradient(**changes).fit(convolutional(), data, TrainingBudget(epochs=2), seed=4)
    torch.manual_seed(5)
    second = gradient(**changes).fit(convolutional(), data, TrainingBudget(epochs=2), seed=4)
    other = gradient(**changes).fit(convolutional(), data, TrainingBudget(epochs=2), seed=5)
    assert comparable(first) == comparable(second) != comparable(other)
    assert all(torch.equal(first.weights[k], second.weights[k]) for k in first.weights)
    torch.manual_seed(123)
    convolutional()
    gradient().fit(nn.Sequential(nn.Flatten(), nn.Linear(64, 10)), data, TrainingBudget(steps=1))
    torch.manual_seed(123)
    assert torch.equal(before, torch.get_rng_state())


def plain_loop(net, data, optimiser, steps, batch, change=lambda: None):
    """What the trainer must equal: shuffled as it shuffles, nothing else."""
    x, y = torch.tensor(data.train.inputs[0]), torch.tensor(data.train.targets)
    generator = torch.Generator().manual_seed(0)
    count = max(1, round(len(x) / batch))
    losses = []
    while len(losses) < steps:
        order = torch.randperm(len(x), generator=generator)
        for i in range(count):
            rows = order[len(x) * i // count : len(x) * (i + 1) // count]
            optimiser.zero_grad()
            loss = nn.functional.cross_entropy(net(x[rows]), y[rows])
            loss.backward()
            change()
            optimiser.step()
            losses.append(loss.item())
    return losses


def test_sgd_equals_a_plain_loop(iris, dense):
    data = iris.data
    mine, theirs = dense(), dense()
    trainer = gradient(
        optimiser="sgd", rate=0.1, momentum=0.9, nesterov=True, schedule="constant", batch_size=16, smoothing=0.0,
        weight_decay=0.0, keep="last",
        clip=0.0,
    )  # fmt: skip
    result = trainer.fit(mine, data, TrainingBudget(epochs=5))
    losses = plain_loop(theirs, data, torch.optim.SGD(theirs.parameters(), 0.1, 0.9, nesterov=True), result.steps, 16)
    per_epoch = result.steps // 5
    assert [r.train_loss for r in result.history] == pytest.approx(
        [sum(losses[i * per_epoch : (i + 1) * per_epoch]) / per_epoch for i in range(5)], rel=1e-5
    )
    assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(mine.parameters(), theirs.parameters()))


def test_l2_is_nielsens_and_leaves_biases_alone(iris, dense):
    data, penalty, rate = iris.data, 2.0, 0.1
    mine, theirs = dense(), dense()
    trainer = gradient(
        optimiser="sgd", rate=rate, momentum=0.0, schedule="constant", batch_size=16, smoothing=0.0, weight_decay=0.0,
        l2=penalty, keep="last",
        clip=0.0,
    )  # fmt: skip
    result = trainer.fit(mine, data, TrainingBudget(epochs=3))
    weights = [p for p in theirs.parameters() if p.ndim > 1]
    n = len(data.train)

    def penalise():
        for weight in weights:
            weight.grad += penalty / n * weight.detach()

    plain_loop(theirs, data, torch.optim.SGD(theirs.parameters(), rate), result.steps, 16, penalise)
    assert all(torch.allclose(a, b, atol=1e-6) for a, b in zip(mine.parameters(), theirs.parameters()))


def test_decoupled_decay_equals_adamw(iris, dense):
    data = iris.data
    mine, theirs = dense(), dense()
    settings = {
        "rate": 0.01,
        "schedule": "constant",
        "batch_size": 16,
        "smoothing": 0.0,
        "weight_decay": 0.1,
        "keep": "last",
        "clip": 0.0,
    }
    result = gradient(**settings).fit(mine, data, TrainingBudget(epochs=3))
    groups = [
        {"params": [p for p in theirs.parameters() if p.ndim > 1], "weight_decay": 0.1},
        {"params": [p for p in theirs.parameters() if p.ndim == 1], "weight_decay": 0.0},
    ]
    plain_loop(theirs, data, torch.optim.AdamW(groups, 0.01), result.steps, 16)
    assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(mine.parameters(), theirs.parameters()))


def test_clipping_bounds_the_step(iris, dense):
    data, net = iris.data, dense()
    before = [p.detach().clone() for p in net.parameters()]
    trainer = gradient(
        optimiser="sgd", rate=1.0, momentum=0.0, schedule="constant", clip=1e-3, weight_decay=0.0, keep="last"
    )
    result = trainer.fit(net, data, TrainingBudget(steps=1))
    moved = math.sqrt(sum(float(((a - b.detach()) ** 2).sum()) for a, b in zip(before, net.parameters())))
    assert moved == pytest.approx(1e-3, rel=1e-3)
    assert result.history[-1].gradient_norm > 1e-3


def test_a_report_sees_the_weights_that_were_measured(iris, dense):
    net, data = dense(), iris.data
    told = []

    def report(record):
        outputs = net.eval()(torch.tensor(data.validation.inputs[0])).detach()
        told.append((record.validation_loss, float(nn.functional.cross_entropy(outputs, _classes(data.validation)))))

    result = gradient(average=1.0, rate=0.05).fit(net, data, TrainingBudget(epochs=6), report=report)
    assert result.outcome == "ok" and len(told) == 6
    for recorded, seen in told:
        assert seen == pytest.approx(recorded, rel=1e-4)


def _classes(part):
    return torch.tensor(np.asarray(part.targets))


def test_averaged_weights_are_validated_and_kept(iris, dense):
    data, net = iris.data, dense()
    trainer = gradient(
        optimiser="sgd",
        rate=0.05,
        schedule="constant",
        average=1.0,
        batch_size=len(data.train),
        momentum=0.0,
        keep="last",
    )
    result = trainer.fit(net, data, TrainingBudget(steps=3))
    seen, fresh = [], dense()
    for steps in range(1, 4):
        fresh = dense()
        gradient(
            optimiser="sgd", rate=0.05, schedule="constant", batch_size=len(data.train), momentum=0.0, keep="last"
        ).fit(fresh, data, TrainingBudget(steps=steps))
        seen.append(fresh.state_dict())
    assert set(result.weights) == set(net.state_dict()), "every weight is looked at"
    for name, weight in result.weights.items():
        mean = sum(state[name] for state in seen) / 3
        assert torch.allclose(weight, mean, atol=1e-6)
        assert torch.equal(weight, net.state_dict()[name])


def test_divergence_is_an_outcome_and_the_best_weights_stay(line):
    from automl.fitting.trainers.gradient import GradientTrainer

    net = nn.Linear(2, 1)
    trainer = GradientTrainer(
        optimiser="sgd",
        rate=0.1,
        momentum=0.0,
        schedule=lambda progress: 1.0 if progress.step < 5 else 1e30,
        batch_size=200,
    )
    result = trainer.fit(net, line, TrainingBudget(epochs=20))
    assert result.outcome == "diverged" and "step" in result.detail and result.steps < 20
    assert result.best_epoch == 5 and math.isfinite(result.best_score)
    assert all(torch.equal(result.weights[k], v) and torch.isfinite(v).all() for k, v in net.state_dict().items())


class TooLarge(nn.Module):
    """Asks for 400 TB from the third call in training mode on."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(4, 3)
        self.calls = 0

    def forward(self, x):
        self.calls += self.training
        if self.calls > 2:
            torch.empty(10**14, dtype=torch.float32)
        return self.inner(x)


def test_memory_that_runs_out_is_an_outcome(iris):
    result = gradient(batch_size=200).fit(TooLarge(), iris.data, TrainingBudget(epochs=5))
    assert result.outcome == "out of memory" and result.steps == 2
    assert result.weights is not None and result.best_score is not None


class Broken(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(4, 3)

    def forward(self, x):
        if self.training:
            raise RuntimeError("a bug")
        return self.inner(x)


def test_a_bug_propagates(iris):
    with pytest.raises(RuntimeError, match="a bug"):
        gradient().fit(Broken(), iris.data, TrainingBudget(epochs=1))


def test_the_deadline_is_kept_within_a_step(digits, convolutional):
    """The third step, if there are so many by then, lasts until the deadline; none is begun after it."""
    deadline, steps = time.monotonic() + 1.0, []
    net = convolutional()

    def noted(module: nn.Module, given: object) -> None:
        if module.training:
            steps.append(time.monotonic())
            if len(steps) == 3:
                time.sleep(max(0.0, deadline - time.monotonic()))

    net.register_forward_pre_hook(noted)
    result = gradient().fit(net, digits.data, TrainingBudget(epochs=10_000, deadline=deadline))
    assert result.outcome == "timed out"
    assert len(steps) <= 3


def test_a_first_step_that_takes_long_is_not_the_last(iris, dense):
    """By it alone a measurement of the validation cases would take until after the deadline."""
    net, steps = dense(), []

    def noted(module: nn.Module, given: object) -> None:
        if module.training:
            steps.append(time.monotonic())
            if len(steps) == 1:
                time.sleep(0.5)

    net.register_forward_pre_hook(noted)
    budget = TrainingBudget(seconds=2.0, deadline=time.monotonic() + 2.2, steps=6)
    result = gradient(batch_size=4, validations=1).fit(net, iris.data, budget)
    assert result.outcome == "ok"
    assert len(steps) == 6


def test_a_budget_in_seconds_ends_well_with_the_schedule_run_down(iris, dense):
    result = gradient(batch_size=16).fit(dense(), iris.data, TrainingBudget(seconds=0.4))
    assert result.outcome == "ok"
    assert result.history[-1].validation_score is not None
    assert result.history[-1].learning_rate < 0.1 * max(r.learning_rate for r in result.history)


def test_report_stops(iris, dense):
    seen = []

    def report(record):
        seen.append(record)
        return len(seen) == 3

    result = gradient(validations=10).fit(dense(), iris.data, TrainingBudget(epochs=10), report=report)
    assert result.outcome == "stopped" and result.epochs == 3
    assert [r.epoch for r in seen] == [1, 2, 3]


def test_early_stopping_waits_for_its_patience(iris, dense):
    trainer = gradient(rate=0.0, schedule="constant", validations=50, patience=4, weight_decay=0.0)
    result = trainer.fit(dense(), iris.data, TrainingBudget(epochs=50))
    assert result.outcome == "ok" and result.epochs == 5 and "early stopping" in result.detail


def test_validations_are_spread_and_the_last_is_at_the_end(iris, dense):
    result = gradient(validations=5).fit(dense(), iris.data, TrainingBudget(epochs=20))
    validated = [r.epoch for r in result.history if r.validation_score is not None]
    assert validated == [4, 8, 12, 16, 20]


def test_a_program_without_parameters_is_scored(iris):
    result = gradient().fit(nn.Flatten(), iris.data, TrainingBudget(epochs=3))
    assert result.outcome == "ok" and result.steps == 0 and result.best_score is not None


class Soft(nn.Module):
    def __init__(self, function) -> None:
        super().__init__()
        self.inner, self.function = nn.Linear(4, 3), function
        nn.init.zeros_(self.inner.weight)
        nn.init.zeros_(self.inner.bias)

    def forward(self, x):
        return self.function(self.inner(x), 1)


def test_scores_log_probabilities_and_probabilities_train_alike(iris):
    functions = (lambda x, _: x, torch.log_softmax, torch.softmax)
    results = [gradient(smoothing=0.0).fit(Soft(f), iris.data, TrainingBudget(epochs=5)) for f in functions]
    first = [r.train_loss for r in results[0].history]
    for result in results[1:]:
        assert [r.train_loss for r in result.history] == pytest.approx(first, rel=1e-3)


def test_a_schedule_may_be_any_function_but_then_has_no_json(iris, dense):
    from automl.fitting.rates import per_epoch
    from automl.fitting.trainers.gradient import GradientTrainer

    trainer = GradientTrainer(schedule=per_epoch(lambda epoch: 1.0 / (1 + epoch)), rate=0.1)
    result = trainer.fit(dense(), iris.data, TrainingBudget(epochs=3))
    assert [r.learning_rate for r in result.history] == pytest.approx([0.1, 0.05, 0.1 / 3])
    with pytest.raises(ValueError, match="no JSON form"):
        trainer.to_json()


def test_settings_are_checked():
    with pytest.raises(SettingError, match="batch_size=0"):
        gradient(batch_size=0)
    with pytest.raises(SettingError, match="'speed' is not known"):
        gradient(speed=1)
    with pytest.raises(SettingError, match="optimiser='adam'"):
        gradient(optimiser="adam")
    with pytest.raises(ValueError, match="trainer='gradients'"):
        make_trainer("gradients")
    with pytest.raises(ValueError, match="needs one limit"):
        TrainingBudget()


def test_the_final_fit_uses_train_and_validation(iris, dense):
    data = iris.data
    both = joined(data)
    assert len(both.train) == len(data.train) + len(data.validation)
    assert np.array_equal(both.train.inputs[0][len(data.train) :], data.validation.inputs[0])
    result = gradient(keep="last").fit(dense(), both, TrainingBudget(epochs=2))
    assert result.best_epoch == 2


def test_bfloat16_learns_too(digits, convolutional):
    result = gradient(precision="bfloat16").fit(convolutional(), digits.data, TrainingBudget(epochs=5))
    assert result.precision == "bfloat16" and result.best_score > 0.9
    assert all(w.dtype != torch.bfloat16 for w in result.weights.values())


@pytest.mark.parametrize(
    ("size", "steps", "cases", "wanted"),
    [
        (128, 750, 1e6, 128),
        (128, 750, 750 * 128, 128),
        (128, 750, 750 * 127, 64),
        (128, 750, 100, 16),
        (24, 750, 1, 24),
    ],
)
def test_a_step_has_fewer_cases_where_there_are_too_few_for_its_steps(size, steps, cases, wanted):
    assert fewer_cases(size, steps, cases) == wanted


@pytest.mark.parametrize("budget", [TrainingBudget(seconds=0.3), TrainingBudget(epochs=1)], ids=["seconds", "epochs"])
def test_steps_have_fewer_cases_only_where_the_seconds_do_not_suffice(iris, dense, budget):
    """96 cases a step become 24, the last size of at least 16."""
    result = gradient(batch_size=96, least_steps=10**9).fit(dense(), iris.data, budget)
    per_epoch = next(record.steps for record in result.history if record.epoch == 1)
    assert per_epoch == (round(len(iris.data.train) / 24) if budget.seconds else 1)


def test_what_would_not_make_the_steps_that_are_needed_is_not_trained(iris, dense):
    net = dense()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    result = gradient(needed_steps=10**9).fit(net, iris.data, TrainingBudget(seconds=0.5))
    assert result.outcome == "timed out" and result.weights is None and "needed 1000000000" in result.detail
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())
    assert gradient(needed_steps=1).fit(dense(), iris.data, TrainingBudget(seconds=0.5)).outcome == "ok"
    assert gradient(needed_steps=10**9).fit(dense(), iris.data, TrainingBudget(epochs=1)).outcome == "ok"


def test_a_normalised_net_answers_after_few_steps_as_it_was_trained(digits):
    """Running statistics of four steps are mostly those that it began with; by them 55 % would be right, not 70."""
    words, data = builtin_words(), digits.data
    block = "(conv :maps 16 :padding same) batch_norm relu"
    program = compile_term(
        parse(f"(lambda (x) (pipe x {block} {block} flatten (dense :units 10)))", words), words, data.type, seed=0
    )
    trainer = gradient(batch_size=256, rate=0.03, optimiser="adamw")
    result = trainer.fit(program, data, TrainingBudget(epochs=1), seed=0)
    assert result.steps == 4 and result.best_score > 0.62
