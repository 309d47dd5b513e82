"""What every trainer must do: it learns, within its budget, as a function of its seed, and what goes wrong is an outcome."""

from __future__ import annotations

import inspect
import json
import math
import time

import numpy as np
import pytest
import torch
from torch import nn

from primitives.compile import compile_term
from primitives.primitive import SettingError
from primitives.syntax import parse
from primitives.types import arguments_of
from primitives.values import Outcome
from primitives.words import builtin_words

from ..fitting.trainer import AbstractTrainer, TrainingBudget
from ..tasks.cases.parts import Part
from ..tasks.data import ProblemData
from ..tasks.kinds.labelled import labelled_task
from ..tasks.kinds.sequences import sequences_task


def net(seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(3, 6), nn.Tanh(), nn.Linear(6, 2))


def comparable(result):
    return [
        (r.epoch, r.steps, r.train_loss, r.validation_loss, r.validation_score, r.learning_rate) for r in result.history
    ]


def _two(data: ProblemData) -> ProblemData:
    def cut(part: Part) -> Part:
        return Part((np.asarray(part.inputs[0])[:, :2].copy(),), part.targets)

    return data.with_data(cut(data.train), cut(data.validation))


class Starved(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = net()

    def forward(self, x):
        if self.training:
            raise MemoryError("no memory is left")
        return self.inner(x)


class Faulty(Starved):
    def forward(self, x):
        if self.training:
            raise RuntimeError("a bug of ours")
        return self.inner(x)


class Poisoned(Starved):
    def forward(self, x):
        return self.inner(x) * (torch.nan if self.training else 1.0)


class MeanOfList(nn.Module):
    """One dense layer over the elements of each list, averaged."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.inner = nn.Linear(features, 1)

    def forward(self, lists):
        each = self.inner(lists.values)
        owner = torch.repeat_interleave(torch.arange(len(lists.lengths)), lists.lengths)
        total = torch.zeros(len(lists.lengths), 1).index_add(0, owner, each)
        return total / lists.lengths.clamp_min(1).unsqueeze(1)


class TrainerSuite:
    """Tests for a trainer. A subclass gives it by a fixture ``trainer``, a subclass of AbstractTrainer."""

    @pytest.fixture
    def trainer(self) -> type[AbstractTrainer]:
        """The trainer to be tested."""
        raise NotImplementedError("give the trainer by a fixture `trainer`")

    @pytest.fixture
    def data(self) -> ProblemData:
        rng = np.random.default_rng(0)
        x = rng.normal(size=(240, 3))
        return labelled_task("signs", x, (x[:, 0] + x[:, 1] > 0).astype(int)).data

    def test_it_learns_and_says_what_it_reached(self, trainer, data):
        program = net()
        result = trainer().fit(program, data, TrainingBudget(epochs=60))
        assert result.outcome == "ok" and result.best_score > 0.9
        assert result.epochs == 60 and result.steps >= 60 and result.seconds > 0
        assert len(result.history) == 60
        outputs = program(torch.tensor(data.validation.inputs[0]))
        assert data.score(outputs, data.validation)[data.metric] == result.best_score == result.scores[data.metric]
        assert {k: tuple(v.shape) for k, v in result.weights.items()} == {
            k: tuple(v.shape) for k, v in program.state_dict().items()
        }
        assert all(torch.equal(result.weights[k], v) for k, v in program.state_dict().items())
        assert not program.training and all(p.grad is None for p in program.parameters())

    def test_the_record_is_a_function_of_the_seed(self, trainer, data):
        runs = []
        for seed, noise in ((1, 5), (1, 6), (2, 5)):
            program = net()
            torch.manual_seed(noise)
            np.random.seed(noise)
            runs.append(trainer().fit(program, data, TrainingBudget(epochs=3), seed=seed))
        assert comparable(runs[0]) == comparable(runs[1]) != comparable(runs[2])
        assert all(torch.equal(runs[0].weights[k], runs[1].weights[k]) for k in runs[0].weights)

    def test_global_generators_are_left_alone(self, trainer, data):
        program = net()
        before = torch.get_rng_state(), np.random.get_state()[1].copy()
        trainer().fit(program, data, TrainingBudget(epochs=2), seed=3)
        assert torch.equal(before[0], torch.get_rng_state())
        assert np.array_equal(before[1], np.random.get_state()[1])

    def test_data_is_not_changed(self, trainer, data):
        digest = data.digest
        trainer().fit(net(), data, TrainingBudget(epochs=2))
        assert data.with_data(data.train, data.validation).digest == digest

    def test_budgets_end_it(self, trainer, data):
        assert trainer().fit(net(), data, TrainingBudget(steps=3)).steps == 3
        nothing = trainer().fit(net(), data, TrainingBudget(epochs=0))
        assert nothing.outcome == "ok" and nothing.steps == 0 and nothing.best_score is not None
        started = time.monotonic()
        assert trainer().fit(net(), data, TrainingBudget(seconds=0.3)).outcome == "ok"
        late = trainer().fit(net(), data, TrainingBudget(epochs=10**6, deadline=time.monotonic() + 0.3))
        assert late.outcome == "timed out" and late.history
        assert time.monotonic() - started < 5

    def test_report_stops_it(self, trainer, data):
        result = trainer().fit(net(), data, TrainingBudget(epochs=20), report=lambda record: record.epoch >= 4)
        assert result.outcome == Outcome.STOPPED and result.weights is not None
        assert result.epochs < 20

    def test_a_program_without_weights_is_only_scored(self, trainer, data):
        result = trainer().fit(nn.Identity(), _two(data), TrainingBudget(epochs=3))
        assert result.outcome == "ok" and result.steps == 0 and math.isfinite(result.best_score)

    def test_what_goes_wrong_is_an_outcome_and_a_bug_is_not(self, trainer, data):
        starved = trainer().fit(Starved(), data, TrainingBudget(epochs=3))
        assert starved.outcome == "out of memory" and "no memory is left" in starved.detail
        assert trainer().fit(Poisoned(), data, TrainingBudget(epochs=3)).outcome == "diverged"
        with pytest.raises(RuntimeError, match="a bug of ours"):
            trainer().fit(Faulty(), data, TrainingBudget(epochs=3))

    def test_lists_of_tensors_are_batched(self, trainer):
        rng = np.random.default_rng(0)
        lengths = rng.integers(1, 5, size=120)
        values = rng.normal(size=(int(lengths.sum()), 3))
        y = np.array([part[:, 0].mean() for part in np.split(values, np.cumsum(lengths)[:-1])])
        task = sequences_task("means", values, lengths, y[:, None], scaling="none")
        result = trainer().fit(MeanOfList(3), task.data, TrainingBudget(steps=500))
        assert result.outcome == "ok" and result.best_score > 0.8

    def test_a_compiled_program_trains(self, trainer, data):
        words = builtin_words()
        term = parse("(lambda (x) (dense :units 2 @2 (tanh (dense :units 6 @1 x))))", words)
        program = compile_term(term, words, data.type, seed=1)
        assert arguments_of(program.type)[1] == arguments_of(data.type)[1]
        result = trainer().fit(program, data, TrainingBudget(steps=600))
        assert result.outcome == "ok" and result.best_score > 0.9
        assert set(result.weights) == set(program.weights())

    def test_settings_are_declared_with_ranges_that_hold(self, trainer):
        found = trainer
        assert found.name and len({s.name for s in found.settings}) == len(found.settings)
        rng = np.random.default_rng(0)
        for setting in found.settings:
            assert setting.check(found.name, setting.default) == setting.default
            for _ in range(20):
                setting.check(found.name, setting.sample(rng))
        sampled = {s.name: s.sample(rng) for s in found.settings}
        made = trainer(**sampled)
        described = json.loads(json.dumps(made.to_json()))
        assert trainer(**described["settings"]).to_json() == made.to_json()
        assert dict(made.values) == described["settings"]
        with pytest.raises(SettingError, match="no_such_setting"):
            trainer(no_such_setting=1)

    def test_it_is_documented(self, trainer):
        assert inspect.getdoc(trainer) and inspect.getdoc(trainer.suits)
