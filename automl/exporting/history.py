"""A run as plain rows and measured values, which every tool takes in its own way."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

from library.records import Direction, Evaluation, Run, StoreError
from library.store import AbstractStore
from library.vocabulary import Vocabulary
from primitives.brief import brief_repr
from primitives.syntax import show

from ..errors import StudyError, TaskError
from ..growth.journal import is_growth
from ..study.journal import FINISHED
from ..study.state import Standing, folds_of
from ..study.stored import StoredResult, find_result
from ..study.words import load_vocabulary


@dataclass(frozen=True)
class Measured:
    """One value of a quantity: its ``name`` as a path, the ``step`` (the ask, or an epoch), the ``time`` in seconds since 1970."""

    name: str
    step: int
    time: float
    value: float


@dataclass(frozen=True, eq=False)
class RunHistory:
    """A search with all of its evaluations, by ask, its result (None: it has none), the words of its programs, and when each evaluation
    ended, in seconds of the search, as far as that was recorded."""

    run: Run
    standing: Standing
    evaluations: Sequence[Evaluation]
    result: StoredResult | None
    vocabulary: Vocabulary
    elapsed: Mapping[int, float]

    __repr__ = brief_repr

    def program(self, evaluation: Evaluation) -> str:
        """Its text for people; as it is stored where it cannot be read."""
        try:
            return show(self.vocabulary.read(evaluation.term))
        except (StoreError, ValueError):  # a word of a plug-in that is not here
            return evaluation.term

    def missing(self) -> str:
        """Why there are fewer rows than programs were looked at, for people, after a colon; "" where there are not."""
        considered = int(self.run.config.get("terms") or 0)
        if considered <= len(self.evaluations):
            return ""
        kept = "the one" if len(self.evaluations) == 1 else "those"
        return f": of {considered:,} programs that the search went through {kept} that met the examples; the others are counted, not kept"

    def time(self, evaluation: Evaluation) -> float:
        """When it ended, in seconds since 1970; where that was not recorded, the start of the search and what all before it took."""
        return self.run.started + self.elapsed.get(evaluation.ask, 0.0)


def history_of(store: AbstractStore, run: Run) -> RunHistory:
    """All that is stored of a search.

    store: that has it.
    run: the search.

    Raises TaskError for a growth.
    """
    if is_growth(run):
        raise TaskError(f"run={run.id!r} is a growth: a search is required; name one of its runs (`automl runs list`)")
    events, evaluations = store.events(run.id), sorted(store.evaluations(run.id), key=lambda each: each.ask)
    standing = Standing.of(run)
    standing.restore(events, evaluations)
    told = {each.ask: each.payload.get("elapsed") for each in events if each.kind == FINISHED}
    elapsed: dict[int, float] = {}
    spent = 0.0
    for each in evaluations:
        spent += each.seconds
        moment = told.get(each.ask)
        elapsed[each.ask] = float(moment) if isinstance(moment, int | float) else spent
    vocabulary = load_vocabulary(store, run.library or None)
    return RunHistory(run, standing, evaluations, find_result(store, run), vocabulary, elapsed)


def measured(history: RunHistory) -> Iterator[Measured]:
    """What each evaluation measured, by ask, and then the curves of the result's training, by epoch. Where some scores are means over folds
    these alone can be the best: the others are of a small validation part.

    history: of the search.
    """
    best: float | None = None
    sign = Direction(history.run.direction).sign
    folded = any(map(folds_of, history.evaluations))
    for each in history.evaluations:
        time, score = history.time(each), history.run.primary(each.scores)
        for name, value in each.scores.items():
            if isfinite(value):
                yield Measured(f"validation/{name}", each.ask, time, value)
        comparable = not folded or folds_of(each) > 0
        if score is not None and comparable and (best is None or sign * (score - best) > 0):
            best = score
        if best is not None:
            yield Measured(f"best/{history.run.metric}", each.ask, time, best)
        for name, count in (("seconds", each.seconds), ("parameters", each.parameters), ("size", each.size)):
            yield Measured(f"evaluation/{name}", each.ask, time, float(count))
    if history.result is not None:
        yield from _curves(history, history.result.evaluation)


def _curves(history: RunHistory, evaluation: Evaluation) -> Iterator[Measured]:
    curves = evaluation.curves or {}
    epochs = curves.get("epoch")
    if not isinstance(epochs, list):
        return
    for name, column in _columns(curves):
        for epoch, value in zip(epochs, column, strict=False):
            if isinstance(value, int | float) and isfinite(value):
                yield Measured(f"result/{name}", int(epoch), history.time(evaluation), float(value))


def _columns(curves: Mapping[str, object], before: str = "") -> Iterator[tuple[str, list[object]]]:
    """The columns of curves by name, those within others after the name of these."""
    for name, column in curves.items():
        if isinstance(column, Mapping):
            yield from _columns(column, f"{before}{name}/")
        elif isinstance(column, list) and name != "epoch":
            yield f"{before}{name}", column


def need(package: str, extra: str) -> None:
    """Raises StudyError where a package is not installed.

    package: what is imported.
    extra: of this project, which brings it.
    """
    try:
        there = importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:  # of ``a.b`` there is no ``a``
        there = False
    if not there:
        raise StudyError(f"package {package} is not installed; pip install 'automl-programs[{extra}]'")
