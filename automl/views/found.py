"""The leaderboard and the Pareto front of a run, from those of its evaluations that can be on them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from library.browsing.of_records import undominated
from library.records import Direction, Event, Run
from library.store import AbstractStore
from primitives.notation.types import parse_type

from ..study.found.programs import FoundProgram, FoundPrograms
from ..study.journal import ASKED
from ..study.state import Standing
from ..study.stored import RESULT
from .progress import RunRanking
from .words import UNREADABLE, words_for

LOOKED_AT = 150
"""So many of the best evaluations are looked at, and as many of those that were trained longer: the structures of all take minutes to
find. A run of no more has the leaderboard and the front that the commands print."""


@dataclass(frozen=True)
class FoundView:
    """``leaders`` has the best program of each structure, ``front`` those that nothing cheaper betters, by ``cost``; ``looked_at`` is how
    many evaluations were looked at for the leaders, ``scored`` how many could have been. ``trouble`` says why there are none, "" where
    there is no reason but that none was scored."""

    leaders: tuple[FoundProgram, ...]
    front: tuple[FoundProgram, ...]
    cost: str
    looked_at: int
    scored: int
    trouble: str = ""

    @property
    def folded(self) -> tuple[FoundProgram, ...]:
        """The leaders whose scores are means over folds."""
        return tuple(each for each in self.leaders if each.folds)

    @property
    def single(self) -> tuple[FoundProgram, ...]:
        """The leaders whose scores are of the validation part alone."""
        return tuple(each for each in self.leaders if not each.folds)


def find(
    store: AbstractStore, run: Run, ranking: RunRanking, cost: str, phases: Mapping[int, str], top: int
) -> FoundView:
    """What a run has found.

    store: that has it.
    run: the run of a study.
    ranking: of its evaluations; those that are alike go before the others, and the front is of them.
    cost: what the front sets against the metric: ``parameters`` or ``size``.
    phases: of the asks that explored no more.
    top: how many leaders at most.
    """
    browser, scored = store.browser(), ranking.every
    longer: list[int] = scored[np.isin(scored, np.array(sorted(phases), np.int64))][:LOOKED_AT].tolist()
    looked_at = {*scored[:LOOKED_AT].tolist(), *longer}
    result = (run.config.get(RESULT) or {}).get("ask")
    kept = set(longer) if result is None else {*longer, int(result)}
    if len(ranking.others):
        cheapest = undominated(browser.evaluation_rows(run.id, ranking.alike.tolist()), Direction(run.direction), cost)
    else:
        cheapest = browser.undominated(run.id, cost)
    try:
        leaders = _programs(store, run, looked_at | kept, phases, result).leaderboard(top)
        front = _programs(store, run, {*cheapest, *kept}, phases, result).front(cost)
    except UNREADABLE as error:
        return FoundView((), (), cost, len(looked_at), len(scored), str(error))
    return FoundView(tuple(leaders), tuple(front), cost, len(looked_at), len(scored))


def _programs(
    store: AbstractStore, run: Run, asks: Collection[int], phases: Mapping[int, str], result: int | None
) -> FoundPrograms:
    browser = store.browser()
    evaluations = browser.chosen(run.id, asks)
    standing = Standing.of(run)
    known = [(ask, phases[ask]) for ask in sorted(asks) if ask in phases]
    asked = (Event(run.id, 0, ASKED, ask, {"phase": phase, "info": {}}) for ask, phase in known)
    standing.restore(asked, evaluations)
    vocabulary = words_for(browser, (each.term for each in evaluations))
    return FoundPrograms(standing, vocabulary, parse_type(run.config["type"]), result)
