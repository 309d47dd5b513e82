"""Schedules against their definitions."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automl.fitting import rates as schedules
from automl.fitting.rates import SCHEDULES, TrainingProgress


def at(fraction: float = 0.0, step: int = 0, epoch: int = 0, plateaus: int = 0) -> TrainingProgress:
    return TrainingProgress(step, epoch, fraction, plateaus)


def test_one_cycle_rises_to_one_and_falls_to_its_end():
    factor = schedules.one_cycle(warm=0.25, start=0.1, final=0.01)
    assert factor(at(0.0)) == pytest.approx(0.1)
    assert factor(at(0.25)) == pytest.approx(1.0)
    assert factor(at(0.125)) == pytest.approx(0.55)
    assert factor(at(1.0)) == pytest.approx(0.01)
    rising = [factor(at(i / 100)) for i in range(26)]
    falling = [factor(at(0.25 + i / 100)) for i in range(76)]
    assert rising == sorted(rising) and falling == sorted(falling, reverse=True)


def test_the_others():
    assert schedules.cosine(0.2)(at(0.5)) == pytest.approx(0.6)
    steps = schedules.step_decay(0.5, (0.3, 0.6))
    assert [steps(at(f)) for f in (0.0, 0.3, 0.59, 0.6, 1.0)] == [1, 0.5, 0.5, 0.25, 0.25]
    assert [schedules.warmup(4)(at(step=s)) for s in (0, 1, 3, 9)] == [0.25, 0.5, 1.0, 1.0]
    assert schedules.warmup(4, schedules.cosine())(at(0.5, step=1)) == pytest.approx(0.25)
    assert schedules.inverse_time(10)(at(step=30)) == pytest.approx(0.25)
    assert [schedules.halving()(at(plateaus=p)) for p in (0, 1, 7)] == [1, 0.5, 1 / 128]
    assert schedules.per_epoch(lambda epoch: 0.1**epoch)(at(step=7, epoch=2)) == pytest.approx(0.01)


@given(st.sampled_from(sorted(SCHEDULES)), st.floats(0, 1), st.integers(0, 10**9), st.integers(0, 10**6))
def test_every_named_schedule_stays_between_nought_and_one(name, fraction, step, epoch):
    factor = SCHEDULES[name](TrainingProgress(step, epoch, fraction))
    assert math.isfinite(factor) and -1e-9 <= factor <= 1 + 1e-9


def test_an_unknown_name_is_refused():
    with pytest.raises(ValueError, match="schedule='fast'.*one_cycle"):
        schedules.schedule_named("fast")
