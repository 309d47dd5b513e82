"""Terms: equality, hashes, substitution, sites."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from primitives.binding import free_variables, shift, substitute
from primitives.syntax import parse
from primitives.term import (
    Apply,
    Hole,
    Lambda,
    Let,
    Literal,
    Term,
    Variable,
    Word,
    apply,
    canonical,
    children,
    digest,
    lambdas,
    map_shared_words,
    map_words,
    names_in,
    rebuild,
    renumber_sites,
    sites_of,
    spine,
    subterms,
    words_in,
)
from primitives.testing import terms
from primitives.types import BOOL, FLOAT, INT
from primitives.words import builtin_words

WORDS = builtin_words()
SMALL = terms(WORDS, size=10)
MANY = settings(max_examples=60, deadline=None)


def strip(term: Term) -> Term:
    """The term without names of variables."""
    if isinstance(term, Lambda):
        return Lambda(strip(term.body), "other")
    if isinstance(term, Let):
        return Let(strip(term.value), strip(term.body), "another")
    return rebuild(term, tuple(map(strip, children(term))))


@MANY
@given(SMALL)
def test_names_of_variables_do_not_count(term: Term) -> None:
    other = strip(term)
    assert other == term and hash(other) == hash(term) and digest(other) == digest(term)


@MANY
@given(SMALL, st.data())
def test_the_hash_ignores_the_numbers_of_sites_but_not_their_sharing(term: Term, data: st.DataObject) -> None:
    drawn = [data.draw(st.sampled_from(("1", "2", "3", "x.1"))) for _ in words_in(term)]
    counter = iter(drawn)
    sited = map_words(term, lambda w: Word(w.name, w.settings, next(counter)))
    names = {site: f"s{len(drawn) - i}" for i, site in enumerate(dict.fromkeys(drawn))}
    renamed = map_words(sited, lambda w: Word(w.name, w.settings, names[w.site]))
    assert digest(renamed) == digest(sited)
    assert renumber_sites(renumber_sites(sited)) == renumber_sites(sited)
    assert len(sites_of(renumber_sites(sited))) == len(set(drawn))
    if len(set(drawn)) > 1:
        assert digest(map_words(sited, lambda w: Word(w.name, w.settings, "1"))) != digest(sited)


@MANY
@given(SMALL)
def test_size_depth_and_parts_agree(term: Term) -> None:
    parts = list(subterms(term))
    assert term.size == sum(not isinstance(part, Apply) for part in parts)
    assert term.depth == 1 + max((child.depth for child in children(term)), default=0)
    assert rebuild(term, children(term)) is term
    assert copy.deepcopy(term) == term


@MANY
@given(SMALL, st.integers(1, 3))
def test_closed_terms_are_untouched_by_shift_and_substitution(term: Term, amount: int) -> None:
    assert free_variables(term) == set()
    assert shift(term, amount) == term
    assert substitute(term, Variable(amount)) == term


@MANY
@given(SMALL)
def test_parts_have_free_variables_that_shift_moves(term: Term) -> None:
    for part in subterms(term):
        free = free_variables(part)
        assert free_variables(shift(part, 2)) == {index + 2 for index in free}
        assert shift(shift(part, 2), -2) == part
        assert free_variables(substitute(part, Literal(1, INT))) == {index - 1 for index in free if index > 0}


def test_substitution_under_binders() -> None:
    body = parse("(lambda (x) (lambda (y) (+ x y)))").body  # type: ignore[attr-defined]
    assert (
        substitute(body, Variable(5))
        == parse(
            "(lambda (lambda (lambda (lambda (lambda (lambda (lambda (+ $6 $0))))))))"
        ).body.body.body.body.body.body
    )  # type: ignore[attr-defined]
    let = Let(Variable(1), apply(Word("+"), Variable(0), Variable(1)))
    assert substitute(let, Literal(7, INT)) == Let(Variable(0), apply(Word("+"), Variable(0), Literal(7, INT)))


def test_values_that_python_takes_for_equal_are_different_constants() -> None:
    terms = [Literal(1, INT), Literal(True, BOOL), Literal(1.0, FLOAT), Literal(0.0, FLOAT), Literal(-0.0, FLOAT)]
    assert len(set(terms)) == len({digest(term) for term in terms}) == len(terms)
    assert Literal(float("nan"), FLOAT) == Literal(float("nan"), FLOAT)


def test_terms_are_immutable() -> None:
    term = Lambda(Variable(0))
    with pytest.raises(AttributeError, match="immutable"):
        term.body = Variable(1)


def test_kinds_of_term_differ() -> None:
    assert len({Variable(0), Word("0"), Hole("0"), Lambda(Variable(0)), Apply(Variable(0), Variable(0))}) == 5
    assert Hole("x") != Word("x")


def test_spine_and_lambdas() -> None:
    term = apply(Word("f"), Variable(0), Variable(1))
    assert spine(term) == (Word("f"), [Variable(0), Variable(1)])
    assert canonical(lambdas(2, term, ("a", "b"))) == "(lambda (lambda (f $0 $1)))"


def test_sites_of_shared_subroutines_keep_their_names() -> None:
    term = apply(Word("f", (), "net@abc.1"), Word("g", (), "9"))
    assert sites_of(renumber_sites(term))[0] == "net@abc.1"
    assert sites_of(renumber_sites(term))[1] != "9"


def test_what_stands_in_many_places_is_gone_through_once() -> None:
    """Forty doublings have a million million parts, and forty-one that differ."""
    term: Term = Apply(Word("f", (), "2"), Word("g", (), "1"))
    for _ in range(40):
        term = Apply(term, term)
    asked = []

    def change(word: Word) -> Word:
        asked.append(word.name)
        return Word(word.name, word.settings, f"7.{word.site}")

    changed = map_shared_words(term, change)
    assert asked == ["f", "g"] and changed.size == term.size == 2**41
    assert sites_of(changed) == ["7.2", "7.1"] and names_in(changed) == {"f", "g"}
    small = parse("(lambda (+ (+ $0 1) (* $0 2)))")
    assert map_shared_words(small, lambda word: word) is small
    assert map_shared_words(small, lambda word: Word("-")) == map_words(small, lambda word: Word("-"))
