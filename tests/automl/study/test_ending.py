"""How a search ended is said in one of a few words, and "solved" only of a goal that somebody set or that the kind of task has."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest

from automl.study.ending import ENDED, Ending, ending_of
from automl.study.opening import open_study, run_study
from automl.study.parallel import _lost
from automl.tasks.data import ProblemData
from automl.tasks.load import load_tasks
from automl.tasks.task import task_kinds
from library.store import open_store

pytestmark = pytest.mark.usefixtures("strategies")


def search(task, options, store=None):
    store = store or open_store("memory:")
    return run_study(open_study(task, store, options, run_id="r")), store.run("r")


def test_a_time_budget_that_is_over_is_spent_and_not_exhausted(blobs, impossible, quick):
    """Shortly before its end no training is begun any more: the search stops with a little time left."""
    for task, name in ((blobs, "widths"), (impossible, "climber")):
        found, run = search(task, quick(seconds=1.0, strategy=name))
        assert found.outcome is Ending.SPENT is ending_of(run), name


def test_a_strategy_with_nothing_left_is_exhausted(impossible, quick):
    found, run = search(impossible, quick(seconds=60.0, strategy="climber", settings={"last": 6}))
    assert found.outcome is Ending.EXHAUSTED is ending_of(run) and found.evaluations == 6
    fused, run = search(impossible, quick(seconds=60.0, strategy="counter"))
    assert fused.outcome is Ending.EXHAUSTED is ending_of(run)
    bounded, _ = search(impossible, quick(30, strategy="counter"))
    assert bounded.outcome is Ending.SPENT


def test_a_finished_run_ended_as_it_did_when_it_is_looked_at_again(impossible, quick):
    for options, wanted in (
        (quick(50, strategy="climber", settings={"last": 6}), Ending.EXHAUSTED),
        (quick(5, strategy="climber"), Ending.SPENT),
    ):
        store = open_store("memory:")
        assert search(impossible, options, store)[0].outcome is wanted
        again = run_study(open_study(impossible, store, options, run=store.run("r")))
        assert again.outcome is wanted
        config = {key: value for key, value in store.run("r").config.items() if key != ENDED}
        store.update_run("r", config=config)
        assert ending_of(store.run("r")) is None, "of before this was recorded"
        assert run_study(open_study(impossible, store, options, run=store.run("r"))).outcome is wanted


def test_a_proposal_that_takes_longer_than_is_left_ends_the_search_as_spent(impossible, quick, strategies, monkeypatch):
    """What was evaluated by then counts, and a later budget goes on from there."""

    propose = strategies["climber"].propose

    def slow(self, number, draws):
        while number >= 6 and self.deadline.at is not None:
            self.deadline.check()
            time.sleep(0.01)
        return propose(self, number, draws)

    monkeypatch.setattr(strategies["climber"], "propose", slow)
    store = open_store("memory:")
    found, run = search(impossible, quick(seconds=1.5, strategy="climber"), store)
    assert found.outcome is Ending.SPENT is ending_of(run) and found.evaluations == 6
    assert len(store.evaluations("r")) == 6


def test_older_words_are_read():
    assert [Ending(text) for text in ("budget used", "exhausted", "solved")] == [
        Ending.SPENT, Ending.EXHAUSTED, Ending.SOLVED,
    ]  # fmt: skip
    assert json.loads(json.dumps({"outcome": Ending.SPENT})) == {"outcome": "budget spent"}
    with pytest.raises(ValueError, match="perhaps"):
        Ending("perhaps")


def test_classes_and_numbers_are_solved_only_where_a_score_was_asked_for(quick):
    """0.01 is reached by any net; without being asked for it means nothing."""
    plain = task_kinds()["labelled"].sample(0)
    usual, asked = (
        replace(plain, data=replace(plain.data, solved_at=0.01, goal_given=given)) for given in (False, True)
    )
    for task, options, wanted in (
        (usual, quick(4, strategy="widths"), False),
        (asked, quick(4, strategy="widths"), True),
        (usual, quick(4, strategy="widths", target=0.01), True),
    ):
        found, _ = search(task, options)
        assert found.score >= 0.01 and found.solved is wanted and found.right is None
        assert found.outcome is (Ending.SOLVED if wanted else Ending.SPENT)


def test_where_a_goal_comes_from():
    goals = {
        spec: load_tasks(spec)[0].data for spec in ("iris", "iris?solved_at=0.9", "diabetes", "diabetes?solved_at=0.4")
    }
    assert {spec: data.has_goal for spec, data in goals.items()} == {
        "iris": False, "iris?solved_at=0.9": True, "diabetes": False, "diabetes?solved_at=0.4": True,
    }  # fmt: skip
    assert goals["diabetes"].digest == goals["diabetes?solved_at=0.4"].digest, "runs of before stay what they were"
    data = goals["iris?solved_at=0.9"]
    assert ProblemData.from_payload(*data.payload()).has_goal


def test_examples_and_whole_numbers_have_a_goal_by_nature(plus_three):
    assert plus_three.data.has_goal and task_kinds()["sequences"].sample().data.has_goal


def test_without_tests_right_is_not_known(blobs, plus_three, impossible, quick):
    assert search(impossible, quick(5, strategy="climber"))[0].to_dict()["right"] is None
    assert [_lost(task, "r", "lost", 1.0).right for task in (blobs, impossible, plus_three)] == [None, None, False]


def test_the_digits_of_the_starter_curriculum_have_a_goal_so_that_their_net_is_promoted():
    from automl.commands.common import experiment_folders
    from automl.tasks.curriculum import load_curriculum

    tasks = {task.name: task for task in load_curriculum("starter", search_path=experiment_folders()).tasks}
    assert tasks["digits"].data.has_goal and tasks["digits"].solved_at == 0.98
    assert tasks["digits"].digest == load_tasks("digits")[0].digest


@pytest.mark.parametrize("strategy", ["climber", "counter"])
def test_of_a_time_and_a_count_whichever_comes_first_ends_a_search(impossible, quick, strategy):
    counted, _ = search(impossible, quick(9, seconds=600.0, strategy=strategy))
    assert counted.evaluations == 9 and counted.outcome == Ending.SPENT


def test_a_time_that_comes_before_the_count_ends_a_search(impossible, quick):
    timed, _ = search(impossible, quick(10**9, seconds=0.001, strategy="climber"))
    assert timed.evaluations < 10**6 and timed.outcome == Ending.SPENT
