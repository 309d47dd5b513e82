"""Typed genetic programming with DEAP over the project's words: what ``columns`` measures itself against.

Each word enters the primitive set at the same ground types as in the bank of columns, and its function is the word's own
scalar meaning, so both compute the same values.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from primitives.columns.operations import instances
from primitives.primitive import Primitive
from primitives.types import BOOL, INT, Type, list_of
from primitives.values import Failed, Value

TYPES: tuple[Type, ...] = (INT, BOOL, list_of(INT))
HEIGHTS = ((1, 1), (1, 2), (2, 2), (1, 3), (2, 3), (1, 4), (2, 4), (3, 4), (2, 5), (3, 5), (2, 6), (3, 6), (4, 6))
"""Least and greatest heights that ``genHalfAndHalf`` may be given, by about growing mean size."""


@dataclass
class Tally:
    """What one run came to."""

    programs: int = 0
    lists: int = 0
    failing: int = 0
    nodes: int = 0
    kept: dict[int, object] = field(default_factory=dict)
    """The first tree of each distinct tuple of values, by its hash."""


class TypedGP:
    """One primitive set a result type, over the same words, variables and constants."""

    def __init__(
        self, words: Mapping[str, Primitive], inputs: Sequence[Type], literals: Sequence[tuple[Value, Type]]
    ) -> None:
        from deap import gp

        self.gp = gp
        # Classes of their own: Python's bool is an int, and DEAP would put booleans where integers are wanted.
        self.classes = {type: _marker(number) for number, type in enumerate(TYPES)}
        self.sets = {type: self._primitive_set(words, inputs, literals, type) for type in TYPES}

    def _primitive_set(
        self,
        words: Mapping[str, Primitive],
        inputs: Sequence[Type],
        literals: Sequence[tuple[Value, Type]],
        result: Type,
    ) -> object:
        found = self.gp.PrimitiveSetTyped("main", [self.classes[type] for type in inputs], self.classes[result])
        for word, primitive in enumerate(words.values()):
            for number, (arguments, returned) in enumerate(instances(primitive, TYPES)):
                name = f"word_{word}_{number}"
                if arguments:
                    types = [self.classes[type] for type in arguments]
                    found.addPrimitive(primitive.meaning, types, self.classes[returned], name=name)
                else:
                    found.addTerminal(primitive.meaning(), self.classes[returned], name=name)
        for number, (value, type) in enumerate(literals):
            found.addTerminal(value, self.classes[type], name=f"constant_{number}")
        return found

    def height(self, size: float, rng: random.Random, count: int = 400) -> tuple[int, int]:
        """The heights whose programs have about ``size`` nodes in the mean."""

        def distance(heights: tuple[int, int]) -> float:
            random.seed(rng.getrandbits(32))
            trees = [self.gp.genHalfAndHalf(self.sets[TYPES[n % len(TYPES)]], *heights) for n in range(count)]
            return abs(sum(map(len, trees)) / count - size)

        return min(HEIGHTS, key=distance)

    def run(
        self,
        count: int,
        heights: tuple[int, int],
        shares: Mapping[Type, float],
        rows: Sequence[Sequence[Value]],
        seed: int,
    ) -> Tally:
        """Generate ``count`` programs whose types have the shares, compile each, evaluate it on the rows, hash what it gave (a failure
        being a value) and keep the first of each."""
        random.seed(seed)  # DEAP draws from the module's own generator
        gp, tally = self.gp, Tally()
        types = random.choices(list(shares), list(shares.values()), k=count)
        for type in types:
            pset = self.sets[type]
            tree = gp.PrimitiveTree(gp.genHalfAndHalf(pset, *heights))
            program = gp.compile(tree, pset)
            values, failed = [], False
            for row in rows:
                try:
                    values.append(program(*row))
                except Failed:
                    values.append(Failed)
                    failed = True
            tally.programs += 1
            tally.lists += type == TYPES[2]
            tally.failing += failed
            tally.nodes += len(tree)
            tally.kept.setdefault(hash((type, *values)), tree)
        return tally


def _marker(number: int) -> type:
    return type(f"Type{number}", (), {})
