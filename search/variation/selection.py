"""Selection of parents and survivors: DEAP's operators over our programs.

DEAP draws from Python's global ``random``; every call here seeds it from the ask's own draws and puts the state back after.
"""

from __future__ import annotations

import functools
import math
import random
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from library.records import Direction
from primitives.term import Term

from ..randomness import Draws
from ..strategy import Feedback

Objectives = tuple[tuple[str, str], ...]
PARENT_METHODS = ("tournament", "lexicase", "epsilon_lexicase", "nsga2")


@functools.cache
def _fitness_class(weights: tuple[float, ...]) -> Any:
    """DEAP keeps the directions in the class of a fitness."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from deap import base

    return type("Fitness", (base.Fitness,), {"weights": weights})


@dataclass(eq=False)
class Individual:
    """An evaluated program as DEAP sees it.

    ``fitness`` holds the objectives, ``ranking`` the same followed by the size (smaller is better among equals), ``cases`` the errors.
    """

    ask: int
    term: Term
    fitness: Any
    ranking: Any
    cases: tuple[float, ...] | None = None
    info: Mapping[str, Any] = field(default_factory=dict)

    @functools.cached_property
    def worth(self) -> tuple[tuple[float, ...], int]:
        """By which the worst is found: less is worse, and of equals the later ask."""
        return self.ranking.wvalues, -self.ask

    @functools.cached_property
    def count(self) -> int:
        """How many cases it has."""
        return len(self.cases or ())

    @functools.cached_property
    def all_cases(self) -> _Case:
        """The individual judged by all its errors."""
        assert self.cases
        return _Case(self, _Errors(self.cases, (-1.0,) * len(self.cases)))

    def __deepcopy__(self, memo: object) -> Individual:
        return self  # the hall of fame copies what it keeps; individuals never change


def individual(ask: int, term: Term, feedback: Feedback, objectives: Objectives) -> Individual | None:
    """An individual; None where an objective has no finite score.

    ask: the number of its proposal.
    term: the program; ``size`` is its own if it was not scored.
    feedback: its scores.
    objectives: names of scores with their directions, the main one first.
    """
    values = []
    for name, _ in objectives:
        value = feedback.scores.get(name, float(term.size) if name == "size" else math.nan)
        if not math.isfinite(value):
            return None
        values.append(float(value))
    weights = tuple(float(Direction(direction).sign) for _, direction in objectives)
    fitness, ranking = _fitness_class(weights)(), _fitness_class((*weights, -1.0))()
    fitness.values, ranking.values = tuple(values), (*values, float(term.size))
    return Individual(ask, term, fitness, ranking, feedback.cases)


@contextmanager
def seeded(draws: Draws) -> Iterator[None]:
    """A context in which Python's global random generator is seeded; afterwards it is as it was.

    draws: give the seed.
    """
    state = random.getstate()
    random.seed(draws.integers(1 << 53))
    try:
        yield
    finally:
        random.setstate(state)


def tournament(population: Sequence[Individual], size: int, draws: Draws) -> Individual:
    """The best, by ``ranking``, of some drawn with replacement.

    population: at least one individual.
    size: how many are drawn.
    draws: where the randomness comes from.
    """
    from deap import tools

    with seeded(draws):
        return tools.selTournament(population, 1, min(size, len(population)), fit_attr="ranking")[0]


@dataclass(frozen=True)
class _Case:
    """An individual whose fitness is its errors on the chosen examples."""

    individual: Individual
    fitness: Any


@dataclass(frozen=True)
class _Errors:
    values: tuple[float, ...]
    weights: tuple[float, ...]


def lexicase(
    population: Sequence[Individual],
    draws: Draws,
    *,
    epsilon: bool = False,
    sample: float = 1.0,
    size: int = 5,
    sampler: Draws | None = None,
) -> Individual:
    """An individual by lexicase selection (Helmuth et al. 2014); a tournament where there are no cases.

    population: at least one individual.
    draws: where the randomness comes from.
    epsilon: whether with the automatic tolerance of La Cava et al. 2016 (default: no).
    sample: the share of the examples that is used (default: all).
    size: of the tournament (default: 5).
    sampler: draws the sample (default: it is drawn anew for each selection; down-sampled lexicase, Hernandez et al. 2019, uses one for a
        whole generation).
    """
    from deap import tools

    counts = {one.count for one in population}
    known = population if 0 not in counts else [one for one in population if one.count]
    counts.discard(0)
    if not counts:
        return tournament(population, size, draws)
    count = min(counts)
    if sample < 1.0 or len(counts) > 1:
        chosen = (sampler or draws).shuffled(range(count))[: max(1, math.ceil(sample * count))]
        weights = (-1.0,) * len(chosen)
        views = [_Case(one, _Errors(tuple(one.cases[i] for i in chosen), weights)) for one in known if one.cases]
    else:
        views = [one.all_cases for one in known]
    select = tools.selAutomaticEpsilonLexicase if epsilon else tools.selLexicase
    with seeded(draws):
        return select(views, 1)[0].individual


def fronts(population: Sequence[Individual]) -> list[list[Individual]]:
    """Non-dominated fronts (Deb et al. 2002), best first, with crowding distances assigned.

    population: the individuals.
    """
    from deap.tools import emo

    sort = emo.sortLogNondominated if _several(population) else emo.sortNondominated
    sorted_fronts = sort(list(population), len(population))
    for front in sorted_fronts:
        emo.assignCrowdingDist(front)
    return sorted_fronts


def _several(population: Sequence[Individual]) -> bool:
    """Whether there is more than one objective: DEAP's sort in N log N needs that, and is 28 times as fast at N = 100."""
    return bool(population) and len(population[0].fitness.wvalues) > 1


