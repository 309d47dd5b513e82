"""One suite over every strategy that is found: ask, tell, replay, determinism, options, bounds."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from primitives.inference import infer
from primitives.interpreter.interpret import Fuel, evaluate
from primitives.primitive import Setting, builtin_words
from primitives.syntax import parse
from primitives.term import Literal, Term, words_in
from primitives.types import INT, has_tensor, parse_type
from primitives.values import Failure
from search.problem import Problem
from search.strategies import find_strategies, make_strategy
from search.strategy import AbstractStrategy, Asked, Feedback, Proposal, ReplayError, StrategyError, Told

WORDS = builtin_words()
PLAIN = {name: word for name, word in WORDS.items() if not word.geometric and not has_tensor(word.scheme.type)}
SOME = {
    n: PLAIN[n] for n in ("map", "filter", "fold", "sum", "length", "head", "reverse", "sort", "+", "-", "*", ">", "if")
}
EXAMPLES = tuple(((xs,), sum(xs) + 1) for xs in ((1, 2, 3), (4,), (5, 6), (7, 0, 0, 1), ()))
STRATEGIES = sorted(find_strategies())
Score = Callable[[Term], Feedback]


def list_problem(seed: int = 0, **change: object) -> Problem:
    options: dict = {
        "constants": (Literal(0, INT), Literal(1, INT)),
        "examples": EXAMPLES,
        "max_size": 14,
        "seed": seed,
    }
    return Problem(parse_type("list(int) -> int"), SOME, **(options | change))


def net_problem(seed: int = 0) -> Problem:
    return Problem(parse_type("Tensor[1,8,8] -> Tensor[10]"), WORDS, seed=seed, max_size=20, max_parameters=40_000)


def list_score(term: Term) -> Feedback:
    cases = []
    for inputs, output in EXAMPLES:
        value = evaluate(term, inputs, words=SOME, fuel=Fuel(2000))
        cases.append(100.0 if isinstance(value, Failure) else min(100.0, abs(value - output)))
    if min(cases) == 100.0:
        return Feedback({}, "undefined")
    return Feedback({"score": -sum(cases)}, "ok", tuple(cases))


def net_score(term: Term) -> Feedback:
    names = [word.name for word in words_in(term)]
    score = names.count("conv") + 0.5 * names.count("relu") - 0.1 * len(names)
    return Feedback({"score": score}) if "softmax" not in names else Feedback({}, "diverged")


PROBLEMS: dict[str, tuple[Callable[[int], Problem], Score]] = {
    "list": (list_problem, list_score),
    "net": (net_problem, net_score),
}


def make(name: str, problem: str, seed: int = 0) -> AbstractStrategy:
    """The strategy on one of the problems."""
    return make_strategy(name, PROBLEMS[problem][0](seed))


def accepts(name: str, problem: str) -> bool:
    """Whether the strategy takes the problem; one may be for tasks of examples only."""
    try:
        make(name, problem)
    except StrategyError:
        return False
    return True


CASES = [(name, problem) for name in STRATEGIES for problem in PROBLEMS if accepts(name, problem)]


def test_every_strategy_takes_examples_and_says_so_where_it_needs_them() -> None:
    assert {name for name, problem in CASES if problem == "list"} == set(STRATEGIES)
    for name in set(STRATEGIES) - {name for name, problem in CASES if problem == "net"}:
        with pytest.raises(StrategyError, match="examples"):
            make(name, "net")


def drive(strategy: AbstractStrategy, score: Score, asks: int, outstanding: int = 1) -> list[Asked | Told]:
    """Ask and tell with several outstanding; the log, as a store would keep it."""
    log: list[Asked | Told] = []
    waiting: list[Proposal] = []
    for _ in range(
        1 if strategy.fused else asks
    ):  # one that evaluates by itself asks only about what meets all examples
        proposal = strategy.ask()
        if proposal is None:
            break
        log.append(Asked(proposal.number, proposal.text))
        waiting.append(proposal)
        if len(waiting) >= outstanding:
            told = waiting.pop(0)
            log.append(Told(told.number, score(told.term)))
            strategy.tell(told.number, log[-1].feedback)
    return log


@pytest.mark.parametrize(("name", "problem"), CASES)
def test_proposals_are_programs_within_bounds(name: str, problem: str) -> None:
    strategy = make(name, problem)
    made = strategy.problem
    log = [entry for entry in drive(strategy, PROBLEMS[problem][1], 60) if isinstance(entry, Asked)]
    assert log
    assert [entry.number for entry in log] == list(range(len(log)))
    for entry in log:
        term = parse(entry.term, made.words)
        inference = infer(term, made.words, made.type)
        assert inference.waiting == ()
        assert term.size <= made.max_size
        assert made.max_parameters is None or inference.parameters <= made.max_parameters


@pytest.mark.parametrize(("name", "problem"), CASES)
def test_the_same_seed_gives_the_same_asks_and_another_one_others(name: str, problem: str) -> None:
    score = PROBLEMS[problem][1]
    first, again, other = (drive(make(name, problem, seed), score, 40) for seed in (3, 3, 4))
    assert first == again
    strategy = make(name, problem)
    if len(first) > 4 and not strategy.fused:
        assert first != other


@pytest.mark.parametrize("outstanding", [1, 3])
@pytest.mark.parametrize(("name", "problem"), CASES)
def test_replay_continues_as_if_never_interrupted(name: str, problem: str, outstanding: int) -> None:
    """Cut at several places, also between an ask and its tell: what follows equals the uninterrupted run."""
    score = PROBLEMS[problem][1]
    whole = drive(make(name, problem), score, 50, outstanding)
    for cut in sorted({0, 1, len(whole) // 3, len(whole) // 2, max(len(whole) - 2, 0)}):
        resumed = make(name, problem)
        left = list(resumed.replay(whole[:cut]))
        told = {entry.number for entry in whole[:cut] if isinstance(entry, Told)}
        asked = [entry for entry in whole[:cut] if isinstance(entry, Asked)]
        assert [p.number for p in left] == [entry.number for entry in asked if entry.number not in told]
        for entry in whole[cut:]:
            if isinstance(entry, Asked):
                proposal = resumed.ask()
                assert proposal is not None
                assert (proposal.number, proposal.text) == (entry.number, entry.term)
            else:
                resumed.tell(entry.number, entry.feedback)


@pytest.mark.parametrize("name", STRATEGIES)
def test_a_log_of_another_seed_or_another_program_is_refused(name: str) -> None:
    log = drive(make(name, "list"), list_score, 3)
    assert isinstance(log[0], Asked)
    with pytest.raises(ReplayError, match="ask=0"):
        make(name, "list").replay([Asked(0, "(lambda nonsense)"), *log[1:]])


@pytest.mark.parametrize("name", STRATEGIES)
def test_each_ask_is_told_once(name: str) -> None:
    strategy = make(name, "list")
    with pytest.raises(StrategyError, match="ask=0, which was never asked"):
        strategy.tell(0, Feedback())
    proposal = strategy.ask()
    assert proposal is not None
    strategy.tell(0, Feedback({"score": 0.0}, "ok", (0.0,) * len(EXAMPLES)))
    with pytest.raises(StrategyError, match="told already"):
        strategy.tell(0, Feedback())


@pytest.mark.parametrize("feedback", [Feedback({}, "lost"), Feedback({"score": math.nan}), Feedback({"other": 1.0})])
@pytest.mark.parametrize(("name", "problem"), CASES)
def test_a_search_goes_on_when_every_candidate_fails(name: str, problem: str, feedback: Feedback) -> None:
    strategy = make(name, problem)
    asked = [entry for entry in drive(strategy, lambda term: feedback, 45) if isinstance(entry, Asked)]
    assert len(asked) == 45 or strategy.fused


@pytest.mark.parametrize("name", STRATEGIES)
def test_options_are_declared_and_checked(name: str) -> None:
    strategy = find_strategies()[name]
    assert strategy.__doc__ and strategy.name == name
    for option in strategy.OPTIONS:
        assert option.doc
        assert option.check(name, option.default) == option.default
        with pytest.raises(StrategyError, match=f"{name}.*{option.name}"):
            strategy(list_problem(), {option.name: object()})
    with pytest.raises(StrategyError, match="wrong_option"):
        strategy(list_problem(), {"wrong_option": 1})
    assert make(name, "list").batch >= 1


@pytest.mark.parametrize("name", STRATEGIES)
def test_batches_are_asked_and_told(name: str) -> None:
    one, many = make(name, "list"), make(name, "list")
    count = 1 if one.fused else 3
    first = one.ask_many(count)
    assert [p.text for p in first] == [p.text for p in many.ask_many(count)]
    one.tell_many([(p.number, list_score(p.term)) for p in first])
    assert one.outstanding == {} and len(many.outstanding) == len(first)


def test_an_unknown_strategy_is_refused_with_the_names() -> None:
    with pytest.raises(StrategyError, match="genetic"):
        make_strategy("genetical", list_problem())


@pytest.mark.parametrize("name", ["random", "genetic", "bayesian"])
def test_nothing_is_proposed_twice(name: str) -> None:
    for problem, (_, score) in PROBLEMS.items():
        asked = [e.term for e in drive(make(name, problem), score, 150) if isinstance(e, Asked)]
        assert len(set(asked)) == len(asked) == 150


@pytest.mark.parametrize("name", ["random", "genetic", "bayesian"])
def test_a_small_space_is_exhausted(name: str) -> None:
    problem = Problem(parse_type("list(int) -> int"), {"sum": SOME["sum"]}, constants=(Literal(1, INT),), max_size=3)
    strategy = make_strategy(name, problem)
    texts = {proposal.text for proposal in strategy.ask_many(50)}
    assert texts == {"(lambda (sum $0))", "(lambda 1)"}
    assert strategy.ask() is None


@pytest.mark.parametrize("name", ["random", "genetic"])
def test_known_programs_come_first(name: str) -> None:
    start = parse("(lambda (x) (+ 1 (sum x)))", SOME)
    strategy = make_strategy(name, list_problem(starts=(start,)))
    first = strategy.ask()
    assert first is not None and first.term == start


def test_genetic_search_finds_what_random_search_does_not() -> None:
    """A deceptive little task: more convolutions score higher; both get the same number of asks."""

    def best(name: str, seed: int) -> float:
        log = drive(make(name, "net", seed), net_score, 220)
        return max(e.feedback.scores.get("score", -9.0) for e in log if isinstance(e, Told))

    pairs = [(best("genetic", seed), best("random", seed)) for seed in range(3)]
    assert sum(a > b for a, b in pairs) >= 2, pairs


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
    for proposal in strategy.ask_many(12)[1:]:
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
