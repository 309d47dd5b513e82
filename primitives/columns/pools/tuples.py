"""The pool of pairs and options."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...values import Some, Value
from ..hashing import Array
from .codes import NOTHING
from .interning import Rows
from .pool import Pool


class TuplePool:
    """Pairs and options that are present: rows of the codes of their parts."""

    def __init__(self, parts: Sequence[Pool], optional: bool = False) -> None:
        self.parts, self.optional = tuple(parts), optional
        self.rows = Rows(len(self.parts))

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def nbytes(self) -> int:
        return self.rows.nbytes

    def intern(self, *columns: Array) -> Array:
        return self.rows.intern(*columns)

    def column(self, part: int, codes: Array) -> Array:
        return self.rows.column(part, codes)

    def encode_many(self, values: Sequence[Value]) -> Array:
        return np.array([self.encode(value) for value in values], np.int64)

    def encode(self, value: Value) -> int:
        if self.optional:
            if value is None:
                return NOTHING
            value = (value.value,)
        items = [part.encode(item) for part, item in zip(self.parts, value)]
        return int(self.intern(*(np.array([item], np.int64) for item in items))[0])

    def decode(self, code: int) -> Value:
        if self.optional and code == NOTHING:
            return None
        items = tuple(part.decode(int(column.array[code])) for part, column in zip(self.parts, self.rows.columns))
        return Some(items[0]) if self.optional else items

    def mark(self) -> int:
        return len(self)

    def release(self, mark: int) -> None:
        self.rows.release(mark)
