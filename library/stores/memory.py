"""A store that lives as long as its instance: for trials, tests and notebooks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, ClassVar, TypeVar

from ..blobs import Blobs
from ..records import (
    Change,
    Conflict,
    Evaluation,
    Event,
    GuideRecord,
    Record,
    Run,
    Solution,
    StoreError,
    Subroutine,
    Use,
    json_text,
    json_value,
)
from ..rules import changeable, continues, numbered, place, renamed, unchanged, words_digest
from ..store import NO_EVIDENCE, AbstractStore, Unreadable

R = TypeVar("R", bound=Record)
K = TypeVar("K")
V = TypeVar("V")


class MemoryStore(AbstractStore):
    """Dictionaries under one lock. Records go through JSON text on their way in, so nothing is kept that a database
    would not keep, and no caller can change what is kept. A transaction notes how to undo each of its steps."""

    name: ClassVar[str] = "memory"
    persistent: ClassVar[bool] = False

    def __init__(self, url: str = "memory:", blobs: str | None = None) -> None:
        self.url = url
        self._blobs = Blobs(blobs or "memory:")
        self._lock = threading.RLock()
        self._depth = 0
        self._failed = False
        self._undo: list[Callable[[], Any]] = []
        self._runs: dict[str, Run] = {}
        self._events: dict[str, list[Event]] = {}
        self._evaluations: dict[str, dict[int, Evaluation]] = {}
        self._cache: dict[str, Evaluation] = {}
        self._solutions: dict[tuple[str, str, str], Solution] = {}
        self._guides: dict[str, GuideRecord] = {}
        self._words: dict[tuple[str, str], Subroutine] = {}
        self._uses: dict[tuple[str, str, str], Use] = {}
        self._history: list[Change] = []
        self._snapshots: dict[str, tuple[tuple[str, str], ...]] = {}

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

    @contextmanager
    def batch(self) -> Iterator[None]:
        with self._lock:
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

    def _set(self, table: dict[K, V], key: K, value: V) -> None:
        if key in table:
            old = table[key]
            self._undo.append(lambda: table.__setitem__(key, old))
        else:
            self._undo.append(lambda: table.pop(key))
        table[key] = value

    # -- runs and their log ------------------------------------------------------------------------------------

    def create_run(self, run: Run) -> Run:
        with self.batch():
            if run.id in self._runs:
                raise Conflict(f"run={run.id!r} exists already; choose another id, or resume that run")
            run = _kept(run)
            self._set(self._runs, run.id, run)
            self._set(self._events, run.id, [])
            self._set(self._evaluations, run.id, {})
            return _kept(run)

    def update_run(self, run: str, **changes: Any) -> Run:
        changeable(changes)
        with self.batch():
            new = _kept(replace(self.run(run), **changes))
            self._set(self._runs, run, new)
            return _kept(new)

    def runs(
        self, task: str | None = None, state: str | None = None, unreadable: Unreadable | None = None
    ) -> tuple[Run, ...]:
        with self._lock:
            found = [run for run in self._runs.values() if task in (None, run.task) and state in (None, run.state)]
            return tuple(_kept(run) for run in sorted(found, key=lambda run: (run.started, run.id)))

    def run(self, run: str) -> Run:
        with self._lock:
            return _kept(self._known(run))

    def _known(self, run: str) -> Run:
        if run not in self._runs:
            raise StoreError(f"run={run!r} is unknown; `runs list` shows the runs of this store")
        return self._runs[run]

    def append(self, *events: Event) -> None:
        with self.batch():
            for run, new in numbered(events).items():
                self._known(run)
                log = self._events[run]
                continues(new[0], len(log))
                kept = [_kept(event) for event in new]
                length = len(log)
                self._undo.append(lambda log=log, length=length: log.__delitem__(slice(length, None)))  # type: ignore[misc]
                log.extend(kept)

    def events(self, run: str, start: int = 0) -> tuple[Event, ...]:
        with self._lock:
            self._known(run)
            return tuple(_kept(event) for event in self._events[run][max(0, start) :])

    def next_number(self, run: str) -> int:
        with self._lock:
            self._known(run)
            return len(self._events[run])

    def record(self, *evaluations: Evaluation, events: Iterable[Event] = ()) -> int:
        new = 0
        with self.batch():
            for evaluation in evaluations:
                self._known(evaluation.run)
                evaluation = _kept(evaluation)
                old = self._evaluations[evaluation.run].get(evaluation.ask)
                if old is not None:
                    unchanged(old, evaluation)
                    continue
                self._set(self._evaluations[evaluation.run], evaluation.ask, evaluation)
                if evaluation.key and evaluation.key not in self._cache:
                    self._set(self._cache, evaluation.key, evaluation)
                new += 1
            self.append(*events)
        return new

    def evaluations(self, run: str) -> tuple[Evaluation, ...]:
        with self._lock:
            self._known(run)
            return tuple(_kept(each) for _, each in sorted(self._evaluations[run].items()))

    def evaluation(self, run: str, ask: int) -> Evaluation | None:
        with self._lock:
            self._known(run)
            found = self._evaluations[run].get(ask)
            return None if found is None else _kept(found)

    def best(self, run: str, count: int = 1) -> tuple[Evaluation, ...]:
        with self._lock:
            return tuple(_kept(each) for _, each in self._ranked(self._known(run))[:count])

    def _ranked(self, run: Run) -> list[tuple[float, Evaluation]]:
        scored = [(run.primary(each.scores), each) for each in self._evaluations[run.id].values()]
        sign = -1.0 if run.direction == "maximise" else 1.0
        found = [(score, each) for score, each in scored if score is not None]
        return sorted(found, key=lambda pair: (sign * pair[0], pair[1].ask))

    def cached(self, key: str) -> Evaluation | None:
        with self._lock:
            found = self._cache.get(key)
            return None if found is None else _kept(found)

    def run_list(self, unreadable: Unreadable | None = None) -> tuple[dict[str, Any], ...]:
        with self._lock:
            rows = []
            for run in self.runs():
                row = {key: getattr(run, key) for key in ("id", "task", "strategy", "state", "started", "finished")}
                ranked = self._ranked(run)
                count = len(self._evaluations[run.id])
                rows.append(row | {"evaluations": count, "best": ranked[0][0] if ranked else None})
            return tuple(rows)

    # -- solutions and the library -----------------------------------------------------------------------------

    def add_solution(self, solution: Solution) -> bool:
        with self.batch():
            self._known(solution.run)
            key = (solution.task, solution.run, solution.term)
            if key in self._solutions:
                return False
            self._set(self._solutions, key, _kept(solution))
            return True

    def solutions(self, task: str | None = None, run: str | None = None) -> tuple[Solution, ...]:
        with self._lock:
            found = [each for each in self._solutions.values() if task in (None, each.task) and run in (None, each.run)]
            return tuple(_kept(each) for each in found)

    def add_guide(self, guide: GuideRecord) -> None:
        with self.batch():
            if guide.id in self._guides:
                raise Conflict(f"guide={guide.id!r} exists already; choose another id")
            self._set(self._guides, guide.id, _kept(guide))

    def guides(self) -> tuple[GuideRecord, ...]:
        with self._lock:
            return tuple(_kept(each) for each in self._guides.values())

    def promote(
        self,
        subroutines: Iterable[Subroutine],
        uses: Iterable[Use] = (),
        evidence: Mapping[str, Mapping[str, Any]] = NO_EVIDENCE,
    ) -> tuple[Subroutine, ...]:
        promoted = []
        with self.batch():
            for each in subroutines:
                if self._place(replace(each, state="active"), "promoted", evidence.get(each.name, {}), revive=True):
                    promoted.append(_kept(self._words[each.name, each.digest]))
            self.add_uses(uses)
        return tuple(promoted)

    def adopt(self, subroutines: Iterable[Subroutine], uses: Iterable[Use], evidence: Mapping[str, Any]) -> int:
        with self.batch():
            new = sum(self._place(each, "imported", evidence, revive=False) for each in subroutines)
            self.add_uses(uses)
        return new

    def _place(self, new: Subroutine, action: str, evidence: Mapping[str, Any], revive: bool) -> bool:
        known = [each for each in self._words.values() if each.name == new.name or each.digest == new.digest]
        step = place(new, known, revive=revive)
        if step == "keep":
            return False
        key = (new.name, new.digest)
        if step == "activate":
            self._set(self._words, key, replace(self._words[key], state="active"))
        else:
            self._set(self._words, key, _kept(replace(new, state="demoted") if step == "hide" else new))
        self._note(new, action, evidence)
        return True

    def _note(self, word: Subroutine, action: str, evidence: Mapping[str, Any]) -> None:
        self._history.append(_kept(Change(word.name, word.digest, action, time.time(), dict(evidence))))
        self._undo.append(self._history.pop)

    def demote(self, name: str, evidence: Mapping[str, Any] = {}) -> Subroutine:
        with self.batch():
            word = self.subroutine(name)
            if word.state != "active":
                raise StoreError(f"name={name!r} is demoted already")
            word = replace(word, state="demoted")
            self._set(self._words, (word.name, word.digest), word)
            self._note(word, "demoted", evidence)
            return _kept(word)

    def rename(self, old: str, new: str, evidence: Mapping[str, Any] = {}) -> Subroutine:
        with self.batch():
            word = self.subroutine(old)
            found = renamed(word, new, [each for each in self._words.values() if each.name == new])
            self._set(self._words, (word.name, word.digest), replace(word, state="demoted"))
            self._set(self._words, (found.name, found.digest), _kept(found))
            self._note(word, "renamed", {**evidence, "to": new})
            self._note(found, "renamed", {**evidence, "from": word.name})
            return _kept(found)

    def subroutines(self, state: str | None = "active") -> tuple[Subroutine, ...]:
        with self._lock:
            return tuple(_kept(each) for _, each in sorted(self._words.items()) if state in (None, each.state))

    def add_uses(self, uses: Iterable[Use], saved: Mapping[str, float] = {}) -> None:
        with self.batch():
            for use in uses:
                self._set(self._uses, (use.subroutine, use.task, use.run), use)
            for key, word in list(self._words.items()):
                if word.digest in saved:
                    self._set(self._words, key, replace(word, saved=word.saved + saved[word.digest]))

    def uses(self, subroutine: str | None = None) -> tuple[Use, ...]:
        with self._lock:
            return tuple(use for _, use in sorted(self._uses.items()) if subroutine in (None, use.subroutine))

    def history(self, name: str | None = None) -> tuple[Change, ...]:
        with self._lock:
            return tuple(_kept(each) for each in self._history if name in (None, each.name))

    def problems(self) -> tuple[tuple[str, str], ...]:
        return ()

    def snapshot(self) -> str:
        with self.batch():
            words = tuple(sorted((each.name, each.digest) for each in self._words.values() if each.state == "active"))
            digest = words_digest(words)
            self._set(self._snapshots, digest, words)
            return digest

    def snapshot_words(self, digest: str) -> tuple[Subroutine, ...]:
        with self._lock:
            if digest not in self._snapshots:
                raise StoreError(f"snapshot={digest!r} is unknown to this store")
            return tuple(_kept(replace(self._words[word], state="active")) for word in self._snapshots[digest])


def _kept(record: R) -> R:
    return type(record).from_dict(json_value(json_text(record.to_dict())))
