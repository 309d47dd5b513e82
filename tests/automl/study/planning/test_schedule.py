"""The plan of a search's time: which data it is for, and how the time is spread."""

from __future__ import annotations

import json

import numpy as np
import pytest

from automl.budget import Budget
from automl.errors import StudyError
from automl.interface.options import make_options
from automl.study.opening import schedule_of
from automl.study.parallel import options_from_json, options_to_json
from automl.study.planning.schedule import (
    ALONE_SECONDS,
    EXPLORE,
    FINAL,
    PLANNED_CASES,
    REFINE,
    Schedule,
    is_planned,
    needs_nets,
    usual_schedule,
)
from automl.tasks.data import ProblemData
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.split import Split

DRAWN = np.random.default_rng(0)


def pictures(count: int, side: int = 8) -> ProblemData:
    x = DRAWN.integers(0, 255, size=(2 * count, 1, side, side), dtype=np.uint8)
    return labelled_task("pictures", x, np.arange(2 * count) % 2).data


MANY, FEW = pictures(PLANNED_CASES), pictures(100)


def test_time_is_planned_where_many_pictures_are_trained_on() -> None:
    assert is_planned(MANY) and not is_planned(FEW)
    rows = labelled_task("rows", DRAWN.normal(size=(2 * PLANNED_CASES, 5)), np.arange(2 * PLANNED_CASES) % 2)
    assert not is_planned(rows.data)


def test_of_large_pictures_fewer_are_planned_for_and_those_with_folds_begin_with_nets() -> None:
    large, folded, small = pictures(300, 28), pictures(90, 50), pictures(700)
    time, count = Budget(60.0), Budget(None, 20)
    assert is_planned(large) and not is_planned(folded) and folded.folds is not None and not is_planned(small)
    assert needs_nets(folded, time) and not needs_nets(folded, count) and not needs_nets(small, time)
    numbers = labelled_task("t", DRAWN.random((600, 1, 28, 28)), DRAWN.random(600)).data
    assert is_planned(numbers)


def series(count: int, **given: object) -> ProblemData:
    x, y = DRAWN.normal(size=(count, 2, 9)), np.arange(count) % 2
    return labelled_task("series", x, y, layout="series", split=Split(test=0.0, validation=0.2), **given).data


def test_time_is_planned_where_series_are_not_so_few_that_they_have_folds() -> None:
    many, few = series(1000), series(900)
    assert is_planned(many) and not is_planned(few) and few.folds is not None
    assert (
        is_planned(series(900, folds=0))
        and not is_planned(series(500, folds=0))
        and not is_planned(series(1200, folds=5))
    )
    plan = usual_schedule(many, Budget(100.0))
    assert plan.plan(100.0) == (
        "40 s for trainings of 3.4 s, 30 s for trainings of the best of 10.2 s, 30 s for that of the result"
    )


@pytest.mark.parametrize("budget", [Budget(None, 20), Budget(60.0, 20)])
def test_a_number_of_evaluations_needs_no_plan_so_that_a_seed_gives_the_same_record(budget: Budget) -> None:
    alone = Schedule(deadline=ALONE_SECONDS) if budget.seconds is None else Schedule()
    assert usual_schedule(MANY, budget) == usual_schedule(FEW, budget) == alone
    assert usual_schedule(FEW, Budget(60.0)) == Schedule()


@pytest.mark.parametrize("ensemble", [0, 3])
def test_what_is_asked_for_otherwise_leaves_the_rest_of_the_plan(ensemble: int) -> None:
    options = make_options("60s", schedule={"refine": 0.6}, ensemble=ensemble)
    plan, usual = schedule_of(options, MANY), usual_schedule(MANY, Budget(60.0))
    assert plan.is_planned and plan.refine == 0.6 != usual.refine and plan.explore_seconds == usual.explore_seconds
    assert plan.final == (0.0 if ensemble else usual.final)
    assert schedule_of(options_from_json(json.loads(json.dumps(options_to_json(options)))), MANY) == plan
    assert schedule_of(make_options("60s", schedule=Schedule(final=0.0)), MANY) == Schedule(final=0.0)
    with pytest.raises(StudyError, match="schedule.nonsense is not known"):
        make_options("60s", schedule={"nonsense": 1})


@pytest.mark.parametrize("seconds", [5.0, 60.0, 600.0, 3600.0, 86400.0])
def test_the_more_time_the_more_trainings_and_the_longer_each(seconds: float) -> None:
    plan, longer = usual_schedule(MANY, Budget(seconds)), usual_schedule(MANY, Budget(10 * seconds))
    assert plan.is_planned and not Schedule().is_planned
    short, middle, end = (plan.seconds_of(phase) for phase in (EXPLORE, REFINE, FINAL))
    assert 0 < short < middle < end and end >= seconds
    assert longer.seconds_of(EXPLORE) > short
    explored, later = (
        (1 - each.refine) * time / each.seconds_of(EXPLORE) for each, time in ((plan, seconds), (longer, 10 * seconds))
    )
    assert explored >= 2 and later > explored


def test_a_plan_says_how_the_time_is_spent() -> None:
    assert Schedule().plan(600.0) == ""
    assert usual_schedule(MANY, Budget(600.0)).plan(600.0) == (
        "150 s for trainings of 10.0 s, 180 s for trainings of the best of 30.0 s, 270 s for that of the result"
    )


@pytest.mark.parametrize(
    "given", [{"explore_seconds": 0.1}, {"refine_seconds": float("nan")}, {"explore_seconds": "3"}]
)
def test_a_time_that_is_none_is_refused(given: dict[str, float]) -> None:
    with pytest.raises(StudyError, match="schedule.(explore|refine)_seconds=.*needed a number from 0.5"):
        Schedule.from_dict(given)
