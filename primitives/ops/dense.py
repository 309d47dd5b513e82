"""Fully connected layers."""

from __future__ import annotations

from ..declarations import Role
from ..lazy import F, Tensor, torch
from ..morphing.declared import Channels, Morphing
from ..primitive import Parameter, Prior, Setting, Shape
from ..words import geometric


def _parameters(x: Shape, *, units: int) -> dict[str, Parameter]:
    return {"weight": Parameter((units, x[0]), "kaiming", x[0]), "bias": Parameter((units,), "zeros")}


def _identity(x: Shape, *, units: int) -> dict[str, Tensor] | None:
    return {"weight": torch.eye(units), "bias": torch.zeros(units)} if x[0] == units else None


@geometric(
    "dense",
    "Tensor[n] -> Tensor[units]",
    example="(dense :units 2 (vector :length 3 [1.0 -2.0 0.5]))",
    settings=(Setting("units", 32, 4, 1024, log=True, least=1),),
    parameters=_parameters,
    flops=lambda x, *, units: x[0] * units,
    prior=Prior(in_nets=1.5),
    morphing=Morphing(Channels.MIXED, _identity),
    role=Role.AFFINE,
)
def dense(x: Tensor, *, weight: Tensor, bias: Tensor, units: int) -> Tensor:
    """An affine map to ``units`` numbers: x Wᵀ + b."""
    return F.linear(x, weight, bias)
