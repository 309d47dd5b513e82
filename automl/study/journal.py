"""The log of one run as a study writes it, and what it reads from it to go on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from library.records import Evaluation, Event, Run
from library.store import AbstractStore

from .candidate import Candidate

Entry = tuple[str, int, dict[str, object]]
"""Kind, ask and payload of an event."""
ASKED, STARTED, FINISHED, TOLD, CANCELLED = "asked", "started", "finished", "told", "cancelled"


class Journal:
    """Numbers a run's events and writes them with its evaluations. Every method is one transaction."""

    def __init__(self, store: AbstractStore, run: Run) -> None:
        self.store = store
        self.run = run.id
        self.number = 0

    def read(self) -> tuple[Event, ...]:
        """The log so far; what is written from now on continues it."""
        events = self.store.events(self.run)
        self.number = len(events)
        return events

    def asked(self, candidates: Sequence[Candidate]) -> None:
        """Proposals that go out together."""
        entries: list[Entry] = [(ASKED, each.ask, each.payload) for each in candidates]
        self._append([*entries, *((STARTED, each.ask, {}) for each in candidates)])

    def evaluated(self, candidates: Iterable[Candidate]) -> None:
        """Evaluations, before they are told."""
        self.store.record(*_evaluations(candidates))

    def told(self, candidates: Sequence[Candidate], unsaved: Iterable[Candidate], elapsed: float | None) -> None:
        """Candidates that are told next, with the evaluations that are not written yet. ``elapsed`` seconds of the search (None in
        deterministic mode, where the log holds no time)."""
        extra = {} if elapsed is None else {"elapsed": round(elapsed, 3)}
        entries: list[Entry] = []
        for each in candidates:
            assert each.evaluation is not None, "told before it was evaluated"
            entries += [(FINISHED, each.ask, {"outcome": each.evaluation.outcome, **extra}), (TOLD, each.ask, {})]
        self._record(_evaluations(unsaved), entries)

    def hit(self, candidate: Candidate) -> None:
        """A hit of a fused strategy: asked, evaluated and told in one."""
        assert candidate.evaluation is not None
        ask, outcome = candidate.ask, candidate.evaluation.outcome
        entries: list[Entry] = [
            (ASKED, ask, candidate.payload),
            (STARTED, ask, {}),
            (FINISHED, ask, {"outcome": outcome}),
            (TOLD, ask, {}),
        ]
        self._record([candidate.evaluation], entries)

    def cancelled(self, candidates: Iterable[Candidate]) -> None:
        """Proposals whose results nobody waits for any more."""
        self._append([(CANCELLED, each.ask, {}) for each in candidates])

    def _append(self, entries: Sequence[Entry]) -> None:
        if entries:
            self.store.append(*self._events(entries))
            self.number += len(entries)

    def _record(self, evaluations: Sequence[Evaluation], entries: Sequence[Entry]) -> None:
        self.store.record(*evaluations, events=self._events(entries))
        self.number += len(entries)

    def _events(self, entries: Sequence[Entry]) -> list[Event]:
        return [Event(self.run, number, *entry) for number, entry in enumerate(entries, self.number)]


def _evaluations(candidates: Iterable[Candidate]) -> list[Evaluation]:
    return [each.evaluation for each in candidates if each.evaluation is not None]
