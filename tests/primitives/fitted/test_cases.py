"""What words are fitted to: samples, and how much may be made in the time that there is."""

from __future__ import annotations

import numpy as np
import pytest

from primitives.fitted import cases as module
from primitives.fitted.cases import FittingCases, FittingClock


def test_a_sample_keeps_the_order_and_comes_from_the_seed() -> None:
    cases = FittingCases(np.arange(20, dtype=np.float32)[:, None], np.arange(20) % 2, 2, seed=3)
    some = cases.sample(7)
    assert len(some) == 7 and (np.diff(some.x[:, 0]) > 0).all() and (some.y == some.x[:, 0] % 2).all()
    assert (cases.sample(7).x == some.x).all() and cases.sample(20) is cases


@pytest.mark.parametrize("seed", range(5))
def test_a_sample_has_every_class_however_rare(seed: int) -> None:
    y = np.zeros(2000, dtype=np.int64)
    y[[700, 1500]] = 1, 2
    some = FittingCases(np.arange(2000, dtype=np.float32)[:, None], y, 4, seed=seed).sample(20)
    assert len(some) == 20 and list(some.present) == [0, 1, 2]
    assert {700.0, 1500.0} <= set(some.x[:, 0].tolist())


def test_a_clock_without_seconds_lets_all_be_made_at_once() -> None:
    assert FittingClock(None).more(0, 5, 100) == 100


def test_a_clock_lets_as_many_turns_be_made_as_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each turn takes a second, of 30: never more, and most of them are used."""
    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    clock, made, starts = FittingClock(30.0), 0, 0
    while more := clock.more(made, 2, 100):
        made, starts = made + more, starts + 1
        now[0] += more
    assert 20 <= made <= 30 and starts <= 4


def test_a_clock_that_ran_out_lets_nothing_be_made() -> None:
    clock = FittingClock(0.0)
    assert clock.more(0, 2, 100) == 2, "the first turns are always made: without them there is no model"
    assert clock.more(2, 2, 100) == 0
