"""Runs on one task beside each other: strategies, with intervals over their seeds."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from library.records import Run, StoreError
from library.store import AbstractStore
from primitives.brief import brief_repr

from ..study.stored import RESULT
from .progress import comparable, folds_among, improvements
from .run import BOOKKEEPING
from .run_list import folds_of_result, seconds_of

MOST = 40
"""Runs that are compared at most."""
POINTS = 60
"""Places along the axis at which the runs of a group are averaged."""
APART = BOOKKEEPING | {"digest"}
"""Fields of a configuration by which runs may differ without being set up differently."""


@dataclass(frozen=True)
class Interval:
    """The mean of ``count`` values, the least and the greatest of them, and half the width of the mean's 95 % interval by Student's t
    (None: of fewer than three values, of which that interval is wider than what scores can be)."""

    mean: float
    half: float | None
    count: int
    low: float
    high: float

    @staticmethod
    def of(values: Sequence[float]) -> Interval | None:
        """That of some values; None where there are none."""
        if not values:
            return None
        mean, count = math.fsum(values) / len(values), len(values)
        if count < 3:
            return Interval(mean, None, count, min(values), max(values))
        from scipy.special import stdtrit  # takes long to import

        deviation = math.sqrt(math.fsum((each - mean) ** 2 for each in values) / (count - 1))
        factor = float(stdtrit(count - 1, 0.975))
        return Interval(mean, factor * deviation / math.sqrt(count), count, min(values), max(values))


@dataclass(frozen=True)
class ComparedRun:
    """A run of a group; ``steps`` are (evaluations, best so far), its ``score`` is a mean over ``folds`` (0: of the validation part)."""

    run: Run
    score: float | None
    test_score: float | None
    evaluations: int
    seconds: float | None
    steps: tuple[tuple[float, float], ...]
    folds: int = 0

    __repr__ = brief_repr


@dataclass(frozen=True)
class ComparedGroup:
    """Runs that were set up alike but for their seeds. ``line`` is the mean of their best so far by evaluations, ``low`` and ``high`` its
    band: from the worst run to the best."""

    name: str
    runs: tuple[ComparedRun, ...]
    score: Interval | None
    test_score: Interval | None
    seconds: Interval | None
    line: tuple[tuple[float, float], ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    __repr__ = brief_repr

    @property
    def folds(self) -> tuple[int, ...]:
        """Over how many folds the scores of its runs are means (0: of the validation part alone), each number once."""
        return tuple(sorted({each.folds for each in self.runs if each.score is not None}))


@dataclass(frozen=True)
class ComparisonView:
    """Groups of runs; ``differing`` are the settings by which they differ, each with its value by group; ``absent`` are ids that
    name no run, ``trouble`` says what keeps the runs from being compared, "" where nothing does."""

    task: str
    metric: str
    groups: tuple[ComparedGroup, ...]
    differing: tuple[tuple[str, tuple[str, ...]], ...]
    absent: tuple[str, ...] = ()
    trouble: str = ""

    __repr__ = brief_repr

    @property
    def folds(self) -> tuple[int, ...]:
        """Over how many folds the scores of all runs are means, each number once: of several the scores are not to be compared."""
        return tuple(sorted({each for group in self.groups for each in group.folds}))


def compare_runs(store: AbstractStore, ids: Sequence[str]) -> ComparisonView:
    """Runs beside each other.

    store: that has them.
    ids: of the runs.
    """
    runs, absent = list[Run](), list[str]()
    for each in dict.fromkeys(ids[:MOST]):
        try:
            runs.append(store.run(each))
        except StoreError:
            absent.append(each)
    if not runs:
        return ComparisonView("", "", (), (), tuple(absent))
    kinds = {(run.task, run.metric, run.direction) for run in runs}
    if len(kinds) > 1:
        told = ", ".join(sorted(f"{metric} on {task}" for task, metric, _ in kinds))
        return ComparisonView("", "", (), (), tuple(absent), f"they are measured by different things: {told}")
    alike: dict[tuple[tuple[str, str], ...], list[Run]] = {}
    for run in runs:
        alike.setdefault(tuple(sorted(_setup(run).items())), []).append(run)
    setups = [dict(key) for key in alike]
    names = sorted({name for each in setups for name in each if len({other.get(name) for other in setups}) > 1})
    differing = tuple((name, tuple(each.get(name, "–") for each in setups)) for name in names)
    compared = [[_compared(store, run) for run in group] for group in alike.values()]
    last = max(each.evaluations for group in compared for each in group)
    groups = [
        _group(_name(group[0].run, setup, names), group, last) for setup, group in zip(setups, compared, strict=True)
    ]
    return ComparisonView(runs[0].task, runs[0].metric, tuple(groups), differing, tuple(absent))


def _setup(run: Run) -> dict[str, str]:
    """How a run was set up, without its seed."""
    found = {"strategy": run.strategy, "budget": _text(run.budget), "library": run.library[:12]}
    return {**found, **{name: _text(value) for name, value in run.config.items() if name not in APART}}


def _text(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_text(each)}" for name, each in value.items() if each not in (None, "", {}, []))
    return "" if value is None else str(value)


def _name(run: Run, setup: Mapping[str, str], names: Sequence[str]) -> str:
    others = [f"{name} {setup.get(name) or '–'}" for name in names if name != "strategy"]
    told = ", ".join([run.strategy, *others])
    return told if len(told) <= 60 else f"{told[:59]}…"


def _group(name: str, compared: Sequence[ComparedRun], last: int) -> ComparedGroup:
    line, low, high = _averaged([each for each in compared if each.steps], last)
    return ComparedGroup(
        name, tuple(compared), Interval.of([each.score for each in compared if each.score is not None]),
        Interval.of([each.test_score for each in compared if each.test_score is not None]),
        Interval.of([each.seconds for each in compared if each.seconds is not None]), line, low, high,
    )  # fmt: skip


def _compared(store: AbstractStore, run: Run) -> ComparedRun:
    browser = store.browser()
    asks, ranked = browser.asks(run.id), comparable(browser, run).alike
    steps = tuple((float(each.evaluations), each.score) for each in improvements(browser, run, ranked, asks))
    result: Mapping[str, float | None] = run.config.get(RESULT) or {}
    best = steps[-1][1] if steps else None
    folds = folds_of_result(run) if "score" in result else folds_among(browser, run)
    return ComparedRun(
        run, result.get("score", best), result.get("test_score"), len(asks), seconds_of(run, time.time()), steps, folds
    )


def _averaged(
    runs: Sequence[ComparedRun], last: int
) -> tuple[tuple[tuple[float, float], ...], tuple[float, ...], tuple[float, ...]]:
    """The mean of the best so far, the worst and the best run, from where all runs have a score to ``last`` evaluations; a run that has
    ended keeps what it found."""
    if not runs:
        return (), (), ()
    first = max(each.steps[0][0] for each in runs)
    across = np.unique(np.round(np.geomspace(first, max(last, first), POINTS)))
    curves = []
    for each in runs:
        at, values = (np.array(part) for part in zip(*each.steps, strict=True))
        curves.append(values[np.clip(np.searchsorted(at, across, side="right") - 1, 0, None)])
    table = np.array(curves)
    line = tuple(zip(across.tolist(), table.mean(0).tolist(), strict=True))
    return line, tuple(table.min(0).tolist()), tuple(table.max(0).tolist())
