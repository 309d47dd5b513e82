"""The terms that ``columns`` measures: words, examples, an enumerator for them, and what its first terms are."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from primitives.columns.bank import Bank
from primitives.columns.pools import FAIL
from primitives.interpreter.interpret import evaluate
from primitives.term import lambdas
from primitives.types import BOOL, FLOAT, INT, Type, function, list_of
from primitives.values import Failure, Value
from primitives.words import builtin_words
from search.enumeration.enumerator import Enumerator
from search.enumeration.levels import BankGrowth, Found
from search.enumeration.rebuild import term_of_row
from search.enumeration.settings import Settings
from search.generation.costs import Costs

from .typed_gp import TYPES

FIRST_ORDER = (
    "+ - * max = > not length sum head last tail cons append concat take drop slice set reverse sort index".split()
)
FLOAT_WORDS = "+ - * / negate sqrt exp log sin cos min max".split()
LITERALS = [(0, INT), (1, INT), (2, INT), (True, BOOL), (False, BOOL)]
EXAMPLES = 10
INPUTS = (list_of(INT), INT)


def rows(seed: int) -> list[tuple[Value, ...]]:
    """The 10 inputs: a list of up to 8 integers, and an integer."""
    rng = random.Random(seed)
    lists = [tuple(rng.randint(-9, 15) for _ in range(rng.randint(0, 8))) for _ in range(EXAMPLES)]
    return [(xs, rng.randint(-3, 9)) for xs in lists]


def enumerator(
    names: Sequence[str], inputs: Sequence[Sequence[Value]], depth: int, memory: int = Settings().memory
) -> Enumerator:
    """An enumerator whose goal no term meets, with one cost for all words, and nothing but enumeration: no looking ahead, no constants
    mined."""
    words = {name: builtin_words()[name] for name in names}
    costs = Costs(dict.fromkeys(names, 2), literals=tuple((value, type, 2) for value, type in LITERALS))
    examples = [(row, tuple(range(90 + number, 140))) for number, row in enumerate(inputs)]
    settings = Settings(memory=memory, lambda_depth=depth, mine=False, ahead_from=1 << 30, strange_type=100)
    return Enumerator(function(*INPUTS, list_of(INT)), examples, words=words, costs=costs, settings=settings)


def float_enumerator(seed: int) -> Enumerator:
    """The same for words on Floats: 12 points of ``float -> float`` whose outputs are random."""
    rng = random.Random(seed)
    examples = [((rng.uniform(-3, 5),), rng.uniform(-9, 9)) for _ in range(12)]
    words = {name: builtin_words()[name] for name in FLOAT_WORDS}
    costs = Costs(dict.fromkeys(words, 2), literals=((1.0, FLOAT, 2), (2.0, FLOAT, 2)))
    settings = Settings(lambda_depth=0, mine=False, ahead_from=1 << 30, strange_type=100)
    return Enumerator(function(FLOAT, FLOAT), examples, words=words, costs=costs, settings=settings)


@dataclass
class Census:
    """What the terms of a run are: counted by going through the same batches without a clock."""

    terms: int = 0
    failing: int = 0
    nodes: int = 0
    by_type: dict[Type, int] = field(default_factory=dict)
    kept: int = 0
    kept_bytes: int = 0
    checked: int = 0

    def count(self, found: Found, sizes: Mapping[Type, np.ndarray]) -> None:
        batch, operation = found.batch, found.operation
        self.terms += batch.size
        self.by_type[operation.result] = self.by_type.get(operation.result, 0) + batch.size
        numbers = np.arange(batch.size)
        self.failing += int((batch.values(numbers) == FAIL).any(axis=1).sum())
        kids = batch.kids(numbers)
        self.nodes += batch.size + sum(int(sizes[type][kid].sum()) for type, kid in zip(operation.arguments, kids))

    @property
    def shares(self) -> dict[Type, float]:
        return {type: self.by_type.get(type, 0) / self.terms for type in TYPES}


class Enough(Exception):
    """The census has seen as many terms as the timed run."""


def census(inputs: Sequence[Sequence[Value]], terms: int, checks: int, seed: int) -> Census:
    """The share of lists, of failures and the mean size among the first ``terms`` terms; some against the interpreter."""
    engine, found = enumerator(FIRST_ORDER, inputs, 0), Census()
    root = root_bank(engine, inputs)

    def tick(number: int, bank: Bank) -> None:
        if found.terms + number > terms:
            raise Enough

    growth = BankGrowth(engine.space.values, engine.space.plan, engine.space.domains, tick)
    try:
        for level in range(1, engine.settings.max_cost):
            growth.leaves(root, level)
            sizes = _sizes(root)
            for each in growth.grow(root, level, EXAMPLES, lambda type: True):
                found.count(each, sizes)
    except Enough:
        pass
    found.kept = sum(store.count for store in root.stores.values())
    found.kept_bytes = root.nbytes + engine.space.values.nbytes
    found.checked = _checked(engine, root, inputs, checks, seed)
    return found


def root_bank(engine: Enumerator, inputs: Sequence[Sequence[Value]]) -> Bank:
    columns = [engine.space.values.encode([row[i] for row in inputs], type) for i, type in enumerate(INPUTS)]
    return Bank(engine.space.values, INPUTS, columns, len(inputs))


def _sizes(bank: Bank) -> dict[Type, np.ndarray]:
    """Nodes of every kept term, by type."""
    sizes = {type: np.ones(store.count, np.int64) for type, store in bank.stores.items()}
    for run in bank.log:
        if run.operation is not None:
            for type, kid in zip(run.operation.arguments, run.kids):
                sizes[run.store.type][run.start : run.stop] += sizes[type][kid.array]
    return sizes


def _checked(engine: Enumerator, bank: Bank, inputs: Sequence[Sequence[Value]], count: int, seed: int) -> int:
    """How many of ``count`` kept terms the interpreter was asked about; raises AssertionError where it disagrees."""
    rng, stores = random.Random(seed), [store for store in bank.stores.values() if store.count]
    for _ in range(count):
        store = rng.choice(stores)
        row = rng.randrange(store.count)
        term = lambdas(len(INPUTS), term_of_row(bank, store, row))
        for world, given in enumerate(inputs):
            value, code = (
                evaluate(term, given, words=engine.space.words),
                int(store.block(row, row + 1, world, world + 1)[0, 0]),
            )
            same = (
                code == FAIL
                if isinstance(value, Failure)
                else engine.space.values.pool(store.type).decode(code) == value
            )
            if not same:
                raise AssertionError(f"term={term}: the interpreter gives {value} on {given}, the bank something else")
    return count
