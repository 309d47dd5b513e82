"""Successive halving: who goes on, who stops, who is promoted later."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.fidelity import Rungs, SuccessiveHalving


def test_fractions_rise_to_the_full_budget() -> None:
    assert Rungs(3, 3).fractions == pytest.approx((1 / 9, 1 / 3, 1.0))
    assert Rungs(1, 2).fractions == (1.0,)


def test_the_best_third_goes_on() -> None:
    halving = SuccessiveHalving(Rungs(2, 3))
    assert [halving.report(ask, 0, score) for ask, score in enumerate([0.1, 0.2])] == [True, True]
    assert [halving.report(ask, 0, score) for ask, score in zip((2, 3, 4, 5), (0.9, 0.5, 0.6, 0.7))] == [
        True, False, False, True,
    ]  # fmt: skip
    assert halving.report(2, 1, 0.95) is False


def test_smaller_is_better_when_minimising_and_failures_stop() -> None:
    halving = SuccessiveHalving(Rungs(2, 2), direction="minimise")
    assert halving.report(0, 0, 1.0)
    assert not halving.report(1, 0, 2.0)
    assert not halving.report(2, 0, float("nan"))
    assert halving.report(3, 0, 0.5)


def test_one_that_was_stopped_is_promoted_when_others_do_worse() -> None:
    halving = SuccessiveHalving(Rungs(2, 2))
    assert halving.report(0, 0, 0.9)
    assert not halving.report(1, 0, 0.5)
    assert not halving.report(2, 0, 0.4)
    assert halving.promotable() == []
    assert not halving.report(3, 0, 0.3)
    assert halving.promotable() == [(1, 1)]
    assert halving.promotable() == []
    assert halving.report(1, 1, 0.6) is False


def test_reports_out_of_order_are_refused() -> None:
    halving = SuccessiveHalving(Rungs(3, 2))
    with pytest.raises(ValueError, match="rung=1"):
        halving.report(0, 1, 0.5)
    with pytest.raises(ValueError, match="rung=7"):
        halving.report(0, 7, 0.5)
    with pytest.raises(ValueError, match="reduction=1"):
        Rungs(2, 1)
    with pytest.raises(ValueError, match="direction='up'"):
        SuccessiveHalving(direction="up")


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60), st.integers(2, 4))
def test_about_one_in_reduction_is_promoted_in_the_end(scores: list[float], reduction: int) -> None:
    halving = SuccessiveHalving(Rungs(2, reduction))
    for ask, score in enumerate(scores):
        halving.report(ask, 0, score)
    halving.promotable()
    promoted = halving.promoted[0]
    wanted = max(len(scores) // reduction, 0)
    top = sorted(range(len(scores)), key=lambda ask: (-scores[ask], ask))[:wanted]
    assert set(top) <= promoted
