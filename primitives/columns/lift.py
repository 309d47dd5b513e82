"""A word without a kernel: its scalar meaning, called once for every distinct tuple of arguments."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..types import is_function
from ..values import Failed, TooLarge, Value
from .frame import Frame, Kernel
from .hashing import Array, mix
from .hashing import distinct as unlike
from .pools import FAIL, Pool

_FAILED = object()
MEMO = 200_000
"""Results that one remembering kernel keeps."""
_STEP = np.uint64(0x9E3779B97F4A7C15)


def distinct(columns: tuple[Array, ...]) -> tuple[Array, Array]:
    """Positions of the first row of each distinct tuple, and for every row the number of its tuple."""
    keys = np.zeros(len(columns[0]), np.uint64)
    for column in columns:
        keys = mix(keys * _STEP ^ np.ascontiguousarray(column).view(np.uint64))
    _, first, inverse = unlike(keys)
    return first, inverse


def lift(meaning: Callable, lazy: frozenset[int], remember: bool = False) -> Kernel:
    """The kernel of a scalar meaning. With ``remember`` its results are kept, as suits what is slow (a net on an image)."""
    memo = _Memo()

    def kernel(frame: Frame, *columns: Array) -> Array:
        pools = [None if is_function(type) else frame.values.pool(type) for type in frame.operation.arguments]
        kept = memo.results(frame.values.epoch) if remember and None not in pools else None
        first, inverse = distinct(columns) if columns else (np.zeros(1, np.int64), np.zeros(1, np.int64))
        results = np.full(len(first), FAIL, np.int64)
        places, values = [], []
        for place, row in enumerate(zip(*(column[first].tolist() for column in columns)) if columns else [()]):
            value = None if kept is None else kept.get(row)
            if value is None:
                frame.values.deadline.check()
                value = _attempt(frame, meaning, lazy, pools, row)
                if kept is not None and len(kept) < MEMO:
                    kept[row] = value
            if value is not _FAILED:
                values.append(value)
                places.append(place)
        results[places] = frame.values.encode(values, frame.operation.result)
        return results[inverse]

    return kernel


class _Memo:
    """Results by the codes of the arguments, forgotten where codes come to stand for other values."""

    def __init__(self) -> None:
        self._epoch = 0
        self._results: dict[tuple, object] = {}

    def results(self, epoch: int) -> dict[tuple, object]:
        if self._epoch != epoch:
            self._results.clear()
            self._epoch = epoch
        return self._results


def _attempt(frame: Frame, meaning: Callable, lazy: frozenset[int], pools: list, row: tuple) -> object:
    try:
        return _once(frame, meaning, lazy, pools, row)
    except Failed:
        return _FAILED


def _once(frame: Frame, meaning: Callable, lazy: frozenset[int], pools: list, row: tuple) -> object:
    arguments = []
    for position, (code, pool) in enumerate(zip(row, pools)):
        if pool is None:
            arguments.append(_callable(frame, position, code))
        elif position in lazy:
            arguments.append(_thunk(pool, code))
        elif (
            code == FAIL
        ):  # a word with lazy arguments sees the rows of failed ones, and its other arguments may fail too
            raise Failed
        else:
            arguments.append(pool.decode(code))
    result = meaning(*arguments)
    if isinstance(result, (tuple, str)) and len(result) > frame.values.limit:
        raise TooLarge
    return result


def _thunk(pool: Pool, code: int) -> Callable[[], Value]:
    def value() -> Value:
        if code == FAIL:
            raise Failed
        return pool.decode(code)

    return value


def _callable(frame: Frame, position: int, code: int) -> Callable:
    """The closure as a curried Python function."""
    types, result = frame.function(position)
    pools, last = [frame.values.pool(type) for type in types], frame.values.pool(result)

    def collect(*given: object) -> object:
        if len(given) < len(types):
            return lambda argument: collect(*given, argument)
        columns = [np.array([pool.encode(argument)], np.int64) for pool, argument in zip(pools, given)]
        value = int(frame.call(position, np.array([code], np.int64), *columns)[0])
        if value == FAIL:
            raise Failed
        return last.decode(value)

    return lambda argument: collect(argument)
