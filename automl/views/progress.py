"""How a run went: the best so far, how evaluations ended, where the time went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from library.browsing.browser import AbstractBrowser, EvaluationRow
from library.records import Direction, Run, json_text

from ..study.journal import ASKED, FINISHED
from ..study.planning.schedule import EXPLORE, PHASES
from ..study.stored import RESULT
from ..tasks.cases.folds import FOLDS


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


def comparable(browser: AbstractBrowser, run: Run, rows: Sequence[EvaluationRow]) -> tuple[EvaluationRow, ...]:
    """The evaluations with those scores alone that can be compared: where some are means over folds, the others, which are of a small
    validation part, count as none.

    browser: of the store.
    run: whose they are.
    rows: its evaluations.
    """
    folded = browser.scored_by(run.id, FOLDS) if run.config.get(FOLDS) else ()
    return tuple(row if row.ask in folded else row._replace(score=None) for row in rows) if folded else tuple(rows)


def folds_among(browser: AbstractBrowser, run: Run) -> int:
    """Over how many folds the scores that ``comparable`` leaves are means; 0 where they are of the validation part alone.

    browser: of the store.
    run: a search.
    """
    folds = int(run.config.get(FOLDS) or 0)
    return folds if folds and browser.scored_by(run.id, FOLDS) else 0


def of_one_kind(
    browser: AbstractBrowser, run: Run, rows: Sequence[EvaluationRow], like: int | None = None
) -> tuple[EvaluationRow, ...]:
    """The evaluations with the scores of one kind alone, means over folds or scores of the validation part: the others count as none.

    browser: of the store.
    run: whose they are.
    rows: its evaluations.
    like: the ask of an evaluation of that kind (default: the kind that more scores are of).
    """
    folded = browser.scored_by(run.id, FOLDS) if run.config.get(FOLDS) else ()
    kinds = Counter(row.ask in folded for row in rows if row.score is not None)
    wanted = kinds[True] > kinds[False] if like is None else like in folded
    return (
        tuple(row if (row.ask in folded) == wanted else row._replace(score=None) for row in rows)
        if folded
        else tuple(rows)
    )


def improvements(rows: Sequence[EvaluationRow], direction: Direction) -> list[Improvement]:
    """Where the best score became better, in order.

    rows: the evaluations, by ask.
    direction: which scores are better.
    """
    found: list[Improvement] = []
    sign, best = direction.sign, float("-inf")
    for count, row in enumerate(rows, 1):
        if row.score is not None and sign * row.score > best:
            best = sign * row.score
            found.append(Improvement(row.ask, count, None, row.score))
    return found


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
    events = browser.events(run, FINISHED, list(asks))
    return {
        event.ask: float(event.payload["elapsed"]) for event in events if isinstance(event.payload.get("elapsed"), int | float)
    }  # fmt: skip


def later_phases(browser: AbstractBrowser, run: str) -> dict[int, str]:
    """The phases of the asks that explored no more, by ask.

    browser: of the store.
    run: the id of the run.
    """
    explored = json_text({"phase": EXPLORE})[1:-1]
    found = {each.ask: each.payload.get("phase") for each in browser.events(run, ASKED, without=explored)}
    return {ask: phase for ask, phase in found.items() if phase in PHASES and phase != EXPLORE}


def spent_by(rows: Sequence[EvaluationRow], kinds: Sequence[str]) -> list[Spent]:
    """How many evaluations of each kind there are and what they took, most first.

    rows: the evaluations.
    kinds: that of each.
    """
    counts = Counter(kinds)
    seconds = dict.fromkeys(counts, 0.0)
    for name, row in zip(kinds, rows, strict=True):
        seconds[name] += row.seconds
    total = sum(seconds.values())
    found = [
        Spent(name, count, seconds[name], count / len(rows), seconds[name] / total if total else 0.0)
        for name, count in counts.items()
    ]
    return sorted(found, key=lambda each: (-each.count, each.name))


def busy(run: Run, rows: Sequence[EvaluationRow], elapsed: float | None) -> float | None:
    """Which share of its workers' time a search spent on evaluations; None where that is not known.

    run: the search.
    rows: its evaluations.
    elapsed: how long it has taken, in seconds.
    """
    workers = _count(run.config)
    if not elapsed or workers is None:
        return None
    found = sum(row.seconds for row in rows) / (elapsed * workers)
    return (
        found if found <= 1.0 else None
    )  # what another run evaluated is in its rows too, with the time that it took there


def _count(config: Mapping[str, object]) -> int | None:
    try:
        return max(1, int(str(config.get("workers", "1"))))
    except ValueError:  # a cluster has an address
        return None
