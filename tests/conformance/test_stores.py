"""What every kind of store promises; run over each one that is found in `library/stores/`."""

from __future__ import annotations

import math
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from library.records import Conflict, Evaluation, Event, GuideRecord, Run, Solution, StoreError, Subroutine, Use
from library.store import AbstractStore, open_store, store_kinds

KINDS = list(store_kinds())


@pytest.fixture(params=KINDS, ids=lambda kind: kind.__name__)
def store(request: pytest.FixtureRequest, tmp_path: Path):
    with open_store(request.param.example(str(tmp_path))) as opened:
        assert type(opened) is request.param
        yield opened


def run(id: str = "r1", **fields) -> Run:
    return Run(**{"id": id, "task": "sort", "strategy": "random", "started": 1.0, **fields})


def evaluation(ask: int, id: str = "r1", **fields) -> Evaluation:
    return Evaluation(**{"run": id, "ask": ask, "term": "(map inc $0)", "outcome": "completed", **fields})


def word(name: str, digest: str, **fields) -> Subroutine:
    return Subroutine(
        **{"name": name, "digest": digest, "type": "int -> int", "kind": "algorithmic", "body": "inc", **fields}
    )


def log(id: str, start: int, count: int) -> list[Event]:
    return [Event(id, number, "asked", number, {"n": number}) for number in range(start, start + count)]


# -- kinds of store


def test_every_url_belongs_to_one_kind(tmp_path):
    urls = [kind.example(str(tmp_path)) for kind in KINDS]
    for url in [*urls, "a.db", "/a/b.db", "C:\\a.db", "sqlite:///a.db", "postgresql+psycopg://h/n", "postgresql://h/n"]:
        assert sum(kind.accepts(url) for kind in KINDS) == 1, url


@pytest.mark.parametrize("url", ["", "   ", "gopher://x/y", "memory:7", None])
def test_what_is_no_url_is_refused(url):
    with pytest.raises(StoreError, match="url="):
        open_store(url)


# -- runs


def test_runs_come_back_oldest_first_and_filtered(store: AbstractStore):
    first = run("b", started=1.0, config={"a": [1, {"b": None}]}, budget="60s", seed=2**63 - 1)
    second = run("a", started=2.0, task="reverse", state="finished", finished=3.5, budget={"evaluations": 500})
    for each in (second, first):
        assert store.create_run(each) == each
    assert store.runs() == (first, second)
    assert store.runs(task="reverse") == store.runs(state="finished") == (second,)
    assert store.run("b") == first


def test_a_run_id_is_taken_once(store: AbstractStore):
    store.create_run(run())
    with pytest.raises(Conflict, match="r1"):
        store.create_run(run(task="other"))
    assert store.run("r1").task == "sort"


def test_a_run_changes_only_where_it_may(store: AbstractStore):
    store.create_run(run())
    assert store.update_run("r1", state="finished", finished=9.0).finished == 9.0
    assert store.run("r1").state == "finished"
    with pytest.raises(StoreError, match="direction"):
        store.update_run("r1", direction="minimise")
    with pytest.raises(StoreError, match="state="):
        store.update_run("r1", state="asleep")
    assert store.run("r1").state == "finished"


def test_an_unknown_run_is_named(store: AbstractStore):
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


# -- the log


def test_the_log_is_numbered_without_gaps(store: AbstractStore):
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


def test_events_are_added_all_or_none(store: AbstractStore):
    store.create_run(run())
    store.create_run(run("r2"))
    with pytest.raises(Conflict):
        store.append(*log("r1", 0, 2), *log("r2", 1, 1))
    assert store.events("r1") == ()
    store.append(*log("r1", 0, 1))


def test_what_is_kept_cannot_be_changed_from_outside(store: AbstractStore):
    payload = {"list": [1, 2]}
    store.create_run(run())
    store.append(Event("r1", 0, "asked", 0, payload))
    payload["list"].append(3)
    store.events("r1")[0].payload["list"].append(4)
    assert store.events("r1")[0].payload == {"list": [1, 2]}


def test_data_that_json_cannot_hold_is_refused(store: AbstractStore):
    store.create_run(run())
    with pytest.raises(StoreError, match="JSON"):
        store.append(Event("r1", 0, "asked", 0, {"bad": object()}))
    assert store.next_number("r1") == 0


# -- evaluations


def test_evaluations_come_back_by_ask(store: AbstractStore):
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


