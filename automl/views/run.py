"""One run, as its page shows it."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from library.browsing.browser import EvaluationRow
from library.records import Run
from library.store import AbstractStore

from ..budget import Budget, BudgetError
from ..charts.formats import file_names
from ..charts.sampling import sample
from ..growth.journal import is_growth
from ..study.ending import ending_of
from ..study.found.programs import PARAMETERS, SIZE
from ..study.planning.starts import BEGUN_TERMS
from ..study.planning.ways import FOUND
from ..study.state import folds_of
from ..study.stored import COMPARISON, RESULT
from ..tasks.specifications.specification import COLUMNS
from .analysis.growing import GrowthSteps, growth_steps
from .found import FoundView, find
from .progress import (
    Improvement,
    RunRanking,
    Spent,
    busy,
    comparable,
    folds_among,
    improvements,
    moments_and_phases,
    spent_by,
    spent_on_phases,
    winner,
)
from .run_list import seconds_of
from .words import texts_for_people

TOP = 10
BOOKKEEPING = frozenset(
    {
        "preprocessing",
        RESULT,
        "ended",
        "elapsed",
        "terms",
        "process",
        "first",
        "setup",
        "weights",
        "task",
        BEGUN_TERMS,
        COMPARISON,
        COLUMNS,
        FOUND,
    }
)
"""Fields of a run's configuration that are no settings: what came of it, and what it takes to go on."""
GROWN = BOOKKEEPING | {"version", "growth", "setup", "stages", "name"}
"""The same of a growth, whose tasks stand beside."""


@dataclass(frozen=True)
class ShownResult:
    """What came of a run: its ``score`` on the validation part, or as a mean over ``folds`` (0: it is none), and on the test part, whether
    all tests are met, and the ``program``."""

    ask: int
    score: float | None
    test_score: float | None
    right: bool | None
    program: str
    final: bool
    folds: int = 0


@dataclass(frozen=True)
class ComparedArm:
    """One arm of what `automl search --compare` has shown beside a result; scores are medians over its ``trainings``."""

    arm: str
    name: str
    validation: float | None
    test: float | None
    parameters: int
    trainings: int
    seconds: float | None
    detail: str


@dataclass(frozen=True)
class RunView:
    """What a run's page shows, without what it found: ``drawn`` is a sample of those of its ``evaluations`` whose scores are shown, which
    are means over ``folds`` where some are (0: none is), ``points`` are (evaluations so far, score), ``timed`` (seconds, score) of them.
    ``ranking`` is of all, ``trained`` whether one with a score has parameters, ``later`` are the phases of the asks that explored no
    more; ``grown`` is what a growth did, None of a search."""

    run: Run
    ended: str
    growth: bool
    token: str
    seconds: float | None
    considered: int
    outcome: ShownResult | None
    steps: tuple[Improvement, ...]
    points: tuple[tuple[float, float], ...]
    timed: tuple[tuple[float, float], ...]
    folds: int
    evaluations: int
    drawn: tuple[EvaluationRow, ...]
    ranking: RunRanking
    trained: bool
    outcomes: tuple[Spent, ...]
    phases: tuple[Spent, ...]
    later: Mapping[int, str]
    busy: float | None
    settings: tuple[tuple[str, str], ...]
    compared: tuple[ComparedArm, ...] = ()
    grown: GrowthSteps | None = None

    @property
    def scored(self) -> int:
        """How many evaluations have a score that is shown."""
        return len(self.ranking.alike)

    @property
    def running(self) -> bool:
        """Whether it may change soon."""
        return self.run.state == "running"


def run_token(store: AbstractStore, run: Run) -> str:
    """A text that is another when anything of the run is."""
    return f"{store.next_number(run.id)}-{run.state}-{'done' if RESULT in run.config else 'open'}"


