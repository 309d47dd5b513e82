"""Attention over lists of vectors (Vaswani et al. 2017)."""

from __future__ import annotations

import math
from typing import Any

from ..inference import ShapeError
from ..lazy import F, Tensor, torch
from ..primitive import Parameter, Prior, Setting, Shape
from ..ragged import Ragged
from ..types import Type, list_of, tensor
from ..words import geometric

_UNITS = Setting("units", 32, 4, 256, log=True, least=1)


def owners(lengths: Tensor, device: object) -> Tensor:
    """For every packed element the number of its list."""
    return torch.repeat_interleave(torch.arange(lengths.shape[0], device=device), lengths.to(device))


def segment_softmax(scores: Tensor, owner: Tensor, count: int) -> Tensor:
    """Softmax of packed scores within each of ``count`` lists."""
    largest = scores.new_full((count,), float("-inf")).scatter_reduce(0, owner, scores.detach(), "amax")
    powers = (scores - largest[owner]).exp()
    return powers / powers.new_zeros(count).index_add(0, owner, powers)[owner]


def _parameters(query: Shape, xs: list[Shape], *, units: int) -> dict[str, Parameter]:
    (inputs,) = xs[0]
    return {
        "query_weight": Parameter((units, query[0]), "uniform", query[0]),
        "key_weight": Parameter((units, inputs), "uniform", inputs),
        "value_weight": Parameter((units, inputs), "uniform", inputs),
    }


@geometric(
    "attention",
    "Tensor[d] -> list(Tensor[n]) -> Tensor[units]",
    example="(attention :units 2 (vector :length 1 [1.0]) (cons (vector :length 2 [1.0 2.0]) (singleton (vector :length 2 [3.0 4.0]))))",
    settings=(_UNITS,),
    parameters=_parameters,
    prior=Prior(in_nets=-1.0),
)
def attention(
    query: Tensor, xs: Any, *, query_weight: Tensor, key_weight: Tensor, value_weight: Tensor, units: int
) -> Tensor:
    """The mean of the elements' values, weighted by how well their keys fit the query: Σ softmax(q·k/√units) v.

    Zeros for the empty list.
    """
    if not len(xs.values):
        return query.new_zeros(query.shape[0], units)
    owner = owners(xs.lengths, query.device)
    queries, keys = F.linear(query, query_weight), F.linear(xs.values, key_weight)
    scores = (queries[owner] * keys).sum(1) / math.sqrt(units)
    weights = segment_softmax(scores, owner, query.shape[0])
    values = F.linear(xs.values, value_weight) * weights.unsqueeze(1)
    return values.new_zeros(query.shape[0], units).index_add(0, owner, values)


def _attended(xs: list[Shape], *, units: int, heads: int, causal: bool) -> Type:
    if units % heads:
        raise ShapeError(f"heads={heads} must divide units={units}; choose units as a multiple of heads")
    return list_of(tensor(units))


def _self_parameters(xs: list[Shape], *, units: int, **_: object) -> dict[str, Parameter]:
    (inputs,) = xs[0]
    return {
        "input_weight": Parameter((3 * units, inputs), "uniform", inputs),
        "input_bias": Parameter((3 * units,), "zeros"),
        "output_weight": Parameter((units, units), "uniform", units),
        "output_bias": Parameter((units,), "zeros"),
    }


@geometric(
    "self_attention",
    "list(Tensor[n]) -> list(Tensor[units])",
    example="(self_attention :units 2 :heads 1 (cons (vector :length 2 [1.0 2.0]) (singleton (vector :length 2 [3.0 4.0]))))",
    settings=(
        _UNITS,
        Setting("heads", 4, choices=(1, 2, 4, 8), least=1),
        Setting("causal", False, choices=(False, True)),
    ),
    shapes=_attended,
    parameters=_self_parameters,
)
def self_attention(
    xs: Any,
    *,
    input_weight: Tensor,
    input_bias: Tensor,
    output_weight: Tensor,
    output_bias: Tensor,
    units: int,
    heads: int,
    causal: bool,
) -> Any:
    """Every element attends to all elements of its list, with ``causal`` only to those before it and itself."""
    if not len(xs.values):
        return Ragged(xs.values.new_zeros(0, units), xs.lengths)
    lengths = xs.lengths.to(xs.values.device)
    longest = int(lengths.max())
    present = torch.arange(longest, device=lengths.device) < lengths.unsqueeze(1)
    packed = F.linear(xs.values, input_weight, input_bias)
    padded = packed.new_zeros(lengths.shape[0], longest, 3 * units).masked_scatter(present.unsqueeze(2), packed)
    query, key, value = padded.unflatten(2, (3, heads, units // heads)).permute(2, 0, 3, 1, 4)
    # Rows of padding look at everything: they are dropped below, and a row that sees nothing would give NaN.
    mask = present[:, None, None, :] | ~present[:, None, :, None]
    if causal:
        mask = mask & torch.ones(longest, longest, dtype=torch.bool, device=lengths.device).tril()
    attended = F.scaled_dot_product_attention(query, key, value, attn_mask=mask).transpose(1, 2).flatten(2)
    return Ragged(F.linear(attended[present], output_weight, output_bias), xs.lengths)


@geometric(
    "add_positions",
    "list(Tensor[n]) -> list(Tensor[n])",
    example="(add_positions (cons (vector :length 2 [1.0 2.0]) (singleton (vector :length 2 [3.0 4.0]))))",
    prior=Prior(in_nets=-1.0),
)
def add_positions(xs: Any) -> Any:
    """Sines and cosines of the position, of wavelengths from 2π to 10,000·2π, added to every element."""
    if not len(xs.values):
        return xs
    values, lengths = xs.values, xs.lengths.to(xs.values.device)
    starts = torch.repeat_interleave(lengths.cumsum(0) - lengths, lengths)
    position = torch.arange(values.shape[0], device=values.device) - starts
    axis = torch.arange(values.shape[1], device=values.device)
    angle = position.unsqueeze(1) / 10_000 ** ((axis - axis % 2) / values.shape[1])
    return Ragged(values + torch.where(axis % 2 == 0, angle.sin(), angle.cos()).to(values.dtype), xs.lengths)
