"""The evaluations of a run by ask: the latest are in memory, the others are read again from the store."""

from __future__ import annotations

from library.records import Evaluation
from library.run_store import AbstractRunStore

LATEST = 2000
"""Evaluations that stay in memory, so that parents and equal candidates are mostly found without a look at the store."""


class Evaluations:
    """What was evaluated, by ask.

    store: has every evaluation of the run soon after it was added (default: none does, and all stay in memory).
    run: the id of the run.
    most: how many stay in memory at most, where there is a store (default: LATEST).
    """

    def __init__(self, store: AbstractRunStore | None = None, run: str = "", most: int = LATEST) -> None:
        self._store, self._run, self._most = store, run, most
        self._latest: dict[int, Evaluation] = {}
        self._by_key: dict[str, int] = {}
        self._count = 0

    def __repr__(self) -> str:
        return f"Evaluations({len(self):,} asks)"

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, ask: int) -> Evaluation:
        found = self.get(ask)
        if found is None:
            raise KeyError(ask)
        return found

    def get(self, ask: int) -> Evaluation | None:
        """That of an ask; None where it has none."""
        found = self._latest.get(ask)
        return found if found is not None or self._store is None else self._store.evaluation(self._run, ask)

    def add(self, evaluation: Evaluation) -> None:
        """Take in an evaluation of an ask that has none."""
        self._count += evaluation.ask not in self._latest
        self._latest[evaluation.ask] = evaluation
        if evaluation.key:
            self._by_key.setdefault(evaluation.key, evaluation.ask)
        while self._store is not None and len(self._latest) > self._most:
            oldest = self._latest.pop(next(iter(self._latest)))
            if self._by_key.get(oldest.key) == oldest.ask:
                del self._by_key[oldest.key]

    def by_key(self, key: str) -> Evaluation | None:
        """The first of the latest with this cache key; None where there is none."""
        ask = self._by_key.get(key)
        return None if ask is None else self._latest[ask]

    def every(self) -> tuple[Evaluation, ...]:
        """All of them, in the order of their asks."""
        stored = () if self._store is None else self._store.evaluations(self._run)
        found = {**{each.ask: each for each in stored}, **self._latest}
        return tuple(each for _, each in sorted(found.items()))
