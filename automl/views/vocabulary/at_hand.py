"""What searches of a task came to with a word at hand, and without it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from library.browsing.browser import AbstractBrowser, CountedRun
from library.records import Direction, Subroutine
from library.store import AbstractStore

from ...growth.journal import is_growth
from ...study.ending import Ending
from ...tasks.cases.folds import FOLDS
from ..run_list import first_hit, run_line

TASKS, RUNS = 20, 100
"""Tasks that are looked at, and the latest runs of each, at most."""


@dataclass(frozen=True)
class Searched:
    """``runs`` of one task: how many ``solved`` it, the fewest ``evaluations`` until the first program that did (until the search ended,
    where that was not recorded; None: none did) and the best validation ``score`` of all."""

    runs: int
    solved: int
    evaluations: int | None
    score: float | None


@dataclass(frozen=True)
class AtHand:
    """The searches of a ``task`` by one ``metric`` whose library had a word, and those whose library had not."""

    task: str
    metric: str
    without: Searched
    with_it: Searched


def at_hand(store: AbstractStore, word: Subroutine, tasks: Sequence[str]) -> list[AtHand]:
    """Of those tasks that were searched both with a word and without it, by the same metric (a mean over folds is another), what came of
    either. Other settings of these runs may differ.

    store: that has them.
    word: the version of it.
    tasks: that it serves.
    """
    browser = store.browser()
    libraries = browser.libraries_with(word.digest)
    if not libraries:
        return []
    found = []
    for task in tasks[:TASKS]:
        alike: dict[tuple[str, str, bool], list[CountedRun]] = {}
        for each in browser.runs(0, RUNS, task=task).rows:
            if not is_growth(each.run):
                alike.setdefault((each.run.metric, each.run.direction, bool(each.run.config.get(FOLDS))), []).append(
                    each
                )
        for (metric, direction, _), counted in alike.items():
            sides = [[each for each in counted if (each.run.library in libraries) == held] for held in (False, True)]
            if all(sides):
                without, with_it = (_searched(browser, side, Direction(direction)) for side in sides)
                found.append(AtHand(task, metric, without, with_it))
    return found


def _searched(browser: AbstractBrowser, counted: Sequence[CountedRun], direction: Direction) -> Searched:
    now = time.time()
    lines = [(each, run_line(browser, each, now)) for each in counted]
    took = [_first(each, line.evaluations) for each, line in lines if line.ended == Ending.SOLVED]
    scores = [line.score for _, line in lines if line.score is not None]
    best = max(scores, key=lambda score: direction.sign * score, default=None)
    return Searched(len(lines), len(took), min(took, default=None), best)


def _first(counted: CountedRun, whole: int) -> int:
    """How many programs a search had looked at when the first that solves its task came; all of them where that was not recorded."""
    known = first_hit(counted.run)
    return whole if known is None else known
