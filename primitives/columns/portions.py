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
UNKNOWN = 8
"""Steps of a loop of which neither a sequence nor an integer says how many they are."""


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
    """About how many elements every row makes the operation look at: those of its sequences, with the inner ones of lists of sequences,
    and as many as integers say where it makes a sequence or loops over scalars; None where it does neither."""
    found: Array | None = None
    for type, column in zip(operation.arguments, columns):
        pool = None if is_function(type) else values.pool(type)
        if isinstance(pool, SequencePool) and len(pool):
            lengths = np.where(column >= 0, pool.lengths[np.maximum(column, 0)], 0)
            if isinstance(pool.element, SequencePool) and len(pool.element):
                lengths = lengths * (1 + len(pool.element.data) // len(pool.element))
            found = lengths if found is None else found + lengths
    calls = any(map(is_function, operation.arguments))
    if not isinstance(values.pool(operation.result), SequencePool) and (found is not None or not calls):
        return found
    times = np.full(len(columns[0]), UNKNOWN if calls else 0)
    for type, column in zip(operation.arguments, columns):
        if type == INT:
            times = times + np.where(column <= values.limit, np.maximum(column, 0), 0)
    return times if found is None else found + times
