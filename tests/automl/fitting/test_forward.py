"""Data goes through a program in one place."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import torch
from torch import nn

from automl.errors import TaskError
from automl.fitting import forward
from automl.tasks.cases.parts import Part
from primitives.compile import compile_term
from primitives.notation.types import parse_type
from primitives.syntax import parse
from primitives.words import builtin_words

AUTOML = Path(forward.__file__).parents[1]


def test_only_one_module_puts_programs_into_evaluation_mode_for_a_pass():
    left = {
        "fitting/fit.py",
        "evaluation/model.py",
        "testing/compiled.py",
    }  # these leave a program in that mode for whoever uses it
    found = {
        str(path.relative_to(AUTOML))
        for path in AUTOML.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "eval"
    }
    assert found == {"fitting/forward.py", *left}


def test_a_mode_is_put_back_where_the_pass_fails():
    net = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5)).train()
    with pytest.raises(RuntimeError), forward.evaluation_mode(net):
        assert not net.training
        net(torch.zeros(1, 3))
    assert net.training


def test_outputs_on_a_part_are_those_of_its_cases_one_by_one():
    net, x = nn.Linear(3, 2), torch.arange(12.0).view(4, 3)
    part = Part((x.double().numpy(),), torch.zeros(4, dtype=torch.long).numpy())
    outputs = forward.outputs_of(net, parse_type("Tensor[3] -> Tensor[2]"), part)
    assert not outputs.requires_grad and torch.allclose(outputs, torch.stack([net(row) for row in x]), atol=1e-6)


def test_raw_inputs_need_a_program_of_one_argument():
    with pytest.raises(TaskError, match="one argument"):
        forward.predict_raw(nn.Identity(), parse_type("Tensor[3] -> Tensor[3] -> Tensor[3]"), [[0, 0, 0]], None)


def test_settled_statistics_are_the_means_over_the_batches_whatever_they_were():
    words, type = builtin_words(), parse_type("Tensor[2,3] -> Tensor[2,3]")
    net = compile_term(parse("(lambda (x) (batch_norm x))", words), words, type, seed=0)
    (site,) = net.nodes
    net.live()[f"{site}.mean"].fill_(50.0)
    some = [torch.randn(5, 2, 3, generator=torch.Generator().manual_seed(seed)) for seed in range(4)]
    assert forward.has_running_statistics(net) and not forward.has_running_statistics(nn.BatchNorm1d(2))
    forward.settle(net.train(), [(x,) for x in some])
    by_channel = torch.stack([x.transpose(0, 1).flatten(1) for x in some])
    torch.testing.assert_close(net.live()[f"{site}.mean"], by_channel.mean(2).mean(0))
    torch.testing.assert_close(net.live()[f"{site}.variance"], by_channel.var(2).mean(0))
    assert net.training
