"""Compression: what it finds, what a part must be worth, and which programs it leaves alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pytest

from library.compression.compress import compress, description_length
from library.compression.equivalence import same_program
from library.compression.stitch_code import symbols
from primitives.definitions import definition
from primitives.interpreter.interpret import evaluate
from primitives.primitive import Primitive
from primitives.syntax import parse
from primitives.term import (
    Lambda,
    Term,
    Word,
    show_canonical,
    words_in,
)
from primitives.values import Failure
from primitives.words import builtin_words

WORDS = builtin_words()
Corpus = dict[str, list[Term]]
Read = Callable[[Mapping[str, str]], Corpus]
Extend = Callable[..., dict[str, Primitive]]


def test_shared_parts_get_names_types_and_counts(lists: Corpus, with_abstractions: Extend) -> None:
    found = compress(lists, WORDS)
    by_name = {each.name: each for each in found.abstractions}
    square = by_name["map_square"]
    assert square.scheme == "Num a => list(a) -> list(a)" and square.arity == 1 and square.kind == "algorithmic"
    assert set(square.tasks) == {"total of squares", "squares", "largest square"} and square.uses == 3
    even = next(each for each in found.abstractions if "mod" in each.description)
    assert set(even.tasks) == {"evens", "number of evens", "total of evens"}
    assert all(each.saved > 0 and each.description.startswith(each.scheme) for each in found.abstractions)
    assert found.before == description_length(lists, WORDS) and found.ratio > 1.1
    assert found.rewritten["any"] == tuple(lists["any"])
    words = with_abstractions(found)
    bodies = [each.body for each in found.abstractions]
    assert found.after == description_length(found.rewritten, words, bodies)


def test_what_an_abstraction_saved_is_what_the_corpus_grows_without_it(lists: Corpus) -> None:
    found = compress({k: v for k, v in lists.items() if "square" in k}, WORDS)
    (only,) = found.abstractions
    assert only.saved == found.before - found.after


def test_it_is_deterministic_and_names_differ_from_all_that_are_taken(lists: Corpus) -> None:
    first, second = compress(lists, WORDS), compress(lists, WORDS)
    assert first == second
    other = compress(lists, WORDS, taken={"map_square"})
    assert "map_square_2" in {each.name for each in other.abstractions}


def test_a_part_of_one_task_alone_is_not_worth_a_name() -> None:
    text = "(lambda (xs) (+ (sum (map (lambda (x) (* x x)) xs)) (maximum (map (lambda (x) (* x x)) xs))))"
    found = compress({"one": [parse(text, WORDS)], "two": [parse("(lambda (xs) (length xs))", WORDS)]}, WORDS)
    assert found.abstractions == () and found.ratio == 1.0


def test_a_corpus_that_knows_the_subroutine_uses_it_under_its_name(corpus: Read, with_abstractions: Extend) -> None:
    body = parse("(lambda (xs) (map (lambda (x) (* x x)) xs))", WORDS)
    known = {**WORDS, "squares": definition("squares", "Num a => list(a) -> list(a)", body)}
    texts = {
        "a": "(lambda (xs) (sum (map (lambda (x) (* x x)) (reverse xs))))",
        "b": "(lambda (xs) (length (map (lambda (x) (* x x)) (tail xs))))",
        "c": "(lambda (xs) (head (map (lambda (x) (* x x)) xs)))",
    }
    found = compress(corpus(texts), known)
    assert found.abstractions == (), "what is shared has a name already"
    for task in texts:
        (term,) = found.rewritten[task]
        assert [word.name for word in words_in(term)].count("squares") == 1
        assert same_program(corpus(texts)[task][0], term, with_abstractions(found, known)) is not None


def test_what_the_judge_refuses_is_written_out_again(lists: Corpus) -> None:
    found = compress(lists, WORDS, judge=lambda each: "mod" not in each.description)
    assert [each.name for each in found.abstractions] == ["map_square"]
    for task in ("evens", "number of evens", "total of evens"):
        assert found.rewritten[task] == tuple(lists[task])


def test_odd_programs_are_left_alone(lists: Corpus) -> None:
    texts = {
        **lists,
        "hole": [parse("(lambda (xs) (sum (map ?f xs)))", WORDS)],
        "unknown": [Lambda(Word("no such word"))],
        "effect": [parse('(lambda (x) (remember "key" (* x x)))', WORDS)],
        "none": [],
    }
    found = compress(texts, WORDS)
    assert found.abstractions
    for task in ("hole", "unknown", "effect", "none"):
        assert found.rewritten[task] == tuple(texts[task])


@pytest.mark.parametrize("texts", [{}, {"one": "(lambda (x) x)"}])
def test_too_little_to_compare(texts: dict[str, str], corpus: Read) -> None:
    found = compress(corpus(texts), WORDS)
    assert (
        found.abstractions == ()
        and found.problem == ""
        and found.rewritten == {k: tuple(v) for k, v in corpus(texts).items()}
    )


def test_strange_characters_in_constants(corpus: Read, with_abstractions: Extend) -> None:
    key = '"#0 $1 (lam é \\" fn_0) ☃"'
    ends = {"a": "s", "b": '"#"', "c": "(upper s)", "d": "(lower s)", "e": '"fn_0"', "f": '"("'}
    texts = {name: f'(lambda (s) (split {end} (join {key} (split "," s))))' for name, end in ends.items()}
    found = compress(corpus(texts), WORDS)
    assert r"#0 $1 (lam \u00e9 \" fn_0) \u2603" in show_canonical(found.abstractions[0].body)
    words = with_abstractions(found)
    for task in texts:
        case = ("(,fn_0 #0,A",)
        expected = evaluate(corpus(texts)[task][0], case, words=WORDS)
        assert not isinstance(expected, Failure) and evaluate(found.rewritten[task][0], case, words=words) == expected
        assert found.rewritten[task] != tuple(corpus(texts)[task])


def test_settings_that_are_not_usual_count() -> None:
    usual, other = parse("(lambda (x) (max_pool x))", WORDS), parse("(lambda (x) (max_pool :kernel 3 x))", WORDS)
    assert symbols(usual, WORDS) == usual.size and symbols(other, WORDS) == other.size + 1


def test_several_programs_of_a_task_count_once(lists: Corpus) -> None:
    programs: dict[str, Sequence[Term]] = dict(lists)
    programs["squares"] = [*programs["squares"], parse("(lambda (xs) (zipwith * xs xs))", WORDS)]
    found = compress(programs, WORDS)
    assert len(found.rewritten["squares"]) == 2
    assert found.before == sum(min(symbols(t, WORDS) for t in terms) for terms in programs.values())


def test_a_short_function_that_several_tasks_share_gets_a_name() -> None:
    """Parameters are no part of what a body costs: a call is counted with its arguments."""
    last = ["(lambda (s) (last (split_words s)))", "(lambda (s) (upper (last (split_words s))))",
            "(lambda (s) (length_text (last (split_words s))))"]  # fmt: skip
    corpus = {str(number): [parse(text, WORDS)] for number, text in enumerate(last)}
    (found,) = compress(corpus, WORDS).abstractions
    assert show_canonical(found.body) == "(lambda (last (split_words $0)))" and found.saved == 1
    two = {name: terms for name, terms in corpus.items() if name != "2"}
    assert compress(two, WORDS).abstractions == (), "two words in two tasks save nothing"
    user = ['(lambda (s) (upper (head (split "@" s))))', '(lambda (s) (length_text (head (split "@" s))))']
    corpus = {str(number): [parse(text, WORDS)] for number, text in enumerate(user)}
    (found,) = compress(corpus, WORDS).abstractions
    assert show_canonical(found.body) == '(lambda (head (split "@" $0)))' and found.saved == 1
