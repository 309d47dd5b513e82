"""The text that stitch-core reads, and back."""

from __future__ import annotations

import pytest

from library.compression.stitch_code import Codebook, Unreadable, hide_lets, restore_lets
from primitives.syntax import parse
from primitives.term import (
    Lambda,
    Let,
    Term,
    Word,
    renumber_sites,
)
from primitives.words import builtin_words

WORDS = builtin_words()
Corpus = dict[str, list[Term]]


def test_text_for_stitch_reads_back(lists: Corpus, nets: Corpus) -> None:
    shared = parse("(lambda (x) (let ((y (+ x 1))) (* y y)))", WORDS)
    for term in (shared, *(term for terms in (*lists.values(), *nets.values()) for term in terms)):
        book = Codebook(WORDS)
        back = restore_lets(book.decode(book.encode(hide_lets(term))))
        assert renumber_sites(back) == renumber_sites(term)


def test_a_let_without_its_parts_is_refused() -> None:
    hidden = hide_lets(parse("(lambda (x) (let ((y x)) y))", WORDS))
    assert isinstance(restore_lets(hidden).body, Let)  # type: ignore[attr-defined]
    with pytest.raises(Unreadable):
        restore_lets(Lambda(Word("let")))
