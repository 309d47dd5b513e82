"""How a run went: the best so far, how evaluations ended, where the time went."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from library.browsing.browser import AbstractBrowser, EvaluationRow, EventChoice, OutcomeCount
from library.records import Event, Run, json_text

from ..study.journal import ASKED, FINISHED
from ..study.planning.schedule import EXPLORE, PHASES
from ..study.stored import RESULT
from ..tasks.cases.folds import FOLDS

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Improvement:
    """Where the best became better: ``evaluations`` is how many there were by then, ``seconds`` when that was (None: not recorded)."""

    ask: int
    evaluations: int
    seconds: float | None
    score: float


@dataclass(frozen=True)
class Spent:
    """Evaluations of one kind, and the seconds that they took; ``of_count`` and ``of_seconds`` are their shares of all."""

    name: str
    count: int
    seconds: float
    of_count: float
    of_seconds: float


@dataclass(frozen=True, eq=False)
class RunRanking:
    """The asks of a run's evaluations that have a score, the best first, of equal ones the earlier: ``alike`` those whose scores can be
    compared, ``others`` the rest."""

    alike: IntArray
    others: IntArray

    @property
    def most(self) -> IntArray:
        """Those of the kind that more are of, by their rank."""
        return self.others if len(self.others) >= max(1, len(self.alike)) else self.alike

    @property
    def every(self) -> IntArray:
        """All of them, those that can be compared first."""
        return np.concatenate([self.alike, self.others])


def comparable(browser: AbstractBrowser, run: Run) -> RunRanking:
    """The ranking of a run. Where some scores are means over folds, they are alike, and those of a small validation part are the others.

    browser: of the store.
    run: whose evaluations they are.
    """
    ranked, folded = _ranked(browser, run, means := _folded(browser, run))
    return RunRanking(ranked[folded], ranked[~folded]) if means else RunRanking(ranked, ranked[:0])


def folds_among(browser: AbstractBrowser, run: Run) -> int:
    """Over how many folds the scores that are alike in ``comparable`` are means; 0 where they are of the validation part alone.

    browser: of the store.
    run: a search.
    """
    folds = int(run.config.get(FOLDS) or 0)
    return folds if folds and browser.scored_by(run.id, FOLDS) else 0


def like(browser: AbstractBrowser, run: Run, ask: int) -> RunRanking:
    """The ranking of a run, alike the scores of the kind that one evaluation has: a mean over folds, or of the validation part.

    browser: of the store.
    run: whose evaluations they are.
    ask: of that evaluation.
    """
    ranked, folded = _ranked(browser, run, means := _folded(browser, run))
    wanted = ask in means
    return RunRanking(ranked[folded == wanted], ranked[folded != wanted])


def _ranked(browser: AbstractBrowser, run: Run, means: frozenset[int]) -> tuple[IntArray, npt.NDArray[np.bool_]]:
    """The ranked asks, and which of them have means over folds."""
    ranked = np.array(browser.ranked(run.id), np.int64)
    return ranked, np.isin(ranked, np.array(sorted(means), np.int64))


def _folded(browser: AbstractBrowser, run: Run) -> frozenset[int]:
    return browser.scored_by(run.id, FOLDS) if run.config.get(FOLDS) else frozenset()


def improvements(browser: AbstractBrowser, run: Run, ranked: IntArray, asks: Sequence[int]) -> list[Improvement]:
    """Where the best score became better, in order: those before which no evaluation is that is ranked higher.

    browser: of the store.
    run: whose evaluations they are.
    ranked: asks, the best first.
    asks: of all evaluations of the run, in order.
    """
    earliest = np.minimum.accumulate(ranked) if len(ranked) else ranked
    rows = browser.evaluation_rows(run.id, ranked[ranked == earliest].tolist())
    return [
        Improvement(row.ask, 1 + bisect_left(asks, row.ask), None, row.score) for row in rows if row.score is not None
    ]


def winner(run: Run, steps: Sequence[Improvement]) -> int | None:
    """The ask of the result of a run, or of the best so far; None where nothing has a score.

    run: whose it is.
    steps: its improvements.
    """
    recorded: Mapping[str, object] = run.config.get(RESULT) or {}
    found = recorded.get("ask", steps[-1].ask if steps else None)
    return None if found is None else int(str(found))


def moments(browser: AbstractBrowser, run: str, asks: Iterable[int]) -> dict[int, float]:
    """When evaluations were finished, in seconds of the search, by ask; without those of which that was not recorded.

    browser: of the store.
    run: the id of the run.
    asks: of the evaluations.
    """
    return _elapsed(browser.events(run, EventChoice(FINISHED, list(asks))))


def moments_and_phases(
    browser: AbstractBrowser, run: str, asks: Iterable[int]
) -> tuple[dict[int, float], dict[int, str]]:
    """When evaluations were finished, as ``moments`` gives it, and the phases of the asks that explored no more, by ask: the log is gone
    through once for both.

    browser: of the store.
    run: the id of the run.
    asks: of the evaluations.
    """
    explored = json_text({"phase": EXPLORE})[1:-1]
    events = browser.events(run, EventChoice(FINISHED, list(asks)), EventChoice(ASKED, without=explored))
    phases = {event.ask: event.payload.get("phase") for event in events if event.kind == ASKED}
    later = {ask: phase for ask, phase in phases.items() if phase in PHASES and phase != EXPLORE}
    return _elapsed(event for event in events if event.kind == FINISHED), later


def _elapsed(events: Iterable[Event]) -> dict[int, float]:
    return {
        event.ask: float(event.payload["elapsed"]) for event in events if isinstance(event.payload.get("elapsed"), int | float)
    }  # fmt: skip


def spent_on_phases(
    rows: Sequence[EvaluationRow], later: Mapping[int, str], ended: Sequence[OutcomeCount]
) -> list[Spent]:
    """How many evaluations each phase had and what they took, most first.

    rows: the evaluations that explored no more.
    later: their phases, by ask.
    ended: how all evaluations of the run ended.
    """
    found: dict[str, tuple[int, float]] = {}
    for row in rows:
        count, seconds = found.get(later[row.ask], (0, 0.0))
        found[later[row.ask]] = count + 1, seconds + row.seconds
    explored = sum(each.evaluations for each in ended) - len(rows)
    if explored:
        rest = sum(each.seconds for each in ended) - sum(seconds for _, seconds in found.values())
        found[EXPLORE] = explored, max(0.0, rest)
    return spent_by(found)


def spent_by(kinds: Mapping[str, tuple[int, float]]) -> list[Spent]:
    """How many evaluations of each kind there are and what they took, most first.

    kinds: their number and their seconds, by kind.
    """
    every, total = sum(count for count, _ in kinds.values()), sum(seconds for _, seconds in kinds.values())
    found = [
        Spent(name, count, seconds, count / every, seconds / total if total else 0.0)
        for name, (count, seconds) in kinds.items()
    ]
    return sorted(found, key=lambda each: (-each.count, each.name))


def busy(run: Run, spent: float, elapsed: float | None) -> float | None:
    """Which share of its workers' time a search spent on evaluations; None where that is not known.

    run: the search.
    spent: what its evaluations took together, in seconds.
    elapsed: how long it has taken, in seconds.
    """
    workers = _count(run.config)
    if not elapsed or workers is None:
        return None
    found = spent / (elapsed * workers)
    return (
        found if found <= 1.0 else None
    )  # what another run evaluated is in its rows too, with the time that it took there


def _count(config: Mapping[str, object]) -> int | None:
    try:
        return max(1, int(str(config.get("workers", "1"))))
    except ValueError:  # a cluster has an address
        return None
