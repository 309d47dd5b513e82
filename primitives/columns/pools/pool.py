"""What every pool can do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ...values import Value
from ..hashing import Array


class Pool(Protocol):
    """Interned values of one type."""

    def encode(self, value: Value) -> int: ...
    def encode_many(self, values: Sequence[Value]) -> Array: ...
    def decode(self, code: int) -> Value: ...
    @property
    def nbytes(self) -> int: ...
    def mark(self) -> int: ...
    def release(self, mark: int) -> None: ...