def test_an_ask_is_evaluated_once(store: AbstractStore):
    store.create_run(run())
    one = evaluation(0, scores={"score": math.nan}, seconds=1.0)
    assert store.record(one) == 1
    assert store.record(one) == 0
    assert store.record(replace(one, seconds=2.0)) == 0
    for wrong in (replace(one, outcome="diverged"), replace(one, scores={"score": 1.0})):
        with pytest.raises(Conflict, match="ask=0"):
            store.record(wrong, evaluation(1))
    assert len(store.evaluations("r1")) == 1 and store.evaluations("r1")[0].seconds == 1.0


def test_an_evaluation_repeated_within_one_call(store: AbstractStore):
    store.create_run(run())
    assert store.record(evaluation(0), evaluation(0)) == 1
    with pytest.raises(Conflict):
        store.record(evaluation(1), evaluation(1, solved=True))
    with store.batch():
        assert store.record(evaluation(2)) == 1
        assert store.record(evaluation(2)) == 0
    assert [each.ask for each in store.evaluations("r1")] == [0, 2]


def test_an_evaluation_and_its_events_are_kept_together(store: AbstractStore):
    store.create_run(run())
    with pytest.raises(Conflict):
        store.record(evaluation(0), events=log("r1", 1, 1))
    assert store.evaluations("r1") == ()
    store.record(evaluation(0), events=log("r1", 0, 2))
    assert store.next_number("r1") == 2 and len(store.evaluations("r1")) == 1


def test_the_cache_finds_the_first_of_any_run(store: AbstractStore):
    store.create_run(run())
    store.create_run(run("r2"))
    first = evaluation(5, "r2", key="k", scores={"score": 1.0})
    store.record(first)
    store.record(evaluation(0, key="k", scores={"score": 2.0}), evaluation(1))
    assert store.cached("k") == first
    assert store.cached("other") is None and store.cached("") is None


@pytest.mark.parametrize(("direction", "asks"), [("maximise", [3, 1, 2, 0]), ("minimise", [0, 1, 2, 3])])
def test_the_best_go_by_the_direction(store: AbstractStore, direction, asks):
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


# -- batches


def test_a_batch_is_undone_as_a_whole(store: AbstractStore):
    store.create_run(run())
    store.append(*log("r1", 0, 1))
    store.promote([word("f", "d1"), word("g", "d2")])
    before = (
        store.runs(),
        store.events("r1"),
        store.subroutines(None),
        store.history(),
        store.uses(),
        store.solutions(),
    )
    with pytest.raises(KeyError), store.batch():
        store.create_run(run("r2"))
        store.update_run("r1", state="failed")
        store.append(*log("r1", 1, 2), *log("r2", 0, 1))
        store.record(evaluation(0, key="k"), evaluation(0, "r2"))
        store.promote([word("h", "d3")], [Use("d3", "sort")])
        store.demote("f")
        store.add_uses([], {"d2": 2.0})
        store.add_solution(Solution("sort", "r1", "x"))
        raise KeyError
    after = (
        store.runs(),
        store.events("r1"),
        store.subroutines(None),
        store.history(),
        store.uses(),
        store.solutions(),
    )
    assert after == before
    assert store.cached("k") is None and store.evaluations("r1") == ()
    with pytest.raises(StoreError, match="r2"):
        store.record(evaluation(0, "r2"))
    store.append(*log("r1", 1, 1))


def test_a_batch_sees_its_own_writes_and_may_nest(store: AbstractStore):
    with store.batch():
        store.create_run(run())
        with store.batch():
            store.append(*log("r1", 0, 2))
        assert store.next_number("r1") == 2
    assert len(store.events("r1")) == 2


def test_an_error_ignored_inside_a_batch_undoes_it(store: AbstractStore):
    store.create_run(run())
    with pytest.raises(StoreError, match="ignored"), store.batch():
        store.append(*log("r1", 0, 1))
        with pytest.raises(Conflict):
            store.append(*log("r1", 7, 1))
    assert store.events("r1") == ()
    store.append(*log("r1", 0, 1))


# -- solutions


