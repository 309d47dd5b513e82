"""Conditions that two terms are equal: of all kept terms those that agree in all true examples, found by their values there at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from primitives.columns.bank import Bank
from primitives.columns.hashing import Array
from primitives.columns.pools import FAIL
from primitives.columns.store import Store
from primitives.declarations import Role
from primitives.term import Term

from ...enumeration.blocks import row_costs
from ...enumeration.rebuild import term_of_row
from ..tools import RoleWords
from .pool import WORD, ConditionPool

PART, NEAR, MOST = 20_000, 6, 400_000
"""Rows that are named at once, how many rows of the same values each is compared with, and rows at most."""


@dataclass
class _Names:
    """The rows of one type that fail nowhere, and a number for each that tells its values in the true examples."""

    rows: Array
    names: Array
    done: int = 0
    """Rows of the store that were looked at."""
    compared: int = 0
    """Those that were compared."""


class Equalities:
    """Equal terms of one bank, as it grows."""

    def __init__(self, bank: Bank, wanted: Array, tools: RoleWords) -> None:
        self.bank, self.wanted, self.tools = bank, wanted, tools
        salts = np.random.default_rng(0).integers(1, 1 << 62, int(wanted.sum()), np.int64)
        self.salts = salts * 2 + 1
        self.known: dict[object, _Names] = {}

    def look(self, pool: ConditionPool) -> None:
        """Put new equalities into a pool.

        pool: that takes them in.
        """
        if not self.tools.has(Role.EQUAL):
            return
        for type, store in self.bank.stores.items():
            names = self.known.setdefault(type, _Names(np.empty(0, np.int64), np.empty(0, np.int64)))
            if names.done < min(store.count, MOST):
                self._name(store, names)
                for one, other in self._alike(names):
                    self._compare(store, one, other, pool)
                names.compared = names.done

    def _name(self, store: Store, names: _Names) -> None:
        """Look at the rows that came since."""
        while names.done < min(store.count, MOST):
            self.bank.values.deadline.check()
            last = min(store.count, names.done + PART)
            values = store.block(names.done, last, 0, self.bank.judged)
            whole = np.flatnonzero((values != FAIL).all(axis=1))
            with np.errstate(over="ignore"):
                mixed = (values[whole][:, self.wanted] * self.salts).sum(axis=1)
            names.rows = np.concatenate([names.rows, whole + names.done])
            names.names = np.concatenate([names.names, mixed])
            names.done = last

    def _alike(self, names: _Names) -> Iterator[tuple[Array, Array]]:
        """Rows with the same values in the true examples, one of which is new: each with the next few."""
        order = np.argsort(names.names, kind="stable")
        rows, keys = names.rows[order], names.names[order]
        for step in range(1, NEAR + 1):
            same = np.flatnonzero(keys[step:] == keys[:-step])
            same = same[rows[same + step] >= names.compared]
            if len(same) == 0:
                return
            yield rows[same], rows[same + step]

    def _compare(self, store: Store, one: Array, other: Array, pool: ConditionPool) -> None:
        costs = row_costs(store)
        cheap = np.argsort(costs[one] + costs[other], kind="stable")[:PART]
        one, other = one[cheap], other[cheap]
        true = np.empty((len(one), len(self.wanted)), bool)
        for world in range(len(self.wanted)):
            true[:, world] = store.column(world, one) == store.column(world, other)

        def make(number: int) -> Term:
            pair = (term_of_row(self.bank, store, int(rows[number])) for rows in (one, other))
            return self.tools.call(Role.EQUAL, *pair)

        pool.add(true, costs[one] + costs[other] + WORD, make)
