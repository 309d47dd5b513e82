"""Kernels of words on texts agree with the interpreter on random texts; functions on characters too."""

import random

import pytest

from primitives.columns.bank import Bank
from primitives.columns.kernels.registry import find_kernel
from primitives.columns.operations import instances, operation
from primitives.columns.pools import FAIL, Values
from primitives.interpreter.interpret import evaluate
from primitives.term import Literal, apply, lambdas
from primitives.types import BOOL, CHAR, INT, STRING, list_of, option_of
from primitives.values import Failure, Some
from primitives.words import builtin_words
from search.enumeration.domain import Domains
from search.enumeration.levels import BankGrowth, Leaf, Plan
from search.enumeration.rebuild import term_of_row

WORDS = builtin_words()
TYPES = (INT, BOOL, CHAR, STRING, list_of(CHAR), list_of(STRING), option_of(INT), option_of(STRING))
NAMES = (
    "concat_text length_text chars from_chars char_to_text char_at substring find_text contains_text starts_with ends_with "
    "unwrap repeat_text reverse_text split split_words join replace trim upper lower capitalise is_digit is_letter is_upper "
    "is_lower is_space is_vowel upper_char lower_char char_code char_from"
).split()


pytestmark = pytest.mark.usefixtures("loops")


def sample(type, rng):
    if type == INT:
        return rng.choice([rng.randint(-2, 6), 0xD800, 0x110000, 233])
    if type == BOOL:
        return rng.random() < 0.5
    if type == CHAR:
        return rng.choice("aB3,éß \u3000\u3001")
    if type == STRING:
        return "".join(
            rng.choice(rng.choice(["aab,é", "aB ß,Σ \u3000"])) for _ in range(rng.choice([0, 1, 1, 2, 4, 7]))
        )
    if type == list_of(CHAR):
        return tuple(sample(STRING, rng))
    if type == list_of(STRING):
        return tuple(sample(STRING, rng) for _ in range(rng.choice([0, 1, 2, 5])))
    return None if rng.random() < 0.3 else Some(sample(type.arguments[0], rng))


@pytest.mark.parametrize("name", NAMES)
def test_kernel_agrees_with_the_interpreter(name):
    assert find_kernel(name) is not None
    word, rng, tried = WORDS[name], random.Random(name), 0
    for arguments, result in instances(word, TYPES):
        values = Values()
        op = operation(word, arguments, result, WORDS)
        rows = [[sample(type, rng) for type in arguments] for _ in range(300)]
        columns = [values.encode([row[i] for row in rows], type) for i, type in enumerate(arguments)]
        codes = Bank(values, (), (), len(rows)).perform(op, columns, len(rows))
        for row, code in zip(rows, codes.tolist()):
            expected = evaluate(apply(op.term, *(Literal(v, t) for v, t in zip(row, arguments))), words=WORDS)
            got = None if code == FAIL else values.pool(result).decode(code)
            assert isinstance(expected, Failure) == (code == FAIL), (name, row, expected, got)
            assert code == FAIL or got == expected, (name, row, expected, got)
            tried += 1
    assert tried >= 300


@pytest.mark.parametrize("name", ["concat_text", "split", "split_words", "join", "replace", "upper"])
def test_what_is_longer_than_the_limit_fails_and_nothing_else(name):
    word, rng = WORDS[name], random.Random(name)
    ((arguments, result),) = instances(word, TYPES)
    values, failed = Values(6), 0
    rows = [[sample(type, rng)[:6] for type in arguments] for _ in range(400)]
    columns = [values.encode([row[i] for row in rows], type) for i, type in enumerate(arguments)]
    codes = Bank(values, (), (), len(rows)).perform(operation(word, arguments, result, WORDS), columns, len(rows))
    for row, code in zip(rows, codes.tolist()):
        expected = evaluate(apply(word.word(), *(Literal(v, t) for v, t in zip(row, arguments))), words=WORDS)
        if isinstance(expected, Failure) or len(expected) > 6:
            assert code == FAIL, (name, row, expected)
            failed += 1
        else:
            assert values.pool(result).decode(code) == expected
    assert failed or name == "split_words"


def test_separators_that_overlap_themselves_count_from_the_left():
    values = Values()
    rows = [("aa", "aaaaa"), ("aba", "ababababa"), ("aa", ""), ("abc", "ab")]
    columns = [values.encode([row[i] for row in rows], STRING) for i in (0, 1)]
    op = operation(WORDS["split"], (STRING, STRING), list_of(STRING), WORDS)
    codes = Bank(values, (), (), len(rows)).perform(op, columns, len(rows))
    assert values.decode(codes, list_of(STRING)) == [tuple(text.split(cut)) for cut, text in rows]


@pytest.mark.parametrize("name", ["map_text", "filter_text"])
def test_functions_on_characters_agree_with_the_interpreter(name):
    inputs = [("a,b",), ("",), ("é,,",)]
    values = Values(50)
    names = {name: WORDS[name], "=": WORDS["="], "if": WORDS["if"]}
    operations = [(operation(w, a, r, WORDS), 1) for w in names.values() for a, r in instances(w, (BOOL, CHAR, STRING))]
    leaves = (Leaf(ord(","), CHAR, 1), Leaf(ord("a"), CHAR, 1))
    domains = Domains(values, [[(given[0], STRING)] for given in inputs])
    root = Bank(values, (STRING,), [values.encode([given[0] for given in inputs], STRING)], len(inputs))
    growth = BankGrowth(
        values, Plan(tuple(operations), leaves, body_worlds=12, max_worlds=40), domains, lambda terms, bank: None
    )
    for cost in range(1, 7):
        growth.leaves(root, cost)
        for _ in growth.grow(root, cost, len(inputs), lambda type: True):
            pass
    store, checked = root.stores[STRING], 0
    for row in range(store.count):
        term = lambdas(1, term_of_row(root, store, row))
        for world, given in enumerate(inputs):
            code = int(store.block(row, row + 1, world, world + 1)[0, 0])
            assert values.pool(STRING).decode(code) == evaluate(term, given, words=WORDS), (term, given)
            checked += name in repr(term)
    assert checked
