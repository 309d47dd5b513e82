"""What every store must do with the library: words, their names and history, uses, snapshots, guides and weights."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from library.records import Conflict, GuideRecord, Solution, StoreError, Use
from library.store import AbstractStore

from ..records import evaluation, run, word

BAD_NAMES = ["(x", "x)y", "$0", '"q', "a;b", "#r", "@9", ":k", "../../etc/x", "f@d1", "lambda", "true", "7"]


class KeepsWords:
    """Of every store."""

    def test_promotion_is_kept_with_its_history(self, store: AbstractStore):
        f = word(
            "f", "d1", provenance={"runs": ["r1"]}, saved=12.5, created=3.0, description="adds one", weights="ab" * 32
        )
        assert store.promote([f, word("g", "d2")], [Use("d1", "sort", "r1")], {"f": {"tasks": 2}}) == (
            f,
            word("g", "d2"),
        )
        assert store.subroutines() == (f, word("g", "d2"))
        assert store.subroutine("f") == store.subroutine("f", "d1") == store.subroutine("f@d1") == f
        assert [(each.name, each.action, each.evidence) for each in store.history()] == [
            ("f", "promoted", {"tasks": 2}),
            ("g", "promoted", {}),
        ]
        version = store.words_version()
        assert store.promote([f]) == () and len(store.history()) == 2
        store.add_uses([Use("d2", "sort", "r1")], {"d1": 1.0})
        assert store.words_version() == version
        store.demote("g")
        assert store.words_version() > version

    def test_a_name_has_one_active_word(self, store: AbstractStore):
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

    def test_demotion_hides_and_never_deletes(self, store: AbstractStore):
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
        assert actions == [
            ("d1", "promoted"),
            ("d1", "demoted"),
            ("d2", "promoted"),
            ("d2", "demoted"),
            ("d1", "promoted"),
        ]
        assert store.history("g") == ()

    def test_a_snapshot_depends_on_the_active_set_only(self, store: AbstractStore):
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

    def test_uses_and_what_was_saved_are_listed(self, store: AbstractStore):
        store.promote([word("f", "d1", saved=1.0)], [Use("d1", "sort", "r1"), Use("d1", "sort", "r1")])
        store.add_uses([Use("d1", "sort", "r2"), Use("d1", "add", "r3"), Use("d1", "sort", "r1")], {"d1": 2.5})
        assert store.uses("d1") == (Use("d1", "add", "r3"), Use("d1", "sort", "r1"), Use("d1", "sort", "r2"))
        assert store.uses("d9") == ()
        (row,) = store.library_list()
        assert (row["name"], row["type"], row["kind"]) == ("f", "int -> int", "algorithmic")
        assert (row["uses"], row["tasks"], row["saved"], row["created"]) == (3, ["add", "sort"], 3.5, 0.0)

    def test_adopting_leaves_what_is_known_as_it_is(self, store: AbstractStore):
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

    def test_guides_are_kept_in_order(self, store: AbstractStore):
        assert store.guides() == ()
        first = GuideRecord("g2", {"grammar": [["map", 0.5]], "hidden": None}, None, {"number": 1}, 3, "ab", 2.0)
        second = GuideRecord("g1", iteration={"loss": math.inf}, created=1.0)
        store.add_guide(first)
        store.add_guide(second)
        assert store.guides() == (first, second) and store.guide("g2") == first and store.runs() == ()
        assert store.guides(1) == (second,) and store.guides(9) == (first, second) and store.guides(0) == ()
        with pytest.raises(Conflict, match="guide='g1'"):
            store.add_guide(replace(first, id="g1"))
        with pytest.raises(StoreError, match="guide='g3' is unknown"):
            store.guide("g3")
        with pytest.raises(KeyError), store.batch():
            store.add_guide(GuideRecord("g3"))
            raise KeyError
        assert store.guides() == (first, second)

    def test_a_word_that_is_here_under_another_name_is_adopted_for_reading_only(self, store: AbstractStore):
        store.promote([word("f", "d1")])
        assert store.adopt([word("g", "d1")], [], {}) == 1
        assert store.subroutines() == (word("f", "d1"),) and store.subroutine("g", "d1").state == "demoted"
        with pytest.raises(Conflict, match="another body"):
            store.adopt([word("h", "d1", body="other")], [], {})

    @pytest.mark.parametrize("name", BAD_NAMES)
    def test_what_no_term_could_name_is_never_a_word(self, store: AbstractStore, name):
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

    def test_a_renamed_word_keeps_its_old_name_for_what_names_it(self, store: AbstractStore):
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

    def test_a_word_may_take_back_a_name_that_it_had(self, store: AbstractStore):
        store.promote([word("f", "d1")])
        first = store.snapshot()
        store.rename("f", "g")
        store.add_uses([], {"d1": 2.0})
        assert store.rename("g", "h").provenance["names"] == ["f", "g"]
        assert store.rename("h", "f") == word("f", "d1", saved=2.0) == store.subroutine("f")
        assert store.snapshot() == first and len(store.subroutines(None)) == 3

    def test_a_name_that_is_taken_or_absent_is_not_renamed(self, store: AbstractStore):
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

    def test_a_version_is_found_by_the_name_that_terms_have_for_it(self, store: AbstractStore):
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

    def test_a_name_is_remembered_whatever_becomes_of_its_word(self, store: AbstractStore):
        assert store.names() == frozenset()
        store.promote([word("f1", "d1"), word("f2", "d2"), word("g", "d3")])
        store.demote("f1")
        store.rename("g", "f3")
        assert store.names() == {"f1", "f2", "f3", "g"}

    def test_weights_that_one_run_alone_names_are_freed(self, store: AbstractStore):
        import torch

        digests = [store.blobs.put({"w": torch.full((2,), float(n))}) for n in range(7)]
        for name in ("mine", "other"):
            store.create_run(run(name))
        store.record(*(evaluation(n, "mine", weights=digests[n]) for n in range(5)))
        store.record(evaluation(0, "other", weights=digests[0]))
        store.promote([word("f", "d1", weights=digests[1])])
        store.demote("f")
        store.add_solution(Solution("sort", "mine", "x", weights=digests[2]))
        store.add_guide(GuideRecord("g", {}, digests[3]))
        wanted = [*digests[:5], digests[6]]
        assert store.named_beside("mine", wanted) == set(digests[:4])
        assert store.free_weights("mine", wanted) == set(digests[:4]), "the others are too young"
        assert store.free_weights("mine", wanted, older_than=0.0) == set(wanted)
        assert sorted(store.blobs.digests()) == sorted([*digests[:4], digests[5]])
        assert store.free_weights("mine", wanted) == set(wanted), "what is gone is gone"

    def test_live_weights_are_kept_and_others_collected(self, store: AbstractStore):
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
