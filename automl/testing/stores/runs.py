"""What every store must do with runs: their log, evaluations, solutions and the cache."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from library.records import Conflict, Event, GuideRecord, Solution, StoreError
from library.store import AbstractStore

from ..records import evaluation, log, run, word


class KeepsRuns:
    """Of every store."""

    def test_runs_come_back_oldest_first_and_filtered(self, store: AbstractStore):
        first = run("b", started=1.0, config={"a": [1, {"b": None}]}, budget="60s", seed=2**63 - 1)
        second = run("a", started=2.0, task="reverse", state="finished", finished=3.5, budget={"evaluations": 500})
        for each in (second, first):
            assert store.create_run(each) == each
        assert store.runs() == (first, second)
        assert store.runs(task="reverse") == store.runs(state="finished") == (second,)
        assert store.run("b") == first

    def test_a_run_id_is_taken_once(self, store: AbstractStore):
        store.create_run(run())
        with pytest.raises(Conflict, match="r1"):
            store.create_run(run(task="other"))
        assert store.run("r1").task == "sort"

    def test_a_run_changes_only_where_it_may(self, store: AbstractStore):
        store.create_run(run())
        assert store.update_run("r1", state="finished", finished=9.0).finished == 9.0
        assert store.run("r1").state == "finished"
        with pytest.raises(StoreError, match="direction"):
            unknown: Any = {"direction": "minimise"}
            store.update_run("r1", **unknown)
        with pytest.raises(StoreError, match="state="):
            store.update_run("r1", state="asleep")
        assert store.run("r1").state == "finished"

    def test_an_unknown_run_is_named(self, store: AbstractStore):
        for call in (
            lambda: store.run("nobody"),
            lambda: store.events("nobody"),
            lambda: store.evaluations("nobody"),
            lambda: store.append(Event("nobody", 0, "asked")),
            lambda: store.record(evaluation(0, "nobody")),
            lambda: store.update_run("nobody", state="failed"),
            lambda: store.add_solution(Solution("sort", "nobody", "x")),
            lambda: store.best("nobody"),
            lambda: store.next_number("nobody"),
        ):
            with pytest.raises(StoreError, match="nobody"):
                call()

    def test_the_log_is_numbered_without_gaps(self, store: AbstractStore):
        store.create_run(run())
        store.create_run(run("r2"))
        assert store.next_number("r1") == 0
        store.append(*log("r1", 0, 3), *log("r2", 0, 1))
        store.append(*log("r1", 3, 1))
        for wrong in (log("r1", 3, 1), log("r1", 5, 1), log("r1", 0, 1), [*log("r1", 4, 1), *log("r1", 6, 1)]):
            with pytest.raises(Conflict, match="number="):
                store.append(*wrong)
        assert [event.number for event in store.events("r1")] == [0, 1, 2, 3]
        assert store.events("r1", 2) == tuple(log("r1", 2, 2))
        assert store.next_number("r1") == 4 and store.next_number("r2") == 1

    def test_events_are_added_all_or_none(self, store: AbstractStore):
        store.create_run(run())
        store.create_run(run("r2"))
        with pytest.raises(Conflict):
            store.append(*log("r1", 0, 2), *log("r2", 1, 1))
        assert store.events("r1") == ()
        store.append(*log("r1", 0, 1))

    def test_what_is_kept_cannot_be_changed_from_outside(self, store: AbstractStore):
        payload = {"list": [1, 2]}
        store.create_run(run())
        store.append(Event("r1", 0, "asked", 0, payload))
        payload["list"].append(3)
        store.events("r1")[0].payload["list"].append(4)
        assert store.events("r1")[0].payload == {"list": [1, 2]}

    def test_data_that_json_cannot_hold_is_refused(self, store: AbstractStore):
        store.create_run(run())
        with pytest.raises(StoreError, match="JSON"):
            store.append(Event("r1", 0, "asked", 0, {"bad": object()}))
        assert store.next_number("r1") == 0

    def test_evaluations_come_back_by_ask(self, store: AbstractStore):
        store.create_run(run())
        full = evaluation(
            1,
            scores={"score": 0.5, "loss": math.inf},
            solved=True,
            seconds=0.25,
            parameters=7,
            size=3,
            weights="ab" * 32,
            key="k",
            detail="naïve \ud800",
            cases=[1.0, -math.inf],
        )
        assert store.record(full, evaluation(0)) == 2
        assert store.evaluations("r1") == (evaluation(0), full)
        assert store.evaluation("r1", 1) == full and store.evaluation("r1", 2) is None

    def test_an_ask_is_evaluated_once(self, store: AbstractStore):
        store.create_run(run())
        one = evaluation(0, scores={"score": math.nan}, seconds=1.0)
        assert store.record(one) == 1
        assert store.record(one) == 0
        assert store.record(replace(one, seconds=2.0)) == 0
        for wrong in (replace(one, outcome="diverged"), replace(one, scores={"score": 1.0})):
            with pytest.raises(Conflict, match="ask=0"):
                store.record(wrong, evaluation(1))
        assert len(store.evaluations("r1")) == 1 and store.evaluations("r1")[0].seconds == 1.0

    def test_an_evaluation_repeated_within_one_call(self, store: AbstractStore):
        store.create_run(run())
        assert store.record(evaluation(0), evaluation(0)) == 1
        with pytest.raises(Conflict):
            store.record(evaluation(1), evaluation(1, solved=True))
        with store.batch():
            assert store.record(evaluation(2)) == 1
            assert store.record(evaluation(2)) == 0
        assert [each.ask for each in store.evaluations("r1")] == [0, 2]

    def test_an_evaluation_and_its_events_are_kept_together(self, store: AbstractStore):
        store.create_run(run())
        with pytest.raises(Conflict):
            store.record(evaluation(0), events=log("r1", 1, 1))
        assert store.evaluations("r1") == ()
        store.record(evaluation(0), events=log("r1", 0, 2))
        assert store.next_number("r1") == 2 and len(store.evaluations("r1")) == 1

    def test_the_cache_finds_the_first_of_any_run(self, store: AbstractStore):
        store.create_run(run())
        store.create_run(run("r2"))
        first = evaluation(5, "r2", key="k", scores={"score": 1.0})
        store.record(first)
        store.record(evaluation(0, key="k", scores={"score": 2.0}), evaluation(1))
        assert store.cached("k") == first
        assert store.cached("other") is None and store.cached("") is None

    @pytest.mark.parametrize(("direction", "asks"), [("maximise", [3, 1, 2, 0]), ("minimise", [0, 1, 2, 3])])
    def test_the_best_go_by_the_direction(self, store: AbstractStore, direction, asks):
        store.create_run(run(direction=direction, metric="m"))
        assert store.best("r1") == () and store.run_list()[0]["best"] is None
        for ask, score in enumerate([1.0, 2.0, 2.0, 3.0, math.nan, math.inf]):
            store.record(evaluation(ask, scores={"m": score}))
        store.record(evaluation(6, scores={"score": 99.0}))
        assert [each.ask for each in store.best("r1", 10)] == asks
        assert store.run_list() == (
            {"id": "r1", "task": "sort", "strategy": "random", "state": "running", "started": 1.0, "finished": None}
            | {"evaluations": 7, "best": 3.0 if direction == "maximise" else 1.0},
        )

    def test_solutions_are_kept_once_in_order(self, store: AbstractStore):
        store.create_run(run(direction="minimise", metric="loss"))
        terms = [
            Solution("sort", "r1", "a", right=None, scores={"loss": 0.1}),
            Solution(
                "sort", "r1", "b", "bb", right=True, scores={"loss": 0.5}, evaluations=9, seconds=0.5, created=7.0
            ),
            Solution("sort", "r1", "c", right=True, scores={"loss": 0.3}),
            Solution("sort", "r1", "d", right=True, scores={"loss": 0.3}),
            Solution("other", "r1", "a", right=False),
        ]
        assert all(store.add_solution(each) for each in terms)
        assert not store.add_solution(terms[0])
        assert store.solutions() == store.solutions(run="r1") == tuple(terms)
        assert store.solutions("sort") == tuple(terms[:4])
        assert store.solutions("other") == (terms[4],) and store.solutions("none") == ()
        assert store.solutions(last=2) == tuple(terms[3:]) and store.solutions("sort", last=1) == (terms[3],)
        assert store.solutions(last=9) == tuple(terms)

    def test_what_was_kept_is_there_when_opened_again(self, kind: type[AbstractStore], tmp_path: Path):
        if not kind.persistent:
            pytest.skip("nothing outlives an instance of this kind")
        url = kind.example(str(tmp_path))
        with pytest.raises(StoreError, match="exist"):
            kind.open(url, create=False, blobs=None)
        with kind.open(url, create=True, blobs=None) as store:
            store.create_run(run())
            store.record(evaluation(0, key="k"), events=log("r1", 0, 2))
            store.promote([word("f", "d1")])
            store.add_guide(GuideRecord("g", {"grammar": []}))
            snapshot = store.snapshot()
        with kind.open(url, create=False, blobs=None) as again:
            assert again.runs() == (run(),) and again.cached("k") == evaluation(0, key="k")
            assert again.events("r1") == tuple(log("r1", 0, 2)) and again.snapshot_words(snapshot) == (word("f", "d1"),)
            assert again.guides() == (GuideRecord("g", {"grammar": []}),)
            with pytest.raises(Conflict):
                again.append(*log("r1", 1, 1))
