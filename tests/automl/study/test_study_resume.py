"""A run that is killed at any write and resumed has the record of one that was not."""

from __future__ import annotations

import pytest

from automl.study import rounds
from automl.study.opening import open_study, resume_options, run_study
from automl.study.study import StudyError
from library.records import Conflict
from library.store import open_store
from search.strategy import ReplayError

pytestmark = pytest.mark.usefixtures("strategies")
MOST = 400


def run_of(task, store, options):
    return run_study(open_study(task, store, options, run_id="r"))


def resumed(task, store):
    run = store.run("r")
    return run_study(open_study(task, store, resume_options(run), run=run))


def crash_everywhere(task, options, mortal, killed, record_of, step=1, after=(False, True)):
    """Kill at every ``step``-th write, resume, and compare with the record of a run that was left alone."""
    plain = open_store("memory:")
    expected = run_of(task, plain, options)
    wanted = record_of(plain, "r")
    assert wanted["evaluations"]
    deaths = 0
    for late in after:
        for at in range(2, MOST, step):
            store = open_store("memory:")
            dying = mortal(store, at, late)
            try:
                run_of(task, dying, options)
                break
            except killed:
                deaths += 1
            if not store.runs():
                continue  # it died before there was a run: nothing to resume
            found = resumed(task, store)
            assert record_of(store, "r") == wanted, f"killed at write {at} ({'after' if late else 'before'} it)"
            assert (found.program, found.solved, found.evaluations) == (
                expected.program, expected.solved, expected.evaluations,
            )  # fmt: skip
            assert store.run("r").state == "finished"
        else:
            raise AssertionError("the run has more writes than were tried")
    return deaths


def test_rounds_of_several_proposals(plus_three, quick, mortal, killed, record_of):
    options = quick(40, strategy="climber", seed=3)
    assert crash_everywhere(plus_three, options, mortal, killed, record_of) > 8


def test_rounds_that_use_the_whole_budget(impossible, quick, mortal, killed, record_of):
    options = quick(10, strategy="climber", seed=1)
    assert crash_everywhere(impossible, options, mortal, killed, record_of) > 10


def test_a_space_that_is_exhausted(impossible, quick, mortal, killed, record_of):
    options = quick(50, strategy="climber", seed=1, settings={"last": 6})
    assert crash_everywhere(impossible, options, mortal, killed, record_of) > 8


@pytest.mark.slow
def test_a_trained_search_with_its_refinement(blobs, quick, mortal, killed, record_of):
    options = quick(10, strategy="widths", seed=2)
    assert crash_everywhere(blobs, options, mortal, killed, record_of) > 20


def test_a_trained_search_with_a_target(blobs, quick, mortal, killed, record_of):
    options = quick(12, strategy="widths", seed=2, target=0.4)
    assert crash_everywhere(blobs, options, mortal, killed, record_of, step=2) > 3


def test_a_fused_search(plus_three, quick, mortal, killed, record_of):
    options = quick(1000, strategy="counter")
    assert crash_everywhere(plus_three, options, mortal, killed, record_of) > 6


def test_killed_at_every_write_in_turn(impossible, quick, mortal, killed, record_of):
    """One run that dies again and again, each time one write further on."""
    plain = open_store("memory:")
    options = quick(14, strategy="climber", seed=5)
    run_of(impossible, plain, options)
    store = open_store("memory:")
    run_study_until_killed = [lambda s: run_of(impossible, s, options)]
    deaths = 0
    for _ in range(60):
        try:
            run_study_until_killed[-1](mortal(store, 3, False))
            break
        except killed:
            deaths += 1
            run_study_until_killed.append(lambda s: resumed(impossible, s))
    assert deaths >= 4
    assert record_of(store, "r") == record_of(plain, "r")


@pytest.mark.parametrize("late", [False, True])
def test_with_a_time_budget_nothing_is_lost_or_twice(impossible, quick, mortal, killed, late, monkeypatch):
    monkeypatch.setattr(rounds, "SAVE_SECONDS", -1.0)  # so that each candidate is written by itself
    for at in (3, 5, 8, 13, 21, 34):
        store = open_store("memory:")
        options = quick(60, seconds=1e4, strategy="climber", seed=at)
        with pytest.raises(killed):
            run_of(impossible, mortal(store, at, late), options)
        before = {e.ask: e for e in store.evaluations("r")}
        told = [e.ask for e in store.events("r") if e.kind == "told"]
        resumed(impossible, store)
        after = {e.ask: e for e in store.evaluations("r")}
        assert before.items() <= after.items()
        events = store.events("r")
        assert [e.ask for e in events if e.kind == "told"][: len(told)] == told
        for kind in ("asked", "told", "finished"):
            asks = [e.ask for e in events if e.kind == kind]
            assert sorted(asks) == list(range(len(after)))


def test_a_finished_run_is_resumed_without_change(plus_three, quick, record_of):
    store = open_store("memory:")
    first = run_of(plus_three, store, quick(40, strategy="climber", seed=3))
    before, run = record_of(store, "r"), store.run("r")
    again = resumed(plus_three, store)
    assert again.to_dict() | {"seconds": 0} == first.to_dict() | {"seconds": 0}
    assert record_of(store, "r") == before
    assert store.run("r") == run


def test_an_interrupt_leaves_the_run_resumable(impossible, quick, record_of):
    plain, store = open_store("memory:"), open_store("memory:")
    options = quick(30, strategy="climber", seed=4)
    run_of(impossible, plain, options)
    study = open_study(impossible, store, options, run_id="r")

    def interrupt(state):
        if state["evaluations"] >= 9:
            raise KeyboardInterrupt

    study.progress = interrupt
    with pytest.raises(KeyboardInterrupt):
        run_study(study)
    assert store.run("r").state == "interrupted"
    resumed(impossible, store)
    assert record_of(store, "r") == record_of(plain, "r")


def test_two_drivers_of_one_run_cannot_both_go_on(impossible, quick, mortal, killed):
    store = open_store("memory:")
    with pytest.raises(killed):
        run_of(impossible, mortal(store, 6, False), quick(30, strategy="climber"))
    run = store.run("r")
    second = open_study(impossible, store, resume_options(run), run=run)
    once = []

    def overtake(state):
        if not once:
            once.append(resumed(impossible, store))

    second.progress = overtake
    with pytest.raises(Conflict):
        run_study(second)
    assert store.run("r").state == "finished"


def test_changed_data_are_refused(impossible, plus_three, quick, mortal, killed):
    store = open_store("memory:")
    with pytest.raises(killed):
        run_of(impossible, mortal(store, 5, False), quick(30, strategy="climber"))
    run = store.run("r")
    with pytest.raises(StudyError, match="have changed"):
        open_study(plus_three, store, resume_options(run), run=run)


def test_a_log_of_another_seed_is_refused(impossible, quick, mortal, killed):
    from dataclasses import replace

    store = open_store("memory:")
    with pytest.raises(killed):
        run_of(impossible, mortal(store, 8, False), quick(30, strategy="climber"))
    run = store.run("r")
    with pytest.raises(ReplayError, match="replay gives"):
        run_study(open_study(impossible, store, replace(resume_options(run), seed=99), run=run))
