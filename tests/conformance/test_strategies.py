"""Every strategy that is found in search/strategies meets the suite; and what single strategies promise beyond it."""

from __future__ import annotations

import math

import pytest

from automl.testing import StrategySuite
from automl.testing.strategies import (
    PROBLEMS,
    SOME,
    WORDS,
    asked_of,
    drive,
    list_problem,
    list_score,
    net_problem,
    net_score,
)
from primitives.notation.types import parse_type
from primitives.primitive import Setting
from primitives.syntax import parse
from primitives.term import Literal, Term, show_canonical, words_in
from primitives.types import INT
from search.problem import Problem
from search.strategies import find_strategies, make_strategy
from search.strategy import AbstractStrategy, Asked, Feedback, Proposal, StrategyError, Told


class TestStrategies(StrategySuite):
    @pytest.fixture(params=sorted(find_strategies()))
    def strategy(self, request: pytest.FixtureRequest) -> type[AbstractStrategy]:
        return find_strategies()[request.param]


def make(name: str, problem: str, seed: int = 0) -> AbstractStrategy:
    """The strategy on one of the problems."""
    return make_strategy(name, PROBLEMS[problem][0](seed))


def test_an_unknown_strategy_is_refused_with_the_names() -> None:
    with pytest.raises(StrategyError, match="genetic"):
        make_strategy("genetical", list_problem())


@pytest.mark.parametrize("name", ["random", "genetic", "bayesian", "reinforce"])
def test_nothing_is_proposed_twice(name: str) -> None:
    for problem, (_, score) in PROBLEMS.items():
        asked = [e.term for e in drive(make(name, problem), score, 90) if isinstance(e, Asked)]
        assert len(set(asked)) == len(asked) == 90


@pytest.mark.parametrize("name", ["random", "genetic", "bayesian", "reinforce"])
def test_a_small_space_is_exhausted(name: str) -> None:
    problem = Problem(parse_type("list(int) -> int"), {"sum": SOME["sum"]}, constants=(Literal(1, INT),), max_size=3)
    strategy = make_strategy(name, problem)
    texts = {proposal.text for proposal in asked_of(strategy, 12)}
    assert texts == {"(lambda (sum $0))", "(lambda 1)"}
    assert strategy.ask() is None


@pytest.mark.parametrize("name", ["random", "genetic", "bayesian", "reinforce"])
def test_known_programs_come_first_and_once(name: str) -> None:
    starts = tuple(parse(f"(lambda (x) (+ {n} (sum x)))", SOME) for n in (1, 2, 1))
    log = drive(make_strategy(name, list_problem(starts=starts)), list_score, 60)
    asked = [entry.term for entry in log if isinstance(entry, Asked)]
    assert asked[:2] == [show_canonical(start) for start in starts[:2]]
    assert not set(asked[:2]) & set(asked[2:])


@pytest.mark.slow
def test_genetic_search_finds_what_random_search_does_not() -> None:
    """A deceptive little task: more convolutions score higher; both get the same number of asks."""

    def best(name: str, seed: int) -> float:
        log = drive(make(name, "net", seed), net_score, 220)
        return max(e.feedback.scores.get("score", -9.0) for e in log if isinstance(e, Told))

    pairs: list[tuple[float, float]] = []
    for seed in range(3):
        pairs.append((best("genetic", seed), best("random", seed)))
        if sum(a > b for a, b in pairs) == 2:
            return
    raise AssertionError(pairs)


def test_genetic_children_name_their_parents_and_inherit_sites() -> None:
    strategy = make("genetic", "net")
    asked: dict[int, Proposal] = {}
    children = 0
    for _ in range(80):
        proposal = strategy.ask()
        assert proposal is not None
        asked[proposal.number] = proposal
        if proposal.parent is not None:
            children += 1
            for site, (ask, there) in proposal.info["inherit"].items():
                here = {word.name for word in words_in(proposal.term) if word.site == site}
                old = {word.name for word in words_in(asked[ask].term) if word.site == there}
                assert here == old != set()
        strategy.tell(proposal.number, net_score(proposal.term))
    assert children > 40


