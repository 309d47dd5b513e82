"""Kernels of words on texts agree with the interpreter on random texts; functions on characters too."""

import random

import pytest

from primitives.columns.bank import Bank
from primitives.columns.kernels import find_kernel
from primitives.columns.operations import instances, operation
from primitives.columns.pools import FAIL, Values
from primitives.interpret import evaluate
from primitives.primitive import builtin_words
from primitives.term import Literal, apply, lambdas
from primitives.types import BOOL, CHAR, INT, STRING, list_of, option_of
from primitives.values import Failure, Some
from search.enumeration.domain import Domains
from search.enumeration.growth import Growth, Leaf, Plan
from search.enumeration.rebuild import term_of_row

WORDS = builtin_words()
TYPES = (INT, BOOL, CHAR, STRING, list_of(CHAR), option_of(INT), option_of(STRING))
NAMES = (
    "concat_text length_text chars from_chars char_to_text char_at substring find_text contains_text starts_with ends_with "
    "unwrap repeat_text reverse_text"
).split()


def sample(type, rng):
    if type == INT:
        return rng.randint(-2, 6)
    if type == BOOL:
        return rng.random() < 0.5
    if type == CHAR:
        return rng.choice("ab,é")
    if type == STRING:
        return "".join(rng.choice("aab,é") for _ in range(rng.choice([0, 1, 1, 2, 4, 7])))
    if type == list_of(CHAR):
        return tuple(sample(STRING, rng))
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


@pytest.mark.parametrize("name", ["map_text", "filter_text"])
def test_functions_on_characters_agree_with_the_interpreter(name):
    inputs = [("a,b",), ("",), ("é,,",)]
    values = Values(50)
    names = {name: WORDS[name], "=": WORDS["="], "if": WORDS["if"]}
    operations = [(operation(w, a, r, WORDS), 1) for w in names.values() for a, r in instances(w, (BOOL, CHAR, STRING))]
    leaves = (Leaf(ord(","), CHAR, 1), Leaf(ord("a"), CHAR, 1))
    domains = Domains(values, [[(given[0], STRING)] for given in inputs])
    root = Bank(values, (STRING,), [values.encode([given[0] for given in inputs], STRING)], len(inputs))
    growth = Growth(
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
