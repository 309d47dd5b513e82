"""Columns agree with the interpreter: first-order kernels on random arguments, whole banks (lambdas included) on their
terms."""

import itertools
import random
from types import SimpleNamespace

import numpy as np
import pytest

from primitives.columns.bank import Bank
from primitives.columns.kernels.registry import find_kernel
from primitives.columns.kernels.scalars import ranks
from primitives.columns.lift import lift
from primitives.columns.operations import instances, operation, split_type
from primitives.columns.pools import FAIL, Values
from primitives.interpreter.interpret import Fuel, evaluate
from primitives.notation.types import parse_type
from primitives.primitive import PURE
from primitives.term import Literal, apply, lambdas
from primitives.types import BOOL, CHAR, INT, STRING, Constructor, is_function, list_of, option_of, pair_of
from primitives.values import Failure, Some
from primitives.words import builtin_words
from search.enumeration.domain import Domains
from search.enumeration.levels import BankGrowth, Leaf, Plan
from search.enumeration.rebuild import term_of_row

pytestmark = pytest.mark.usefixtures("loops")


WORDS = builtin_words()
INTS = list_of(INT)
PAIR = pair_of(INT, INT)
TYPES = (
    INT,
    BOOL,
    INTS,
    list_of(BOOL),
    list_of(INTS),
    PAIR,
    option_of(INT),
    list_of(PAIR),
    STRING,
)
KERNELS = sorted(name for name, word in WORDS.items() if word.columns is not None or find_kernel(name) is not None)
FIRST_ORDER = [name for name in KERNELS if not any(map(is_function, split_type(WORDS[name])[0]))]
HIGHER = [name for name in KERNELS if name not in FIRST_ORDER]


def sample(type, rng, depth=0):
    """A random value: small numbers, short lists, and now and then a huge integer."""
    if type == INT:
        return rng.choice(
            [rng.randint(-3, 6), rng.randint(-3, 6), rng.randint(-200, 200), rng.choice([2**53, -(2**53), 2**52])]
        )
    if type == BOOL:
        return rng.random() < 0.5
    if type == CHAR:
        return rng.choice("ab, Z1")
    if type == STRING:
        return "".join(sample(CHAR, rng) for _ in range(rng.randint(0, 6)))
    assert isinstance(type, Constructor)
    if type.name == "list":
        return tuple(sample(type.arguments[0], rng) for _ in range(rng.choice([0, 1, 2, 3, 5])))
    if type.name == "pair":
        return tuple(sample(part, rng) for part in type.arguments)
    return None if rng.random() < 0.3 else Some(sample(type.arguments[0], rng))


@pytest.mark.parametrize("name", FIRST_ORDER)
def test_first_order_kernel_agrees_with_the_interpreter(name):
    word, rng = WORDS[name], random.Random(name)
    tried = 0
    for arguments, result in itertools.islice(instances(word, TYPES), 12):
        values = Values()
        op = operation(word, arguments, result, WORDS)
        rows = [[sample(type, rng) for type in arguments] for _ in range(60)]
        columns = [values.encode([row[i] for row in rows], type) for i, type in enumerate(arguments)]
        root = Bank(values, (), (), len(rows))
        codes = root.perform(op, columns, len(rows))
        for row, code in zip(rows, codes.tolist()):
            expected = evaluate(apply(op.term, *(Literal(v, t) for v, t in zip(row, arguments))), words=WORDS)
            got = None if code == FAIL else values.pool(result).decode(code)
            if isinstance(expected, Failure):
                assert code == FAIL, (name, row, expected, got)
            elif code == FAIL:
                # Columns may run out of their own fuel (longest sequence) where the interpreter does not.
                pytest.fail(f"{name} {row}: columns fail, the interpreter gives {expected!r}")
            else:
                assert got == expected and type(got) is type(expected), (name, row, got, expected)
            tried += 1
    assert tried or not arguments_exist(word)


def arguments_exist(word):
    return next(iter(instances(word, TYPES)), None) is not None


CELLS = pytest.mark.parametrize("cells", [1 << 18, 3], ids=["whole columns", "columns in parts"])