@pytest.mark.parametrize(
    ("options", "objectives"),
    [
        ({"replacement": "generation", "population": 12}, (("score", "maximise"),)),
        ({"replacement": "oldest", "population": 12, "selection": "tournament"}, (("score", "maximise"),)),
        ({"selection": "epsilon_lexicase", "population": 12, "cases": 0.5}, (("score", "maximise"),)),
        ({"population": 12}, (("score", "maximise"), ("size", "minimise"))),
        (
            {"replacement": "generation", "selection": "nsga2", "population": 12},
            (("score", "maximise"), ("size", "minimise")),
        ),
    ],
)
def test_genetic_options_keep_the_population_and_its_best(options: dict, objectives: tuple) -> None:
    strategy = make_strategy("genetic", list_problem(objectives=objectives), options)
    best = -math.inf
    for _ in range(120):
        proposal = strategy.ask()
        assert proposal is not None
        feedback = list_score(proposal.term)
        best = max(best, feedback.scores.get("score", -math.inf))
        strategy.tell(proposal.number, feedback)
    assert len(strategy.population) <= 14  # type: ignore[attr-defined]
    assert max(one.fitness.values[0] for one in strategy.best) == best  # type: ignore[attr-defined]
    assert max(one.fitness.values[0] for one in strategy.population) == best  # type: ignore[attr-defined]


STRUCTURE = "(lambda (x) (pipe x (conv :maps 20 :kernel 5) relu (max_pool :kernel 2) flatten (dense :units 30) relu (dense :units 10)))"


def test_bayesian_search_tunes_the_settings_of_a_structure() -> None:
    """The model beats chance on a smooth score; the width of the result is left alone."""

    def score(term: Term) -> Feedback:
        conv = next(dict(word.settings) for word in words_in(term) if word.name == "conv")
        units = [dict(word.settings)["units"] for word in words_in(term) if word.name == "dense"]
        assert units[0] == 10
        return Feedback(
            {"score": -abs(math.log(conv["maps"] / 50)) - abs(math.log(units[1] / 100)) - 0.2 * (conv["kernel"] != 3)}
        )

    def best(startup: int) -> float:
        strategy = make_strategy("bayesian", net_problem(2), {"structure": STRUCTURE, "startup": startup})
        told = [e.feedback.scores["score"] for e in drive(strategy, score, 110) if isinstance(e, Told)]
        return sum(sorted(told)[-10:]) / 10

    assert best(15) > best(1000)


def test_bayesian_search_refuses_a_structure_that_is_no_program() -> None:
    for text, message in (("(lambda (x) (flatten x))", "Tensor"), ("(lambda", "structure")):
        with pytest.raises(StrategyError, match=message):
            make_strategy("bayesian", net_problem(), {"structure": text})
    with pytest.raises(StrategyError, match="nothing is left to tune"):
        text = "(lambda (x) (dense :units 10 (flatten x)))"
        make_strategy("bayesian", net_problem(), {"structure": text})


def test_bayesian_ranges_are_those_of_the_problem() -> None:
    ranges = {"conv.maps": Setting("maps", 8, 8, 9)}
    problem = Problem(parse_type("Tensor[1,8,8] -> Tensor[10]"), WORDS, ranges=ranges)
    strategy = make_strategy("bayesian", problem, {"structure": STRUCTURE, "startup": 5})
    found = set()
    for proposal in asked_of(strategy, 12)[1:]:
        found |= {dict(word.settings)["maps"] for word in words_in(proposal.term) if word.name == "conv"}
    assert found == {8, 9}


def test_the_window_of_the_model_is_bounded_and_keeps_the_best() -> None:
    strategy = make_strategy("bayesian", list_problem(), {"window": 10, "startup": 5})
    told = [e for e in drive(strategy, list_score, 90) if isinstance(e, Told)]
    scores = [e.feedback.scores["score"] for e in told if e.feedback.scores]
    memory = strategy.memory  # type: ignore[attr-defined]
    assert len(memory.trials) < 20
    assert max(trial.values[0] for _, trial in memory.trials) == max(scores)
    assert len(memory.view().get_trials()) == len(memory.trials)
