"""The words of a library: one vocabulary as long as the subroutines are the same."""

from __future__ import annotations

import pytest

from automl.study.words import LibraryWords
from library.digests import word_digest
from library.ordering import pinned_name
from library.records import StoreError, Subroutine
from library.store import open_store
from primitives.syntax import parse

BODY = "(lambda (x) (* 2 x))"
TWICE = Subroutine("twice", word_digest(parse(BODY)), "int -> int", "algorithmic", BODY)
THRICE = "(lambda (x) (* 3 x))"
OTHER = Subroutine("thrice", word_digest(parse(THRICE)), "int -> int", "algorithmic", THRICE)


def test_a_vocabulary_is_shared_until_the_library_changes():
    with open_store("memory:") as store:
        words = LibraryWords(store)
        first = words.vocabulary()
        assert words.vocabulary() is first and words.made == 1
        store.promote([OTHER])
        kept = words.vocabulary()
        store.promote([TWICE])
        second = words.vocabulary()
        assert second is not first and "twice" in second.words and "twice" not in first.words
        assert second.words["thrice"] is kept.words["thrice"], "what is the same is not defined again"
        store.add_uses((), {TWICE.digest: 5.0})
        assert words.vocabulary() is second, "what it saved makes no other word"
        store.demote("twice", {"reasons": ["test"]})
        third = words.vocabulary()
        assert "twice" not in third.words and pinned_name(TWICE) in third.all_words and words.made == 4


def test_a_vocabulary_is_that_of_a_snapshot_or_of_allowed_words():
    with open_store("memory:") as store:
        store.promote([TWICE])
        snapshot = store.snapshot()
        store.demote("twice", {"reasons": ["test"]})
        words = LibraryWords(store)
        assert "twice" in words.vocabulary(snapshot).words and "twice" not in words.vocabulary().words
        assert set(words.vocabulary(allowed=("map",)).words) == {"map"} and "filter" in words.vocabulary().words
        with pytest.raises(StoreError, match="unknown"):
            words.vocabulary("0" * 64)
        with pytest.raises(StoreError, match="mapp"):
            words.vocabulary(allowed=("mapp",))
