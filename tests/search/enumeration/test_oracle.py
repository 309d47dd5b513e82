"""Enumeration over columns finds exactly the value rows that brute force finds, each at the same least cost.

Brute force builds every typed term up to a cost and runs it by the interpreter; nothing is shared with the enumeration but the words.
"""

import functools

import pytest

from primitives.columns.bank import Bank
from primitives.columns.operations import instances, operation
from primitives.columns.pools import FAIL, Values
from primitives.interpreter.interpret import evaluate
from primitives.term import Literal, Variable, apply, lambdas
from primitives.types import BOOL, INT, arguments_of, is_function, list_of
from primitives.values import Failure
from primitives.words import builtin_words
from search.enumeration import levels as growth_module
from search.enumeration import product as product_module
from search.enumeration.domain import Domains
from search.enumeration.levels import BankGrowth, Leaf, Plan

pytestmark = pytest.mark.usefixtures("loops")


WORDS = builtin_words()
INTS, NESTED = list_of(INT), list_of(list_of(INT))
ONE = ((((1, 2, 3),), ((5,),), ((7, 8),), ((0, 4, 4, -2),)), (INTS,))
TWO = ((((1, 2, 3), 1), ((5,), 2), ((), 0), ((0, 4, 4, -2), 3)), (INTS, INT))
LISTS = (((((1, 2), (3,)),), (((4,), (), (1,)),), (((5, 5),),)), (NESTED,))

CASES = {
    "map with arithmetic": ("+ mod map", ONE, (0, 1), 8),
    "map that captures a list": ("+ head map cons", ONE, (0, 1), 7),
    "fold and map": ("+ fold map", ONE, (0, 1), 7),
    "fold that builds lists": ("cons empty fold map", ONE, (0,), 7),
    "filter with captured numbers": ("+ map filter > head length", TWO, (1,), 6),
    "laziness inside folds": ("+ map filter fold if = head and", TWO, (), 7),
    "lambdas in lambdas": ("+ map length head fold cons", LISTS, (1,), 6),
    "lambdas in lambdas, deeper": ("+ map length head fold cons", LISTS, (1,), 7),
}


def make_plan(values, names, types, numbers):
    operations = [(operation(WORDS[n], a, r, WORDS), 1) for n in names.split() for a, r in instances(WORDS[n], types)]
    leaves = tuple(Leaf(number, INT, 1) for number in numbers)
    return Plan(tuple(operations), leaves, lambda_depth=9, body_worlds=40, max_worlds=10**6, join_all=True, nested=0)


def brute_force(plan, variables, inputs, level):
    @functools.cache
    def terms(scope, type, cost):
        found = []
        if cost == 1:
            found += [Variable(len(scope) - 1 - i) for i, t in enumerate(scope) if t == type]
            found += [Literal(leaf.code, INT) for leaf in plan.leaves if leaf.type == type]
        for op, own in plan.operations:
            if op.result == type:
                found += [apply(op.term, *arguments) for arguments in combinations(scope, op.arguments, cost - own)]
        return found

    def combinations(scope, types, budget):
        if not types:
            yield from [()] if budget == 0 else []
            return
        for cost in range(1, budget + 1):
            if is_function(types[0]):
                bound, body = arguments_of(types[0])
                options = [lambdas(len(bound), term) for term in terms(scope + bound, body, cost)]
            else:
                options = terms(scope, types[0], cost)
            for rest in combinations(scope, types[1:], budget - cost) if options else ():
                yield from ((option, *rest) for option in options)

    rows = {}
    for cost in range(1, level + 1):
        for type in dict.fromkeys((INT, BOOL, INTS, *variables)):
            for term in terms(tuple(variables), type, cost):
                row = [evaluate(lambdas(len(variables), term), given, words=WORDS) for given in inputs]
                row = tuple(None if isinstance(value, Failure) else value for value in row)
                if any(value is not None for value in row):
                    rows.setdefault((type, row), cost)
    return rows


def plan_of(case, values):
    names, (_, variables), numbers, _ = CASES[case]
    return make_plan(values, names, (INT, BOOL, INTS, NESTED) if NESTED in variables else (INT, BOOL, INTS), numbers)


@functools.cache
def expected_of(case):
    """What brute force finds: once for all ways to enumerate."""
    _, (inputs, variables), _, level = CASES[case]
    return brute_force(plan_of(case, Values()), variables, inputs, level)


def enumerated(values, plan, variables, inputs, level):
    """The rows of the bank, enumerated again until no argument of a lambda is new."""
    domains = Domains(values, [list(zip(given, variables)) for given in inputs])
    while True:
        columns = [values.encode([given[i] for given in inputs], type) for i, type in enumerate(variables)]
        root = Bank(values, variables, columns, len(inputs))
        growth = BankGrowth(values, plan, domains, lambda terms, bank: None)
        for cost in range(1, level + 1):
            growth.leaves(root, cost)
            for _ in growth.grow(root, cost, len(inputs), lambda type: True):
                pass
        domains.learn(root)
        if not any_joined(root):
            return rows_of(root)


def any_joined(bank):
    return any(child.filled > child.judged or any_joined(child) for child in bank.children.values())


def rows_of(root):
    rows = {}
    for type, store in root.stores.items():
        for cost, (start, stop) in store.blocks.items():
            for row in range(start, stop):
                codes = store.block(row, row + 1, 0, root.filled)[0].tolist()
                key = type, tuple(None if code == FAIL else root.values.pool(type).decode(code) for code in codes)
                assert key not in rows, "two rows of one type are equal"
                rows[key] = cost
    return rows


@pytest.mark.parametrize("factored", [False, True], ids=["cell by cell", "factored"])
@pytest.mark.parametrize(
    "case", [pytest.param(each, marks=pytest.mark.slow if "deeper" in each else ()) for each in CASES]
)
def test_value_rows_and_costs_equal_those_of_brute_force(case, factored, monkeypatch):
    if factored:
        monkeypatch.setattr(product_module, "SMALL", 3)
        monkeypatch.setattr(growth_module, "SMALL", 3)
        monkeypatch.setattr(product_module, "TERMS", 20)
    _, (inputs, variables), _, level = CASES[case]
    values, expected = Values(), expected_of(case)
    plan = plan_of(case, values)
    found = enumerated(values, plan, variables, inputs, level)
    assert {key: cost for key, cost in found.items() if key[0] in {t for t, _ in expected}} == expected
    assert len(expected) > 12