def test_solutions_are_kept_once_in_order(store: AbstractStore):
    store.create_run(run(direction="minimise", metric="loss"))
    terms = [
        Solution("sort", "r1", "a", right=None, scores={"loss": 0.1}),
        Solution("sort", "r1", "b", "bb", right=True, scores={"loss": 0.5}, evaluations=9, seconds=0.5, created=7.0),
        Solution("sort", "r1", "c", right=True, scores={"loss": 0.3}),
        Solution("sort", "r1", "d", right=True, scores={"loss": 0.3}),
        Solution("other", "r1", "a", right=False),
    ]
    assert all(store.add_solution(each) for each in terms)
    assert not store.add_solution(terms[0])
    assert store.solutions() == store.solutions(run="r1") == tuple(terms)
    assert store.solutions("sort") == tuple(terms[:4])
    assert store.solutions("other") == (terms[4],) and store.solutions("none") == ()


# -- the library


def test_promotion_is_kept_with_its_history(store: AbstractStore):
    f = word("f", "d1", provenance={"runs": ["r1"]}, saved=12.5, created=3.0, description="adds one", weights="ab" * 32)
    assert store.promote([f, word("g", "d2")], [Use("d1", "sort", "r1")], {"f": {"tasks": 2}}) == (f, word("g", "d2"))
    assert store.subroutines() == (f, word("g", "d2"))
    assert store.subroutine("f") == store.subroutine("f", "d1") == store.subroutine("f@d1") == f
    assert [(each.name, each.action, each.evidence) for each in store.history()] == [
        ("f", "promoted", {"tasks": 2}),
        ("g", "promoted", {}),
    ]
    assert store.promote([f]) == () and len(store.history()) == 2


def test_a_name_has_one_active_word(store: AbstractStore):
    store.promote([word("f", "d1")])
    with pytest.raises(Conflict, match="f@d1"):
        store.promote([word("g", "d3"), word("f", "d2")], [Use("d3", "t")])
    with pytest.raises(Conflict, match="use that name"):
        store.promote([word("h", "d1")])
    with pytest.raises(Conflict, match="another body"):
        store.promote([word("f", "d1", body="other")])
    with pytest.raises(Conflict):
        store.promote([word("x", "d8"), word("x", "d9")])
    assert store.subroutines(None) == (word("f", "d1"),) and store.uses() == () and len(store.history()) == 1


def test_demotion_hides_and_never_deletes(store: AbstractStore):
    store.promote([word("f", "d1")])
    pinned = store.snapshot()
    assert store.demote("f", {"why": "unused"}).state == "demoted"
    assert store.subroutines() == () and store.subroutine("f", "d1").state == "demoted"
    with pytest.raises(StoreError, match="known: f@d1 .demoted."):
        store.demote("f")
    store.promote([word("f", "d2")])
    assert store.snapshot_words(pinned) == (word("f", "d1"),)
    with pytest.raises(Conflict):
        store.promote([word("f", "d1")])
    store.demote("f")
    assert store.promote([word("f", "d1")]) == (word("f", "d1"),)
    actions = [(each.digest, each.action) for each in store.history("f")]
    assert actions == [("d1", "promoted"), ("d1", "demoted"), ("d2", "promoted"), ("d2", "demoted"), ("d1", "promoted")]
    assert store.history("g") == ()


def test_a_snapshot_depends_on_the_active_set_only(store: AbstractStore):
    empty = store.snapshot()
    assert store.snapshot_words(empty) == ()
    store.promote([word("b", "d2"), word("a", "d1")])
    both = store.snapshot()
    assert both != empty and store.snapshot() == both
    assert [each.name for each in store.snapshot_words(both)] == ["a", "b"]
    store.demote("a")
    assert store.snapshot() not in (both, empty)
    store.demote("b")
    assert store.snapshot() == empty
    with pytest.raises(StoreError, match="beef"):
        store.snapshot_words("beef")


def test_uses_and_what_was_saved_are_listed(store: AbstractStore):
    store.promote([word("f", "d1", saved=1.0)], [Use("d1", "sort", "r1"), Use("d1", "sort", "r1")])
    store.add_uses([Use("d1", "sort", "r2"), Use("d1", "add", "r3"), Use("d1", "sort", "r1")], {"d1": 2.5})
    assert store.uses("d1") == (Use("d1", "add", "r3"), Use("d1", "sort", "r1"), Use("d1", "sort", "r2"))
    assert store.uses("d9") == ()
    (row,) = store.library_list()
    assert (row["name"], row["type"], row["kind"]) == ("f", "int -> int", "algorithmic")
    assert (row["uses"], row["tasks"], row["saved"], row["created"]) == (3, ["add", "sort"], 3.5, 0.0)


