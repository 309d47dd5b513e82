"""The pool of types whose values are their own codes."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence

import numpy as np

from ...types import BOOL, CHAR, FLOAT, INT, UNIT, Type
from ...values import Value
from ..hashing import Array

_MAGNITUDE = np.int64(np.iinfo(np.int64).max)


def floats_of(codes: Array) -> Array:
    """The Floats that codes stand for, as a view of the same memory."""
    return np.ascontiguousarray(codes, np.int64).view(np.float64)


def codes_of(floats: Array) -> Array:
    """The codes of Floats: their bits, with one zero (the bits of the other one are FAIL's) and one NaN."""
    with np.errstate(invalid="ignore"):
        kept = np.asarray(floats, np.float64) + 0.0
    odd = np.isnan(kept)
    if odd.any():
        kept[odd] = math.nan
    return kept.view(np.int64)


def float_places(codes: Array) -> Array:
    """Integers in the order of the Floats that codes stand for, a NaN after all others; applied again it gives the codes back."""
    return np.where(codes < 0, codes ^ _MAGNITUDE, codes)


def _float_code(value: float) -> int:
    number = float(value)
    plain = 0.0 if number == 0 else math.nan if number != number else number
    return struct.unpack("<q", struct.pack("<d", plain))[0]


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
        if self.type == FLOAT:
            return codes_of(np.array(values, np.float64))
        return np.array([self.encode(value) for value in values], np.int64)

    def mark(self) -> int:
        return 0

    def release(self, mark: int) -> None:
        """Nothing is kept."""
