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
    """Numbers a run's events and writes them with its evaluations, as they are noted, in one transaction for each ``write``.

    So what is on disk is always the log up to some moment, with the evaluations of all that it says was told.
    """

    def __init__(self, store: AbstractStore, run: Run) -> None:
        self.store = store
        self.run = run.id
        self.number = 0
        self._evaluations: list[Evaluation] = []
        self._events: list[Event] = []

    def read(self) -> tuple[Event, ...]:
        """The log so far; what is written from now on continues it."""
        events = self.store.events(self.run)
        self.number = len(events)
        return events

    def asked(self, candidates: Sequence[Candidate]) -> None:
        """Proposals that go out together."""
        self._note((ASKED, each.ask, each.payload) for each in candidates)
        self._note((STARTED, each.ask, {}) for each in candidates)

    def evaluated(self, candidate: Candidate) -> None:
        """The evaluation of a candidate, before that is told."""
        assert candidate.evaluation is not None, "it has none"
        self._evaluations.append(candidate.evaluation)

    def told(self, candidates: Sequence[Candidate], elapsed: float | None) -> None:
        """Candidates that are told next, whose evaluations were noted. ``elapsed`` seconds of the search (None in deterministic mode,
        where the log holds no time)."""
        extra = {} if elapsed is None else {"elapsed": round(elapsed, 3)}
        for each in candidates:
            assert each.evaluation is not None, "told before it was evaluated"
            self._note([(FINISHED, each.ask, {"outcome": each.evaluation.outcome, **extra}), (TOLD, each.ask, {})])

    def hit(self, candidate: Candidate) -> None:
        """A hit of a fused strategy, or a blend: asked, evaluated and told in one, and written."""
        self.asked([candidate])
        self.evaluated(candidate)
        self.told([candidate], None)
        self.write()

    def cancelled(self, candidates: Iterable[Candidate]) -> None:
        """Proposals whose results nobody waits for any more."""
        self._note((CANCELLED, each.ask, {}) for each in candidates)

    @property
    def pending(self) -> bool:
        """Whether something was noted that is not written."""
        return bool(self._evaluations or self._events)

    def write(self) -> None:
        """Write what was noted since the last time. Raises StoreError; Conflict where another driver goes on with the run."""
        if self._evaluations:
            self.store.record(*self._evaluations, events=self._events)
        elif self._events:
            self.store.append(*self._events)
        self._evaluations, self._events = [], []

    def _note(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self._events.append(Event(self.run, self.number, *entry))
            self.number += 1
