"""Worlds for the bodies of lambdas: argument values worth trying, taken from what the examples hold."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Sequence

import numpy as np

from primitives.columns.bank import Bank
from primitives.columns.hashing import Array
from primitives.columns.pools import Values
from primitives.types import BOOL, INT, STRING, Constructor, TensorType, Type
from primitives.values import Value

Parts = dict[Type, dict[object, None]]
World = tuple[int, ...]
"""Root world, then the codes of all lambda arguments from the outermost to the innermost."""
FEW = 3
"""Values of an argument below which examples take turns: else each would have the first of its inputs, and nothing would differ from it."""
SMALL_INTS = (0, 1, 2, 3, -1, 5, 4, 7, 10, 6, 8, 9)


class Domains:
    """Candidate values by type and root world, and the worlds that earlier rounds of the search asked for."""

    def __init__(self, values: Values, samples: Sequence[Sequence[tuple[object, Type]]]) -> None:
        """``samples[e]`` are the inputs (and the output, where known) of example or probe ``e``."""
        self.values, self.samples = values, samples
        self.known: dict[int, Parts] = {}
        self.wanted: dict[tuple[tuple[Type, ...], ...], dict[World, None]] = {}

    def parts(self, root: int) -> Parts:
        """All values in one sample, by type. Raises OutOfTime."""
        found = self.known.get(root)
        if found is None:
            found = {}
            for value, type in self.samples[root]:
                for part, part_type in _parts(value, type):
                    self.values.deadline.check()
                    found.setdefault(part_type, {})[part] = None
            found.setdefault(INT, {}).update(dict.fromkeys(SMALL_INTS))
            found.setdefault(BOOL, {}).update(dict.fromkeys((False, True)))
            self.known[root] = found
        return found

    def candidates(self, type: Type, root: int, count: int) -> list[int]:
        """Up to ``count`` codes of values of the type for one root world."""
        found = self.parts(root).get(type) or {}
        chosen = list(itertools.islice(found, count))
        if not chosen:
            chosen = list(itertools.islice(_defaults(type), count))
        pool = self.values.pool(type)
        return [pool.encode(value) for value in chosen]

    def columns(self, bank: Bank, bound: tuple[Type, ...], count: int) -> list[Array]:
        """About ``count`` worlds for bodies with arguments ``bound`` in the bank: outer worlds, then one column an argument."""
        outer_count = max(bank.filled, 1)
        each = max(1, count // outer_count)
        per_argument = max(2, int(round(each ** (1 / len(bound))))) if len(bound) > 1 else each
        turns = bank.depth > 0 or each < FEW
        rows: dict[World, None] = {}
        known: dict[int, list[list[int]]] = {}
        for world, root in enumerate(bank.root_worlds().tolist()):
            self.values.deadline.check()
            if root not in known:
                known[root] = [self.candidates(type, root, 4 * per_argument) for type in bound]
            # Different outer worlds of one example, or of many, try different values, so that together they cover more of them.
            lists = [_rotated(options, world * per_argument if turns else 0)[:per_argument] for options in known[root]]
            for arguments in itertools.product(*lists):
                rows[(world, *arguments)] = None
        step = max(1, -(-len(rows) // count)) if bank.depth else 1
        chosen = dict.fromkeys([*self._wanted(bank, bound), *list(rows)[::step]])
        return list(np.array(list(chosen), np.int64).reshape(len(chosen), 1 + len(bound)).T)

    def _wanted(self, bank: Bank, bound: tuple[Type, ...]) -> Iterator[World]:
        """Worlds that an earlier round asked for, with the bank's numbers for their outer worlds."""
        names = {world: number for number, world in enumerate(paths(bank))}
        width = len(bound)
        for world in self.wanted.get((*route(bank), bound), ()):
            outer = names.get(world[:-width])
            if outer is not None:
                yield (outer, *world[-width:])

    def learn(self, bank: Bank) -> int:
        """Note the worlds of all banks of bodies below; returns how many were not known."""
        new = 0
        for child in bank.children.values():
            known = self.wanted.setdefault(route(child), {})
            before = len(known)
            known.update(dict.fromkeys(paths(child)))
            new += len(known) - before + self.learn(child)
        return new


def route(bank: Bank) -> tuple[tuple[Type, ...], ...]:
    """Argument types of the lambdas around the bank's terms, outermost first."""
    return () if bank.parent is None else (*route(bank.parent), bank.bound)


def paths(bank: Bank) -> list[World]:
    """Every filled world by what it holds instead of by number."""
    if bank.parent is None:
        return [(world,) for world in range(bank.filled)]
    above = paths(bank.parent)
    columns = [column.array[: bank.filled].tolist() for column in bank.worlds.columns]
    return [above[outer] + tuple(arguments) for outer, *arguments in zip(*columns)]


def _rotated(options: list[int], amount: int) -> list[int]:
    amount = amount % len(options) if options else 0
    return options[amount:] + options[:amount]


def _parts(value: Value, type: Type) -> Iterator[tuple[Value, Type]]:
    """A value and all values inside it; of sequences some rests and beginnings too, of texts their words."""
    yield value, type
    if type == STRING:
        words = re.findall(r"\w+", value)
        rests = (value[1:], value[:1], "")
        yield from ((part, STRING) for part in (*words[:3], *rests, *words[3:]))
        yield from ((character, Constructor("char")) for character in value)
    if not isinstance(type, Constructor) or not type.arguments:
        return
    if type.name == "list":
        yield from ((item, type.arguments[0]) for item in value)
        for item in value:
            yield from _parts(item, type.arguments[0])
        for cut in (1, 2):
            yield value[cut:], type
            yield value[:cut], type
        yield (), type
    elif type.name == "pair":
        for item, part in zip(value, type.arguments):
            yield from _parts(item, part)
    elif type.name == "option" and value is not None:
        yield from _parts(value.value, type.arguments[0])


def _defaults(type: Type) -> Iterator[object]:
    """A few plain values of a type of which the examples hold none."""
    if isinstance(type, TensorType):
        import torch

        shape = [axis for axis in type.shape if isinstance(axis, int)]
        ramp = torch.arange(math.prod(shape), dtype=torch.float32).reshape(shape)
        yield from (ramp, -ramp, torch.zeros(shape), torch.sin(3.0 * ramp))
    if isinstance(type, Constructor):
        if type.name in ("int", "bool"):
            yield from SMALL_INTS if type.name == "int" else (False, True)
        elif type.name == "float":
            yield from (0.0, 1.0, -1.0, 0.5)
        elif type.name == "char":
            yield from "a 0A,"
        elif type.name == "str":
            yield from ("", "a", "ab c")
        elif type.name == "list":
            yield ()
            items = list(itertools.islice(_defaults(type.arguments[0]), 3))
            yield from ((item,) for item in items)
            yield tuple(items)
        elif type.name == "pair":
            yield from itertools.product(*(list(itertools.islice(_defaults(part), 3)) for part in type.arguments))
        elif type.name == "option":
            yield None
