"""Costs of words in integer buckets of −log probability, by grammar or by a default table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from primitives.primitive import EFFECTFUL, Definition, Primitive
from primitives.types import BOOL, INT, STRING, Constructor, Type, arguments_of, has_tensor, subtypes
from primitives.values import Value

CHEAP = "map filter fold + - = > head tail cons length if range index take drop reverse sum count mod * < concat append empty".split()
MEDIUM = (
    "is_empty last init slice singleton zipwith sort maximum minimum not and or // set mapi any all replicate max min "
    "delete contains unique insert scan1 is_even square"
).split()
RARE = "negate abs is_odd sort_by range_from product foldr power argsort group flatten_list >= <= != zip first second pair".split()
DEAR = "scan repeat for unfold then_option group_by unzip".split()
TEXT_CHEAP = "concat_text split split_words join substring replace contains_text length_text char_at from_chars".split()
TEXT = (
    "upper lower capitalise trim char_to_text chars to_str map_text filter_text is_upper is_digit is_letter"
).split()
COMMON = frozenset("-> list str char int bool float".split())
FAMILIAR = 2
"""What a word costs less where the task's own type has the constructors of the word's that are not common, such as pairs; it costs at
least as much as a cheap one. Weights that are given for a word, and those of guided turns, take the place of its default cost."""
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
        return self.words.get(name)


def default_literals() -> tuple[tuple[Value, Type, int], ...]:
    ints = [
        (value, INT, cost)
        for cost, group in ((2, (0, 1, 2)), (3, (3, 4, 5, -1)), (4, (6, 7, 8, 9, 10)))
        for value in group
    ]
    return (*ints, (True, BOOL, 4), (False, BOOL, 4), ("", STRING, 3))


def default_costs(words: Mapping[str, Primitive], type: Type | None = None) -> Costs:
    """Hand-set costs: the everyday words of list programs first, and words about what the ``type`` of the task speaks of."""
    table = {}
    for cost, names in ((2, [*CHEAP, *TEXT_CHEAP]), (3, [*MEDIUM, *TEXT]), (4, RARE), (5, DEAR)):
        table.update({name: cost for name in names if name in words})
    for name, primitive in words.items():
        if name in table or name in SILENT:
            continue
        if isinstance(primitive, Definition):
            table[name] = NEUTRAL if not primitive.geometric else 2
        elif not primitive.geometric:
            table[name] = NEUTRAL + round(primitive.cost)
        elif not has_tensor(
            arguments_of(primitive.scheme.type)[1]
        ):  # nets are found by training; here they are read out
            table[name] = 2 if name == "argmax" else 5
    spoken: frozenset[str] = frozenset() if type is None else _uncommon(type)
    for name in table:
        if _speaks_of(words[name], spoken):
            table[name] = max(min(table[name], 2), table[name] - FAMILIAR)
    return Costs(table, literals=default_literals())


def _speaks_of(word: Primitive, spoken: frozenset[str]) -> bool:
    """Whether the uncommon constructors of the word, or of its arguments, are among those ``spoken`` of."""
    if word.geometric or word.purity == EFFECTFUL:
        return False
    arguments = frozenset[str]().union(*map(_uncommon, arguments_of(word.scheme.type)[0]))
    return any(own and own <= spoken for own in (arguments, _uncommon(word.scheme.type)))


def _uncommon(type: Type) -> frozenset[str]:
    return frozenset(part.name for part in subtypes(type) if isinstance(part, Constructor)) - COMMON


SILENT = frozenset("id const compose flip fix unit".split())
"""Words that add nothing where terms are applications of words to arguments."""


def weighted(costs: Costs, words: Mapping[str, Primitive], weights: Mapping[str, float]) -> Costs:
    """The costs with those of weighed names replaced: a log weight of 0 costs ``NEUTRAL``, each nat above it one less, at least 1."""

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
