"""The rules give what torch's optimiser classes give, to the last bit."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
import torch

from automl.fitting.optimisers.rules import AbstractRule, Adam, GradientDescent

Parameters = list[torch.nn.Parameter]
PAIRS: dict[str, tuple[Callable[[Parameters], AbstractRule], Callable[[Parameters], torch.optim.Optimizer]]] = {
    "adamw": (
        lambda ps: Adam(ps, fused=True),
        lambda ps: torch.optim.AdamW(ps, 0.1, weight_decay=0.0, fused=True),
    ),
    "adam": (lambda ps: Adam(ps, betas=(0.9, 0.99)), lambda ps: torch.optim.Adam(ps, 0.1, betas=(0.9, 0.99))),
    "plain": (lambda ps: GradientDescent(ps, 0.0), lambda ps: torch.optim.SGD(ps, 0.1, fused=True)),
    "momentum": (
        lambda ps: GradientDescent(ps, 0.9, l2=0.3),
        lambda ps: torch.optim.SGD(ps, 0.1, 0.9, weight_decay=0.3, fused=True),
    ),
    "nesterov": (
        lambda ps: GradientDescent(ps, 0.9, nesterov=True),
        lambda ps: torch.optim.SGD(ps, 0.1, 0.9, nesterov=True, fused=True),
    ),
}


def moved(make: Callable[[Parameters], AbstractRule | torch.optim.Optimizer], late: bool) -> Parameters:
    """Parameters after ten steps at changing rates; ``late``: the gradient of one comes only from the fourth step on."""
    generator = torch.Generator().manual_seed(0)
    ps = [torch.nn.Parameter(torch.randn(shape, generator=generator)) for shape in ((3, 2), (4,))]
    rule = make(ps)
    for step in range(10):
        for index, p in enumerate(ps):
            gradient = torch.randn(p.shape, generator=generator)
            p.grad = None if late and index and step < 3 else gradient
        rate = 0.1 / (step + 1)
        if isinstance(rule, AbstractRule):
            rule.step(rate)
        else:
            for group in rule.param_groups:
                group["lr"] = rate
            rule.step()
    return ps


@pytest.mark.parametrize("name", PAIRS)
def test_the_rules_are_those_of_torch(name: str) -> None:
    ours, theirs = (moved(make, late=False) for make in PAIRS[name])
    assert all(torch.equal(one, other) for one, other in zip(ours, theirs, strict=True))


@pytest.mark.parametrize("name", ["adamw", "adam", "plain"])
def test_a_gradient_that_comes_late(name: str) -> None:
    ours, theirs = (moved(make, late=True) for make in PAIRS[name])
    assert all(torch.equal(one, other) for one, other in zip(ours, theirs, strict=True))


def test_the_first_move_of_a_parameter_that_comes_late_is_its_gradient() -> None:
    one = torch.nn.Parameter(torch.zeros(2))
    late = torch.nn.Parameter(torch.zeros(2))
    rule = GradientDescent([one, late], 0.9)
    for gradient in (None, torch.ones(2), torch.ones(2)):
        one.grad, late.grad = torch.ones(2), gradient
        rule.step(0.1)
    assert late.tolist() == pytest.approx([-(0.1 + 0.19)] * 2)


def test_no_training_imports_a_compiler() -> None:
    code = """
import sys, numpy as np, torch
from automl.fitting.trainer import TrainingBudget
from automl.fitting.trainers import make_trainer
from automl.tasks.kinds.labelled import labelled_task
x = np.random.default_rng(0).normal(size=(60, 3))
data = labelled_task("t", x, (x[:, 0] > 0).astype(int)).data
for settings in ({}, {"optimiser": "sgd"}):
    make_trainer("gradient", settings).fit(torch.nn.Linear(3, 2), data, TrainingBudget(epochs=1))
make_trainer("evolution", {"algorithm": "es"}).fit(torch.nn.Linear(3, 2), data, TrainingBudget(epochs=1))
print(sorted(name for name in sys.modules if name in ("torch._dynamo", "torch._inductor")))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
