"""Each second counts once, and what is done beside the searches keeps to its share of their budgets."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from typing import Any

import pytest

from automl.budget import Budget
from automl.errors import TaskError
from automl.growth import clock as clock_module
from automl.growth.clock import COMPRESSION, EQUIVALENCE, SEARCH, TRAINING, Clock, TimeAllowance
from automl.growth.equivalence import Comparable, Sample, equal_words
from automl.growth.grow import grow
from automl.growth.learned_guidance import GuidancePlan, learn
from automl.tasks.kinds.examples import examples_task
from automl.tasks.task import Task
from library.store import open_store
from library.vocabulary import Vocabulary
from primitives.inference import infer
from primitives.syntax import parse
from primitives.words import builtin_words
from search.guidance import training
from search.guidance.dreams import Dream
from search.guidance.guide import Guide, reestimated
from search.guidance.training import Trained, train

WORDS = builtin_words()
INPUTS: list[list[int]] = [[], [3, 1, 2], [-4, 0, 5, 5], [7], [-1, -2, 8, 2, 6]]


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """The time, which passes only when a test says so."""
    moment = [100.0]
    monkeypatch.setattr(clock_module.time, "monotonic", lambda: moment[0])
    yield moment


def test_a_second_counts_for_the_innermost_activity(now: list[float]) -> None:
    clock = Clock()
    with clock.doing(SEARCH):
        now[0] += 5
        with clock.doing(COMPRESSION):
            now[0] += 2
            with clock.doing(EQUIVALENCE):
                now[0] += 1
        now[0] += 4
    now[0] += 3
    assert clock.seconds() == {SEARCH: 9, COMPRESSION: 2, EQUIVALENCE: 1, "other": 3} and clock.total() == 15
    clock.go_on({SEARCH: 30.0})
    now[0] += 1
    assert clock.total() == 31


def test_the_allowance_is_a_share_of_the_budgets_of_the_searches(now: list[float]) -> None:
    allowance = TimeAllowance(share=0.25)
    allowance.grant(Budget(evaluations=10**9))
    assert allowance.left() == allowance.deadline() == math.inf, "budgets in evaluations set no bound in seconds"
    allowance.grant(Budget(seconds=30.0))
    allowance.grant(Budget(seconds=10.0))
    with allowance.clock.doing(SEARCH):
        now[0] += 35
    assert allowance.left() == 10 and allowance.deadline() == 145
    with allowance.clock.doing(TRAINING):
        now[0] += 12
    assert allowance.left() == -2 and allowance.deadline(least=3.0) == 150


def test_equal_words_are_not_compared_after_the_deadline() -> None:
    texts = ("(lambda (xs) (reverse xs))", "(lambda (xs) (reverse (reverse (reverse xs))))")
    words = {}
    for text in texts:
        body = parse(text, WORDS)
        words[text] = Comparable(body, infer(body, WORDS).scheme)
    assert equal_words(words, Sample(), WORDS) == [texts]
    assert equal_words(words, Sample(), WORDS, time.monotonic() - 1) == []


def dreams() -> list[Dream]:
    found = []
    for number in range(40):
        term = parse(f"(lambda (xs) (map (lambda (x) (+ x {number})) xs))", WORDS)
        examples = tuple((((*xs,),), tuple(x + number for x in xs)) for xs in INPUTS)
        found.append(Dream(infer(term, WORDS).type, examples, term))
    return found


def test_a_training_without_time_learns_nothing_and_one_with_time_as_before() -> None:
    guide = reestimated([each.term for each in dreams()], {name: WORDS[name] for name in ("map", "+", "sort", "sum")})
    short = train(guide, dreams(), seconds=0.0, epochs=400, hidden=8)
    assert short.tasks < 40 and short.epochs <= 1, "most of the reading and all but one step are left out"
    bounded, free = (train(guide, dreams(), seconds=s, epochs=3, hidden=8) for s in (10**6, math.inf))
    assert (bounded.after, bounded.tasks) == (free.after, free.tasks) and free.tasks == 40 and free.after < free.before


def tasks() -> dict[str, Task]:
    functions: dict[str, Any] = {"a": sorted, "b": lambda xs: xs[::-1]}
    return {
        name: examples_task(name, "list(int) -> list(int)", [((xs,), function(xs)) for xs in INPUTS])
        for name, function in functions.items()
    }


def test_no_model_is_trained_where_no_time_is_left() -> None:
    solved = {name: parse("(lambda (xs) (sort xs))", WORDS) for name in "abcdef"}
    allowance = TimeAllowance(share=0.2)
    allowance.grant(Budget(seconds=2.0))
    learned = learn(solved, tasks(), Vocabulary(), plan=GuidancePlan("model"), allowance=allowance)
    assert learned is not None and learned.guide.network is None and learned.training == {}


@pytest.mark.parametrize(("granted", "loads", "trained"), [(15.0, 0, []), (25.0, 1, []), (100.0, 1, [14.0])])
def test_what_loading_torch_takes_is_of_the_allowance(
    granted: float, loads: int, trained: list[float], now: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes 6 seconds here: once it is loaded the clock is looked at again, and with too little left it is not begun."""
    loaded: list[float] = []
    given: list[float] = []

    def load() -> None:
        loaded.append(now[0])
        now[0] += 6.0

    def train(guide: Guide, dreams: Any, *, seconds: float, **others: Any) -> Trained:
        given.append(seconds)
        return Trained(guide, 1.0, 1.0, 0, len(dreams), 0.0)

    monkeypatch.setattr(training, "is_loaded", lambda: bool(loaded))
    monkeypatch.setattr(training, "load", load)
    monkeypatch.setattr(training, "train", train)
    solved = {name: parse("(lambda (xs) (sort xs))", WORDS) for name in "abcdef"}
    allowance = TimeAllowance(share=0.2)
    allowance.grant(Budget(seconds=granted))
    plan = GuidancePlan("model", dreams=20)
    learned = learn(solved, tasks(), Vocabulary(), plan=plan, allowance=allowance)
    assert learned is not None and (len(loaded), given) == (loads, trained)
    assert allowance.clock.seconds().get(TRAINING, 0.0) == 6.0 * loads


def test_a_growth_says_where_its_time_went_and_refuses_a_share_that_is_none() -> None:
    growth = grow(list(tasks().values()), open_store("memory:"), evaluations=200, strategy="enumerative", iterations=2)
    assert {SEARCH, COMPRESSION, "trials"} <= growth.clock.keys()
    assert 0.5 * growth.seconds < sum(growth.clock.values()) < 1.01 * growth.seconds
    with pytest.raises(TaskError, match="share=-1"):
        grow(list(tasks().values()), open_store("memory:"), evaluations=200, share=-1)
