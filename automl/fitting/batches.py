"""The columns of a part as batches for a compiled program: made once, indexed by row, split and joined."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import torch

from primitives.batch import Objects, Ragged, collate, split
from primitives.types import Type, arguments_of, has_tensor
from primitives.values import Value

from ..tasks.cases.parts import Column, Part, RaggedArray
from ..tasks.data import ProblemData

Batch: TypeAlias = "torch.Tensor | Ragged | Objects | tuple[Batch, ...] | list[Value]"
"""One argument, or the outputs, for some cases (primitives.batch); a pair is a tuple of the batches of its parts."""
Inputs: TypeAlias = tuple[Batch, ...]


def to_batch(column: Column, type: Type | None = None, device: torch.device | str = "cpu") -> Batch:
    """A batch (primitives.batch) of a column: a tensor for an array, Ragged for a RaggedArray, else what ``collate``
    makes of the values. Real arrays become float32, whole ones int64. An array of that dtype is not copied, so that a
    large data set is in memory once: nothing may write to the batch, for task arrays are read-only."""
    if isinstance(column, RaggedArray):
        return Ragged(_tensor(column.values, device), torch.from_numpy(np.array(column.lengths)).to(device))
    if isinstance(column, np.ndarray):
        return _tensor(column, device)
    if type is not None and has_tensor(type):
        return move(collate([_value(value) for value in column], type), device)
    return Objects(list(column))


def _tensor(array: np.ndarray, device: torch.device | str) -> torch.Tensor:
    kind = np.float32 if array.dtype.kind == "f" else np.bool_ if array.dtype.kind == "b" else np.int64
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The given NumPy array is not writable", UserWarning)
        return torch.from_numpy(np.ascontiguousarray(array, dtype=kind)).to(device)


def _value(value: Value) -> Value:
    """Arrays inside a value as tensors."""
    if isinstance(value, np.ndarray):
        return _tensor(value, "cpu")
    return tuple(map(_value, value)) if isinstance(value, tuple) else value


def part_batch(data: ProblemData, part: Part, device: torch.device | str = "cpu") -> tuple[Inputs, Batch]:
    """``(inputs, targets)`` of a whole part."""
    types, result = arguments_of(data.type)
    inputs = tuple(to_batch(column, type, device) for column, type in zip(part.inputs, types, strict=True))
    targets = part.targets
    return inputs, to_batch(targets, result, device) if isinstance(targets, tuple) else _tensor(targets, device)


def move(batch: Batch, device: torch.device | str) -> Batch:
    """The batch with its tensors on ``device``."""
    if isinstance(batch, torch.Tensor):
        return batch.to(device)
    if isinstance(batch, Ragged):
        return Ragged(move(batch.values, device), batch.lengths.to(device))
    return tuple(move(part, device) for part in batch) if isinstance(batch, tuple) else batch


def count(batch: Batch) -> int:
    """Number of cases in a batch."""
    if isinstance(batch, Ragged):
        return len(batch.lengths)
    if isinstance(batch, Objects):
        return len(batch.items)
    return count(batch[0]) if isinstance(batch, tuple) else len(batch)


def longest(batch: Batch) -> int:
    """The elements of the longest list of a batch of lists; 1 of any other batch.

    batch: of any kind.
    """
    return int(batch.lengths.max()) if isinstance(batch, Ragged) and len(batch.lengths) else 1


def take(batch: Batch, rows: torch.Tensor) -> Batch:
    """The cases at ``rows`` (int64 [m]), in that order."""
    if isinstance(batch, torch.Tensor):
        return batch.index_select(0, rows.to(batch.device))
    if isinstance(batch, Ragged):
        rows = rows.to(batch.lengths.device)
        lengths = batch.lengths.index_select(0, rows)
        starts = (batch.lengths.cumsum(0) - batch.lengths).index_select(0, rows)
        within = torch.arange(int(lengths.sum()), device=rows.device)
        within = within - torch.repeat_interleave(lengths.cumsum(0) - lengths, lengths)
        return Ragged(take(batch.values, torch.repeat_interleave(starts, lengths) + within), lengths)
    if isinstance(batch, Objects):
        return Objects([batch.items[row] for row in rows.tolist()])
    return tuple(take(part, rows) for part in batch)


def window(batch: Batch, start: int, stop: int) -> Batch:
    """The cases from ``start`` to ``stop``; tensors are not copied."""
    if isinstance(batch, torch.Tensor):
        return batch[start:stop]
    if isinstance(batch, Ragged):
        first = int(batch.lengths[:start].sum())
        lengths = batch.lengths[start:stop]
        return Ragged(window(batch.values, first, first + int(lengths.sum())), lengths)
    if isinstance(batch, Objects):
        return Objects(batch.items[start:stop])
    return tuple(window(part, start, stop) for part in batch)


def join(batches: Sequence[Batch]) -> Batch:
    """Outputs of several batches as one batch."""
    first = batches[0]
    if len(batches) == 1:
        return first
    if any(type(batch) is not type(first) for batch in batches):
        # Where a case fails its batch is Objects, while the others are tensors.
        return Objects([item for batch in batches for item in split(batch)])
    if isinstance(first, torch.Tensor):
        return torch.cat(tuple(batches))
    if isinstance(first, Ragged):
        lists = [batch for batch in batches if isinstance(batch, Ragged)]
        return Ragged(join([b.values for b in lists if len(b.lengths)]), torch.cat([b.lengths for b in lists]))
    if isinstance(first, Objects):
        return Objects([item for batch in batches if isinstance(batch, Objects) for item in batch.items])
    if isinstance(first, tuple):
        pairs = [batch for batch in batches if isinstance(batch, tuple)]
        return tuple(join(parts) for parts in zip(*pairs, strict=True))
    return [item for batch in batches if isinstance(batch, list) for item in batch]


def example_bytes(inputs: Inputs) -> float:
    """Mean bytes of the tensors of one case."""
    total = 0
    for batch in inputs:
        values = batch.values if isinstance(batch, Ragged) else batch
        total += values.numel() * values.element_size() if isinstance(values, torch.Tensor) else 0
    return total / max(1, count(inputs))


def answers(outputs: Batch, type: Type) -> torch.Tensor | list[Value]:
    """What automl.tasks.metrics.score reads of a program of that type: a tensor [n, …], or a list of ``n`` values."""
    return outputs if isinstance(outputs, torch.Tensor | list) else split(outputs, arguments_of(type)[1])
