"""How much of a column to compute at once: what an operation has in passing grows with the elements of its lists, not with its rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..types import INT, is_function
from .frame import Operation
from .hashing import Array
from .pools import SequencePool, Values

WORK = 2
"""Elements that are looked at together, or given to functions, as a multiple of the cells that banks compute together."""


def portions(values: Values, operation: Operation, columns: Sequence[Array], count: int) -> list[slice]:
    """The rows in order, in parts of about equal work that have no more of it than the memory allows."""
    most = WORK * values.cells
    work = _elements(values, operation, columns) if count > 1 else None
    total = 0 if work is None else int(work.sum())
    if work is None or total <= most:
        return [slice(0, count)]
    ends = [0, *np.searchsorted(np.cumsum(work), np.arange(most, total, most), side="right").tolist(), count]
    return [slice(start, end) for start, end in zip(ends, ends[1:]) if start < end]


def _elements(values: Values, operation: Operation, columns: Sequence[Array]) -> Array | None:
    """Elements of the sequences of every row, those that integers ask for where there are no sequences; None for scalars alone."""
    found: Array | None = None
    for type, column in zip(operation.arguments, columns):
        pool = None if is_function(type) else values.pool(type)
        if isinstance(pool, SequencePool):
            lengths = (
                np.where(column >= 0, pool.lengths[np.maximum(column, 0)], 0) if len(pool) else np.zeros_like(column)
            )
            found = lengths if found is None else found + lengths
    if found is None and isinstance(values.pool(operation.result), SequencePool):
        for type, column in zip(operation.arguments, columns):
            if type == INT:
                lengths = np.where(column <= values.limit, np.maximum(column, 0), 0)
                found = lengths if found is None else found + lengths
    return found
