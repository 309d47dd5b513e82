"""The words of a store's library, read once and shared by what goes by one state of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from library.records import Subroutine
from library.store import AbstractStore
from library.vocabulary import Vocabulary
from library.weights.blobs import StoredWeights

Allowed = tuple[str, ...] | None


class LibraryWords:
    """The vocabulary of a store as its library changes: made anew only where the subroutines are others than when it was last asked for,
    so that the studies of a growth share one, and its steps, which keep all primitives, another. What subroutines saved is no difference:
    of that the records of a vocabulary say what it was when they were read. ``made`` counts how often one was made."""

    def __init__(self, store: AbstractStore) -> None:
        self.store = store
        self.made = 0
        self._last: dict[Allowed, tuple[Sequence[Subroutine], Vocabulary]] = {}
        self._version = -1
        self._read: dict[str | None, list[Subroutine]] = {}

    def vocabulary(self, snapshot: str | None = None, allowed: Allowed = None) -> Vocabulary:
        """The words of the library; what can be no word is left out with a warning.

        snapshot: the digest of a state of the library (default: as it is now).
        allowed: the primitives to keep (default: all).

        Raises StoreError where the store does not know the snapshot, or nothing has an allowed name.
        """
        records, allowed = self._records(snapshot or None), None if allowed is None else tuple(allowed)
        before, known = self._last.get(allowed, (None, None))
        if known is not None and before is not None and _same(before, records):
            return known
        digests = [record.weights for record in records if record.weights is not None]
        weights = StoredWeights(self.store.blobs, digests) if digests else None
        others = [each for _, each in self._last.values()]
        vocabulary = Vocabulary(records, weights, allowed=allowed, strict=False, known=others)
        vocabulary.warn()
        self.made += 1
        self._last[allowed] = records, vocabulary
        return vocabulary

    def _records(self, snapshot: str | None) -> list[Subroutine]:
        """All subroutines, those active that the snapshot has; read again only where the library has changed."""
        version = self.store.words_version()
        if version != self._version:
            self._version, self._read = version, {}
        if snapshot not in self._read:
            self._read[snapshot] = _records(self.store, snapshot)
        return self._read[snapshot]


def _same(one: Sequence[Subroutine], other: Sequence[Subroutine]) -> bool:
    """Whether two readings of a library have the same words in the same states."""
    return one is other or (
        len(one) == len(other)
        and all((a.name, a.digest, a.state) == (b.name, b.digest, b.state) for a, b in zip(one, other, strict=True))
    )


def load_vocabulary(store: AbstractStore, snapshot: str | None = None, words: Allowed = None) -> Vocabulary:
    """The words of a store's library, now or as a snapshot saw them: ``LibraryWords.vocabulary``, asked once."""
    return LibraryWords(store).vocabulary(snapshot, words)


def _records(store: AbstractStore, snapshot: str | None) -> list[Subroutine]:
    """All subroutines, those active that the snapshot has."""
    records = list(store.subroutines(state=None))
    if not snapshot:
        return records
    active = {(record.name, record.digest) for record in store.snapshot_words(snapshot)}
    return [replace(r, state="active" if (r.name, r.digest) in active else "demoted") for r in records]