def grown(names, variables, inputs, leaves, level, types=(INT, BOOL, INTS), cells=1 << 18, **bounds):
    """A bank of all terms up to a cost over some words."""
    values = Values(200, cells=cells)
    operations = []
    for name in names:
        for arguments, result in instances(WORDS[name], types):
            operations.append((operation(WORDS[name], arguments, result, WORDS), 1))
    leaves = tuple(Leaf(values.pool(type).encode(value), type, 1) for value, type in leaves)
    plan = Plan(tuple(operations), leaves, **{"body_worlds": 12, "max_worlds": 40, **bounds})
    domains = Domains(values, [list(zip(given, variables)) for given in inputs])
    columns = [values.encode([given[i] for given in inputs], type) for i, type in enumerate(variables)]
    root = Bank(values, variables, columns, len(inputs))
    growth = BankGrowth(values, plan, domains, lambda terms, bank: None)
    for cost in range(1, level + 1):
        growth.leaves(root, cost)
        for _ in growth.grow(root, cost, len(inputs), lambda type: True):
            pass
    return root


def assert_bank_agrees(root, inputs, most=400):
    rng, checked = random.Random(1), 0
    for type, store in root.stores.items():
        rows = list(range(store.count))
        for row in rng.sample(rows, min(len(rows), most)):
            term = lambdas(len(root.variables), term_of_row(root, store, row))
            for world, given in enumerate(inputs):
                expected = evaluate(term, given, words=WORDS, fuel=Fuel(20_000))
                code = int(store.block(row, row + 1, world, world + 1)[0, 0])
                got = Failure("undefined") if code == FAIL else root.values.pool(type).decode(code)
                assert isinstance(expected, Failure) == isinstance(got, Failure), (term, given, expected, got)
                assert isinstance(expected, Failure) or (got == expected), (term, given, expected, got)
                checked += 1
    assert checked


def banks_below(bank):
    for child in bank.children.values():
        yield child
        yield from banks_below(child)


def assert_bodies_agree(bank, most=60):
    """All filled worlds of a bank of bodies, those that joined later too."""
    rng, worlds = random.Random(2), np.arange(bank.filled)
    pools = [bank.values.pool(type) for type in bank.variables]
    columns = [bank.variable(position, worlds).tolist() for position in range(len(pools))]
    given = [[pool.decode(code) for pool, code in zip(pools, codes)] for codes in zip(*columns)]
    for type, store in bank.stores.items():
        for row in rng.sample(range(store.count), min(store.count, most)):
            term = lambdas(len(pools), term_of_row(bank, store, row))
            codes = store.block(row, row + 1, 0, bank.filled)[0].tolist()
            for world in rng.sample(range(bank.filled), min(bank.filled, 12)):
                expected = evaluate(term, given[world], words=WORDS, fuel=Fuel(20_000))
                if isinstance(expected, Failure):
                    assert codes[world] == FAIL, (term, given[world], expected)
                else:
                    assert bank.values.pool(type).decode(codes[world]) == expected, (term, given[world])


LISTS = [((3, 1, 2), 2), ((), 0), ((5, 5, -1, 7), 1), ((0,), 3)]
MORE = {"map_option": ("some",), "then_option": ("some", "find"), "unfold": ("some", "pair", "find")}
"""What else it takes to make the arguments of a word."""


@pytest.mark.parametrize("name", HIGHER)
def test_higher_order_kernel_agrees_with_the_interpreter_on_enumerated_bodies(name):
    variables = (list_of(INT), INT)
    types = (INT, BOOL, list_of(INT), option_of(INT), *([PAIR, option_of(PAIR)] if name == "unfold" else []))
    words = [name, "+", "<", "head", "cons", *MORE.get(name, ())]
    root = grown(words, variables, LISTS, [(1, INT)], 6, types)
    used = [
        run for store in root.stores.values() for run in store.runs if run.operation and run.operation.term.name == name
    ]
    assert used or not arguments_exist(WORDS[name]), f"{name} was never applied"
    assert_bank_agrees(root, LISTS)


@CELLS
def test_nested_lambdas_and_captured_variables_agree_with_the_interpreter(cells):
    nested = list_of(list_of(INT))
    inputs = [(((1, 2), (3,)), 2), (((4,), (), (1, 1)), 0), ((), 1)]
    root = grown(
        ["map", "+", "filter", "<", "length"],
        (nested, INT),
        inputs,
        [(1, INT)],
        8,
        (INT, BOOL, list_of(INT), nested),
        cells,
        nested=0,
    )
    terms = [str(term_of_row(root, root.stores[nested], row)) for row in range(root.stores[nested].count)]
    assert any("(map (lambda (map" in term for term in terms)
    assert_bank_agrees(root, inputs)


