"""What is shown of a program: its layers in order with shapes and counts, and how values fork and join."""

from __future__ import annotations

import pytest

from automl.baselines import load, names
from automl.baselines.showing import diagram, layers

FORKED = """
title = "fork"
source = "a test"
data = "digits"
program = "(lambda (x) (pipe x (conv :maps 4 @a) relu branch residual flatten (dense :units 10 @c)))"
[definitions]
branch = "(lambda (x) (concat_maps (conv :maps 4 :kernel 1 x) (conv :maps 4 :padding same x)))"
residual = "(lambda (x) (add x (relu (conv :maps 8 :padding same @b x))))"
[published]
input = [1, 8, 8]
[fast]
epochs = 1
"""


@pytest.fixture
def forked(tmp_path):
    (tmp_path / "fork.toml").write_text(FORKED)
    return load(tmp_path / "fork.toml")


def test_layers_of_a_chain():
    rows = layers(load("conv2-relu"))
    assert [row["word"] for row in rows[:3]] == ["input", "conv :maps 20 :kernel 5 @conv1", "max_pool"]
    assert [row["type"] for row in rows[:3]] == ["Tensor[1,28,28]", "Tensor[20,24,24]", "Tensor[20,12,12]"]
    assert all(row["inputs"] == [row["number"] - 1] for row in rows[1:])
    assert sum(row["parameters"] for row in rows) == 85_670


def test_values_fork_and_join(forked):
    rows = layers(forked)
    joined = next(row for row in rows if row["word"] == "concat_maps")
    added = next(row for row in rows if row["word"] == "add")
    assert joined["block"] == "branch" and joined["type"] == "Tensor[8,6,6]"
    sources = [rows[number]["inputs"] for number in joined["inputs"]]
    assert len(joined["inputs"]) == 2 and sources[0] == sources[1]
    assert joined["number"] in added["inputs"] and len(added["inputs"]) == 2
    assert sum(row["parameters"] for row in rows) == forked.inference.parameters
    text = diagram(forked)
    assert text.count("├─┐") == 2 and text.count("├─┘") == 2
    assert "branch: concat_maps" in text and "8×6×6" in text


def test_a_shared_site_counts_once(tmp_path):
    shared = "(lambda (x) (pipe x flatten (let ((f (dense :units 64 @same))) (compose f f)) (dense :units 10 @last)))"
    text = "\n".join(f'program = "{shared}"' if line.startswith("program") else line for line in FORKED.splitlines())
    (tmp_path / "shared.toml").write_text(text)
    baseline = load(tmp_path / "shared.toml")
    assert baseline.inference.parameters == 64 * 64 + 64 + 640 + 10
    assert sum(row["parameters"] for row in layers(baseline)) == baseline.inference.parameters


LARGE = "googlenet"
"""Twelve seconds to infer; its parts are those of others."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name == LARGE else name for name in names()]
)
def test_every_declared_program_is_shown_whole(name):
    baseline = load(name)
    rows = layers(baseline)
    assert sum(row["parameters"] for row in rows) == baseline.inference.parameters
    assert len([line for line in diagram(baseline).splitlines() if "●" in line]) == len(rows)
