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
    so that the studies of a growth share one, and its steps, which keep all primitives, another. ``made`` counts how often that was."""

    def __init__(self, store: AbstractStore) -> None:
        self.store = store
        self.made = 0
        self._last: dict[Allowed, tuple[Sequence[Subroutine], Vocabulary]] = {}

    def vocabulary(self, snapshot: str | None = None, allowed: Allowed = None) -> Vocabulary:
        """The words of the library; what can be no word is left out with a warning.

        snapshot: the digest of a state of the library (default: as it is now).
        allowed: the primitives to keep (default: all).

        Raises StoreError where the store does not know the snapshot, or nothing has an allowed name.
        """
        records, allowed = _records(self.store, snapshot), None if allowed is None else tuple(allowed)
        before, known = self._last.get(allowed, (None, None))
        if known is not None and before == records:
            return known
        digests = [record.weights for record in records if record.weights is not None]
        weights = StoredWeights(self.store.blobs, digests) if digests else None
        vocabulary = Vocabulary(records, weights, allowed=allowed, strict=False)
        vocabulary.warn()
        self.made += 1
        self._last[allowed] = records, vocabulary
        return vocabulary


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
