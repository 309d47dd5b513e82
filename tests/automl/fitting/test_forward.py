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
from primitives.notation.types import parse_type

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
