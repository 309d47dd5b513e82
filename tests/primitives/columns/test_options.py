"""Columns agree with the interpreter on options, pairs and lists of each other, where arguments fail too."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from primitives.columns.bank import Bank
from primitives.columns.operations import instances, operation
from primitives.columns.pools import FAIL, Values
from primitives.definitions import definition
from primitives.interpreter.interpret import Fuel, evaluate
from primitives.notation.types import parse_scheme
from primitives.primitive import Primitive
from primitives.term import Literal, apply
from primitives.testing import terms, values
from primitives.types import BOOL, INT, STRING, arguments_of, function, is_function, list_of, option_of, pair_of
from primitives.values import Failure
from primitives.words import builtin_words

LAZY = Primitive(
    "first_if", parse_scheme("a -> bool -> a -> a"), lambda x, test, other: x if test() else other(), "", lazy={1, 2}
)
"""A word of no kernel with a strict argument of any type beside its lazy ones."""
WORDS = {**builtin_words(), LAZY.name: LAZY}
NESTED = (
    INT, BOOL, STRING, option_of(INT), option_of(STRING), option_of(option_of(INT)), option_of(list_of(INT)), list_of(INT),
    list_of(option_of(INT)), pair_of(option_of(INT), INT), option_of(pair_of(INT, INT)), pair_of(INT, INT),
)  # fmt: skip
FIRST_ORDER = sorted(
    name
    for name, word in WORDS.items()
    if not any(map(is_function, arguments_of(word.scheme.type)[0]))
    and (word.lazy or any(part in str(word.scheme) for part in ("option", "pair", "list")))
    and next(iter(instances(word, NESTED)), None)
)


def drawn(type):
    """Whether an argument fails, and its value if not."""
    return st.tuples(st.sampled_from((False, False, True)), values(type, 3, edges=False))


def term_of(argument, type):
    failed, value = argument
    return apply(WORDS["unwrap"].word(), Literal(None, option_of(type))) if failed else Literal(value, type)


@pytest.mark.parametrize("name", FIRST_ORDER)
def test_a_word_on_values_and_failures_gives_what_the_interpreter_gives(name):
    met = []

    def check(data):
        arguments, result = data.draw(st.sampled_from(list(instances(WORDS[name], NESTED))))
        rows = data.draw(st.lists(st.tuples(*map(drawn, arguments)), min_size=1, max_size=8))
        pools = Values()
        columns = [pools.encode([row[i][1] for row in rows], type) for i, type in enumerate(arguments)]
        for i, column in enumerate(columns):
            column[[row[i][0] for row in rows]] = FAIL
        op = operation(WORDS[name], arguments, result, WORDS)
        codes = Bank(pools, (), (), len(rows)).perform(op, columns, len(rows))
        for row, code in zip(rows, codes.tolist(), strict=True):
            expected = evaluate(apply(op.term, *map(term_of, row, arguments)), words=WORDS)
            assert isinstance(expected, Failure) == (code == FAIL), (row, expected)
            assert code == FAIL or pools.pool(result).decode(code) == expected, (row, expected)
            met.append(code != FAIL)

    for examples in (10, 100):
        if not any(met):
            settings(max_examples=examples, deadline=None)(given(data=st.data())(check))()
    assert any(met), "it failed on all that was drawn"


def test_a_program_over_options_gives_what_the_interpreter_gives():
    met = []

    @given(data=st.data())
    @settings(max_examples=30, deadline=None)
    def check(data):
        source, wanted = data.draw(st.sampled_from(NESTED)), data.draw(st.sampled_from(NESTED))
        body = data.draw(terms(WORDS, function(source, wanted), size=10))
        word = definition("routine", str(function(source, wanted)), body)
        words = {**WORDS, word.name: word}
        inputs = data.draw(st.lists(values(source, 3, edges=False), min_size=1, max_size=5))
        pools = Values()
        op = operation(word, (source,), wanted, words)
        codes = Bank(pools, (), (), len(inputs)).perform(op, [pools.encode(inputs, source)], len(inputs))
        for value, code in zip(inputs, codes.tolist(), strict=True):
            expected = evaluate(word.word(), [value], words=words, fuel=Fuel(20_000))
            if isinstance(expected, Failure):
                assert code == FAIL or expected.kind in ("out of fuel", "too large"), (body, value, expected)
            else:
                assert code != FAIL and pools.pool(wanted).decode(code) == expected, (body, value, expected)
                met.append(expected)

    check()
    assert len(met) >= 5, "too few programs had a value"
