"""Cases as columns: arrays, sequences of arrays, values of the language; the parts of a task that are made of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from primitives.brief import brief_repr
from primitives.values import Value

from ...errors import TaskError
from .keys import CaseKeys


@dataclass(frozen=True, eq=False)
class RaggedArray:
    """``n`` sequences of arrays end to end: ``values`` is [total, …], ``lengths`` is int64 [n] and sums to total."""

    values: np.ndarray
    lengths: np.ndarray

    __repr__ = brief_repr

    def __post_init__(self) -> None:
        if self.lengths.ndim != 1 or int(self.lengths.sum()) != len(self.values) or (self.lengths < 0).any():
            raise TaskError(
                f"lengths.sum()={int(self.lengths.sum())} with len(values)={len(self.values)}: the lengths [n] of "
                "the sequences must be at least 0 and add up to the number of values; give one length a sequence"
            )

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def offsets(self) -> np.ndarray:
        """int64 [n]: where each sequence starts in ``values``."""
        return np.concatenate([[0], np.cumsum(self.lengths)[:-1]]).astype(np.int64) if len(self) else self.lengths

    def row(self, index: int) -> np.ndarray:
        """The sequence ``index``: [length, …]."""
        start = int(self.lengths[:index].sum())
        return self.values[start : start + int(self.lengths[index])]

    def take(self, indices: np.ndarray) -> RaggedArray:
        starts, lengths = self.offsets[indices], self.lengths[indices]
        total = int(lengths.sum())
        within = np.arange(total) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        return RaggedArray(self.values[np.repeat(starts, lengths) + within], lengths)


Column = np.ndarray | RaggedArray | tuple
"""One argument of a program for all cases: an array [n, …], ``n`` sequences of arrays, or ``n`` values of the
language."""


def _take(column: Column, indices: np.ndarray) -> Column:
    if isinstance(column, RaggedArray):
        return column.take(indices)
    return tuple(column[i] for i in indices) if isinstance(column, tuple) else column[indices]


@dataclass(frozen=True, eq=False)
class Part:
    """Cases of a task: one column for each argument of the program, and the targets (array [n, …] or ``n`` values).

    Array inputs are preprocessed and ready for a net (float32; per example shapes as in the task's type). ``weights``: float64 [n], above
    0, how much each case counts in training and in scores; None where all count alike. ``keys``: the groups or times that the cases of a
    table were divided by; None where there are none.
    """

    inputs: tuple[Column, ...]
    targets: np.ndarray | tuple
    weights: np.ndarray | None = None
    keys: CaseKeys | None = None

    __repr__ = brief_repr

    def __post_init__(self) -> None:
        counts = [len(column) for column in (*self.inputs, self.targets)]
        if len(set(counts)) > 1:
            raise TaskError(
                f"cases={counts}: each argument and the targets must have the same number of cases; give one "
                "target a case"
            )
        if self.weights is not None and self.weights.shape != (len(self.targets),):
            raise TaskError(f"weights.shape={self.weights.shape}: [{len(self.targets)}] is required, one weight a case")

    def __len__(self) -> int:
        return len(self.targets)

    @property
    def total(self) -> float:
        """What its cases count together."""
        return float(len(self)) if self.weights is None else float(self.weights.sum())

    def take(self, indices: Sequence[int] | np.ndarray) -> Part:
        """The cases at ``indices``, in that order."""
        chosen = np.asarray(indices, dtype=np.int64)
        *inputs, targets = [_take(column, chosen) for column in (*self.inputs, self.targets)]
        weights = None if self.weights is None else self.weights[chosen]
        return part_of(inputs, targets, weights, None if self.keys is None else self.keys.take(chosen))

    def cases(self) -> Iterator[tuple[tuple[Value, ...], Value]]:
        """``(inputs, target)`` of each case; rows of arrays are numpy arrays, of a RaggedArray tuples of arrays."""
        columns = [_rows(column) for column in (*self.inputs, self.targets)]
        for *inputs, target in zip(*columns, strict=True):
            yield tuple(inputs), target


def part_of(
    inputs: Sequence[Column], targets: Column, weights: np.ndarray | None = None, keys: CaseKeys | None = None
) -> Part:
    """The part with these columns. Targets are never ragged."""
    assert not isinstance(targets, RaggedArray)
    return Part(tuple(inputs), targets, weights, keys)


def _rows(column: Column) -> Iterator[Value]:
    if isinstance(column, RaggedArray):
        for rows in np.split(column.values, np.cumsum(column.lengths)[:-1]) if len(column) else ():
            yield tuple(rows)
    else:
        yield from column


def frozen(array: np.ndarray) -> np.ndarray:
    """``array``, contiguous and marked read-only, so that no evaluation can change the data of the next."""
    result = np.ascontiguousarray(array).view()
    result.flags.writeable = False
    return result
