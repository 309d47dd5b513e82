"""What every strategy must do: propose programs within bounds, as a function of its seed and what it was told, and go on from a log."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from primitives.inference import infer
from primitives.interpreter.deadline import Deadline, OutOfTime
from primitives.interpreter.interpret import Fuel, evaluate
from primitives.notation.types import parse_type
from primitives.syntax import parse
from primitives.term import Literal, Term, words_in
from primitives.types import INT, has_tensor
from primitives.values import Failure
from primitives.words import builtin_words
from search.bounds import Bounds
from search.generation.spaces.matching import parts_of
from search.generation.spaces.reading import as_space
from search.problem import Problem
from search.strategy import AbstractStrategy, Asked, Feedback, Proposal, ReplayError, StrategyError, Told

WORDS = builtin_words()

PLAIN = {name: word for name, word in WORDS.items() if not word.geometric and not has_tensor(word.scheme.type)}

SOME = {
    n: PLAIN[n] for n in ("map", "filter", "fold", "sum", "length", "head", "reverse", "sort", "+", "-", "*", ">", "if")
}

EXAMPLES = tuple(((xs,), sum(xs) + 1) for xs in ((1, 2, 3), (4,), (5, 6), (7, 0, 0, 1), ()))

Score = Callable[[Term], Feedback]


def list_problem(seed: int = 0, **change: object) -> Problem:
    options: dict = {
        "constants": (Literal(0, INT), Literal(1, INT)),
        "examples": EXAMPLES,
        "max_size": 14,
        "seed": seed,
    }
    return Problem(parse_type("list(int) -> int"), SOME, **(options | change))


LOOSE, TIGHT = Bounds(parameters=40_000), Bounds(parameters=700, operations=60_000, memory=6_000)
"""Bounds for ``net_problem``; few nets keep the tight ones unless they are grown for them."""


def _space(text: str) -> Term:
    return as_space(parse(text, WORDS))


def net_problem(seed: int = 0, bounds: Bounds = LOOSE, space: Term | None = None) -> Problem:
    return Problem(parse_type("Tensor[1,8,8] -> Tensor[10]"), WORDS, seed=seed, max_size=20, bounds=bounds, space=space)


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


SPACES: dict[str, tuple[Callable[[], Problem], Score]] = {
    "list": (lambda: list_problem(space=_space("(lambda (xs) (fold ?join 0 (choice (map ?each xs) xs)))")), list_score),
    "net": (
        lambda: net_problem(2, space=_space("(lambda (x) (pipe x ?f flatten (dense :units (range 8 32)) relu (dense :units 10)))")),
        net_score,
    ),
}  # fmt: skip
"""Problems with a program whose free parts alone are filled."""


PROBLEMS: dict[str, tuple[Callable[[int], Problem], Score]] = {
    "list": (list_problem, list_score),
    "net": (net_problem, net_score),
}


def drive(strategy: AbstractStrategy, score: Score, asks: int, outstanding: int = 1) -> list[Asked | Told]:
    """Ask and tell with several outstanding; the log, as a store would keep it."""
    log: list[Asked | Told] = []
    waiting: list[Proposal] = []
    # One that evaluates by itself asks only about what meets all examples.
    for _ in range(1 if strategy.fused else asks):
        proposal = strategy.ask()
        if proposal is None:
            break
        log.append(Asked(proposal.number, proposal.text))
        waiting.append(proposal)
        if len(waiting) >= outstanding:
            told = waiting.pop(0)
            feedback = score(told.term)
            log.append(Told(told.number, feedback))
            strategy.tell(told.number, feedback)
    return log


def asked_of(strategy: AbstractStrategy, count: int) -> list[Proposal]:
    """The next proposals of a strategy: so many, or fewer where it is exhausted."""
    return [proposal for _ in range(count) if (proposal := strategy.ask()) is not None]


Make = Callable[..., AbstractStrategy]
"""The strategy on the problem of that name, ``list`` or ``net``, with a seed."""


class StrategySuite:
    """Tests for a strategy. A subclass gives it by a fixture ``strategy``, a subclass of AbstractStrategy.

    Every strategy must take tasks of examples; one that takes no other says so by a StrategyError that names them.
    """

    @pytest.fixture
    def strategy(self) -> type[AbstractStrategy]:
        """The strategy to be tested."""
        raise NotImplementedError("give the strategy by a fixture `strategy`")

    @pytest.fixture
    def make(self, strategy: type[AbstractStrategy]) -> Make:
        return lambda problem, seed=0: strategy(PROBLEMS[problem][0](seed), None)

    @pytest.fixture(params=PROBLEMS)
    def problem(self, request: pytest.FixtureRequest, make: Make) -> str:
        """A kind of problem that the strategy takes."""
        try:
            make(request.param)
        except StrategyError as error:
            assert request.param != "list" and "examples" in str(error)
            pytest.skip(f"it takes no other tasks than such of examples: {error}")
        return str(request.param)

    def test_proposals_are_programs_within_bounds(self, make: Make, problem: str) -> None:
        strategy = make(problem)
        made = strategy.problem
        log = [entry for entry in drive(strategy, PROBLEMS[problem][1], 60) if isinstance(entry, Asked)]
        assert log
        assert [entry.number for entry in log] == list(range(len(log)))
        for entry in log:
            term = parse(entry.term, made.words)
            inference = infer(term, made.words, made.type)
            assert inference.waiting == ()
            assert term.size <= made.max_size
            assert not made.excess(inference)

    def test_what_is_proposed_keeps_tight_bounds(self, strategy: type[AbstractStrategy]) -> None:
        try:
            made = strategy(net_problem(1, TIGHT), None)
        except StrategyError as error:
            pytest.skip(f"it takes no other tasks than such of examples: {error}")
        log = [entry for entry in drive(made, net_score, 60) if isinstance(entry, Asked)]
        assert len(log) == 60
        for entry in log:
            assert not made.problem.excess(infer(parse(entry.term, WORDS), WORDS, made.problem.type))

    @pytest.mark.parametrize("kind", SPACES)
    def test_what_is_proposed_is_of_the_space(self, strategy: type[AbstractStrategy], kind: str) -> None:
        problem, score = SPACES[kind]
        try:
            made = strategy(problem(), None)
        except StrategyError as error:
            pytest.skip(f"it fills no free parts: {error}")
        log = [entry for entry in drive(made, score, 45) if isinstance(entry, Asked)]
        assert len(log) == 45 or (kind == "net" and len(log) > 30)
        assert made.problem.space is not None
        for entry in log:
            term = parse(entry.term, WORDS)
            assert parts_of(made.problem.space, term) is not None
            infer(term, WORDS, made.problem.type)

    def test_the_same_seed_gives_the_same_asks_and_another_one_others(self, make: Make, problem: str) -> None:
        score = PROBLEMS[problem][1]
        first, again, other = (drive(make(problem, seed), score, 40) for seed in (3, 3, 4))
        assert first == again
        strategy = make(problem)
        if len(first) > 4 and not strategy.fused:
            assert first != other

    @pytest.mark.parametrize("outstanding", [pytest.param(1, marks=pytest.mark.slow), 3])
    def test_replay_continues_as_if_never_interrupted(self, make: Make, problem: str, outstanding: int) -> None:
        """Cut at several places, also between an ask and its tell: what follows equals the uninterrupted run."""
        score = PROBLEMS[problem][1]
        whole = drive(make(problem), score, 30, outstanding)
        for cut in sorted({min(1, len(whole)), len(whole) // 2, max(len(whole) - 2, 0)}):
            resumed = make(problem)
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

    def test_a_log_of_another_seed_or_another_program_is_refused(self, make: Make) -> None:
        log = drive(make("list"), list_score, 3)
        assert isinstance(log[0], Asked)
        with pytest.raises(ReplayError, match="ask=0"):
            make("list").replay([Asked(0, "(lambda nonsense)"), *log[1:]])

    def test_each_ask_is_told_once(self, make: Make) -> None:
        strategy = make("list")
        with pytest.raises(StrategyError, match="ask=0, which was never asked"):
            strategy.tell(0, Feedback())
        proposal = strategy.ask()
        assert proposal is not None
        strategy.tell(0, Feedback({"score": 0.0}, "ok", (0.0,) * len(EXAMPLES)))
        with pytest.raises(StrategyError, match="told already"):
            strategy.tell(0, Feedback())

    def test_a_search_goes_on_when_every_candidate_fails(self, make: Make, problem: str) -> None:
        strategy = make(problem)
        failures = itertools.cycle((Feedback({}, "lost"), Feedback({"score": math.nan}), Feedback({"other": 1.0})))
        asked = [entry for entry in drive(strategy, lambda term: next(failures), 45) if isinstance(entry, Asked)]
        assert len(asked) == 45 or strategy.fused

    def test_options_are_declared_and_checked(self, strategy: type[AbstractStrategy], make: Make) -> None:
        name = strategy.name
        assert strategy.__doc__
        for option in strategy.OPTIONS:
            assert option.doc
            assert option.check(name, option.default) == option.default
            with pytest.raises(StrategyError, match=f"{name}.*{option.name}"):
                strategy(list_problem(), {option.name: object()})
        with pytest.raises(StrategyError, match="wrong_option"):
            strategy(list_problem(), {"wrong_option": 1})
        assert make("list").batch >= 1

    def test_an_ask_that_finds_nothing_in_its_time_was_not_asked(self, make: Make, problem: str) -> None:
        one, other = make(problem), make(problem)
        found = None
        if not one.fused:
            with suppress(OutOfTime):
                found = one.ask(Deadline(time.monotonic() - 1.0))
        found, wanted = found or one.ask(), other.ask()
        assert (found is None) == (wanted is None)
        assert found is None or wanted is None or (found.number, found.text) == (0, wanted.text)

    def test_several_may_be_asked_before_one_is_told(self, make: Make) -> None:
        one, other = make("list"), make("list")
        count = 1 if one.fused else 3
        first = asked_of(one, count)
        assert [p.text for p in first] == [p.text for p in asked_of(other, count)]
        for proposal in first:
            one.tell(proposal.number, list_score(proposal.term))
        assert one.outstanding == {} and len(other.outstanding) == len(first)