def test_adopting_leaves_what_is_known_as_it_is(store: AbstractStore):
    store.promote([word("f", "d1")])
    store.demote("f")
    assert (
        store.adopt(
            [word("f", "d1"), word("g", "d2"), word("h", "d3", state="demoted")], [Use("d2", "t")], {"file": "x"}
        )
        == 2
    )
    assert [(each.name, each.state) for each in store.subroutines(None)] == [
        ("f", "demoted"),
        ("g", "active"),
        ("h", "demoted"),
    ]
    assert store.history("g")[0].action == "imported" and store.uses("d2")
    with pytest.raises(Conflict, match="g@d2"):
        store.adopt([word("k", "d7"), word("g", "d9")], [], {})
    assert len(store.subroutines(None)) == 3


# -- what growths learned


def test_guides_are_kept_in_order(store: AbstractStore):
    assert store.guides() == ()
    first = GuideRecord("g2", {"grammar": [["map", 0.5]], "hidden": None}, None, {"number": 1}, 3, "ab", 2.0)
    second = GuideRecord("g1", iteration={"loss": math.inf}, created=1.0)
    store.add_guide(first)
    store.add_guide(second)
    assert store.guides() == (first, second) and store.guide("g2") == first and store.runs() == ()
    with pytest.raises(Conflict, match="guide='g1'"):
        store.add_guide(replace(first, id="g1"))
    with pytest.raises(StoreError, match="guide='g3' is unknown"):
        store.guide("g3")
    with pytest.raises(KeyError), store.batch():
        store.add_guide(GuideRecord("g3"))
        raise KeyError
    assert store.guides() == (first, second)


def test_a_word_that_is_here_under_another_name_is_adopted_for_reading_only(store: AbstractStore):
    store.promote([word("f", "d1")])
    assert store.adopt([word("g", "d1")], [], {}) == 1
    assert store.subroutines() == (word("f", "d1"),) and store.subroutine("g", "d1").state == "demoted"
    with pytest.raises(Conflict, match="another body"):
        store.adopt([word("h", "d1", body="other")], [], {})


BAD_NAMES = ["(x", "x)y", "$0", '"q', "a;b", "#r", "@9", ":k", "../../etc/x", "f@d1", "lambda", "true", "7"]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_what_no_term_could_name_is_never_a_word(store: AbstractStore, name):
    store.promote([word("f", "d1")])
    before = store.subroutines(None), store.history()
    for change in (
        lambda: store.promote([word("g", "d2"), word(name, "d3")]),
        lambda: store.adopt([word(name, "d3")], [], {}),
        lambda: store.adopt([word(name, "d3", state="demoted")], [], {}),
        lambda: store.rename("f", name),
    ):
        with pytest.raises(StoreError, match="cannot name a word"):
            change()
    assert (store.subroutines(None), store.history()) == before


def test_a_renamed_word_keeps_its_old_name_for_what_names_it(store: AbstractStore):
    store.promote([word("f", "d1", saved=2.0, provenance={"runs": ["r"]})], [Use("d1", "sort", "r1")])
    pinned = store.snapshot()
    found = store.rename("f", "g", {"by": "hand"})
    assert found == word("g", "d1", saved=2.0, provenance={"runs": ["r"], "names": ["f"]}) == store.subroutine("g")
    assert store.subroutines() == (found,) and store.subroutine("f", "d1").state == "demoted"
    assert [(each.name, each.action, each.evidence) for each in store.history()[1:]] == [
        ("f", "renamed", {"by": "hand", "to": "g"}),
        ("g", "renamed", {"by": "hand", "from": "f"}),
    ]
    assert [each.name for each in store.snapshot_words(pinned)] == ["f"] and store.snapshot() != pinned
    assert [(row["name"], row["tasks"]) for row in store.library_list()] == [("g", ["sort"])]
    store.promote([word("f", "d2")])
    assert {each.name for each in store.subroutines()} == {"f", "g"}, "its old name is free"


def test_a_word_may_take_back_a_name_that_it_had(store: AbstractStore):
    store.promote([word("f", "d1")])
    first = store.snapshot()
    store.rename("f", "g")
    store.add_uses([], {"d1": 2.0})
    assert store.rename("g", "h").provenance["names"] == ["f", "g"]
    assert store.rename("h", "f") == word("f", "d1", saved=2.0) == store.subroutine("f")
    assert store.snapshot() == first and len(store.subroutines(None)) == 3


