"""Batches by rows, precision by rules, losses by the form of the outputs."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from automl.fitting import batches, forward
from automl.fitting.losses import are_probabilities, make_loss
from automl.fitting.precision import Precision, has_fast_bfloat16, resolve
from automl.fitting.trainer import Unsuitable
from automl.tasks.cases.parts import RaggedArray
from primitives.batch import Objects, Ragged, split
from primitives.notation.types import parse_type
from primitives.values import Failure


@st.composite
def ragged_and_rows(draw):
    lengths = draw(st.lists(st.integers(0, 4), min_size=1, max_size=8))
    rows = draw(st.lists(st.integers(0, len(lengths) - 1), max_size=10))
    values = np.arange(sum(lengths) * 2, dtype=np.float64).reshape(-1, 2)
    return RaggedArray(values, np.array(lengths, dtype=np.int64)), rows


@given(ragged_and_rows())
def test_taking_rows_of_lists_equals_taking_them_one_by_one(case):
    column, rows = case
    batch = batches.to_batch(column)
    taken = batches.take(batch, torch.tensor(rows, dtype=torch.long))
    assert taken.lengths.tolist() == [int(column.lengths[row]) for row in rows]
    expected = [column.row(row) for row in rows]
    assert np.array_equal(taken.values.numpy(), np.concatenate(expected) if rows else column.values[:0])
    assert batches.count(taken) == len(rows)


@given(ragged_and_rows(), st.integers(0, 8), st.integers(0, 8))
def test_windows_join_to_the_whole(case, first, second):
    batch = batches.to_batch(case[0])
    total = batches.count(batch)
    a, b = sorted((min(first, total), min(second, total)))
    parts = [batches.window(batch, low, high) for low, high in ((0, a), (a, b), (b, total)) if high > low]
    whole = batches.join(parts)
    assert torch.equal(whole.lengths, batch.lengths)
    assert torch.equal(torch.cat([p.values for p in parts]), batch.values)


def test_other_columns_become_what_the_compiler_takes():
    assert batches.to_batch(np.zeros((3, 2))).dtype == torch.float32
    assert batches.to_batch(np.array([1, 2], dtype=np.uint8)).dtype == torch.int64
    assert batches.to_batch(((1, 2), (3,)), parse_type("list(int)")) == Objects([(1, 2), (3,)])
    pairs = batches.to_batch(((np.ones(2), np.zeros(3)),) * 4, parse_type("pair(Tensor[2], Tensor[3])"))
    assert [part.shape for part in pairs] == [(4, 2), (4, 3)]
    assert batches.count(pairs) == 4 and batches.take(pairs, torch.tensor([0, 0]))[1].shape == (2, 3)


def test_a_batch_in_which_a_case_fails_joins_the_others():
    failure = Failure("undefined", "head")
    joined = batches.join([torch.zeros(2, 3), Objects([failure, torch.ones(3)])])
    values = split(joined)
    assert values[2] == failure and len(values) == 4 and torch.equal(values[3], torch.ones(3))


def test_prediction_in_pieces_equals_the_whole_and_puts_the_mode_back():
    net = nn.Sequential(nn.Linear(2, 3), nn.Dropout(0.5)).train()
    x = torch.randn(11, 2)
    outputs = forward.predict(net, (x,), batch_size=4)
    assert net.training and not outputs.requires_grad
    assert torch.allclose(outputs, net.eval()(x), atol=1e-6)


def test_precision_follows_rules():
    conv, dense = nn.Conv2d(1, 4, 3), nn.Linear(4, 4)
    large, tiny = torch.zeros(2, 1, 28, 28), torch.zeros(2, 1, 8, 8)
    half = "bfloat16" if has_fast_bfloat16() else "float32"
    assert resolve("cpu", "auto", conv, 64, (large,)) == Precision("cpu", half, True)
    assert resolve("cpu", "auto", conv, 64, (tiny,)) == Precision("cpu", "float32", True)
    assert resolve("cpu", "auto", conv, 64, (Ragged(large, torch.tensor([2])),)).channels_last
    assert resolve("cpu", "auto", conv, 8, (large,)) == Precision("cpu", "float32", False)
    assert resolve("cpu", "auto", dense, 64, (large,)) == Precision("cpu", "float32", False)
    assert resolve("cpu", "bfloat16", dense, 8, (torch.zeros(2, 4),)).name == "bfloat16"
    with pytest.raises(ValueError, match="device='tpu'"):
        resolve("tpu", "auto", dense, 8, ())


def test_losses_say_what_does_not_fit():
    scores, classes = torch.randn(4, 3), torch.tensor([0, 1, 2, 0])
    with pytest.raises(Unsuitable, match=r"outputs.shape=\(4,\)"):
        make_loss("cross_entropy")(torch.randn(4), classes)
    with pytest.raises(Unsuitable, match="equal shapes"):
        make_loss("mse")(scores, torch.zeros(4, 2))
    with pytest.raises(Unsuitable, match="outputs=Objects"):
        make_loss("mse")(Objects([1, 2]), torch.zeros(2))
    with pytest.raises(ValueError, match="loss='hinge'"):
        make_loss("hinge")
    lists = Ragged(scores, torch.tensor([1, 3])), Ragged(classes, torch.tensor([1, 3]))
    assert make_loss("cross_entropy")(*lists) == make_loss("cross_entropy")(scores, classes)
    assert make_loss("absolute")(torch.ones(2, 1), torch.zeros(2, 1)) == 1.0
    assert (
        are_probabilities(scores.softmax(1)) and not are_probabilities(scores) and not are_probabilities(scores[:, :1])
    )
