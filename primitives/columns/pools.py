"""Values as 64-bit integers: scalars stand for themselves, all else is interned once in the pool of its type.

Equal values have equal codes, so a column of codes can be compared, hashed and gathered without looking inside.
``FAIL`` is the code of a failure in every type.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from ..interpreter.deadline import NEVER
from ..types import BOOL, CHAR, FLOAT, INT, STRING, UNIT, Constructor, Type, list_of
from ..values import MAX_SIZE, Some, Value
from .hashing import Array, Grown, HashIndex, ranges
from .interning import Rows, sequence_keys

FAIL = int(np.iinfo(np.int64).min)
LONG = 256
"""Elements of a sequence that count as one more value."""
NOTHING = -1
"""The code of an absent option."""


class Pool(Protocol):
    """Interned values of one type."""

    def encode(self, value: Value) -> int: ...
    def encode_many(self, values: Sequence[Value]) -> Array: ...
    def decode(self, code: int) -> Value: ...
    @property
    def nbytes(self) -> int: ...
    def mark(self) -> int: ...
    def release(self, mark: int) -> None: ...


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


class Values:
    """All pools of one search: codes for values of any ground type that is not a function."""

    def __init__(self, limit: int = MAX_SIZE, steps: int | None = None, cells: int = 1 << 18) -> None:
        """The fuel of columns: sequences longer than ``limit`` and loops of more than ``steps`` steps fail. ``cells`` is how many values
        banks compute together, fewer where they may be long; it bounds the memory for what is in passing to some hundred bytes each."""
        self.limit = min(limit, MAX_SIZE)
        self.steps = self.limit if steps is None else steps
        self.cells = cells
        self.bulk = max(1, self.limit // LONG)
        """How many plain values one that may be a long sequence counts as."""
        self.deadline = NEVER
        """Looked at by every loop over codes that grows with the values; OutOfTime ends the whole search."""
        self.epoch = 0
        """Counts ``release``: after it, codes may stand for other values."""
        self._pools: dict[Type, Pool] = {}

    def pool(self, type: Type) -> Pool:
        found = self._pools.get(type)
        if found is None:
            found = self._pools[type] = self._make(type)
        return found

    def _make(self, type: Type) -> Pool:
        if type in (INT, BOOL, CHAR, FLOAT, UNIT):
            return ScalarPool(type)
        if type == STRING:
            return SequencePool(self.pool(CHAR), text=True)
        if isinstance(type, Constructor) and type.name == "list":
            return SequencePool(self.pool(type.arguments[0]))
        if isinstance(type, Constructor) and type.name == "pair":
            return TuplePool([self.pool(argument) for argument in type.arguments])
        if isinstance(type, Constructor) and type.name == "option":
            return TuplePool([self.pool(type.arguments[0])], optional=True)
        return ObjectPool()

    def sequences(self, type: Type) -> SequencePool:
        """The pool of a list type or of ``str``."""
        pool = self.pool(type)
        assert isinstance(pool, SequencePool), type
        return pool

    def lists(self, element: Type) -> SequencePool:
        return self.sequences(list_of(element))

    def tuples(self, type: Type) -> TuplePool:
        """The pool of a pair or an option type."""
        pool = self.pool(type)
        assert isinstance(pool, TuplePool), type
        return pool

    def tuples_within(self, type: Type) -> TuplePool:
        """The pool of the pairs that a list or an option of the type holds."""
        assert isinstance(type, Constructor), type
        return self.tuples(type.arguments[0])

    def encode(self, values: Sequence[Value], type: Type) -> Array:
        """The column of codes of Python values."""
        return self.pool(type).encode_many(values)

    def decode(self, codes: Array, type: Type) -> list[Value]:
        pool = self.pool(type)
        return [pool.decode(int(code)) for code in codes]

    @property
    def nbytes(self) -> int:
        return sum(pool.nbytes for pool in self._pools.values())

    def mark(self) -> dict[Type, int]:
        """What is kept now; ``release`` forgets all that was interned since."""
        return {type: pool.mark() for type, pool in self._pools.items()}

    def release(self, marks: dict[Type, int]) -> None:
        self.epoch += 1
        for type, pool in self._pools.items():
            pool.release(marks.get(type, 0))
