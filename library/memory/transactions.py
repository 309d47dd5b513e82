"""Transactions on dictionaries: one thread at a time, each change noted with what undoes it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

from ..records import Record, StoreError, json_text, json_value

R = TypeVar("R", bound=Record)
K = TypeVar("K")
V = TypeVar("V")


class Transactions:
    """A lock that is held while anything is read or written, and the changes since the outermost batch began."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._depth = 0
        self._failed = False
        self._undo: list[Callable[[], object]] = []

    @contextmanager
    def batch(self) -> Iterator[None]:
        """One transaction over all changes in the block; see AbstractStore.batch."""
        with self.lock:
            if self._depth == 0:
                self._undo, self._failed = [], False
            self._depth += 1
            try:
                yield
                if self._failed and self._depth == 1:
                    raise StoreError("an error inside this batch was ignored; nothing of the batch is kept")
            except BaseException:
                self._failed = True
                if self._depth == 1:
                    for step in reversed(self._undo):
                        step()
                raise
            finally:
                self._depth -= 1

    def put(self, table: dict[K, V], key: K, value: V) -> None:
        """Sets one entry of a table, within a batch.

        table: the dictionary that is changed.
        key: of the entry; what was there is put back if the batch fails.
        value: what the entry is to be.
        """
        if key in table:
            self._undo.append(partial(table.__setitem__, key, table[key]))
        else:
            self._undo.append(partial(table.pop, key))
        table[key] = value

    def extend(self, log: list[V], new: list[V]) -> None:
        """Appends to a list, within a batch.

        log: the list that is changed; it is cut to its length again if the batch fails.
        new: the entries to append.
        """
        self._undo.append(partial(log.__delitem__, slice(len(log), None)))
        log.extend(new)


def kept(record: R) -> R:
    """The record as a database would give it back: through JSON text, and equal to no mutable part of the one given.

    record: any record of `library.records`.
    """
    return type(record).from_dict(json_value(json_text(record.to_dict())))
