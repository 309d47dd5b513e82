"""What searches of a task came to with a word at hand, and without it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from library.records import Direction, Subroutine
from library.store import AbstractStore

from ...study.ending import Ending
from ..run_list import RunLine, run_line

TASKS, RUNS = 20, 100
"""Tasks that are looked at, and the latest runs of each, at most."""


@dataclass(frozen=True)
class Searched:
    """``runs`` of one task: how many ``solved`` it, the fewest ``evaluations`` that this took (None: none did) and the best validation
    ``score`` of all."""

    runs: int
    solved: int
    evaluations: int | None
    score: float | None


@dataclass(frozen=True)
class AtHand:
    """The searches of a ``task`` whose library had a word, and those whose library had not."""

    task: str
    metric: str
    without: Searched
    with_it: Searched


def at_hand(store: AbstractStore, word: Subroutine, tasks: Sequence[str]) -> list[AtHand]:
    """Of those tasks that were searched both with a word and without it, what came of either. Other settings of these runs may differ.

    store: that has them.
    word: the version of it.
    tasks: that it serves.
    """
    browser, now = store.browser(), time.time()
    libraries = browser.libraries_with(word.digest)
    found = []
    for task in tasks[:TASKS]:
        counted = browser.runs(0, RUNS, task=task).rows
        lines = [(each.run, run_line(browser, each, now)) for each in counted]
        sides = [[line for run, line in lines if (run.library in libraries) == held] for held in (False, True)]
        if all(sides):
            without, with_it = (_searched(side, Direction(counted[0].run.direction)) for side in sides)
            found.append(AtHand(task, counted[0].run.metric, without, with_it))
    return found


def _searched(lines: Sequence[RunLine], direction: Direction) -> Searched:
    solved = [line for line in lines if line.ended == Ending.SOLVED]
    scores = [line.score for line in lines if line.score is not None]
    best = max(scores, key=lambda score: direction.sign * score, default=None)
    return Searched(len(lines), len(solved), min((line.evaluations for line in solved), default=None), best)
