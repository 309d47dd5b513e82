"""Batched forms of algorithmic words, by name: ``form(run, *batches, **settings) -> batch``.

A form returns NotImplemented where it does not apply (or where some example would fail); the word then runs example
by example through its meaning, which stays the specification. Delayed arguments arrive as Functions of arity 0. A
word may also bring its own form (``Primitive.batched``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import torch

from ..values import MAX_INT
from .batches import Batch, Constant, Scalars

Number: TypeAlias = "torch.Tensor | int | float"
"""The raw form of a batch of numbers: one an example, or one for all."""
Form = Callable[..., Batch]
FORMS: dict[str, Form] = {}


def form(*names: str) -> Callable[[Form], Form]:
    """Declare the batched form of words."""

    def declare(function: Form) -> Form:
        for name in names:
            assert name not in FORMS, name
            FORMS[name] = function
        return function

    return declare


def numbers(*batches: Batch) -> list[Number] | None:
    """The raw tensors and Python numbers of the batches, or None where one is not a number."""
    raw: list[Number] = []
    for batch in batches:
        if isinstance(batch, Scalars):
            raw.append(batch.values)
        elif isinstance(batch, Constant) and isinstance(batch.value, (int, float)):
            raw.append(batch.value)
        else:
            return None
    return on_one_device(raw)


def on_one_device(raw: list[Number]) -> list[Number]:
    """The tensors on the accelerator if one of them is there: lengths of lists and what was interpreted are not."""
    devices = {x.device for x in raw if isinstance(x, torch.Tensor)}
    if len(devices) < 2:
        return raw
    target = next(device for device in devices if device.type != "cpu")
    return [x.to(target) if isinstance(x, torch.Tensor) else x for x in raw]


def whole(values: torch.Tensor) -> bool:
    return not values.is_floating_point() and values.dtype != torch.bool


def in_range(values: torch.Tensor) -> bool:
    """Whether no Int is beyond 2⁵³."""
    return not values.numel() or bool(values.abs().max() <= MAX_INT)


def has_nan(*raw: Number) -> bool:
    return any(
        bool(x.isnan().any()) if isinstance(x, torch.Tensor) else x != x
        for x in raw
        if not isinstance(x, torch.Tensor) or x.is_floating_point()
    )