@CELLS
def test_few_worlds_give_the_same_values_on_demand(cells):
    """Bodies are judged on a few arguments; what lists hold beyond those is evaluated when it occurs."""
    inputs = [(tuple(range(i, i + 9)), i) for i in range(4)]
    words = ["map", "+", "*", "fold", "range", "if", "<"]
    root = grown(words, (list_of(INT), INT), inputs, [(2, INT)], 6, cells=cells, body_worlds=4, max_worlds=6)
    assert all(child.filled <= 16 for child in root.children.values())
    assert_bank_agrees(root, inputs)


def test_bodies_have_their_values_in_worlds_that_joined_while_others_did():
    nested = list_of(INTS)
    inputs = [(((1, 2), (3,)), 2), (((4,), (), (1, 1)), 0), (((5, 2, 6),), 1)]
    words = ["map", "+", "filter", "<", "length", "sum"]
    types = (INT, BOOL, INTS, nested)
    root = grown(words, (nested, INT), inputs, [(1, INT)], 9, types, body_worlds=4, max_worlds=60, nested=0)
    assert any(bank.depth == 2 and bank.filled > bank.judged for bank in banks_below(root))
    assert_bank_agrees(root, inputs)
    for bank in banks_below(root):
        assert_bodies_agree(bank)


def test_a_failed_branch_that_is_not_taken_does_no_harm():
    root = grown(["if", "head", "=", "length"], (list_of(INT),), [((4, 2),), ((),)], [(0, INT)], 8)
    store = root.stores[INT]
    columns = {tuple(store.block(row, row + 1, 0, 2)[0].tolist()) for row in range(store.count)}
    assert (4, FAIL) in columns  # (head xs) alone
    assert (4, 0) in columns  # (if (= 0 (length xs)) 0 (head xs))


@pytest.mark.parametrize("name", ["+", "cons", "if", "or", "head", "concat", "mod"])
def test_lifted_meaning_equals_the_kernel(name):
    word, rng = WORDS[name], random.Random(0)
    arguments, result = next(iter(instances(word, (INT, BOOL, list_of(INT)))))
    values = Values()
    op = operation(word, arguments, result, WORDS)
    columns = [values.encode([sample(type, rng) for _ in range(80)], type) for type in arguments]
    if op.lazy:
        columns[-1][::3] = FAIL
    lifted = type(op)(op.term, arguments, result, lift(word.meaning, word.lazy), op.lazy)
    root = Bank(values, (), (), 80)
    assert (root.perform(op, columns, 80) == root.perform(lifted, columns, 80)).all()


def test_a_word_with_settings_and_a_scalar_meaning_only_is_lifted():
    plain = (
        name for name, word in WORDS.items() if find_kernel(name) is None and word.purity == PURE and not word.geometric
    )
    name = next(name for name in plain if split_type(WORDS[name])[0] == (INT,))
    arguments, result = next(iter(instances(WORDS[name], (INT, parse_type("float"), list_of(INT), BOOL, STRING))))
    values = Values()
    codes = Bank(values, (), (), 3).perform(operation(WORDS[name], arguments, result, WORDS), [np.array([1, 2, 2])], 3)
    assert codes[1] == codes[2]


@pytest.mark.parametrize("type", [list_of(INT), STRING, list_of(BOOL)])
def test_ranks_of_sequences_are_their_order(type):
    rng, values = random.Random(1), Values()
    items = {"str": "ab ", "list(bool)": (False, True)}.get(str(type), (-3, 0, 7, 1 << 50))
    drawn = [[rng.choice(items) for _ in range(rng.randint(0, 4))] for _ in range(60)]
    given = ["".join(row) if type == STRING else tuple(row) for row in drawn]
    places = ranks(SimpleNamespace(values=values), type, np.append(values.encode(given, type), FAIL))
    assert places[-1] == FAIL
    order = sorted(set(given))
    assert np.argsort(np.unique(places[:-1])).tolist() == list(range(len(order)))
    for one, first in zip(given, places):
        for other, second in zip(given, places):
            assert (one < other) == (first < second)
