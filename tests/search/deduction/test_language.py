"""Lists that words make of the inputs."""

from __future__ import annotations

import pytest

from primitives.definitions import definition
from primitives.interpreter.deadline import NEVER, Deadline, OutOfTime
from primitives.interpreter.interpret import evaluate
from primitives.notation.types import parse_type
from primitives.syntax import parse, show
from primitives.term import lambdas
from primitives.types import FLOAT, INT, arguments_of
from primitives.words import builtin_words
from search.deduction.goal import Subtask
from search.deduction.language import Language, lists_made, numbers_beside
from search.deduction.tools import RoleWords
from search.enumeration.settings import Settings
from search.generation.costs import default_costs

WORDS = {name: builtin_words()[name] for name in "chars without unique tail concat group digits take zip".split()}
INPUTS = {
    "str -> str -> int": [("abba", "bc"), ("", "a"), ("cacb", "ac"), ("bbb", "bbbb"), ("abc", "")],
    "list(int) -> int": [((1, 1, 2),), ((3, 3, 3, 3),), ((),), ((1, 2, 1, 2),), ((5,),)],
    "int -> int": [(12,), (7,), (12345,), (100,)],
}


def made(type: str) -> tuple[Subtask, list]:
    given, _ = arguments_of(parse_type(type))
    goal = Subtask(given, INT, tuple((row, 0) for row in INPUTS[type]))
    return goal, lists_made(
        goal, Language(WORDS, default_costs(WORDS, goal.type), (), Settings(), RoleWords(WORDS)), NEVER
    )


@pytest.mark.parametrize("type", INPUTS)
def test_lists_are_what_their_terms_give_and_no_length_tells_another(type) -> None:
    goal, found = made(type)
    lengths = [tuple(map(len, each.values)) for each in found]
    assert found and len(set(lengths)) == len(lengths)
    for each in found:
        program = lambdas(len(goal.inputs), each.term)
        assert tuple(evaluate(program, row, words=WORDS) for row in INPUTS[type]) == each.values
        assert each.sizes.tolist() == list(map(len, each.values))


def test_what_two_texts_do_not_share_is_among_them_and_pieces_and_pairs_are_not() -> None:
    goal, found = made("str -> str -> int")
    values = [each.values for each in found]
    assert tuple(map(tuple, ("aba", "", "cb", "", "abc"))) in values
    chars = [tuple(text) for text, _ in INPUTS["str -> str -> int"]]
    assert tuple(chars) not in values and all("pair" not in str(each.element) for each in found)


def test_it_ends_with_the_time() -> None:
    given, _ = arguments_of(parse_type("list(int) -> int"))
    goal = Subtask(given, INT, tuple((row, 0) for row in INPUTS["list(int) -> int"]))
    language = Language(WORDS, default_costs(WORDS, goal.type), (), Settings(), RoleWords(WORDS))
    with pytest.raises(OutOfTime):
        lists_made(goal, language, Deadline(0.0))


def test_a_learned_word_may_be_made_of_words_that_are_not_offered_beside_it() -> None:
    given, _ = arguments_of(parse_type("list(int) -> int"))
    goal = Subtask(given, INT, tuple((row, 0) for row in INPUTS["list(int) -> int"]))
    words = {name: builtin_words()[name] for name in ("map", "fold", "+", "*", "range")}
    body = parse("(lambda (xs) (fold (lambda (s n) (+ s n)) 0 (map (lambda (n) (* n n)) xs)))", words)
    words["squares"] = definition("squares", "list(int) -> int", body)
    language = Language(words, default_costs(words, goal.type), (), Settings(), RoleWords(words))
    found = [each.values.tolist() for each in numbers_beside(goal, language, NEVER)]
    assert [sum(n * n for n in xs) for (xs,) in INPUTS["list(int) -> int"]] in found


def test_hundredths_are_taken_off_and_added_where_numbers_with_a_point_are_made() -> None:
    goal = Subtask((FLOAT, INT), FLOAT, (((3.0, 5), 1.0), ((4.0, 20), 2.0)))
    words = {name: builtin_words()[name] for name in ("+", "-", "/", "to_float")}
    language = Language(words, default_costs(words, goal.type), (), Settings(), RoleWords(words))
    found = {show(each.term): each.values.tolist() for each in numbers_beside(goal, language, NEVER)}
    assert found["(+ 1.0 (/ (to_float $0) 100.0))"] == [1.05, 1.2]
    assert found["(- 1.0 (/ $1 100.0))"] == [0.97, 0.96]
    assert numbers_beside(goal, language, NEVER)[0] is language.beside[goal.key][0]
