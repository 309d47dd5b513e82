"""The list of runs."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from library.browsing.browser import AbstractBrowser, CountedRun
from library.records import Run
from library.store import AbstractStore

from ..growth.journal import is_growth
from ..study.ending import ending_of
from ..study.stored import RESULT
from ..tasks.cases.folds import FOLDS
from .progress import comparable, folds_among


@dataclass(frozen=True)
class RunLine:
    """A run in a row: ``evaluations`` counts terms considered, or candidates evaluated; ``score`` is that of its result, or of the best so
    far, a mean over ``folds`` (0: of the validation part alone); ``seconds`` since it was started, or that it took."""

    id: str
    task: str
    strategy: str
    ended: str
    running: bool
    growth: bool
    started: float
    seconds: float | None
    evaluations: int
    metric: str
    score: float | None
    test_score: float | None
    folds: int = 0


@dataclass(frozen=True)
class RunList:
    """Rows of the list of runs, how many the whole list has, and a token that is another when anything of them is."""

    lines: tuple[RunLine, ...]
    total: int
    token: str

    @property
    def running(self) -> bool:
        """Whether any of the runs may change soon."""
        return any(line.running for line in self.lines)


def seconds_of(run: Run, now: float) -> float | None:
    """How long a run took, or has been going on; None where it is not known."""
    end = run.finished if run.finished is not None else now if run.state == "running" else None
    return max(0.0, end - run.started) if end is not None and run.started else None


def run_line(browser: AbstractBrowser, counted: CountedRun, now: float) -> RunLine:
    """The row of a run; its best score is a mean over folds where it has any."""
    run = counted.run
    result: Mapping[str, Any] = run.config.get(RESULT) or {}
    score, folds = (result["score"], folds_of_result(run)) if "score" in result else _best(browser, counted)
    return RunLine(
        id=run.id, task=run.task, strategy=run.strategy, ended=str(ending_of(run) or run.state), running=run.state == "running",
        growth=is_growth(run), started=run.started, seconds=seconds_of(run, now),
        evaluations=max(counted.evaluations, int(run.config.get("terms") or 0)), metric=run.metric,
        score=score, test_score=result.get("test_score"), folds=folds,
    )  # fmt: skip


def first_hit(run: Run) -> int | None:
    """How many programs a search had looked at when the first that solves its task came; None where that was not recorded.

    run: the search.
    """
    first = run.config.get("first")
    known = first.get("evaluations") if isinstance(first, Mapping) else None
    return known if isinstance(known, int) else None


def folds_of_result(run: Run) -> int:
    """Over how many folds the score of a run's result is a mean; 0 where it is of the validation part alone.

    run: that has a result. What an earlier version kept does not say it: there a search by folds has such a result.
    """
    result: Mapping[str, Any] = run.config.get(RESULT) or {}
    return int(result.get(FOLDS, run.config.get(FOLDS)) or 0)


def _best(browser: AbstractBrowser, counted: CountedRun) -> tuple[float | None, int]:
    """The best score so far of a run without a result, and over how many folds it is a mean."""
    run = counted.run
    if not run.config.get(FOLDS):
        return counted.best, 0
    best = browser.evaluation_rows(run.id, comparable(browser, run).alike[:1].tolist())
    return (best[0].score if best else None), folds_among(browser, run)


def list_runs(store: AbstractStore, start: int, count: int, text: str, task: str = "") -> RunList:
    """Runs, the newest first.

    store: that has them.
    start: how many to pass over.
    count: how many at most.
    text: what their id, task or strategy must hold; "" for all.
    task: the name of the task that they must be on (default: any).
    """
    browser, now = store.browser(), time.time()
    found = browser.runs(start, count, text, task)
    lines = tuple(run_line(browser, each, now) for each in found.rows)
    seen = [found.total, *((line.id, line.ended, line.evaluations, line.score) for line in lines)]
    return RunList(lines, found.total, hashlib.sha256(repr(seen).encode()).hexdigest()[:16])
