"""The pool of types whose values are their own codes."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence

import numpy as np

from ...types import BOOL, CHAR, FLOAT, INT, UNIT, Type
from ...values import Value
from ..hashing import Array


def _float_code(value: float) -> int:
    number = float(value) + 0.0
    return struct.unpack("<q", struct.pack("<d", number if number != 0 else 0.0))[0]


def _float_value(code: int) -> float:
    return struct.unpack("<d", struct.pack("<q", code))[0]


_SCALARS: dict[Type, tuple[Callable[[Value], int], Callable[[int], Value]]] = {
    INT: (int, int),
    BOOL: (int, bool),
    CHAR: (ord, chr),
    FLOAT: (_float_code, _float_value),
    UNIT: (lambda value: 0, lambda code: ()),
}


class ScalarPool:
    """int, bool, char, float and unit: the code is the value itself (float: its bits; char: its code point)."""

    nbytes = 0

    def __init__(self, type: Type) -> None:
        self.type = type
        self.encode, self.decode = _SCALARS[type]

    def encode_many(self, values: Sequence[Value]) -> Array:
        if self.type in (INT, BOOL):
            return np.array(values, np.int64)
        return np.array([self.encode(value) for value in values], np.int64)

    def mark(self) -> int:
        return 0

    def release(self, mark: int) -> None:
        """Nothing is kept."""
