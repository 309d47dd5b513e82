"""Who is told of a search on the way, and who may end it."""

from __future__ import annotations

import logging

import pytest

import automl
from automl.study.ending import Ending
from automl.study.opening import open_study, run_study
from automl.tasks.kinds.examples import examples_task
from library.store import open_store

pytestmark = pytest.mark.usefixtures("strategies")


@pytest.mark.parametrize(("strategy", "given"), [("climber", {}), ("counter", {}), ("climber", {"seconds": 60.0})])
def test_each_evaluation_is_told_once_it_is_recorded(impossible, quick, strategy, given):
    store = open_store("memory:")
    study = open_study(impossible, store, quick(20, strategy=strategy, **given), run_id="r")
    told = []

    def note(evaluation):
        assert evaluation.ask in {each.ask for each in store.evaluations("r")}
        told.append(evaluation.ask)

    study.on_evaluation = note
    found = run_study(study)
    assert sorted(told) == [each.ask for each in found.history] and len(told) == len(set(told)) > 0


@pytest.mark.parametrize(("strategy", "given"), [("climber", {}), ("counter", {}), ("climber", {"seconds": 60.0})])
def test_a_search_ends_with_what_it_has_once_it_should(impossible, quick, strategy, given):
    study = open_study(impossible, open_store("memory:"), quick(200, strategy=strategy, **given))
    states = []
    study.should_stop = lambda state: states.append(dict(state)) or state["evaluations"] >= 12
    found = run_study(study)
    assert 12 <= found.evaluations < 100 and found.outcome is Ending.STOPPED
    assert set(states[-1]) == {"evaluations", "seconds", "best", "metric"}


def test_through_the_library(caplog):
    task = examples_task("odd", "list(int) -> list(int)", [(((n, 2),), (n * 1000, 5)) for n in range(1, 6)])
    seen = []
    with caplog.at_level(logging.WARNING):
        found = automl.search(
            task,
            evaluations=10**6,
            strategy="climber",
            should_stop=lambda state: state["evaluations"] > 50,
            on_evaluation=seen.append,
            quiet=True,
            workers=500,
        )
    assert found.outcome == "stopped" and found.evaluations < 10**6
    assert any("workers=500 on " in message for message in caplog.messages)


def test_the_version_is_known():
    assert automl.__version__ == automl.circumstances.installed_version() and automl.__version__[0].isdigit()
