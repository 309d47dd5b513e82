"""Searches pass through types that the task does not speak of, and other searches stay as they are."""

import pytest

from primitives.notation.types import parse_type
from primitives.types import INT, STRING, arguments_of, has_tensor, list_of, map_of, option_of, pair_of
from primitives.values import Table
from primitives.words import builtin_words
from search.enumeration.intermediate import MOST, intermediate
from search.problem import Problem
from search.reports import Hit
from search.strategies import make_strategy

WORDS = {name: word for name, word in builtin_words().items() if not has_tensor(word.scheme.type)}
INTS = list_of(INT)
PRICES, MORE = Table([("a", 3), ("b", 5)]), Table([("z", 9), ("q", 4)])
LOOK_UP = [((PRICES, "a"), 3), ((PRICES, "b"), 5), ((MORE, "z"), 9)]
TASKS = {
    "a look-up": ("map(str,int) -> str -> int", LOOK_UP, "get unwrap", 100),
    "a look-up with a default": ("map(str,int) -> str -> int", [*LOOK_UP, ((MORE, "a"), 0)], "get or_else", 5_000),
    "a number in a text": ("str -> int", [(("12",), 12), (("7",), 7), (("-3",), -3)], "parse_int unwrap", 100),
    "a place": ("list(int) -> int -> int", [(((4, 5, 6), 5), 1), (((9, 8, 7, 1), 1), 3)], "search unwrap", 1_000),
}


def first_hit(type, examples, words, terms):
    strategy = make_strategy("enumerative", Problem(type=parse_type(type), words=words, examples=tuple(examples)))
    return next((report for report in strategy.run(max_terms=terms) if isinstance(report, Hit)), None)


@pytest.mark.parametrize("name", TASKS)
def test_an_option_on_the_way_is_found_among_all_words_and_among_the_words_needed(name):
    type, examples, needed, terms = TASKS[name]
    few = {word: WORDS[word] for word in needed.split()}
    assert first_hit(type, examples, few, 1_000) is not None
    found = first_hit(type, examples, WORDS, 6_000)
    assert found is not None and found.info["first_terms"] <= terms


def test_a_small_vocabulary_passes_through_what_its_words_make_and_take():
    """A list of numbers in texts, the first negative number, and neighbours that are equal."""
    numbers = [((("12", "3"),), (12, 3)), ((("7",),), (7,)), (((),), ())]
    few = {name: WORDS[name] for name in ("map", "parse_int", "unwrap")}
    assert first_hit("list(str) -> list(int)", numbers, few, 2_000) is not None
    negative = [(((4, -5, 6),), -5), (((-4, 5, -6),), -4), (((9, 8, -1),), -1)]
    few = {name: WORDS[name] for name in ("find", "unwrap", "<")}
    assert first_hit("list(int) -> int", negative, few, 2_000) is not None
    equal = [(((1, 1, 2),), 1), (((3, 3, 3, 4, 4),), 3), (((1, 2),), 0), (((5, 6, 7, 7),), 1)]
    few = {name: WORDS[name] for name in ("zip", "tail", "count", "=", "first", "second")}
    assert first_hit("list(int) -> int", equal, few, 20_000) is not None


def types_added(type, words):
    inputs, output = arguments_of(parse_type(type))
    known = [INT, STRING, parse_type("bool"), *inputs, output]
    return intermediate(words, tuple(dict.fromkeys(known)), inputs, output)


def test_other_tasks_have_no_types_more():
    assert types_added("list(int) -> list(int) -> list(int)", WORDS) == ()
    assert types_added("list(str) -> list(int)", WORDS) == (option_of(INT),)
    for type in (
        "list(int) -> list(int)",
        "list(int) -> int",
        "int -> list(int)",
        "str -> str",
        "str -> str -> str",
        "list(str) -> str",
    ):
        assert types_added(type, WORDS) == ()


def test_types_are_few_and_need_a_word_that_makes_them_and_one_that_takes_them():
    assert types_added("map(str,int) -> str -> int", WORDS) == (option_of(INT),)
    assert map_of(STRING, INT) not in types_added("list(pair(str,int)) -> list(int)", WORDS)
    only = {name: WORDS[name] for name in ("parse_int", "length_text")}
    assert types_added("str -> int", only) == ()
    assert types_added("str -> int", {**only, "unwrap": WORDS["unwrap"]}) == (option_of(INT),)
    some = {name: WORDS[name] for name in ("some", "unwrap", "pair", "first")}
    assert types_added("int -> int", some) == ()
    many = {
        name: WORDS[name]
        for name in ("zip", "enumerate", "unzip", "first", "map", "find", "unwrap", "search", "table_from", "get")
    }
    assert 0 < len(types_added("list(int) -> list(int)", many)) <= MOST
    assert pair_of(INT, INT) in types_added("list(int) -> list(int)", many)
