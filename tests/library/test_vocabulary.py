"""The vocabulary: primitives and subroutines as one set of words, pinned in stored terms."""

from __future__ import annotations

from dataclasses import replace

import pytest

from library.digests import checked_words, word_digest
from library.records import StoreError, Subroutine
from library.store import open_store
from library.vocabulary import SHORT, Vocabulary, _warn, pinned_name
from primitives.definitions import Definition, expand
from primitives.interpreter.interpret import evaluate
from primitives.syntax import TermSyntaxError, parse
from primitives.term import Term, digest, show_canonical, sites_of
from primitives.words import builtin_words


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


def rewritten(record: Subroutine, body: str) -> Subroutine:
    """The record with another body and the digest of that."""
    return replace(record, body=body, digest=word_digest(parse(body), record.weights))


FALSE = replace(SQUARES, body="(lambda (map (lambda (+ $0 $0)) $0))")
"""Changed in the store, its digest kept."""


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
        (rewritten(SQUARES, "(lambda (no_such_word $0))"), "needs unknown words no_such_word"),
        (replace(SQUARES, body="(lambda"), "cannot be read"),
        (FALSE, f"digest={SQUARES.digest}: its body and weights have the digest {rewritten(FALSE, FALSE.body).digest}"),
        (replace(SQUARES, type="nonsense of"), "cannot be read"),
    ],
)
def test_records_that_cannot_be_words_are_refused(record: Subroutine, message: str) -> None:
    with pytest.raises(StoreError, match=message):
        Vocabulary([record])


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (replace(SQUARES, name="map"), "is that of a primitive"),
        (replace(SQUARES, name="(x"), "cannot name a word"),
        (rewritten(SQUARES, "(lambda (no_such_word $0))"), "needs unknown words no_such_word"),
        (replace(SQUARES, body="(lambda"), "cannot be read"),
        (FALSE, f"digest={SQUARES.digest}: its body and weights have the digest {rewritten(FALSE, FALSE.body).digest}"),
        (replace(SQUARES, type="nonsense of"), "cannot be read"),
    ],
)
def test_records_that_cannot_be_words_are_left_out_with_a_warning(record: Subroutine, message: str, caplog) -> None:
    """And so is what is made of them; all else stays."""
    doubled = subroutine("doubled", "Num a => list(a) -> list(a)", "(lambda (map (lambda (+ $0 $0)) $0))")
    user = rewritten(TOTAL, f"(lambda (sum ({pinned_name(replace(record, name='squares'))} $0)))")
    _warn.cache_clear()
    vocabulary = Vocabulary([record, doubled, user], strict=False)
    vocabulary.warn()
    assert message in {each.name: why for each, why in vocabulary.left_out}[record.name]
    assert set(vocabulary.words) == {*builtin_words(), "doubled"} and vocabulary.active == (doubled,)
    assert any(message in line.message for line in caplog.records)
    again = Vocabulary(vocabulary.records)
    assert set(again.all_words) == set(vocabulary.all_words), "workers get the same words"


def test_programs_that_name_a_subroutine_as_a_primitive_are_still_read() -> None:
    taken = replace(SQUARES, name="map")
    vocabulary = Vocabulary([taken], strict=False)
    assert evaluate(vocabulary.read(f"({pinned_name(taken)} [2])"), words=vocabulary.all_words) == (4,)
    assert vocabulary.words["map"] is builtin_words()["map"]


def test_a_renamed_word_is_one_word_by_all_its_names() -> None:
    store = open_store("memory:")
    store.promote([SQUARES, TOTAL])
    store.rename("squares", "map_square")
    vocabulary = Vocabulary(store.subroutines(None))
    assert "map_square" in vocabulary.words and "squares" not in vocabulary.words
    term = vocabulary.read(f"({PINNED} [2])")
    assert term == vocabulary.read("(map_square [2])") and evaluate(term, words=vocabulary.words) == (4,)
    assert show_canonical(vocabulary.pin(term)) == f"(map_square@{SQUARES.digest[:SHORT]} [2])"
    assert evaluate(vocabulary.read("(total [1 2 3])"), words=vocabulary.words) == 14
    assert [each.name for each in vocabulary.subroutines_in(vocabulary.read(TOTAL.body))] == ["map_square"]


def test_a_renamed_net_finds_the_weights_that_programs_stored_before() -> None:
    body = "(lambda (dense :units 2 @1 $0))"
    blob = "ab" * 32
    net = Subroutine("net", word_digest(parse(body), blob), "Tensor[3] -> Tensor[2]", "geometric", body, weights=blob)
    store = open_store("memory:")
    store.promote([net])
    before = Vocabulary(store.subroutines(None))
    shared = sites_of(expand(before.read("(lambda (net :use frozen @1 $0))"), before.all_words))
    store.rename("net", "digits_net")
    after = Vocabulary(store.subroutines(None))
    for text in ("(lambda (digits_net :use frozen @1 $0))", f"(lambda ({pinned_name(net)} :use frozen @1 $0))"):
        assert sites_of(expand(after.read(text), after.all_words)) == shared
    assert after.words["digits_net"].prefix == pinned_name(net)  # type: ignore[attr-defined]


def test_long_chains_of_words_are_read_once_each(monkeypatch) -> None:
    calls = []

    def counted(text: str, words: object = None) -> Term:
        calls.append(text)
        return parse(text, words)  # type: ignore[arg-type]

    monkeypatch.setattr("library.digests.parse", counted)
    checked_words.cache_clear()
    chain = [subroutine("f0", "int -> int", "(lambda (+ $0 1))")]
    for number in range(1, 30):
        body = f"(lambda ({pinned_name(chain[-1])} (+ $0 1)))"
        chain.append(replace(chain[0], name=f"f{number}", digest=digest(parse(body)), body=body))
    for _ in range(2):  # one process reads a library many times, and a row of it once
        assert len(Vocabulary(reversed(chain)).definitions) == 30 == len(calls)


def test_words_are_found_by_type() -> None:
    vocabulary = Vocabulary([SQUARES, TOTAL])
    found = vocabulary.find("list(int) -> list(int)")
    assert {"squares", "reverse", "sort"} <= set(found) and "total" not in found and "map" not in found
    assert "total" in vocabulary.find("list(float) -> float")
    assert "total" not in vocabulary.find("list(str) -> str")