def view_run(store: AbstractStore, run: Run) -> RunView:
    """What the page of a run shows.

    store: that has it.
    run: as it is now.
    """
    name, browser = run.id, store.browser()
    asks, ranking, ended = browser.asks(name), comparable(browser, run), browser.outcomes(name)
    steps = improvements(browser, run, ranking.alike, asks)
    drawn = browser.evaluation_rows(name, sample(np.sort(ranking.alike).tolist()))
    when, later = moments_and_phases(browser, name, {row.ask for row in drawn} | {each.ask for each in steps})
    spent, elapsed = sum(each.seconds for each in ended), run.config.get("elapsed")
    return RunView(
        run=run, ended=str(ending_of(run) or run.state), growth=is_growth(run), token=run_token(store, run),
        seconds=seconds_of(run, time.time()), considered=max(len(asks), int(run.config.get("terms") or 0)),
        outcome=_outcome(store, run, steps),
        steps=tuple(replace(each, seconds=when.get(each.ask)) for each in steps),
        points=tuple((1.0 + bisect_left(asks, row.ask), row.score or 0.0) for row in drawn),
        folds=folds_among(browser, run),
        timed=tuple((when[row.ask], row.score or 0.0) for row in drawn if when.get(row.ask, 0.0) > 0),
        evaluations=len(asks), drawn=drawn, ranking=ranking, trained=any(each.parameters for each in ended),
        outcomes=tuple(spent_by({each.outcome: (each.evaluations, each.seconds) for each in ended})),
        phases=tuple(spent_on_phases(browser.evaluation_rows(name, later), later, ended)) if later else (), later=later,
        busy=busy(run, spent, elapsed or max(when.values(), default=None)), settings=tuple(settings_of(run)),
        compared=tuple(_compared(each) for each in run.config.get(COMPARISON) or ()),
        grown=growth_steps(store, run) if is_growth(run) else None,
    )  # fmt: skip


def found_by(store: AbstractStore, view: RunView) -> FoundView:
    """What the run has found, best first."""
    return find(store, view.run, view.ranking, PARAMETERS if view.trained else SIZE, view.later, TOP)


def _compared(arm: Mapping[str, Any]) -> ComparedArm:
    return ComparedArm(
        str(arm["arm"]), str(arm["name"]), arm.get("validation"), arm.get("test"), int(arm["parameters"]), int(arm["trainings"]),
        arm.get("seconds"), str(arm.get("detail", "")),
    )  # fmt: skip


def _outcome(store: AbstractStore, run: Run, steps: Sequence[Improvement]) -> ShownResult | None:
    """The result that the run recorded, or the best so far."""
    recorded: Mapping[str, Any] | None = run.config.get(RESULT)
    ask = winner(run, steps)
    if ask is None:
        return None
    found = recorded or {"score": steps[-1].score}
    kept = store.browser().chosen(run.id, [ask])
    return ShownResult(
        ask=ask, score=found.get("score"), test_score=found.get("test_score"), right=found.get("right"),
        program="".join(texts_for_people(store.browser(), [each.term for each in kept])), final=recorded is not None,
        folds=max(map(folds_of, kept), default=0),
    )  # fmt: skip


def settings_of(run: Run, handed_on: bool = False) -> list[tuple[str, str]]:
    """How the run was started, by name, without what was left as it is.

    run: a search or a growth.
    handed_on: whether others are to read it, who get the names of files without their folders (default: no).
    """
    found = [("strategy", run.strategy), ("seed", str(run.seed)), ("budget", _budget(run))]
    source = run.config.get("task") or {}
    if isinstance(source, Mapping) and source.get("spec"):
        found.append(("data", file_names(str(source["spec"]))))
    setup: Mapping[str, Any] = run.config.get("setup") or {} if is_growth(run) else {}
    for name, value in (run.config | dict(setup)).items():
        if name not in (GROWN if setup else BOOKKEEPING):
            found += _flat(name, value)
    if run.library:
        found.append(("library", run.library[:12]))
    return [(name, file_names(text) if handed_on else text) for name, text in found if text]


def _flat(name: str, value: object) -> list[tuple[str, str]]:
    if isinstance(value, Mapping):
        return [pair for key, each in value.items() for pair in _flat(f"{name}.{key}", each)]
    if value is None or value == "" or value == []:
        return []
    text = (
        ", ".join(map(str, value))
        if isinstance(value, list)
        else f"{value:.6g}"
        if isinstance(value, float)
        else str(value)
    )
    return [(name, text if len(text) <= 200 else f"{text[:199]}…")]


def _budget(run: Run) -> str:
    if not isinstance(run.budget, Mapping):  # of an earlier version, which kept it as people write it
        return str(run.budget or "")
    try:
        return str(Budget.from_json(run.budget)) if run.budget else ""
    except (BudgetError, TypeError, ValueError):
        return ""
