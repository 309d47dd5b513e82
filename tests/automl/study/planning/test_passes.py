"""How long trainings are where pictures are few for the time: as many passes for small and large nets."""

from __future__ import annotations

from dataclasses import replace
from math import ceil

import numpy as np
import pytest

from automl.budget import Budget
from automl.fitting.recipes import mirrored
from automl.study.planning.passes import are_few, seconds_a_pass, seconds_for
from automl.study.planning.schedule import ENOUGH, EXPLORE, FINAL, REFINE, Schedule, most_passes, usual_schedule
from automl.study.state import Standing
from automl.tasks.kinds.labelled import labelled_task
from library.records import Direction, Evaluation

HALF_HOUR = 1800.0
PICTURES = labelled_task("pictures", np.zeros((4000, 1, 28, 32), np.uint8), np.arange(4000) % 2).data
PLAN = usual_schedule(PICTURES, Budget(HALF_HOUR))


def trained(epochs: int, seconds: float, ask: int = 0, parameters: int = 10) -> Evaluation:
    return Evaluation(
        run="r", ask=ask, term="x", outcome="ok", scores={"accuracy": 0.5}, parameters=parameters, seconds=seconds,
        curves={"epoch": [1, epochs]},
    )  # fmt: skip


def test_the_time_of_a_pass_is_known_of_a_training_with_several() -> None:
    assert seconds_a_pass(trained(8, 4.0)) == 0.5
    assert seconds_a_pass(trained(4, 4.0)) is None, "the last of few may have been cut short"
    assert seconds_a_pass(trained(8, 4.0, parameters=0)) is None
    long = replace(trained(2, 16.0), curves={"epoch": [1, 2], "steps": [400, 640]})
    assert seconds_a_pass(long) == 10.0, "the second pass was broken off"
    assert seconds_a_pass(replace(long, seconds=4.0)) is None
    assert seconds_a_pass(Evaluation(run="r", ask=0, term="x", outcome="ok", parameters=10)) is None


def test_a_search_keeps_the_time_of_its_fastest_net() -> None:
    standing = Standing("accuracy", Direction.MAXIMIZE)
    for ask, (epochs, seconds) in enumerate([(2, 0.1), (8, 16.0), (8, 4.0), (8, 40.0)]):
        standing.ask(ask, EXPLORE)
        standing.note(trained(epochs, seconds, ask))
    assert standing.seconds_a_pass == 0.5


def test_trainings_take_longer_where_pictures_are_few_for_the_time() -> None:
    few, many = PLAN.final * HALF_HOUR / (2.5 * ENOUGH), PLAN.final * HALF_HOUR / (2 * ENOUGH)
    assert are_few(PLAN, HALF_HOUR, 4000, few) and not are_few(PLAN, HALF_HOUR, 4000, few * 1.01)
    assert are_few(PLAN, HALF_HOUR, 64_000, 3.9 * few), "of sixteen times as many a quarter of the passes is enough"
    assert not are_few(PLAN, HALF_HOUR, 64_000, 4.1 * few)
    assert not are_few(PLAN, HALF_HOUR, 4000, many) and not are_few(PLAN, HALF_HOUR, 4000, None)
    assert not are_few(Schedule(), HALF_HOUR, 4000, few)
    for phase in (EXPLORE, REFINE):
        longer = seconds_for(phase, PLAN, HALF_HOUR, True)
        assert seconds_for(phase, PLAN, HALF_HOUR, False) == PLAN.seconds_of(phase) < longer
        # A net that goes over the pictures ENOUGH times in the final training has the time for as many passes as any.
        assert longer == pytest.approx(PLAN.final * HALF_HOUR * most_passes(phase, 4000) / ENOUGH)
    longest = usual_schedule(PICTURES, Budget(10 * HALF_HOUR))
    assert seconds_for(EXPLORE, longest, 10 * HALF_HOUR, True) == 3.5 * longest.seconds_of(EXPLORE)
    assert seconds_for(FINAL, PLAN, HALF_HOUR, True) == PLAN.seconds_of(FINAL)


def test_short_trainings_end_after_so_many_passes_and_the_last_does_not() -> None:
    train = len(PICTURES.train)
    assert [PLAN.epochs_of(phase) for phase in (EXPLORE, REFINE, FINAL)] == [
        ceil(30_000 / train),
        ceil(90_000 / train),
        200,
    ]
    assert most_passes(EXPLORE, 4000) == 8 and most_passes(EXPLORE, 2000) == 15, "30,000 pictures at least"
    assert (most_passes(EXPLORE, 64_000), most_passes(REFINE, 64_000)) == (2, 6)
    assert Schedule(epochs=1, refine_epochs=2).epochs_of(FINAL) == 2


def test_what_mirrored_pictures_are_varied_by_goes_with_their_size() -> None:
    assert mirrored(PICTURES) == {"flip_horizontal": True, "rotate": 0.0, "scale": 0.0, "skew": 0.0, "shift": 2}
