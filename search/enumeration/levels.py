"""Growing banks level by level: all terms of one cost, from those of lower cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from primitives.columns.bank import Bank
from primitives.columns.frame import Operation
from primitives.columns.hashing import Array
from primitives.columns.pools import Values
from primitives.types import Constructor, Type, arguments_of, is_function

from .blocks import Block, Codes, blocks_of, home_of
from .domain import Domains
from .product import SMALL, Batch, Product, cells_of, direct_batch


@dataclass(frozen=True)
class Leaf:
    """A constant with its type and cost."""

    code: int
    type: Type
    cost: int


@dataclass(frozen=True)
class Plan:
    """What to enumerate with: operations with their costs, constants, the cost of a variable, and how deep lambdas may nest."""

    operations: tuple[tuple[Operation, int], ...]
    leaves: tuple[Leaf, ...] = ()
    variable_cost: int = 1
    lambda_depth: int = 2
    body_worlds: int = 160
    max_worlds: int = 512
    join_all: bool = False
    nested: int = 0
    """What a higher-order word costs more inside a lambda, and what making a list costs more in a lambda over no list."""


@dataclass(frozen=True)
class Found:
    """A batch of terms of one operation and what is new among them."""

    bank: Bank
    operation: Operation
    cost: int
    batch: Batch


class BankGrowth:
    """The banks of one search. ``tick(terms)`` is told how many terms each batch held and may raise Stop or OutOfTime."""

    def __init__(self, values: Values, plan: Plan, domains: Domains, tick: Callable[[int, Bank], None]) -> None:
        self.values, self.plan, self.domains, self.tick = values, plan, domains, tick
        self.codes = Codes()
        self.growing = True
        self.wanted: Callable[[Operation], bool] = lambda operation: True
        self.levels: dict[int, int] = {}
        self.considered = 0
        self.sizes: dict[int, list[int]] = {}
        """Terms by level of the banks of bodies, with those of the banks below them."""
        self.cheapest = min(
            [
                plan.variable_cost,
                *(leaf.cost for leaf in plan.leaves),
                *(c for o, c in plan.operations if not o.arguments),
            ]
        )

    def grow(self, bank: Bank, cost: int, examples: int, keep: Callable[[Type], bool]) -> Iterator[Found]:
        """All terms of exactly ``cost``; the new ones of types to ``keep`` join the bank after each batch is handed out."""
        for operation, own in self.plan.operations:
            if bank.depth == 0 and not self.wanted(operation):
                continue
            own += self._inside(bank, operation)
            if not self._prepare(bank, operation, cost - own):
                continue
            for batch in self._batches(bank, operation, cost - own, examples):
                self.considered += batch.size
                self.tick(batch.size, bank)
                yield Found(bank, operation, cost, batch)
                if keep(operation.result):
                    self.absorb(bank, operation, cost, batch)
                bank.forget()
        self.levels[id(bank)] = cost

    def _inside(self, bank: Bank, operation: Operation) -> int:
        """What an operation costs more in bodies of lambdas, where terms have values in many more worlds."""
        if bank.parent is None:
            return 0
        higher = any(map(is_function, operation.arguments))
        listing = _is_sequence(operation.result) and not any(map(_is_sequence, bank.bound))
        return self.plan.nested * (higher + listing + 2 * operation.feeds_back)

    def absorb(self, bank: Bank, operation: Operation, cost: int, batch: Batch) -> None:
        """Add the terms of the batch that differ from all that are held."""
        prints = batch.complete()
        _, new = bank.store(operation.result).seen.add(prints)
        if len(new):
            bank.append(operation, cost, operation.result, batch.values(new), batch.kids(new))

    def leaves(self, bank: Bank, cost: int) -> None:
        """Add the variables and constants of one cost; call it before ``grow``."""
        if bank.parent is not None:
            bank.take_over(cost)
        if cost == self.plan.variable_cost:
            for position in range(len(bank.variables) - len(bank.bound) if bank.parent else 0, len(bank.variables)):
                if not is_function(bank.variables[position]):
                    bank.add_leaf(cost, bank.variables[position], position=position)
        if bank.parent is None:
            for leaf in self.plan.leaves:
                self.values.deadline.check()
                if leaf.cost == cost:
                    bank.add_leaf(cost, leaf.type, code=leaf.code)

    def _prepare(self, bank: Bank, operation: Operation, budget: int) -> bool:
        """Grow the banks of bodies that the operation needs; False where it cannot be applied within the budget."""
        spare = budget
        for type in operation.arguments:
            if is_function(type):
                spare -= self.cheapest
            else:
                store = bank.stores.get(type)
                if store is None or not store.blocks:
                    return False
                spare -= min(store.blocks)
        if spare < 0:
            return False
        for type in operation.arguments:
            if is_function(type):
                if bank.depth >= self.plan.lambda_depth:
                    return False
                self.ensure(self._child(bank, arguments_of(type)[0]), spare + self.cheapest)
        return True

    def _child(self, bank: Bank, bound: tuple[Type, ...]) -> Bank:
        if bound not in bank.children:
            columns = self.domains.columns(bank, bound, self.plan.body_worlds)
            child = bank.child(bound, columns, self.plan.max_worlds)
            child.join_all = self.plan.join_all
        return bank.children[bound]

    def ensure(self, bank: Bank, cost: int) -> None:
        """Grow a bank of bodies up to a cost, for as long as banks are to grow."""
        for level in range(self.levels.get(id(bank), 0) + 1, cost + 1):
            if not self.growing:
                return
            before = self.considered
            self.leaves(bank, level)
            for _ in self.grow(bank, level, bank.judged, lambda type: self.growing):
                pass
            self.sizes.setdefault(id(bank), []).append(self.considered - before)

    def splits(self, bank: Bank, types: Sequence[Type], budget: int) -> Iterator[list[Block]]:
        """Blocks for the arguments whose costs add up to the budget."""
        if not types:
            if budget == 0:
                yield []
            return
        _, store = home_of(bank, types[0])
        for cost in sorted(store.blocks) if store is not None else ():
            if cost > budget or (len(types) == 1 and cost != budget):
                continue
            for rest in self.splits(bank, types[1:], budget - cost):
                for block in blocks_of(bank, types[0], cost):
                    yield [block, *rest]

    def _batches(self, bank: Bank, operation: Operation, budget: int, examples: int) -> Iterator[Batch]:
        """The terms of all splits; small splits are joined into one batch."""
        waiting: list[list[Array]] = []
        size, most = 0, max(SMALL // 2, cells_of(bank) // (1 if operation.feeds_back else 2))
        if not operation.arguments:
            if budget == 0 and bank.parent is None:
                yield direct_batch(bank, operation, [], examples)
            return
        for blocks in list(self.splits(bank, operation.arguments, budget)):
            if bank.parent is not None and not any(block.own for block in blocks):
                continue
            product = Product(bank, operation, blocks, examples, self.codes)
            # A loop over functions costs about the same for few rows as for many, and gains nothing from being factored.
            if product.size < SMALL or (operation.feeds_back and product.size < most):
                waiting.append(product.rows(np.arange(product.size)))
                size += product.size
                if size > most:
                    yield direct_batch(bank, operation, _joined(waiting), examples)
                    waiting, size = [], 0
            else:
                yield from product
        if waiting:
            yield direct_batch(bank, operation, _joined(waiting), examples)


def _joined(parts: list[list[Array]]) -> list[Array]:
    return [np.concatenate(columns) for columns in zip(*parts)]


def _is_sequence(type: Type) -> bool:
    return isinstance(type, Constructor) and type.name in ("list", "str")
