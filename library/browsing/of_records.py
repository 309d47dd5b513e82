"""The browser of any store: it reads whole records and chooses among them."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from operator import attrgetter
from typing import TYPE_CHECKING

from ..records import Direction, Evaluation, Event, Run, StoreError, Subroutine, json_text
from .browser import (
    AbstractBrowser,
    CountedRun,
    CountedTask,
    CountedWord,
    EvaluationRow,
    EventChoice,
    Listing,
    OutcomeCount,
)
from .by_type import TypedWord

if TYPE_CHECKING:
    from ..store import AbstractStore

logger = logging.getLogger(__name__)


def evaluation_row(run: Run, evaluation: Evaluation) -> EvaluationRow:
    """An evaluation without its text.

    run: whose it is.
    evaluation: the record.
    """
    return EvaluationRow(
        evaluation.ask, evaluation.outcome, run.primary(evaluation.scores), evaluation.seconds, evaluation.parameters,
        evaluation.size,
    )  # fmt: skip


def undominated(rows: Iterable[EvaluationRow], direction: Direction, cost: str) -> tuple[int, ...]:
    """The asks of the evaluations than which none scores as well at less cost, the cheapest first.

    rows: evaluations.
    direction: which scores are better.
    cost: ``parameters`` or ``size``.
    """
    sign, of = -direction.sign, attrgetter(cost)
    cheapest: dict[int, tuple[float, int]] = {}
    for row in rows:
        if row.score is not None:
            entry, size = (sign * row.score, row.ask), of(row)
            if size not in cheapest or entry < cheapest[size]:
                cheapest[size] = entry
    found: list[int] = []
    best = float("inf")
    for _, (loss, ask) in sorted(cheapest.items()):
        if loss < best:
            best = loss
            found.append(ask)
    return tuple(found)


def warn_of_run(run: str, error: StoreError) -> None:
    """Log that the damaged record of a run is left out.

    run: its id.
    error: how it is damaged.
    """
    logger.warning("run=%r is left out: %s", run, error)


def holds(run: Run, text: str) -> bool:
    """Whether the id, task or strategy of a run holds a text, in whatever case.

    run: the run.
    text: the text.
    """
    return any(text.casefold() in each.casefold() for each in (run.id, run.task, run.strategy))


class RecordBrowser(AbstractBrowser):
    """Of a store whose records are quickly read."""

    def __init__(self, store: AbstractStore) -> None:
        self._store = store

    def runs(self, start: int, count: int, text: str = "", task: str = "") -> Listing[CountedRun]:
        known = reversed(self._store.runs(unreadable=warn_of_run))
        found = [run for run in known if holds(run, text) and task in ("", run.task)]
        return Listing(tuple(map(self._counted, found[start : start + count])), len(found))

    def tasks(
        self, start: int, count: int, text: str = "", unsolved: bool = False, without: str = ""
    ) -> Listing[CountedTask]:
        began: dict[str, list[float]] = {}
        for run in self._store.runs(unreadable=warn_of_run):
            if text.casefold() in run.task.casefold() and not (without and run.strategy == without):
                began.setdefault(run.task, []).append(run.started)
        solved: dict[str, list[float]] = {}
        for solution in self._store.solutions():
            solved.setdefault(solution.task, []).append(solution.created)
        found = [
            CountedTask(
                task, len(times), max(times), len(solved.get(task, ())), min(solved.get(task, ()), default=None)
            )
            for task, times in began.items()
            if not (unsolved and task in solved)
        ]
        found.sort(key=lambda each: (-each.latest, each.task))
        return Listing(tuple(found[start : start + count]), len(found))

    def _counted(self, run: Run) -> CountedRun:
        best = self._store.best(run.id, 1)
        return CountedRun(run, len(self._store.evaluations(run.id)), run.primary(best[0].scores) if best else None)

    def evaluation_rows(self, run: str, asks: Collection[int] | None = None) -> tuple[EvaluationRow, ...]:
        record = self._store.run(run)
        chosen = self._store.evaluations(run) if asks is None else self.chosen(run, asks)
        return tuple(evaluation_row(record, each) for each in chosen)

    def asks(self, run: str) -> Sequence[int]:
        return tuple(each.ask for each in self._store.evaluations(run))

    def ranked(self, run: str) -> tuple[int, ...]:
        sign = -Direction(self._store.run(run).direction).sign
        scored = [(sign * row.score, row.ask) for row in self.evaluation_rows(run) if row.score is not None]
        return tuple(ask for _, ask in sorted(scored))

    def outcomes(self, run: str) -> tuple[OutcomeCount, ...]:
        alike: dict[str, list[EvaluationRow]] = {}
        for row in self.evaluation_rows(run):
            alike.setdefault(row.outcome, []).append(row)
        return tuple(
            OutcomeCount(
                outcome, len(rows), sum(row.seconds for row in rows),
                max((row.parameters for row in rows if row.score is not None), default=0),
            )
            for outcome, rows in sorted(alike.items())
        )  # fmt: skip

    def longest(self, run: str, count: int) -> tuple[EvaluationRow, ...]:
        return tuple(sorted(self.evaluation_rows(run), key=lambda row: (-row.seconds, row.ask))[:count])

    def undominated(self, run: str, cost: str) -> tuple[int, ...]:
        return undominated(self.evaluation_rows(run), Direction(self._store.run(run).direction), cost)

    def scored_by(self, run: str, name: str) -> frozenset[int]:
        return frozenset(each.ask for each in self._store.evaluations(run) if name in each.scores)

    def chosen(self, run: str, asks: Collection[int]) -> tuple[Evaluation, ...]:
        wanted = set(asks)
        return tuple(each for each in self._store.evaluations(run) if each.ask in wanted)

    def events(self, run: str, *choices: EventChoice) -> tuple[Event, ...]:
        sets = [each._replace(asks=None if each.asks is None else frozenset(each.asks)) for each in choices]
        return tuple(each for each in self._store.events(run) if any(_chooses(choice, each) for choice in sets))

    def latest(self, run: str, kind: str, ask: int, before: int | None = None) -> Event | None:
        known = (each for each in reversed(self._store.events(run)) if before is None or each.number < before)
        return next((each for each in known if each.kind == kind and each.ask == ask), None)

    def named(self, names: Collection[str]) -> tuple[Subroutine, ...]:
        return tuple(each for each in self._store.subroutines(state=None) if each.name in names)

    def words(
        self, start: int, count: int, text: str = "", inside: str = "", task: str = "", demoted: bool = False
    ) -> Listing[CountedWord]:
        wanted = text.casefold()

        def has(each: Subroutine) -> bool:
            tasks = {use.task for use in self._store.uses(each.digest)} if text or task else set[str]()
            texts = (each.name, each.description, each.body, *tasks)
            held = any(wanted in one.casefold() for one in texts)
            return held and inside in each.body and (not task or task in tasks)

        known = self._store.subroutines()
        if demoted:
            active = {each.name for each in known}
            known = tuple(each for each in self._store.subroutines(state="demoted") if each.name not in active)
        found = [each for each in known if has(each)]
        found.sort(key=lambda each: (wanted not in each.name.casefold(), each.name, each.digest))
        return Listing(tuple(map(self._counted_word, found[start : start + count])), len(found))

    def libraries_with(self, digest: str) -> frozenset[str]:
        found = set()
        for library in {run.library for run in self._store.runs(unreadable=warn_of_run) if run.library}:
            with suppress(StoreError):  # of a run that came from another store
                if digest in {word.digest for word in self._store.snapshot_words(library)}:
                    found.add(library)
        return frozenset(found)

    def counted(self, digests: Collection[str]) -> tuple[CountedWord, ...]:
        return tuple(self._counted_word(each) for each in self._store.subroutines() if each.digest in digests)

    def _counted_word(self, word: Subroutine) -> CountedWord:
        uses = self._store.uses(word.digest)
        return CountedWord(word, len(uses), len({use.task for use in uses}))

    def types(self) -> tuple[TypedWord, ...]:
        return tuple(TypedWord(each.name, each.digest, each.type) for each in self._store.subroutines())


def _chooses(choice: EventChoice, event: Event) -> bool:
    about = choice.asks is None or event.ask in choice.asks
    return event.kind == choice.kind and about and not (choice.without and choice.without in json_text(event.payload))
