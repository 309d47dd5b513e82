"""The runs on one task beside each other."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from library.records import Run
from library.store import AbstractStore

from ..growth.journal import is_growth
from .run_list import RunLine, run_line

MOST = 50
"""Runs that are shown at most, the newest."""
LOOKED_AT = 1_000
"""Runs among which they are looked for: the newest whose task, strategy or id has the name of the task in it."""


@dataclass(frozen=True)
class RunBeside:
    """A run in a row beside others: ``seed`` of its search, and whether it is the one that the others are beside."""

    line: RunLine
    seed: int
    is_this: bool


def runs_beside(store: AbstractStore, run: Run) -> Sequence[RunBeside]:
    """The runs on the task of a run by the same metric, the newest first, itself among them; none where there are no others.

    store: that has them.
    run: the search.
    """
    if is_growth(run):
        return ()
    now, browser = time.time(), store.browser()
    found = [
        RunBeside(run_line(browser, each, now), each.run.seed, each.run.id == run.id)
        for each in browser.runs(0, LOOKED_AT, run.task).rows
        if each.run.task == run.task and each.run.metric == run.metric and not is_growth(each.run)
    ]
    others = [each for each in found if not each.is_this][:MOST]
    return [each for each in found if each.is_this or each in others] if others else ()
