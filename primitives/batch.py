"""Batches of values: the batch dimension belongs to the compiler.

A batch of tensors is one tensor ``[batch, …]``; a batch of lists of tensors is Ragged: all elements packed in one batch plus the
lengths; a batch of pairs is a pair of batches; anything else is Objects, a Python list of values (which may hold Failures).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from .primitive import Primitive
from .types import Constructor, TensorType, Type, arguments_of, has_tensor
from .values import Value


@dataclass(frozen=True)
class Ragged:
    """Lists of different lengths: ``values`` is the batch of all elements in order, ``lengths`` int64 [batch]."""

    values: Any
    lengths: torch.Tensor


@dataclass(frozen=True)
class Objects:
    """A batch kept as a list of Python values, evaluated one by one."""

    items: list


def collate(values: Sequence[Value], type: Type) -> Any:
    """A batch of the values. Tensors of unequal shape raise ValueError."""
    if isinstance(type, TensorType):
        return torch.stack(tuple(values))
    if isinstance(type, Constructor) and has_tensor(type):
        if type.name == "pair":
            return tuple(collate([value[i] for value in values], type.arguments[i]) for i in range(2))
        if type.name == "list":
            lengths = torch.tensor([len(value) for value in values], dtype=torch.long)
            elements = [element for value in values for element in value]
            if elements:
                return Ragged(collate(elements, type.arguments[0]), lengths)
    return Objects(list(values))


def split(batch: Any, type: Type | None = None) -> list[Value]:
    """The values of a batch; inverse of ``collate``."""
    if isinstance(batch, Objects):
        return list(batch.items)
    if isinstance(batch, Ragged):
        elements = split(batch.values)
        lists, start = [], 0
        for length in batch.lengths.tolist():
            lists.append(tuple(elements[start : start + length]))
            start += length
        return lists
    if isinstance(batch, tuple):
        return list(zip(*(split(part) for part in batch), strict=True))
    return list(batch.unbind(0))


def call_on_one(primitive: Primitive, word: Any, values: list[Value], weights: Mapping[str, Any], training: bool) -> Value:
    """A geometric word on single values: a batch of one."""
    types = arguments_of(primitive.scheme.type)[0]
    batches = [collate([value], type) for value, type in zip(values, types, strict=False)]
    return split(call(primitive, word, batches, weights, training))[0]


def call(primitive: Primitive, word: Any, batches: list, weights: Mapping[str, Any], training: bool) -> Any:
    """A geometric word on batches, with the weights of its site."""
    options: dict[str, Any] = dict(word.settings)
    if "training" in primitive.keywords:
        options["training"] = training
    if word.site is not None:
        prefix = f"{word.site}."
        known = primitive.keywords
        options.update((k, weights[prefix + k]) for k in known if k not in options and prefix + k in weights)
    return primitive.meaning(*batches, **options)
