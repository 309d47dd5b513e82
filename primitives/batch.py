"""Batches of values: the batch dimension belongs to the compiler.

A batch of tensors is one tensor ``[batch, …]``; a batch of lists of tensors is Ragged: all elements packed in one
batch plus the lengths; a batch of pairs is a pair of batches; anything else is Objects, a Python list of values
(which may hold Failures).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from .lazy import Tensor
from .primitive import Primitive
from .ragged import Objects, Ragged
from .term import Word
from .types import BOOL, FLOAT, INT, Constructor, TensorType, Type, arguments_of, has_tensor
from .values import Failed, Value

DTYPES: dict[Type, torch.dtype] = {INT: torch.long, FLOAT: torch.float64, BOOL: torch.bool}
"""The dtype of a packed batch of numbers."""


def collate(values: Sequence[Value], type: Type, packed: bool = False) -> Any:
    """A batch of the values. Tensors of unequal shape raise ValueError.

    With ``packed`` numbers become tensors ``[batch]`` and lists of numbers Ragged, as geometric words take them.
    """
    if isinstance(type, TensorType):
        if len({tuple(value.shape) for value in values}) > 1:
            one, other = sorted({tuple(value.shape) for value in values})[:2]
            raise ValueError(f"tensors of type={type}: shapes {one} and {other} differ; resize them first")
        return torch.stack(tuple(values))
    if packed and type in DTYPES:
        return torch.tensor(list(values), dtype=DTYPES[type])
    if isinstance(type, Constructor) and (packed or has_tensor(type)):
        if type.name == "pair":
            return tuple(collate([value[i] for value in values], type.arguments[i], packed) for i in range(2))
        if type.name == "list":
            lengths = torch.tensor([len(value) for value in values], dtype=torch.long)
            elements = [element for value in values for element in value]
            if elements:
                return Ragged(collate(elements, type.arguments[0], packed), lengths)
            return Ragged(torch.zeros(0) if packed else Objects([]), lengths)
    return Objects(list(values))


def split(batch: Any, type: Type | None = None) -> list[Value]:
    """The values of a batch; inverse of ``collate``. With the ``type`` packed numbers become Python numbers again."""
    arguments: tuple[Any, ...] = type.arguments if isinstance(type, Constructor) and type.arguments else (None, None)
    if isinstance(batch, Objects):
        return list(batch.items)
    if isinstance(batch, Ragged):
        elements = split(batch.values, arguments[0])
        lists, start = [], 0
        for length in batch.lengths.tolist():
            lists.append(tuple(elements[start : start + length]))
            start += length
        return lists
    if isinstance(batch, tuple):
        return list(zip(*(split(part, inner) for part, inner in zip(batch, arguments, strict=True)), strict=True))
    return batch.tolist() if type in DTYPES else list(batch.unbind(0))


def call_on_one(
    primitive: Primitive, word: Word, values: list[Value], weights: Mapping[str, Tensor], training: bool
) -> Value:
    """A geometric word on single values: a batch of one."""
    types, result = arguments_of(primitive.scheme.type)
    batches = [collate([value], type, packed=True) for value, type in zip(values, types, strict=True)]
    try:
        return split(call(primitive, word, batches, weights, training), result)[0]
    except Failed as failed:
        failed.word = failed.word or word.name
        raise


def call(primitive: Primitive, word: Word, batches: list, weights: Mapping[str, Tensor], training: bool) -> Any:
    """A geometric word on batches, with the weights of its site."""
    options: dict[str, Any] = dict(word.settings)
    if "training" in primitive.keywords:
        options["training"] = training
    device = None
    if word.site is not None:
        prefix = f"{word.site}."
        for name in primitive.keywords:
            if name not in options and prefix + name in weights:
                options[name] = weights[prefix + name]
                device = options[name].device
    if device is not None:
        batches = [to_device(batch, device) for batch in batches]
    return primitive.meaning(*batches, **options)


def to_device(batch: Any, device: Any) -> Any:
    """The batch with its tensors on the device; the lengths of lists stay where they are."""
    if isinstance(batch, torch.Tensor):
        return batch.to(device)
    if isinstance(batch, Ragged):
        return Ragged(to_device(batch.values, device), batch.lengths)
    return tuple(to_device(part, device) for part in batch) if isinstance(batch, tuple) else batch


__all__ = ["DTYPES", "Objects", "Ragged", "call", "call_on_one", "collate", "split", "to_device"]
