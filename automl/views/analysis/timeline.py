"""When each evaluation ran, and why some failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from library.browsing.browser import AbstractBrowser
from library.records import Run

from ..progress import moments

DRAWN, FAILURES, KINDS = 400, 500, 10
"""Evaluations that are drawn, failed ones whose reasons are read, and reasons that are shown, at most."""


@dataclass(frozen=True)
class WorkSpan:
    """An evaluation from ``start`` to ``end``, in seconds of the search, in a ``lane``: no two of a lane overlap, so that there are as many
    lanes as evaluations ran at once."""

    ask: int
    outcome: str
    score: float | None
    start: float
    end: float
    lane: int


@dataclass(frozen=True)
class FailureReason:
    """How many evaluations ended with an outcome for one reason, and the first of them."""

    outcome: str
    detail: str
    count: int
    ask: int


def timeline(browser: AbstractBrowser, run: Run) -> list[WorkSpan]:
    """When evaluations ran: all, or the longest DRAWN of them; [] where that was not recorded.

    browser: of the store.
    run: whose they are.
    """
    longest = browser.longest(run.id, DRAWN)
    ended = moments(browser, run.id, [row.ask for row in longest])
    known = [(max(0.0, ended[row.ask] - row.seconds), ended[row.ask], row) for row in longest if row.ask in ended]
    free: list[float] = []
    found = []
    for start, end, row in sorted(known, key=lambda each: (each[0], each[1], each[2].ask)):
        # An end is told a moment after it was reached, so that evaluations of one worker may seem to overlap by a little.
        slack = 0.05 + 0.02 * (end - start)
        lane = next((number for number, until in enumerate(free) if until <= start + slack), len(free))
        if lane == len(free):
            free.append(end)
        free[lane] = end
        found.append(WorkSpan(row.ask, row.outcome, row.score, start, end, lane))
    return found


def failures(browser: AbstractBrowser, run: Run, unscored: Sequence[int]) -> list[FailureReason]:
    """Why evaluations have no score, the most frequent reason first; of the first FAILURES of them.

    browser: of the store.
    run: whose they are.
    unscored: the asks of those without a score, in order.
    """
    counts: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], int] = {}
    for each in browser.chosen(run.id, unscored[:FAILURES]):
        line = next(iter(each.detail.splitlines()), "")
        kind = each.outcome, line if len(line) <= 160 else f"{line[:159]}…"
        counts[kind] += 1
        first.setdefault(kind, each.ask)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], first[item[0]]))
    return [FailureReason(*kind, count, first[kind]) for kind, count in ordered[:KINDS]]
