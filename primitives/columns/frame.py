"""What a vectorised word sees: columns of codes, the pools, and a way to call the functions among its arguments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..primitive import Primitive
from ..term import Word
from ..types import Type, arguments_of
from .hashing import Array
from .pools import FAIL, SequencePool, TuplePool, Values

Kernel = Callable[..., Array]


class Caller(Protocol):
    """Whatever can apply closures: a bank, or the frame of a subroutine."""

    @property
    def values(self) -> Values: ...

    def apply(self, operation: Operation, position: int, closures: Array, arguments: Sequence[Array]) -> Array: ...


@dataclass(frozen=True, eq=False)
class Operation:
    """A word at ground types. ``kernel(frame, *columns)`` returns the column of results.

    Unless ``lazy``, the kernel never sees FAIL among its inputs: such rows fail without it. ``feeds_back`` says that the kernel calls
    its functions on results of earlier calls (fold), so their arguments cannot be known beforehand.
    """

    term: Word
    arguments: tuple[Type, ...]
    result: Type
    kernel: Kernel
    lazy: bool = False
    feeds_back: bool = False
    primitive: Primitive | None = None
    """The word as it was declared; None for one that only a test made."""

    def run(self, frame: Frame, columns: Sequence[Array]) -> Array:
        if self.lazy or not columns:
            return self.kernel(frame, *columns)
        failed = columns[0] == FAIL
        for column in columns[1:]:
            failed |= column == FAIL
        if not failed.any():
            return self.kernel(frame, *columns)
        result = np.full(len(failed), FAIL, np.int64)
        good = np.flatnonzero(~failed)
        if len(good):
            result[good] = self.kernel(frame, *(column[good] for column in columns))
        return result


class Frame:
    """One application of an operation."""

    __slots__ = ("caller", "operation", "values")

    def __init__(self, caller: Caller, operation: Operation) -> None:
        self.caller, self.operation, self.values = caller, operation, caller.values

    def sequences(self, position: int | None = None) -> SequencePool:
        """The pool of the list (or text) at an argument position, or of the result."""
        type = self.operation.result if position is None else self.operation.arguments[position]
        return self.values.sequences(type)

    def tuples(self, position: int | None = None) -> TuplePool:
        """The pool of the pair or option at an argument position, or of the result."""
        type = self.operation.result if position is None else self.operation.arguments[position]
        return self.values.tuples(type)

    def call(self, position: int, closures: Array, *arguments: Array) -> Array:
        """Apply the function argument at ``position``; rows with a failed argument fail. Raises OutOfTime."""
        self.values.deadline.check()
        if len(closures) == 0:
            return np.empty(0, np.int64)
        failed = arguments[0] == FAIL
        for argument in arguments[1:]:
            failed |= argument == FAIL
        if not failed.any():
            return self.caller.apply(self.operation, position, closures, arguments)
        result = np.full(len(failed), FAIL, np.int64)
        good = np.flatnonzero(~failed)
        if len(good):
            result[good] = self.caller.apply(self.operation, position, closures[good], [a[good] for a in arguments])
        return result

    def function(self, position: int) -> tuple[tuple[Type, ...], Type]:
        """Argument types and result type of the function at ``position``."""
        return arguments_of(self.operation.arguments[position])
