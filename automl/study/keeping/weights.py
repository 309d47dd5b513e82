"""The weights of a run's candidates in the store: those of the best, of parents and of what is promoted stay, others are freed."""

from __future__ import annotations

import heapq
import logging
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from library.records import Evaluation
from library.store import AbstractStore

logger = logging.getLogger(__name__)
SLACK = 64
"""Candidates with weights that come before the others are looked through again."""


@dataclass(frozen=True)
class _Held:
    digest: str
    phase: str
    worth: float


class CandidateWeights:
    """Which candidates of a run have weights in the store, so that these do not grow with their number.

    store: of the run.
    run: its id.
    most: of so many of the best candidates of each phase the weights stay; 0: of all.
    """

    def __init__(self, store: AbstractStore, run: str, most: int) -> None:
        self._store, self._run, self._most = store, run, most
        self._held: dict[int, _Held] = {}
        self._new = 0

    def __len__(self) -> int:
        return len(self._held)

    @property
    def due(self) -> bool:
        """Whether so many came since the last time that some can be freed."""
        return self._new >= SLACK

    def add(self, evaluation: Evaluation, phase: str, worth: float) -> None:
        """Take in a recorded candidate; of a higher ``worth`` it is better."""
        if self._most and evaluation.weights is not None:
            self._held[evaluation.ask] = _Held(evaluation.weights, phase, worth)
            self._new += 1

    def keeps(self, ask: int) -> bool:
        """Whether the weights of a recorded candidate stay while no better ones of its phase come, whatever was freed until now.

        ask: of the candidate.
        """
        return not self._most or ask in self._best()

    def free(self, needed: Collection[int]) -> None:
        """Delete the weights of all but the best and the ``needed`` asks, as far as nothing else names them."""
        self._new = 0
        kept = {*needed, *self._best()}
        rest = [ask for ask in self._held if ask not in kept]
        used = {held.digest for ask, held in self._held.items() if ask in kept}
        settled = self._store.free_weights(self._run, {self._held[ask].digest for ask in rest} - used)
        for ask in rest:
            if self._held[ask].digest in settled:
                del self._held[ask]
        logger.info("run=%s: weights of %d candidates freed, of %d kept", self._run, len(settled), len(self._held))

    def _best(self) -> list[int]:
        by_phase: dict[str, list[tuple[float, int]]] = defaultdict(list)
        for ask, held in self._held.items():
            by_phase[held.phase].append((held.worth, -ask))
        return [-ask for entries in by_phase.values() for _, ask in heapq.nlargest(self._most, entries)]
