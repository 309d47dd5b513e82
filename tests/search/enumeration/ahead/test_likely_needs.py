"""What learned words need of their arguments is seen from what they do, and the search looks ahead with it."""

from __future__ import annotations

import numpy as np
import pytest

from primitives.definitions import definition
from primitives.inference import infer
from primitives.notation.types import parse_type
from primitives.syntax import parse
from primitives.types import STRING
from primitives.words import builtin_words
from search.enumeration.ahead.likely_needs import LikelyNeeds
from search.enumeration.enumerator import Answer, Enumerator
from search.generation.costs import default_costs

PLAIN = {
    name: builtin_words()[name]
    for name in "foldr cons chars from_chars substring length_text head unwrap find_text map".split()
}
BODIES = {
    "put": "(lambda (y x) (from_chars (foldr cons (chars y) (chars x))))",
    "begin": "(lambda (x) (substring 0 2 x))",
    "push": "(lambda (x cs) (cons x cs))",
}
EXAMPLES = [(("ada", "lovelace"), "a.l."), (("blaise", "pascal"), "b.p."), (("x", "yy"), "x.y.")]


def learned(*names):
    words = dict(PLAIN)
    for name in names:
        body = parse(BODIES[name], PLAIN)
        words[name] = definition(name, infer(body, PLAIN).scheme, body)
    return words


def grown(words, terms=20_000):
    search = Enumerator(parse_type("str -> str -> str"), EXAMPLES, words=words, costs=default_costs(words))
    for _ in search.run(max_terms=terms):
        pass
    return search


@pytest.mark.parametrize(("name", "positions"), [("put", {0, 1}), ("begin", {0}), ("push", {0, 1})])
def test_conditions_that_rule_out_no_result(name, positions):
    words = learned(name)
    search = grown(words)
    likely, found = LikelyNeeds(), 0
    for operation, _ in search.space.plan.operations:
        if operation.term.name != name:
            continue
        needs = likely.of(search.round.root, operation, 3)
        assert needs is not None and set(needs) == positions
        stores = [search.round.root.stores[type] for type in operation.arguments]
        rng = np.random.default_rng(1)
        for _ in range(50):
            columns = [store.column(0, rng.integers(store.count, size=1)) for store in stores]
            result = int(search.round.root.perform(operation, columns, 1)[0])
            if result >= 0 and all(column[0] >= 0 for column in columns):
                for position, need in needs.items():
                    assert need(
                        search.space.values, operation.arguments[position], columns[position], operation.result, result
                    ).all()
                    found += 1
    assert found > 20


def test_a_condition_rules_out_what_cannot_be():
    words = learned("put")
    search = grown(words)
    operation = next(operation for operation, _ in search.space.plan.operations if operation.term.name == "put")
    needs = LikelyNeeds().of(search.round.root, operation, 3)
    codes = search.space.values.encode(["ab", "b", "c", ""], STRING)
    goal = int(search.space.values.encode(["abc"], STRING)[0])
    assert needs[1](search.space.values, STRING, codes, STRING, goal).tolist() == [True, False, False, True]
    assert needs[0](search.space.values, STRING, codes, STRING, goal).tolist() == [False, False, True, True]


def test_words_without_such_conditions_are_not_tried():
    words = {**PLAIN}
    body = parse("(lambda (n) (+ n 1))", builtin_words())
    words["after"] = definition("after", infer(body, builtin_words()).scheme, body)
    words["+"] = builtin_words()["+"]
    search = grown(words)
    operation = next(operation for operation, _ in search.space.plan.operations if operation.term.name == "after")
    assert LikelyNeeds().of(search.round.root, operation, 3) is None


def test_texts_are_put_together_with_a_learned_word_ahead_of_their_level():
    words = learned("put")
    search = Enumerator(parse_type("str -> str -> str"), EXAMPLES, words=words, costs=default_costs(words))
    hit = next((found for found in search.run(max_terms=400_000) if isinstance(found, Answer)), None)
    assert hit is not None and hit.cost > search.level + 3
