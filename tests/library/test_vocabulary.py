"""The vocabulary: primitives and subroutines as one set of words, pinned in stored terms."""

from __future__ import annotations

from dataclasses import replace

import pytest

from library.records import StoreError, Subroutine
from library.vocabulary import SHORT, Vocabulary, pinned_name
from primitives.interpreter.interpret import evaluate
from primitives.primitive import Definition, builtin_words, expand
from primitives.syntax import TermSyntaxError, show_canonical
from primitives.term import digest


def subroutine(name: str, type: str, body: str, vocabulary: Vocabulary | None = None, **fields: object) -> Subroutine:
    known = vocabulary or Vocabulary()
    term = known.pin(known.read(body))
    return Subroutine(
        name=name, digest=digest(term), type=type, kind="algorithmic", body=show_canonical(term), **fields
    )  # type: ignore[arg-type]


SQUARES = subroutine("squares", "Num a => list(a) -> list(a)", "(lambda (map (lambda (* $0 $0)) $0))")
TOTAL = subroutine(
    "total", "Num a => list(a) -> a", f"(lambda (sum ({pinned_name(SQUARES)} $0)))", Vocabulary([SQUARES])
)
PINNED = pinned_name(SQUARES)


def test_words_are_the_primitives_and_the_active_subroutines() -> None:
    vocabulary = Vocabulary([SQUARES])
    assert set(vocabulary.words) == {*builtin_words(), "squares"}
    assert isinstance(vocabulary.words["squares"], Definition) and PINNED not in vocabulary.words
    assert vocabulary.all_words[PINNED] is vocabulary.words["squares"] and PINNED == f"squares@{SQUARES.digest[:SHORT]}"
    assert evaluate(vocabulary.read("(squares [1 2 3])"), words=vocabulary.words) == (1, 4, 9)


def test_stored_terms_name_the_version_and_read_back() -> None:
    vocabulary = Vocabulary([SQUARES])
    term = vocabulary.read("(lambda (squares $0))")
    stored = show_canonical(vocabulary.pin(term))
    assert stored == f"(lambda ({PINNED} $0))" and vocabulary.read(stored) == term
    assert vocabulary.subroutines_in(term) == vocabulary.subroutines_in(vocabulary.pin(term)) == [SQUARES]
    assert vocabulary.subroutines_in(vocabulary.read("(lambda (sum $0))")) == []


def test_a_subroutine_may_be_made_of_others_in_any_order() -> None:
    vocabulary = Vocabulary([TOTAL, SQUARES])
    assert evaluate(vocabulary.read("(total [1 2 3])"), words=vocabulary.words) == 14
    written = expand(vocabulary.read("(lambda (total $0))"), vocabulary.all_words)
    assert show_canonical(written) == "(lambda ((lambda (sum ((lambda (map (lambda (* $0 $0)) $0)) $0))) $0))"


def test_a_demoted_one_is_not_offered_but_still_read() -> None:
    vocabulary = Vocabulary([replace(SQUARES, state="demoted"), TOTAL])
    assert "squares" not in vocabulary.words and "total" in vocabulary.words
    assert evaluate(vocabulary.read(f"({PINNED} [2])"), words=vocabulary.all_words) == (4,)
    assert show_canonical(vocabulary.pin(vocabulary.read(f"({PINNED} [2])"))) == f"({PINNED} [2])"
    with pytest.raises(TermSyntaxError):
        vocabulary.read("(squares [2])")


def test_two_versions_live_side_by_side() -> None:
    newer = subroutine("squares", "list(int) -> list(int)", "(lambda (zipwith * $0 $0))")
    vocabulary = Vocabulary([replace(SQUARES, state="demoted"), newer])
    assert vocabulary.words["squares"].digest == newer.digest  # type: ignore[attr-defined]
    assert vocabulary.all_words[PINNED].digest == SQUARES.digest  # type: ignore[attr-defined]


def test_the_digest_is_that_of_the_active_set() -> None:
    both = Vocabulary([SQUARES, TOTAL])
    assert both.digest == Vocabulary([TOTAL, SQUARES]).digest
    assert both.digest != Vocabulary([SQUARES]).digest
    assert Vocabulary([SQUARES, replace(TOTAL, state="demoted")]).digest == Vocabulary([SQUARES]).digest


def test_restricted_to_some_primitives() -> None:
    vocabulary = Vocabulary([SQUARES], allowed=("map", "*"))
    assert set(vocabulary.words) == {"map", "*", "squares"} and "sum" in vocabulary.all_words
    with pytest.raises(StoreError, match="word='mpa' is not known"):
        Vocabulary(allowed=("mpa",))


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (replace(SQUARES, name="map"), "is that of a primitive"),
        (replace(SQUARES, body="(lambda (no_such_word $0))"), "needs unknown words no_such_word"),
        (replace(SQUARES, body="(lambda"), "cannot be read"),
        (replace(SQUARES, type="nonsense of"), "cannot be read"),
    ],
)
def test_records_that_cannot_be_words_are_refused(record: Subroutine, message: str) -> None:
    with pytest.raises(StoreError, match=message):
        Vocabulary([record])


def test_words_are_found_by_type() -> None:
    vocabulary = Vocabulary([SQUARES, TOTAL])
    found = vocabulary.find("list(int) -> list(int)")
    assert {"squares", "reverse", "sort"} <= set(found) and "total" not in found and "map" not in found
    assert "total" in vocabulary.find("list(float) -> float")
    assert "total" not in vocabulary.find("list(str) -> str")
