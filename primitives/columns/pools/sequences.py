"""The pool of lists and texts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...values import Value
from ..hashing import Array, Grown, HashIndex, ranges
from .interning import sequence_keys
from .pool import Pool


class SequencePool:
    """Lists and strings: flat element codes with an offset and a length for each."""

    def __init__(self, element: Pool, text: bool = False) -> None:
        self.element, self.text = element, text
        self._data, self._offsets, self._lengths = Grown(), Grown(), Grown()
        self._index = HashIndex()
        self._decoded: dict[int, object] = {}

    def __len__(self) -> int:
        return self._offsets.size

    @property
    def nbytes(self) -> int:
        return (
            self._data.nbytes
            + self._offsets.nbytes
            + self._lengths.nbytes
            + self._index.nbytes
            + 200 * len(self._decoded)
        )

    @property
    def offsets(self) -> Array:
        return self._offsets.array

    @property
    def lengths(self) -> Array:
        return self._lengths.array

    @property
    def data(self) -> Array:
        return self._data.array

    def gather(self, codes: Array) -> tuple[Array, Array]:
        """The elements of the sequences one after another, and the length of each."""
        lengths = self.lengths[codes]
        return ranges(self.data, self.offsets[codes], lengths), lengths

    def intern(self, data: Array, lengths: Array) -> Array:
        """Codes of the sequences whose elements lie one after another in ``data``."""
        codes, new = self._index.add(sequence_keys(data, lengths))
        if len(new):
            kept = lengths[new]
            offset = self._data.size
            self._data.extend(ranges(data, (np.cumsum(lengths) - lengths)[new], kept))
            self._offsets.extend(offset + np.cumsum(kept) - kept)
            self._lengths.extend(kept)
        return codes

    def encode(self, value: Value) -> int:
        return int(self.encode_many([value])[0])

    def encode_many(self, values: Sequence[Value]) -> Array:
        lengths = np.array([len(value) for value in values], np.int64)
        if self.text:
            joined = "".join(values).encode("utf-32-le", "surrogatepass")
            return self.intern(np.frombuffer(joined, "<u4").astype(np.int64), lengths)
        return self.intern(self.element.encode_many([item for value in values for item in value]), lengths)

    def decode(self, code: int) -> Value:
        value = self._decoded.get(code)
        if value is None:
            start = self.offsets[code]
            items = self.data[start : start + self.lengths[code]].tolist()
            value = "".join(map(chr, items)) if self.text else tuple(map(self.element.decode, items))
            if len(self._decoded) < 200_000:
                self._decoded[code] = value
        return value

    def mark(self) -> int:
        return len(self)

    def release(self, mark: int) -> None:
        if mark >= len(self):
            return
        self._index.truncate(mark)
        self._data.size = int(self.offsets[mark])
        self._offsets.size = self._lengths.size = mark
        for grown in (self._data, self._offsets, self._lengths):
            grown.shrink()
        self._decoded = {code: value for code, value in self._decoded.items() if code < mark}
