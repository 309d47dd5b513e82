"""Constants are mined from what the examples share, and the search uses them."""

import time

from primitives.interpreter.interpret import evaluate
from primitives.notation.types import parse_type
from primitives.types import BOOL, CHAR, INT, STRING, has_tensor
from primitives.words import builtin_words
from search.enumeration.enumerator import Answer, Enumerator
from search.generation.constants import divisors, mined

WORDS = {name: word for name, word in builtin_words().items() if not has_tensor(word.scheme.type)}


def test_shared_pieces_are_found():
    examples = [(("a-b",), "a b Ltd"), (("cc-d",), "cc d Ltd"), (("e-f",), "e f Ltd")]
    found = {(value, type) for value, type, _ in mined(examples, STRING)}
    assert {("-", STRING), ("-", CHAR), (" ", STRING), (" Ltd", STRING)} <= found


def test_pieces_within_all_outputs_are_found_and_those_of_the_inputs_are_not():
    examples = [(("ann", "bo"), "ann and bo."), (("sandy", "cy"), "sandy and cy."), (("di", "ed"), "di and ed.")]
    assert (" and ", STRING, 3) in mined(examples, STRING)
    assert " and " not in {
        value for value, *_ in mined([((f"{x} and {y}", y), out) for (x, y), out in examples], STRING)
    }
    assert not {"an", "nd"} & {value for value, *_ in mined(examples, STRING)}


def test_separators_of_several_characters_are_found():
    examples = [(("a :: b",), "b"), (("cd :: e :: f",), "f"), (("g :: hh",), "hh")]
    assert (" :: ", STRING, 2) in mined(examples, STRING)
    search = Enumerator(parse_type("str -> str"), examples, words=WORDS)
    hit = next(found for found in search.run(max_terms=100_000) if isinstance(found, Answer))
    assert evaluate(hit.term, ["x :: y :: zed"], words=WORDS) == "zed"


def test_a_piece_within_the_outputs_solves_a_task():
    examples = [(("ann", "bo"), "ann and bo"), (("sandy", "cy"), "sandy and cy"), (("di", "ed"), "di and ed")]
    search = Enumerator(parse_type("str -> str -> str"), examples, words=WORDS)
    hit = next(found for found in search.run(max_terms=100_000) if isinstance(found, Answer))
    assert evaluate(hit.term, ["x", "y"], words=WORDS) == "x and y"


def test_numbers_that_only_outputs_hold_are_found_and_those_of_the_inputs_are_not():
    examples = [(((1, 40),), (1, 77)), (((40, 3),), (3, 77)), (((5,),), (5, 77))]
    assert [(value, type) for value, type, _ in mined(examples, parse_type("list(int)"))] == [(77, INT)]


def test_a_mined_number_solves_a_task():
    examples = [(((1, 2),), (1, 2, 77)), (((4,),), (4, 77)), (((),), (77,))]
    search = Enumerator(parse_type("list(int) -> list(int)"), examples, words=WORDS)
    hit = next(found for found in search.run(time.monotonic() + 20) if isinstance(found, Answer))
    assert evaluate(hit.term, [(8, 9)], words=WORDS) == (8, 9, 77)


def test_a_mined_separator_solves_a_task():
    examples = [(("ab-c",), "ab"), (("x-yz",), "x"), (("pq-r",), "pq")]
    search = Enumerator(parse_type("str -> str"), examples, words=WORDS)
    hit = next(found for found in search.run(time.monotonic() + 20) if isinstance(found, Answer))
    assert evaluate(hit.term, ["hello-you"], words=WORDS) == "hello"


def test_how_all_lists_begin_and_end_is_found_and_solves_a_task():
    inputs = [(6, 59), (2, 87, 9), (91,), ()]
    examples = [((xs,), (11, 21, 43, *xs, 7, 0)) for xs in inputs]
    found = {value for value, type, _ in mined(examples, parse_type("list(int)")) if type == parse_type("list(int)")}
    assert found == {(11, 21, 43), (7, 0)}
    search = Enumerator(parse_type("list(int) -> list(int)"), examples, words=WORDS)
    hit = next(found for found in search.run(time.monotonic() + 60) if isinstance(found, Answer))
    assert evaluate(hit.term, [(5,)], words=WORDS) == (11, 21, 43, 5, 7, 0)
    assert not [1 for value, *_ in mined(examples[:2], parse_type("list(int)")) if isinstance(value, tuple)]


def test_a_number_that_is_an_output_costs_more_than_one_in_all_lists():
    scalar = mined([(((n,),), 90 if n < 3 else n) for n in range(5)], INT)
    inside = mined([(((n,),), (n, 90)) for n in range(5)], parse_type("list(int)"))
    dear, cheap = ({value: cost for value, _, cost in found} for found in (scalar, inside))
    assert dear[90] > cheap[90]


def test_a_text_is_put_together_from_parts_of_the_input_and_constants():
    examples = [(("TX 33 Penn",), "(TX)"), (("+108 29 95",), "(+108)"), (("Ann Lee",), "(Ann)"), (("Bo 5 5",), "(Bo)")]
    search = Enumerator(parse_type("str -> str"), examples, words=WORDS)
    hit = next(found for found in search.run(max_terms=400_000) if isinstance(found, Answer))
    assert evaluate(hit.term, ["Zoe 17"], words=WORDS) == "(Zoe)"


def test_numbers_whose_multiples_tell_the_examples_apart_are_found():
    years = [*range(1996, 2018, 3), *range(1200, 2500, 100), 1604, 1724, 1816, 1936, 1952]
    leap = [((year,), year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)) for year in years]
    assert divisors(leap) == [100, 400]
    named = [
        (("x" * n,), "all" if n % 60 == 0 else "most" if n % 12 == 0 else str(n))
        for n in (*range(0, 400, 12), 5, 7, 11)
    ]
    assert set(divisors(named)) == {12, 60}
    assert divisors([((n,), n % 7 > 3) for n in range(0, 900, 17)]) == []
    assert (400, INT, 3) in mined(leap, BOOL)
