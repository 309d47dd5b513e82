"""A store that lives as long as its instance: for trials, tests and notebooks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from typing import ClassVar, Unpack

from ..memory.log import MemoryRuns
from ..memory.transactions import Transactions
from ..memory.words import MemoryWords
from ..records import Change, Evaluation, Event, GuideRecord, Run, Solution, Subroutine, Use
from ..run_store import RunChanges, RunRow
from ..store import NO_EVIDENCE, AbstractStore, Unreadable
from ..weights.blobs import Blobs


class MemoryStore(AbstractStore):
    """Dictionaries under one lock. Records go through JSON text on their way in, so nothing is kept that a database
    would not keep, and no caller can change what is kept. A transaction notes how to undo each of its steps."""

    name: ClassVar[str] = "memory"
    persistent: ClassVar[bool] = False

    def __init__(self, url: str = "memory:", blobs: str | None = None) -> None:
        self.url = url
        self._blobs = Blobs(blobs or "memory:")
        self._transactions = Transactions()
        self._runs = MemoryRuns(self._transactions)
        self._words = MemoryWords(self._transactions)

    @classmethod
    def accepts(cls, url: str) -> bool:
        return url == "memory:"

    @classmethod
    def open(cls, url: str, *, create: bool, blobs: str | None) -> MemoryStore:
        return cls(url, blobs)

    @classmethod
    def example(cls, folder: str) -> str:
        return "memory:"

    def close(self) -> None:
        pass

    @property
    def blobs(self) -> Blobs:
        return self._blobs

    def batch(self) -> AbstractContextManager[None]:
        return self._transactions.batch()

    def problems(self) -> tuple[tuple[str, str], ...]:
        return ()

    def live_weights(self, best: int = 5) -> set[str]:
        kept = {each.weights for each in self.subroutines(state=None)}
        kept |= {each.weights for each in self.solutions()} | {each.weights for each in self.guides()}
        for run in self.runs():
            evaluations = self.best(run.id, best) if run.state == "finished" else self.evaluations(run.id)
            kept |= {each.weights for each in evaluations}
        return {digest for digest in kept if digest is not None}

    def named_beside(self, run: str, digests: Collection[str]) -> set[str]:
        named = {each.weights for each in self.subroutines(state=None)}
        named |= {each.weights for each in self.solutions()} | {each.weights for each in self.guides()}
        named |= {each.weights for other in self.runs() if other.id != run for each in self.evaluations(other.id)}
        return {digest for digest in digests if digest in named}

    # -- runs and their log ------------------------------------------------------------------------------------

    def create_run(self, run: Run) -> Run:
        return self._runs.create_run(run)

    def update_run(self, run: str, **changes: Unpack[RunChanges]) -> Run:
        return self._runs.update_run(run, **changes)

    def runs(
        self, task: str | None = None, state: str | None = None, unreadable: Unreadable | None = None
    ) -> tuple[Run, ...]:
        return self._runs.runs(task, state, unreadable)

    def run(self, run: str) -> Run:
        return self._runs.run(run)

    def append(self, *events: Event) -> None:
        self._runs.append(*events)

    def events(self, run: str, start: int = 0) -> tuple[Event, ...]:
        return self._runs.events(run, start)

    def next_number(self, run: str) -> int:
        return self._runs.next_number(run)

    def record(self, *evaluations: Evaluation, events: Iterable[Event] = ()) -> int:
        return self._runs.record(*evaluations, events=events)

    def evaluations(self, run: str) -> tuple[Evaluation, ...]:
        return self._runs.evaluations(run)

    def evaluation(self, run: str, ask: int) -> Evaluation | None:
        return self._runs.evaluation(run, ask)

    def best(self, run: str, count: int = 1) -> tuple[Evaluation, ...]:
        return self._runs.best(run, count)

    def cached(self, key: str) -> Evaluation | None:
        return self._runs.cached(key)

    def run_list(self, unreadable: Unreadable | None = None) -> tuple[RunRow, ...]:
        return self._runs.run_list(unreadable)

    def add_solution(self, solution: Solution) -> bool:
        return self._runs.add_solution(solution)

    def solutions(
        self, task: str | None = None, run: str | None = None, last: int | None = None
    ) -> tuple[Solution, ...]:
        return self._runs.solutions(task, run, last)

    def add_guide(self, guide: GuideRecord) -> None:
        self._runs.add_guide(guide)

    def guides(self, last: int | None = None) -> tuple[GuideRecord, ...]:
        return self._runs.guides(last)

    # -- the library -------------------------------------------------------------------------------------------

    def promote(
        self,
        subroutines: Iterable[Subroutine],
        uses: Iterable[Use] = (),
        evidence: Mapping[str, Mapping[str, object]] = NO_EVIDENCE,
    ) -> tuple[Subroutine, ...]:
        return self._words.promote(subroutines, uses, evidence)

    def adopt(self, subroutines: Iterable[Subroutine], uses: Iterable[Use], evidence: Mapping[str, object]) -> int:
        return self._words.adopt(subroutines, uses, evidence)

    def demote(self, name: str, evidence: Mapping[str, object] = {}) -> Subroutine:
        return self._words.demote(name, evidence)

    def rename(self, old: str, new: str, evidence: Mapping[str, object] = {}) -> Subroutine:
        return self._words.rename(old, new, evidence)

    def subroutines(self, state: str | None = "active") -> tuple[Subroutine, ...]:
        return self._words.subroutines(state)

    def add_uses(self, uses: Iterable[Use], saved: Mapping[str, float] = {}) -> None:
        self._words.add_uses(uses, saved)

    def uses(self, subroutine: str | None = None) -> tuple[Use, ...]:
        return self._words.uses(subroutine)

    def history(self, name: str | None = None) -> tuple[Change, ...]:
        return self._words.history(name)

    def words_version(self) -> int:
        return self._words.words_version()

    def names(self) -> frozenset[str]:
        return self._words.names()

    def snapshot(self) -> str:
        return self._words.snapshot()

    def snapshot_words(self, digest: str) -> tuple[Subroutine, ...]:
        return self._words.snapshot_words(digest)