def test_a_name_that_is_taken_or_absent_is_not_renamed(store: AbstractStore):
    store.promote([word("f", "d1"), word("g", "d2"), word("h", "d3")])
    store.demote("h")
    before = store.subroutines(None), store.history()
    with pytest.raises(Conflict, match="g@d2"):
        store.rename("f", "g")
    with pytest.raises(StoreError, match="has"):
        store.rename("f", "f")
    with pytest.raises(StoreError, match="not in the library"):
        store.rename("none", "k")
    with pytest.raises(StoreError, match="demoted"):
        store.rename("h@d3", "k")
    assert (store.subroutines(None), store.history()) == before
    store.rename("f", "h")
    assert {each.name for each in store.subroutines()} == {"g", "h"}, "a demoted word takes no name"


def test_a_version_is_found_by_the_name_that_terms_have_for_it(store: AbstractStore):
    digests = ["abcdef012345" + end * 52 for end in "01"]
    store.promote([word("f", digests[0])])
    assert store.subroutine(f"f@{digests[0][:12]}") == store.subroutine(f"f@{digests[0]}") == store.subroutine("f")
    for absent in (f"f@{digests[0][:11]}", f"g@{digests[0]}", "f@", "@"):
        with pytest.raises(StoreError, match="not in the library"):
            store.subroutine(absent)
    store.demote("f")
    store.promote([word("f", digests[1])])
    with pytest.raises(StoreError, match="known: f@abc"):
        store.subroutine("f@abcdef012345")
    assert store.subroutine(f"f@{digests[1]}").state == "active"


# -- weights


def test_live_weights_are_kept_and_others_collected(store: AbstractStore):
    import torch

    digests = [store.blobs.put({"w": torch.full((2,), float(n))}) for n in range(7)]
    store.create_run(run("done", state="finished"))
    store.create_run(run("going"))
    scored = [evaluation(n, "done", weights=digests[n], scores={"score": float(n)}) for n in range(3)]
    store.record(*scored, evaluation(0, "going", weights=digests[3], scores={"score": math.nan}))
    store.promote([word("f", "d1", weights=digests[4])])
    store.demote("f")
    store.add_solution(Solution("sort", "done", "x", weights=digests[5]))
    store.add_guide(GuideRecord("g", {}, digests[6]))
    assert store.live_weights(best=1) == set(digests[2:7])
    assert store.collect_garbage(best=1) == 0
    assert store.collect_garbage(best=1, older_than=0.0) == 2
    assert sorted(store.blobs.digests()) == sorted(digests[2:7])


# -- several threads, and opening again


def test_threads_share_a_store(store: AbstractStore):
    taken, errors = [], []

    def work(number: int) -> None:
        try:
            store.create_run(run(f"run{number}"))
            for ask in range(20):
                with store.batch():
                    store.append(*log(f"run{number}", ask, 1))
                    store.record(evaluation(ask, f"run{number}"))
            try:
                store.promote([word("f", f"d{number}")])
                taken.append(number)
            except Conflict:
                pass
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(taken) == 1 and store.subroutine("f").digest == f"d{taken[0]}"
    assert all(len(store.events(each.id)) == len(store.evaluations(each.id)) == 20 for each in store.runs())


def test_two_drivers_of_one_run_cannot_both_go_on(store: AbstractStore):
    store.create_run(run())
    wins, losses = [], []

    def drive() -> None:
        for number in range(30):
            try:
                store.append(Event("r1", number, "asked", number))
                wins.append(number)
            except Conflict:
                losses.append(number)

    threads = [threading.Thread(target=drive) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = [event.number for event in store.events("r1")]
    assert sorted(wins) == numbers == list(range(len(numbers))) and len(wins) + len(losses) == 90


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.persistent], ids=lambda kind: kind.__name__)
def test_what_was_kept_is_there_when_opened_again(kind, tmp_path):
    url = kind.example(str(tmp_path))
    with pytest.raises(StoreError, match="exist"):
        open_store(url, create=False)
    with open_store(url) as store:
        store.create_run(run())
        store.record(evaluation(0, key="k"), events=log("r1", 0, 2))
        store.promote([word("f", "d1")])
        store.add_guide(GuideRecord("g", {"grammar": []}))
        snapshot = store.snapshot()
    with open_store(url, create=False) as again:
        assert again.runs() == (run(),) and again.cached("k") == evaluation(0, key="k")
        assert again.events("r1") == tuple(log("r1", 0, 2)) and again.snapshot_words(snapshot) == (word("f", "d1"),)
        assert again.guides() == (GuideRecord("g", {"grammar": []}),)
        with pytest.raises(Conflict):
            again.append(*log("r1", 1, 1))
