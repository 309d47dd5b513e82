"""Runs, their events, their evaluations, solutions and what growths learned, in dictionaries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Unpack

from ..records import Conflict, Direction, Evaluation, Event, GuideRecord, Run, Solution, StoreError
from ..rules import changeable, continues, numbered, unchanged
from ..run_store import AbstractRunStore, RunChanges, RunRow, Unreadable, run_row
from .transactions import Transactions, kept


class MemoryRuns(AbstractRunStore):
    """Dictionaries of records; see `MemoryStore`."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._runs: dict[str, Run] = {}
        self._events: dict[str, list[Event]] = {}
        self._evaluations: dict[str, dict[int, Evaluation]] = {}
        self._cache: dict[str, Evaluation] = {}
        self._solutions: dict[tuple[str, str, str], Solution] = {}
        self._guides: dict[str, GuideRecord] = {}

    def create_run(self, run: Run) -> Run:
        with self._transactions.batch():
            if run.id in self._runs:
                raise Conflict(f"run={run.id!r} exists already; choose another id, or resume that run")
            run = kept(run)
            self._transactions.put(self._runs, run.id, run)
            self._transactions.put(self._events, run.id, [])
            self._transactions.put(self._evaluations, run.id, {})
            return kept(run)

    def update_run(self, run: str, **changes: Unpack[RunChanges]) -> Run:
        changeable(changes)
        with self._transactions.batch():
            new = kept(replace(self.run(run), **changes))
            self._transactions.put(self._runs, run, new)
            return kept(new)

    def runs(
        self, task: str | None = None, state: str | None = None, unreadable: Unreadable | None = None
    ) -> tuple[Run, ...]:
        with self._transactions.lock:
            found = [run for run in self._runs.values() if task in (None, run.task) and state in (None, run.state)]
            return tuple(kept(run) for run in sorted(found, key=lambda run: (run.started, run.id)))

    def run(self, run: str) -> Run:
        with self._transactions.lock:
            return kept(self._known(run))

    def _known(self, run: str) -> Run:
        if run not in self._runs:
            raise StoreError(
                f"run={run!r} is unknown; `automl runs list` shows the runs of a library, which --library names"
            )
        return self._runs[run]

    def append(self, *events: Event) -> None:
        with self._transactions.batch():
            for run, new in numbered(events).items():
                self._known(run)
                log = self._events[run]
                continues(new[0], len(log))
                self._transactions.extend(log, [kept(event) for event in new])

    def events(self, run: str, start: int = 0) -> tuple[Event, ...]:
        with self._transactions.lock:
            self._known(run)
            return tuple(kept(event) for event in self._events[run][max(0, start) :])

    def next_number(self, run: str) -> int:
        with self._transactions.lock:
            self._known(run)
            return len(self._events[run])

    def record(self, *evaluations: Evaluation, events: Iterable[Event] = ()) -> int:
        new = 0
        with self._transactions.batch():
            for evaluation in evaluations:
                self._known(evaluation.run)
                evaluation = kept(evaluation)
                old = self._evaluations[evaluation.run].get(evaluation.ask)
                if old is not None:
                    unchanged(old, evaluation)
                    continue
                self._transactions.put(self._evaluations[evaluation.run], evaluation.ask, evaluation)
                if evaluation.key and evaluation.key not in self._cache:
                    self._transactions.put(self._cache, evaluation.key, evaluation)
                new += 1
            self.append(*events)
        return new

    def evaluations(self, run: str) -> tuple[Evaluation, ...]:
        with self._transactions.lock:
            self._known(run)
            return tuple(kept(each) for _, each in sorted(self._evaluations[run].items()))

    def evaluation(self, run: str, ask: int) -> Evaluation | None:
        with self._transactions.lock:
            self._known(run)
            found = self._evaluations[run].get(ask)
            return None if found is None else kept(found)

    def best(self, run: str, count: int = 1) -> tuple[Evaluation, ...]:
        with self._transactions.lock:
            return tuple(kept(each) for _, each in self._ranked(self._known(run))[:count])

    def _ranked(self, run: Run) -> list[tuple[float, Evaluation]]:
        scored = [(run.primary(each.scores), each) for each in self._evaluations[run.id].values()]
        sign = -Direction(run.direction).sign
        found = [(score, each) for score, each in scored if score is not None]
        return sorted(found, key=lambda pair: (sign * pair[0], pair[1].ask))

    def cached(self, key: str) -> Evaluation | None:
        with self._transactions.lock:
            found = self._cache.get(key)
            return None if found is None else kept(found)

    def run_list(self, unreadable: Unreadable | None = None) -> tuple[RunRow, ...]:
        with self._transactions.lock:
            rows = []
            for run in self.runs():
                ranked = self._ranked(run)
                rows.append(run_row(run, len(self._evaluations[run.id]), ranked[0][0] if ranked else None))
            return tuple(rows)

    def add_solution(self, solution: Solution) -> bool:
        with self._transactions.batch():
            self._known(solution.run)
            key = (solution.task, solution.run, solution.term)
            if key in self._solutions:
                return False
            self._transactions.put(self._solutions, key, kept(solution))
            return True

    def solutions(
        self, task: str | None = None, run: str | None = None, last: int | None = None
    ) -> tuple[Solution, ...]:
        with self._transactions.lock:
            found = [each for each in self._solutions.values() if task in (None, each.task) and run in (None, each.run)]
            return tuple(kept(each) for each in found[0 if last is None else max(0, len(found) - last) :])

    def add_guide(self, guide: GuideRecord) -> None:
        with self._transactions.batch():
            if guide.id in self._guides:
                raise Conflict(f"guide={guide.id!r} exists already; choose another id")
            self._transactions.put(self._guides, guide.id, kept(guide))

    def guides(self, last: int | None = None) -> tuple[GuideRecord, ...]:
        with self._transactions.lock:
            found = list(self._guides.values())
            return tuple(kept(each) for each in found[0 if last is None else max(0, len(found) - last) :])