def survivors_nsga2(population: Sequence[Individual], count: int) -> list[Individual]:
    """The best by front, then by crowding distance; in the order of their asks.

    population: the individuals.
    count: how many stay, at most.
    """
    from deap import tools

    kept = tools.selNSGA2(list(population), count, nd="log" if _several(population) else "standard")
    return sorted(kept, key=lambda one: one.ask)


_last: tuple[tuple[Individual, ...], dict[int, tuple[int, float]]] = ((), {})
"""The last population that was ranked: a round's parents are drawn from one population."""


def _crowded_ranks(population: Sequence[Individual]) -> dict[int, tuple[int, float]]:
    """Front and negated crowding distance of each individual, by its identity."""
    global _last
    members = tuple(population)
    if _last[0] != members:
        sorted_fronts = enumerate(fronts(members))
        _last = members, {id(one): (n, -one.fitness.crowding_dist) for n, front in sorted_fronts for one in front}
    return _last[1]


def crowded_tournament(population: Sequence[Individual], size: int, draws: Draws) -> Individual:
    """The best of some drawn by front, then by crowding distance (NSGA-II's comparison).

    population: with fronts and distances assigned.
    size: how many are drawn.
    draws: where the randomness comes from.
    """
    ranks = _crowded_ranks(population)
    drawn = [draws.choice(population) for _ in range(max(size, 2))]
    return min(drawn, key=lambda one: (*ranks[id(one)], one.ask))


def best(population: Sequence[Individual], count: int) -> list[Individual]:
    """The best by ``ranking``, earlier asks first among equals.

    population: the individuals.
    count: how many, at most.
    """
    from deap import tools

    return tools.selBest(sorted(population, key=lambda one: one.ask), count, fit_attr="ranking")


def hall_of_fame(size: int) -> Any:
    """DEAP's archive of the best individuals ever told (by the objectives; equal terms once).

    size: how many it holds.
    """
    from deap import tools

    return tools.HallOfFame(size, similar=lambda a, b: a.term == b.term)


def select_parent(
    method: str,
    population: Sequence[Individual],
    draws: Draws,
    *,
    size: int = 5,
    sample: float = 1.0,
    sampler: Draws | None = None,
) -> Individual:
    """One parent.

    method: one of PARENT_METHODS.
    population: at least one individual.
    draws: where the randomness comes from.
    size: of a tournament (default: 5).
    sample: the share of the cases for lexicase (default: all).
    sampler: draws that share (default: ``draws``).
    """
    if method == "tournament":
        return tournament(population, size, draws)
    if method == "nsga2":
        return crowded_tournament(population, size, draws)
    return lexicase(population, draws, epsilon=method == "epsilon_lexicase", sample=sample, size=size, sampler=sampler)
