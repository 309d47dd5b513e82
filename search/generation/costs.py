"""Costs of words in integer buckets of −log probability: those that the words declare, or by a learned grammar."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from primitives.definitions import Definition
from primitives.primitive import EFFECTFUL, Primitive
from primitives.types import BOOL, FLOAT, INT, STRING, Constructor, Type, arguments_of, has_tensor, subtypes
from primitives.values import Value

COMMON = frozenset("-> list str char int bool float".split())
FAMILIAR = 2
"""What a word costs less where the task's own type has the constructors of the word's that are not common, such as pairs; it costs at
least as much as a cheap one. Weights that are given for a word, and those of guided turns, take the place of its default cost."""
CONVERTING = 2
"""What a word from Int to Float or back costs at most where the task's own type has both: there people convert without a thought."""
NEUTRAL, MOST = 3, 12
"""Cost of a word of log weight 0, and the most that a word costs."""


@dataclass(frozen=True)
class Costs:
    """``words`` maps names to costs (absent: the word is not used); ``literals`` are (value, type, cost), ``constant`` the task's own."""

    words: Mapping[str, int]
    variable: int = 1
    constant: int = 2
    literals: tuple[tuple[Value, Type, int], ...] = field(default=())

    def of(self, name: str) -> int | None:
        """The cost of a word; None: it is not used.

        name: of the word.
        """
        return self.words.get(name)


def default_literals() -> tuple[tuple[Value, Type, int], ...]:
    """The constants that every task may use, with their types and costs."""
    ints = [
        (value, INT, cost)
        for cost, group in ((2, (0, 1, 2)), (3, (3, 4, 5, -1)), (4, (6, 7, 8, 9, 10)))
        for value in group
    ]
    floats = [
        (value, FLOAT, cost)
        for cost, group in ((2, (1.0, 2.0)), (3, (0.0, 0.5, 3.0, -1.0, math.pi)), (4, (4.0, 5.0, 10.0, 100.0, math.e)))
        for value in group
    ]
    return (*ints, *floats, (True, BOOL, 4), (False, BOOL, 4), ("", STRING, 3))


def default_costs(words: Mapping[str, Primitive], type: Type | None = None) -> Costs:
    """What the words declare, a word on tensors that gives a tensor left out: nets are found by training.

    words: by name.
    type: the task's; words about what it speaks of cost less (default: no word does).
    """
    table = {
        name: word.prior.cost for name, word in words.items() if word.prior.cost is not None and _is_enumerated(word)
    }
    spoken: frozenset[str] = frozenset() if type is None else _uncommon(type)
    for name in table:
        if _speaks_of(words[name], spoken):
            table[name] = max(min(table[name], 2), table[name] - FAMILIAR)
        if type is not None and {INT, FLOAT} <= set(subtypes(type)) and _converts(words[name]):
            table[name] = min(table[name], CONVERTING)
    return Costs(table, literals=default_literals())


def _is_enumerated(word: Primitive) -> bool:
    """Whether a word may stand in an enumerated program: words that give tensors may only as a subroutine, with weights that it has."""
    return isinstance(word, Definition) or not word.geometric or not has_tensor(arguments_of(word.scheme.type)[1])


def _converts(word: Primitive) -> bool:
    """Whether a word makes a Float of an Int, or an Int of a Float."""
    inputs, output = arguments_of(word.scheme.type)
    return (*inputs, output) in ((INT, FLOAT), (FLOAT, INT))


def _speaks_of(word: Primitive, spoken: frozenset[str]) -> bool:
    """Whether the uncommon constructors of the word, or of its arguments, are among those ``spoken`` of."""
    if word.geometric or word.purity == EFFECTFUL:
        return False
    arguments = frozenset[str]().union(*map(_uncommon, arguments_of(word.scheme.type)[0]))
    return any(own and own <= spoken for own in (arguments, _uncommon(word.scheme.type)))


def _uncommon(type: Type) -> frozenset[str]:
    return frozenset(part.name for part in subtypes(type) if isinstance(part, Constructor)) - COMMON


def weighted(costs: Costs, words: Mapping[str, Primitive], weights: Mapping[str, float]) -> Costs:
    """The costs with those of weighed names replaced: a log weight of 0 costs ``NEUTRAL``, each nat above it one less, at least 1.

    costs: to begin from.
    words: what may be weighed; other names are passed over.
    weights: log weights in nats by name; −∞ takes a word away.
    """

    def cost(name: str, otherwise: int) -> int:
        weight = weights.get(name)
        return otherwise if weight is None else min(MOST, max(1, round(NEUTRAL - weight)))

    table = dict(costs.words)
    for name in weights:
        if name in words and weights[name] > -math.inf:
            table[name] = cost(name, NEUTRAL)
        elif name in words:
            table.pop(name, None)
    return replace(
        costs, words=table, variable=cost("$variable", costs.variable), constant=cost("$constant", costs.constant)
    )
