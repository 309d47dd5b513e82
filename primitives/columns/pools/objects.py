"""The pool of values that are looked at from outside only: tables, graphs, tensors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...values import Value
from ..hashing import Array


class ObjectPool:
    """Opaque values (tables, graphs, tensors): Python objects interned by equality, tensors by their bytes."""

    def __init__(self) -> None:
        self.objects: list[object] = []
        self._codes: dict[object, int] = {}

    @property
    def nbytes(self) -> int:
        return 500 * len(self.objects)

    def encode_many(self, values: Sequence[Value]) -> Array:
        return np.array([self.encode(value) for value in values], np.int64)

    def encode(self, value: Value) -> int:
        key = _key(value)
        code = self._codes.get(key)
        if code is None:
            code = self._codes[key] = len(self.objects)
            self.objects.append(value)
        return code

    def decode(self, code: int) -> Value:
        return self.objects[code]

    def mark(self) -> int:
        return len(self.objects)

    def release(self, mark: int) -> None:
        for value in self.objects[mark:]:
            del self._codes[_key(value)]
        del self.objects[mark:]


def _key(value: object) -> object:
    """What an opaque value is interned by: tensors by dtype, shape and bytes, tables and graphs with their order (words can see it)."""
    if hasattr(value, "detach"):
        array = value.detach().cpu().numpy()
        return ("tensor", str(array.dtype), array.shape, array.tobytes())
    return (type(value).__name__, repr(value))
