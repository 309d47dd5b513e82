"""Batches converted: from the inputs of a program and to its output, to what a geometric word takes and from what it gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from ..batch import Objects, Ragged, collate, to_device
from ..types import BOOL, FLOAT, INT, Constructor, TensorType, Type
from .batches import Batch, Constant, Device, Scalars, has_failures, pack, spread, values_of

if TYPE_CHECKING:
    from .forward_pass import ForwardPass

NUMBERS = frozenset((INT, FLOAT, BOOL))


def enter(batch: Any, type: Type) -> Batch:
    """An argument of a program (see ``primitives.batch``) as a batch of the compiler's."""
    if type in NUMBERS:
        if isinstance(batch, torch.Tensor):
            return Scalars(batch)
        return pack(batch.items if isinstance(batch, Objects) else list(batch))
    if isinstance(type, Constructor) and type.name == "list" and isinstance(batch, Ragged):
        if isinstance(batch.values, Objects) and not batch.values.items:
            return batch
        return Ragged(enter(batch.values, type.arguments[0]), batch.lengths)
    if isinstance(type, Constructor) and type.name == "pair" and isinstance(batch, tuple):
        return tuple(enter(part, inner) for part, inner in zip(batch, type.arguments, strict=True))
    if isinstance(type, TensorType) and not isinstance(batch, torch.Tensor):
        return torch.stack(tuple(batch.items if isinstance(batch, Objects) else batch))
    return Objects(list(batch)) if isinstance(batch, (list, tuple)) else batch


def packable(type: Type) -> bool:
    """Whether batches of the type are made of tensors: numbers, tensors, and lists and pairs of those."""
    if type in NUMBERS or isinstance(type, TensorType):
        return True
    return isinstance(type, Constructor) and type.name in ("list", "pair") and all(map(packable, type.arguments))


def leave(batch: Batch, type: Type, size: int, run: ForwardPass) -> Any:
    """A batch of the compiler's as a program's output, in a form that depends on the type alone.

    Numbers, tensors, and lists and pairs of those come as tensors, Ragged and tuples, anything else and every batch
    in which an example failed as Objects.
    """
    if not packable(type) or has_failures(batch):
        return Objects(values_of(batch, size, run))
    return coerce(batch, type, size, run.device)


def coerce(batch: Batch, type: Type, size: int, device: Device) -> Any:
    """A batch as a geometric word takes it: raw tensors for tensors and numbers, Ragged for lists, tuples for
    pairs."""
    if isinstance(batch, torch.Tensor) and isinstance(type, TensorType):
        return batch
    if isinstance(batch, Scalars):
        return batch.values if device is None else batch.values.to(device)
    if isinstance(batch, Constant):
        if isinstance(type, Constructor) and type.name == "pair":
            parts = zip(batch.value, type.arguments, strict=True)
            return tuple(coerce(Constant(part), inner, size, device) for part, inner in parts)
        batch = spread(batch, size, device)
        return batch.values if isinstance(batch, Scalars) else coerce(batch, type, size, device)
    if isinstance(batch, Ragged):
        assert isinstance(type, Constructor)
        if isinstance(batch.values, Objects) and not batch.values.items:
            return Ragged(torch.zeros(0, device=device), batch.lengths)
        values = spread(batch.values, int(batch.lengths.sum()), device)
        return Ragged(coerce(values, type.arguments[0], -1, device), batch.lengths)
    if isinstance(batch, tuple) and isinstance(type, Constructor):
        return tuple(coerce(part, inner, size, device) for part, inner in zip(batch, type.arguments, strict=True))
    assert isinstance(batch, Objects)
    collated = collate(batch.items, type, packed=True)
    return collated if device is None else to_device(collated, device)


def wrap(result: Any, type: Type) -> Batch:
    """The result of a geometric word as a batch; inverse of ``coerce``."""
    if type in NUMBERS:
        return Scalars(result)
    if isinstance(result, Ragged):
        assert isinstance(type, Constructor)
        return Ragged(wrap(result.values, type.arguments[0]), result.lengths)
    if isinstance(result, tuple):
        assert isinstance(type, Constructor)
        return tuple(wrap(part, inner) for part, inner in zip(result, type.arguments, strict=True))
    return result
