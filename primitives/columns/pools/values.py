"""All pools of a search, and the bounds of what may be computed with them."""

from __future__ import annotations

from collections.abc import Sequence

from ...interpreter.deadline import NEVER
from ...types import BOOL, CHAR, FLOAT, INT, STRING, UNIT, Constructor, Type, list_of
from ...values import MAX_SIZE, Value
from ..hashing import Array
from .objects import ObjectPool
from .pool import Pool
from .scalars import ScalarPool
from .sequences import SequencePool
from .tuples import TuplePool

LONG = 256
"""Elements of a sequence that count as one more value."""


class Values:
    """All pools of one search: codes for values of any ground type that is not a function."""

    def __init__(self, limit: int = MAX_SIZE, steps: int | None = None, cells: int = 1 << 18) -> None:
        """The fuel of columns: sequences longer than ``limit`` and loops of more than ``steps`` steps fail. ``cells`` is how many values
        banks compute together, fewer where they may be long; it bounds the memory for what is in passing to some hundred bytes each."""
        self.cells = cells
        self.bound(limit, steps)
        self.deadline = NEVER
        """Looked at by every loop over codes that grows with the values; OutOfTime ends the whole search."""
        self.epoch = 0
        """Counts ``release``: after it, codes may stand for other values."""
        self._pools: dict[Type, Pool] = {}

    def bound(self, limit: int, steps: int | None = None) -> None:
        """Set the fuel from now on; values that are kept already stay.

        limit: of elements of a sequence.
        steps: of a loop (default: as many).
        """
        self.limit = min(limit, MAX_SIZE)
        self.steps = self.limit if steps is None else steps
        self.bulk = max(1, self.limit // LONG)
        """How many plain values one that may be a long sequence counts as."""

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
