"""What a word declares that it needs of its arguments is true of all that it gives, and the search goes by it."""

import pytest
from hypothesis import given, settings

from primitives.columns.operations import instances, operation
from primitives.columns.pools import Values
from primitives.declarations import Need
from primitives.interpreter.interpret import evaluate
from primitives.notation.types import parse_scheme, parse_type
from primitives.primitive import Primitive, Prior
from primitives.term import Literal, spine
from primitives.testing import applications
from primitives.types import INT, list_of
from primitives.values import Failure
from primitives.words import builtin_words
from search.enumeration.ahead.needs import MASKS, declared
from search.enumeration.answers import Answer
from search.enumeration.enumerator import Enumerator
from search.generation.costs import default_costs

WORDS = builtin_words()
NEEDING = sorted(name for name, word in WORDS.items() if word.needs)


def test_every_need_that_can_be_declared_can_be_looked_at():
    assert set(MASKS) == set(Need)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name == "zipwith" else ()) for name in NEEDING]
)
def test_a_result_has_arguments_that_meet_what_was_declared(name):
    met = []

    def check(case):
        term, type = case
        result = evaluate(term, words=WORDS)
        if isinstance(result, Failure):
            return
        met.append(result)
        pools, (_, arguments) = Values(), spine(term)
        goal = int(pools.encode([result], type)[0])
        for position, need in WORDS[name].needs.items():
            argument = arguments[position]
            assert isinstance(argument, Literal)
            codes = pools.encode([argument.value], argument.type)
            assert MASKS[need](pools, argument.type, codes, type, goal).all(), (term, need)

    for examples in (12, 300):
        if len(met) < 3:
            settings(max_examples=examples, deadline=None)(given(applications(WORDS, name, edges=False))(check))()
    assert len(met) >= 3, "the word had too few values"


def test_a_word_of_ones_own_is_looked_ahead_with_by_what_it_declares():
    swapped = Primitive(
        "other_end", parse_scheme("int -> list(int) -> list(int)"), lambda n, xs: (*xs, n), "", needs={1: Need.ALL_BUT_LAST},
        prior=Prior(cost=4),
    )  # fmt: skip
    words = {name: WORDS[name] for name in ("reverse", "tail", "+", "head")} | {swapped.name: swapped}
    examples = [([xs], (*xs[1:][::-1], 2 * xs[0] + 7)) for xs in ((3, 1, 4), (5, 2, 9, 1), (8, 0))]
    search = Enumerator(
        parse_type("list(int) -> list(int)"), examples, words=words, costs=default_costs(words), constants=[(7, INT, 2)]
    )
    choice = next(choice for choice, _ in search.space.plan.operations if choice.term.name == swapped.name)
    assert declared(choice) == {1: MASKS[Need.ALL_BUT_LAST]}
    hit = next(found for found in search.run(max_terms=100_000) if isinstance(found, Answer))
    assert hit.cost > search.level + 2


@pytest.mark.parametrize("needs", [{2: Need.FIRST}, {-1: Need.FIRST}, {0: Need.FIRST}, {1: "first"}])
def test_a_need_of_what_is_no_data_argument_is_refused_where_it_is_declared(needs):
    with pytest.raises(ValueError, match=r"word='mine': needs=.*; needed a Need"):
        Primitive("mine", parse_scheme("(int -> int) -> list(int) -> list(int)"), lambda f, xs: xs, "", needs=needs)


def test_words_that_declare_nothing_have_no_conditions():
    arguments, result = next(iter(instances(WORDS["reverse"], (INT, list_of(INT)))))
    assert declared(operation(WORDS["reverse"], arguments, result, WORDS)) is None
