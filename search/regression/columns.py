"""Expressions without constants, each with its values on the rows; equal ones are held once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from primitives.term import Term

from .algebra import Algebra

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]
Singles = NDArray[np.float32]
LARGEST = 1e100
"""Values beyond it, or all of them below one over it, are of no use."""
FLAT = 1e-12
"""Relative spread below which a column is a constant."""
DIGITS = 33
"""Bits of the mantissa by which values are told apart."""


@dataclass(frozen=True)
class Expression:
    """How a column was made: a leaf, or a function of earlier columns. ``cost`` counts functions and leaves."""

    leaf: Term | None
    function: str
    parts: tuple[int, ...]
    cost: int


class Columns:
    """All expressions so far: ``values`` is [number, rows]."""

    def __init__(self, rows: int, most: int) -> None:
        """rows: of the examples. most: expressions that are held."""
        self.most = most
        self.recipes: list[Expression] = []
        self._values: Array = np.empty((256, rows))
        self._costs: Numbers = np.empty(256, np.int64)
        self._known: dict[int, int] = {}
        self._keys = Keys(rows)

    def __len__(self) -> int:
        return len(self.recipes)

    @property
    def values(self) -> Array:
        """The values of all expressions, [number, rows]."""
        return self._values[: len(self.recipes)]

    @property
    def costs(self) -> Numbers:
        """The cost of each expression."""
        return self._costs[: len(self.recipes)]

    def add_leaf(self, term: Term, values: Array, cost: int = 1) -> None:
        """Hold a leaf, a constant too.

        term: of the leaf.
        values: on the rows.
        cost: of the leaf (default: 1).
        """
        self._known.setdefault(int(self._keys(values[None])[0]), len(self.recipes))
        self._append([Expression(term, "", (), cost)], values[None])

    def offer(self, function: str, parts: Sequence[Numbers], cost: int | Numbers) -> Numbers:
        """What a function gives for expressions, held where it is new; the numbers of the results, those that are defined on all rows and
        no constants, each once.

        function: numpy's name of it.
        parts: for each argument the numbers of expressions, all of one length.
        cost: of each new expression.
        """
        with np.errstate(all="ignore"):
            values = getattr(np, function)(*(self.values[each] for each in parts))
        costs, keys = np.broadcast_to(cost, parts[0].shape), self._keys(values)
        places: dict[int, None] = {}
        recipes: list[Expression] = []
        rows: list[int] = []
        for row in np.flatnonzero(usable(values)).tolist():
            key, place = int(keys[row]), len(self.recipes) + len(recipes)
            if key not in self._known:
                if place >= self.most:
                    continue
                self._known[key] = place
                recipes.append(Expression(None, function, tuple(int(part[row]) for part in parts), int(costs[row])))
                rows.append(row)
            places[self._known[key]] = None
        self._append(recipes, values[rows])
        return np.array(list(places), np.int64)

    def term(self, number: int, algebra: Algebra) -> Term:
        """The term of an expression.

        number: of the expression.
        algebra: with words for its functions.
        """
        recipe = self.recipes[number]
        if recipe.leaf is not None:
            return recipe.leaf
        return algebra.term(recipe.function, *(self.term(part, algebra) for part in recipe.parts))

    def _append(self, recipes: list[Expression], values: Array) -> None:
        size = len(self.recipes)
        while size + len(recipes) > len(self._values):
            self._values = np.concatenate([self._values, np.empty_like(self._values)])
            self._costs = np.concatenate([self._costs, np.empty_like(self._costs)])
        self._values[size : size + len(recipes)] = values
        self._costs[size : size + len(recipes)] = [recipe.cost for recipe in recipes]
        self.recipes += recipes


class Keys:
    """Numbers that equal rows of values share, and others hardly ever."""

    def __init__(self, rows: int) -> None:
        """rows: how many values each has."""
        self._mixing = np.random.default_rng(0).integers(1, 2**63, (2, rows), dtype=np.uint64) | np.uint64(1)
        self._seen: set[int] = set()

    def __call__(self, values: Array) -> NDArray[np.uint64]:
        """The numbers of some rows.

        values: [number, rows].
        """
        mantissa, exponent = np.frexp(np.where(np.isfinite(values), values, 0.0) + 0.0)
        digits = np.round(mantissa * 2.0**DIGITS).astype(np.int64).view(np.uint64)
        with np.errstate(over="ignore"):
            mixed = (digits * self._mixing[0] + exponent.astype(np.int64).view(np.uint64) * self._mixing[1]).sum(1)
        return np.asarray(mixed ^ (mixed >> np.uint64(29)), np.uint64)

    def new(self, values: Array) -> NDArray[np.bool_]:
        """Which rows were not asked for before.

        values: [number, rows].
        """
        found = np.zeros(len(values), np.bool_)
        for row, key in enumerate(self(values).tolist()):
            found[row] = key not in self._seen
            self._seen.add(key)
        return found


def usable(values: Array) -> NDArray[np.bool_]:
    """Which rows of values are finite, of no extreme size and no constants.

    values: [number, rows].
    """
    with np.errstate(all="ignore"):
        largest = np.abs(values).max(1)
        spread = values.max(1) - values.min(1)
        return np.isfinite(values).all(1) & (largest < LARGEST) & (largest > 1 / LARGEST) & (spread > FLAT * largest)
