"""Selection by DEAP over our individuals, and its independence of Python's global generator."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from primitives.term import Literal, Term, apply
from primitives.types import INT
from search.randomness import Draws
from search.strategy import Feedback
from search.variation.selection import (
    Individual,
    best,
    crowded_tournament,
    fronts,
    hall_of_fame,
    individual,
    lexicase,
    select_parent,
    survivors_nsga2,
    tournament,
)

MAXIMISE = (("score", "maximise"),)
TWO = (("error", "minimise"), ("size", "minimise"))


def term(size: int, value: int = 0) -> Term:
    return apply(*[Literal(value, INT)] * size)


def one(ask: int, score: float, cases: tuple[float, ...] | None = None, size: int = 1) -> Individual:
    made = individual(ask, term(size, ask), Feedback({"score": score}, "ok", cases), MAXIMISE)
    assert made is not None
    return made


def test_a_program_without_a_finite_score_is_no_individual() -> None:
    for scores in ({}, {"score": float("nan")}, {"score": float("inf")}):
        assert individual(0, term(1), Feedback(scores), MAXIMISE) is None


def test_size_is_an_objective_that_needs_no_score() -> None:
    made = individual(0, term(7), Feedback({"error": 0.5}), TWO)
    assert made is not None and made.fitness.values == (0.5, 7.0)


def test_tournaments_prefer_the_better_and_among_equals_the_smaller() -> None:
    population = [one(0, 1.0, size=5), one(1, 1.0, size=2), one(2, 0.0)]
    wins = Counter(tournament(population, 3, Draws(0, n)).ask for n in range(200))
    assert wins[1] > wins[0] > 0
    assert wins[1] > 100


def test_selection_is_a_function_of_the_draws_and_leaves_the_global_generator_alone() -> None:
    population = [one(i, float(i), (float(i % 3), 0.0)) for i in range(10)]
    for method in ("tournament", "lexicase", "epsilon_lexicase", "nsga2"):
        random.seed(1)
        state = random.getstate()
        first = [select_parent(method, population, Draws(4, n)).ask for n in range(20)]
        assert random.getstate() == state
        random.seed(2)
        assert [select_parent(method, population, Draws(4, n)).ask for n in range(20)] == first


def test_lexicase_keeps_specialists_that_a_tournament_forgets() -> None:
    specialist = one(0, -10.0, (0.0, 9.0, 9.0, 9.0))
    generalists = [one(n, -1.0, (1.0, 0.0, 0.0, 0.0)) for n in range(1, 10)]
    population = [specialist, *generalists]
    wins = Counter(lexicase(population, Draws(1, n)).ask for n in range(400))
    assert 60 < wins[0] < 150  # the first case drawn is the specialist's in a quarter of the selections
    assert all(tournament(population, 5, Draws(1, n)).ask != 0 for n in range(50))


def test_epsilon_lexicase_forgives_small_differences() -> None:
    population = [one(n, 0.0, (0.001 * n, 5.0 - 0.001 * n)) for n in range(9)] + [one(9, 0.0, (9.0, 9.0))]
    strict = {lexicase(population, Draws(1, n)).ask for n in range(100)}
    lenient = {lexicase(population, Draws(1, n), epsilon=True).ask for n in range(100)}
    assert strict == {0, 8}
    assert len(lenient) > 3
    assert 9 not in lenient


def test_down_sampled_lexicase_looks_at_some_cases_only() -> None:
    good_early, good_late = one(0, 0.0, (0.0, 1.0)), one(1, 0.0, (1.0, 0.0))
    wins = Counter(lexicase([good_early, good_late], Draws(2, n), sample=0.5).ask for n in range(200))
    assert 60 < wins[0] < 140


def test_without_cases_lexicase_is_a_tournament() -> None:
    population = [one(0, 0.0), one(1, 1.0)]
    assert lexicase(population, Draws(0), size=2).ask in (0, 1)


def made(ask: int, error: float, size: int) -> Individual:
    found = individual(ask, term(size, ask), Feedback({"error": error}), TWO)
    assert found is not None
    return found


def test_non_dominated_sorting() -> None:
    population = [made(0, 1.0, 1), made(1, 0.0, 5), made(2, 1.0, 5), made(3, 0.5, 3), made(4, 2.0, 9)]
    assert [{i.ask for i in front} for front in fronts(population)] == [{0, 1, 3}, {2}, {4}]
    assert {i.ask for i in survivors_nsga2(population, 3)} == {0, 1, 3}
    wins = Counter(crowded_tournament(population, 3, Draws(3, n)).ask for n in range(200))
    assert wins[4] < 10 < wins[0]


def test_hall_of_fame_keeps_the_best_once() -> None:
    hall = hall_of_fame(2)
    for ask, score in enumerate([1.0, 5.0, 3.0, 0.0]):
        hall.update([one(ask, score)])
    hall.update([one(1, 5.0)])
    assert [i.ask for i in hall] == [1, 2]
    assert [i.ask for i in best([one(0, 1.0), one(1, 5.0), one(2, 5.0)], 2)] == [1, 2]


@pytest.mark.parametrize("count", [1, 2, 7])
def test_draws_are_reproducible_and_uniform(count: int) -> None:
    drawn = [Draws(5, n).integers(count) for n in range(2000)]
    assert drawn == [Draws(5, n).integers(count) for n in range(2000)]
    tally = Counter(drawn)
    assert set(tally) == set(range(count))
    assert max(tally.values()) < 1.3 * min(tally.values())
    assert sorted(Draws(1).shuffled(range(count))) == list(range(count))
