"""What the browser of every store must answer."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from library.browsing.browser import CountedTask, EvaluationRow, EventChoice, OutcomeCount
from library.browsing.of_records import RecordBrowser
from library.records import Event, Solution, StoreError, Use, json_text
from library.store import AbstractStore

from ..records import evaluation, run, word


class IsBrowsed:
    """Of every store."""

    def test_pages_of_runs_are_the_newest_first(self, store: AbstractStore):
        for number in range(7):
            store.create_run(run(f"r{number}", started=float(number), task="sort" if number % 2 else "50%_DONE"))
        store.record(evaluation(0, "r6", scores={"score": 0.25}), evaluation(1, "r6", scores={"score": 0.5}))
        browser = store.browser()
        page = browser.runs(0, 3)
        assert [row.run.id for row in page.rows] == ["r6", "r5", "r4"] and page.total == 7
        assert [(row.evaluations, row.best) for row in page.rows[:2]] == [(2, 0.5), (0, None)]
        assert page.rows[0].run == store.run("r6")
        assert [row.run.id for row in browser.runs(6, 3).rows] == ["r0"]
        found = browser.runs(1, 9, "sor")
        assert [row.run.id for row in found.rows] == ["r3", "r1"] and found.total == 3
        assert browser.runs(0, 9, "0%_d").total == 4 and browser.runs(0, 9, "_").total == 4
        assert [row.run.id for row in browser.runs(0, 9, "R3").rows] == ["r3"]
        assert browser.runs(0, 9, "RANDOM").total == 7
        assert browser.runs(0, 9, "nothing").rows == () == browser.runs(9, 9).rows

    def test_tasks_are_counted(self, store: AbstractStore):
        for number, (task, strategy) in enumerate(
            [("sort", "random"), ("Total", "random"), ("sort", "all"), ("sorted", "all")]
        ):
            store.create_run(run(f"r{number}", started=float(number), task=task, strategy=strategy))
        for term, created in (("(lambda $0)", 7.0), ("(lambda (sort $0))", 5.0)):
            store.add_solution(Solution("sort", "r0", term, created=created))
        browser = store.browser()
        every = (
            CountedTask("sorted", 1, 3.0, 0, None), CountedTask("sort", 2, 2.0, 2, 5.0), CountedTask("Total", 1, 1.0, 0, None),
        )  # fmt: skip
        assert browser.tasks(0, 9) == (every, 3) and browser.tasks(1, 1) == (every[1:2], 3)
        assert [row.task for row in browser.tasks(0, 9, "SORT").rows] == ["sorted", "sort"]
        assert [row.task for row in browser.tasks(0, 9, unsolved=True).rows] == ["sorted", "Total"]
        assert [(row.task, row.runs) for row in browser.tasks(0, 9, without="all").rows] == [("Total", 1), ("sort", 1)]
        assert [row.run.id for row in browser.runs(0, 9, task="sort").rows] == ["r2", "r0"]
        assert browser.runs(0, 1, "random", task="sort").total == 1

    def test_the_best_of_a_run_is_by_its_direction(self, store: AbstractStore):
        store.create_run(run("less", direction="minimise", metric="error"))
        scores = [{"error": 0.5}, {"error": float("nan")}, {"error": 0.25}, {}, {"error": float("-inf")}]
        store.record(*(evaluation(ask, "less", scores=each) for ask, each in enumerate(scores)))
        (row,) = store.browser().runs(0, 1).rows
        assert (row.evaluations, row.best) == (5, 0.25)

    def test_rows_of_evaluations_are_by_ask(self, store: AbstractStore):
        store.create_run(run())
        store.create_run(run("r2"))
        store.record(
            evaluation(2, scores={"score": 0.5}, solved=True, seconds=1.5, parameters=7, size=3), evaluation(0, "r2"),
            evaluation(1, outcome="timed out", scores={"score": float("nan")}),
        )  # fmt: skip
        rows = store.browser().evaluation_rows("r1")
        assert rows == (
            EvaluationRow(1, "timed out", None, 0.0, 0, 0),
            EvaluationRow(2, "completed", 0.5, 1.5, 7, 3),
        )

    @pytest.mark.parametrize("direction", ["maximise", "minimise"])
    @pytest.mark.parametrize("asks", [range(40), [*range(5), *range(9, 700, 13)]])
    def test_what_is_summed_of_a_run_is_what_its_rows_say(
        self, store: AbstractStore, direction: str, asks: Sequence[int]
    ):
        draws = random.Random(len(asks))
        for name in ("r1", "r2"):
            store.create_run(run(name, direction=direction))
            store.record(
                *(
                    evaluation(
                        ask, name, outcome=draws.choice(["completed", "timed out"]), seconds=draws.randint(0, 8) / 4,
                        scores={"score": draws.choice([0.5, float("nan"), draws.random()])},
                        parameters=draws.randint(0, 9), size=draws.randint(1, 5),
                    )
                    for ask in asks
                )
            )  # fmt: skip
        browser, of_records = store.browser(), RecordBrowser(store)
        rows = of_records.evaluation_rows("r1")
        assert browser.evaluation_rows("r1") == rows and tuple(browser.asks("r1")) == tuple(asks)
        assert browser.evaluation_rows("r1", [5, 3, 1000]) == tuple(row for row in rows if row.ask in (3, 5))
        assert browser.ranked("r1") == of_records.ranked("r1")
        assert browser.outcomes("r1") == of_records.outcomes("r1")
        assert browser.longest("r1", 7) == of_records.longest("r1", 7)
        for cost in ("parameters", "size"):
            assert browser.undominated("r1", cost) == of_records.undominated("r1", cost) != ()

    def test_of_a_run_without_evaluations_nothing_is_summed(self, store: AbstractStore):
        store.create_run(run())
        store.record(evaluation(3, outcome="timed out", scores={}, parameters=7))
        store.create_run(run("r2"))
        browser = store.browser()
        assert (*browser.asks("r1"), *browser.asks("r2"), *browser.ranked("r1"), *browser.outcomes("r2")) == (3,)
        assert browser.outcomes("r1") == (OutcomeCount("timed out", 1, 0.0, 0),)
        assert browser.undominated("r1", "size") == browser.longest("r2", 3) == ()

    def test_evaluations_are_found_by_the_names_of_their_scores(self, store: AbstractStore):
        store.create_run(run())
        named = [{"score": 0.5}, {"score": 0.5, 'fo"l%ds': 5.0}, {'fo"l%ds': 2.0}, {'afo"l%ds': 2.0}, {'fo"lxds': 2.0}]
        store.record(*(evaluation(ask, scores=each) for ask, each in enumerate(named)))
        assert store.browser().scored_by("r1", 'fo"l%ds') == {1, 2} and store.browser().scored_by("r1", "none") == set()

    def test_chosen_evaluations_come_whole(self, store: AbstractStore):
        store.create_run(run())
        kept = [evaluation(ask, scores={"score": float(ask)}, curves={"epoch": [1]}) for ask in range(600)]
        store.record(*kept)
        browser = store.browser()
        assert browser.chosen("r1", [7, 3, 5000, 3]) == (kept[3], kept[7])
        assert browser.chosen("r1", range(600)) == tuple(kept) and browser.chosen("r1", []) == ()

    def test_events_are_chosen_by_kind_ask_and_payload(self, store: AbstractStore):
        store.create_run(run())
        phases = ["explore", "explore", "refine", "explore"]
        asked = [Event("r1", n, "asked", n, {"phase": phase, "a_b%": n}) for n, phase in enumerate(phases)]
        done = [Event("r1", 4 + n, "finished", 3 - n, {"elapsed": 0.5 * n}) for n in range(4)]
        store.append(*asked, *done)
        browser = store.browser()
        assert browser.events("r1", EventChoice("finished")) == tuple(done)
        assert browser.events("r1", EventChoice("finished", [0, 3, 9])) == (done[0], done[3])
        assert browser.events("r1", EventChoice("finished", [])) == () == browser.events("r1", EventChoice("told"))
        without = json_text({"phase": "explore"})[1:-1]
        assert browser.events("r1", EventChoice("asked", without=without)) == (asked[2],)
        assert len(browser.events("r1", EventChoice("asked", without="a.b_"))) == 4
        either = EventChoice("finished", [2, *range(4, 900)]), EventChoice("asked", without=without)
        assert browser.events("r1", *either) == (asked[2], done[1])

    def test_the_latest_event_is_looked_for_backwards(self, store: AbstractStore):
        store.create_run(run())
        log = [Event("r1", n, "asked" if n % 2 else "told", n // 4, {"n": n}) for n in range(12)]
        store.append(*log)
        browser = store.browser()
        assert browser.latest("r1", "asked", 1) == log[7] and browser.latest("r1", "told", 1, before=6) == log[4]
        assert browser.latest("r1", "asked", 1, before=5) is None is browser.latest("r1", "finished", 1)

    def test_versions_are_found_by_name(self, store: AbstractStore):
        store.promote([word("f", "d1"), word("g", "d2"), word("h", "d3")])
        store.demote("f")
        store.promote([word("f", "d4", body="dec")])
        found = store.browser().named(["f", "h", "nothing"])
        assert [(each.name, each.digest, each.state) for each in found] == [
            ("f", "d1", "demoted"), ("f", "d4", "active"), ("h", "d3", "active"),
        ]  # fmt: skip
        assert store.browser().named([]) == ()

    def test_words_are_listed_by_name_and_found_by_texts(self, store: AbstractStore):
        words = [
            word("inc2", "d1", body="(inc (inc $0))"), word("a", "d2", description="as inc2 does, and 100%_more"),
            word("b", "d3", type="list(a) -> int"), word("gone", "d4"), word("c", "d5", body="(INC2@d1 1)"),
        ]  # fmt: skip
        store.promote(words, [Use("d1", "t1", "r1"), Use("d1", "t1", "r2"), Use("d1", "t2"), Use("d3", "t1")])
        store.demote("gone")
        browser = store.browser()
        every = browser.words(0, 9)
        assert [each.word.name for each in every.rows] == ["a", "b", "c", "inc2"] and every.total == 4
        assert [(each.uses, each.tasks) for each in every.rows] == [(0, 0), (1, 1), (0, 0), (3, 2)]
        assert every.rows[3].word == store.subroutine("inc2")
        page = browser.words(1, 2)
        assert [each.word.name for each in page.rows] == ["b", "c"] and page.total == 4
        assert [each.word.name for each in browser.words(0, 9, "INC2").rows] == ["inc2", "a", "c"]
        assert [each.word.name for each in browser.words(0, 9, "%_m").rows] == ["a"]
        assert [each.word.name for each in browser.words(0, 9, inside="inc $0").rows] == ["inc2"]
        assert [each.word.name for each in browser.words(0, 9, "inc", "@d1").rows] == ["c"]
        assert [each.word.name for each in browser.words(0, 9, "T2").rows] == ["inc2"]
        assert [each.word.name for each in browser.words(0, 9, task="t1").rows] == ["b", "inc2"]
        assert [each.word.name for each in browser.words(0, 9, "b", task="t1").rows] == ["b"]
        assert browser.words(0, 9, task="t") == ((), 0)
        assert browser.words(0, 9, "nothing") == browser.words(0, 9, inside="nothing") == ((), 0)
        assert [each.word.name for each in browser.counted(["d5", "d1", "d4", "d9"])] == ["c", "inc2"]
        assert [each.word.name for each in browser.words(0, 9, demoted=True).rows] == ["gone"]
        store.promote([word("gone", "d6", body="(inc (inc (inc $0)))")])
        assert browser.words(0, 9, demoted=True) == ((), 0), "a name that is in use again is no demoted word"
        store.demote("gone")
        found = browser.words(0, 9, "GON", demoted=True)
        assert [each.word.digest for each in found.rows] == ["d4", "d6"] and found.total == 2
        assert browser.words(1, 9, demoted=True).rows == found.rows[1:]
        assert [tuple(each) for each in browser.types()] == [
            ("a", "d2", "int -> int"), ("b", "d3", "list(a) -> int"), ("c", "d5", "int -> int"), ("inc2", "d1", "int -> int"),
        ]  # fmt: skip

    def test_a_word_is_known_by_the_libraries_that_runs_began_with(self, store: AbstractStore):
        before = store.snapshot()
        store.promote([word("f", "d1"), word("g", "d10")])
        after = store.snapshot()
        store.demote("f")
        for number, library in enumerate((before, after, "", "another")):
            store.create_run(run(f"r{number}", library=library))
        browser = store.browser()
        assert browser.libraries_with("d1") == browser.libraries_with("d10") == {after}
        assert browser.libraries_with("d") == browser.libraries_with("d9") == frozenset()

    def test_an_unknown_run_has_no_parts(self, store: AbstractStore):
        browser = store.browser()
        for call in (
            lambda: browser.evaluation_rows("nobody"),
            lambda: browser.scored_by("nobody", "folds"),
            lambda: browser.chosen("nobody", [1]),
            lambda: browser.events("nobody", EventChoice("asked")),
            lambda: browser.latest("nobody", "asked", 1),
            lambda: browser.asks("nobody"),
            lambda: browser.ranked("nobody"),
            lambda: browser.outcomes("nobody"),
            lambda: browser.longest("nobody", 1),
            lambda: browser.undominated("nobody", "size"),
        ):
            with pytest.raises(StoreError, match="nobody"):
                call()
