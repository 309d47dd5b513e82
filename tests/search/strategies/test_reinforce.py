"""The controller: its gradient is that of the log-probability of what it chose, and it comes to prefer what was good."""

from __future__ import annotations

import math
import statistics

import pytest

from automl.testing.strategies import net_problem
from primitives.primitive import Setting
from primitives.term import words_in
from search.randomness import Draws
from search.strategies import make_strategy
from search.strategies.reinforce import BOUND, Choice, Policy, PolicyChooser
from search.strategy import Feedback

LABELS, SUMS = ("conv", "dense", "relu"), (1.0, 3.0, 6.0)


def probability(preferences: dict[Choice, float], index: int) -> float:
    """Of an index at the first choice, by the formula."""
    weights = [
        w * math.exp(preferences.get(("", label), 0.0)) for w, label in zip((1.0, 2.0, 3.0), LABELS, strict=True)
    ]
    return weights[index] / sum(weights)


def test_choices_follow_the_preferences() -> None:
    preferences = {("", "conv"): 1.5, ("", "relu"): -1.0}
    counts = [0, 0, 0]
    for seed in range(4000):
        counts[PolicyChooser(Policy(preferences), Draws(seed)).pick((0,), LABELS, SUMS)] += 1
    for index, count in enumerate(counts):
        assert count / 4000 == pytest.approx(probability(preferences, index), abs=0.03)


def test_the_gradient_is_that_of_the_log_probability() -> None:
    preferences: dict[Choice, float] = {("", "conv"): 0.4, ("", "dense"): -0.2}
    chooser = PolicyChooser(Policy(dict(preferences)), Draws(3))
    index = chooser.pick((0,), LABELS, SUMS)
    for label in LABELS:
        moved = [dict(preferences), dict(preferences)]
        for sign, each in zip((1, -1), moved, strict=True):
            each["", label] = each.get(("", label), 0.0) + sign * 1e-5
        slope = (math.log(probability(moved[0], index)) - math.log(probability(moved[1], index))) / 2e-5
        assert chooser.gradient["", label] == pytest.approx(slope, abs=1e-6)


@pytest.mark.parametrize(
    "setting",
    [Setting("maps", 20, 4, 128, log=True), Setting("rate", 0.5, 0.05, 0.8), Setting("kernel", 3, choices=(1, 3, 5))],
    ids=lambda setting: setting.name,
)
def test_values_lie_in_the_range_of_their_setting(setting: Setting) -> None:
    chooser = PolicyChooser(Policy(), Draws(0))
    values = [chooser.value((0,), "word", setting) for _ in range(300)]
    if setting.choices:
        assert set(values) == set(setting.choices)
    else:
        assert setting.low is not None and setting.high is not None
        assert all(type(value) is type(setting.default) for value in values)
        numbers = [float(str(value)) for value in values]
        assert setting.low <= min(numbers) < setting.low * 1.3 and setting.high * 0.8 < max(numbers) <= setting.high


def test_a_new_attempt_forgets_the_choices_of_the_one_before() -> None:
    chooser = PolicyChooser(Policy(), Draws(0))
    chooser.pick((0,), LABELS, SUMS)
    assert chooser.gradient
    chooser.fraction((1, -1))
    assert chooser.gradient == {}


def test_no_choice_is_ever_ruled_out() -> None:
    policy = Policy()
    for _ in range(1000):
        policy.move({("", "conv"): -1.0}, 1.0, 0.0)
    assert policy.preference("^", "conv") == -BOUND


def count_of(strategy: str, seed: int, told: bool) -> float:
    """The mean number of relu in the last 40 of 160 proposals, where programs with more of them are said to be better."""
    found, counts = make_strategy(strategy, net_problem(seed)), []
    for _ in range(160):
        proposal = found.ask()
        assert proposal is not None
        counts.append(sum(word.name == "relu" for word in words_in(proposal.term)))
        name = found.problem.objectives[0][0]
        found.tell(proposal.number, Feedback({name: float(counts[-1]) if told else 0.0}))
    return statistics.fmean(counts[-40:])


def test_it_comes_to_prefer_what_was_good() -> None:
    assert count_of("reinforce", 0, True) > count_of("reinforce", 0, False) + 0.5
