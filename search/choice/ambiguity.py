"""Where the examples leave a choice: programs that meet them all and yet differ, each with an input on which it does."""

from __future__ import annotations

from collections.abc import Sequence

from primitives.values import Failure, Value

from ..reports import Alternative
from .ranking import Ranked


def alternatives(
    ordered: Sequence[Ranked], near: Sequence[Sequence[Value]], usual: Sequence[Sequence[Value]], most: int = 5
) -> list[Alternative]:
    """The likeliest ways to differ from the first program of a ranking.

    ordered: the programs, the one that is given first.
    near: the inputs like those of the examples that its entries' values belong to.
    usual: the inputs that every user will have, likewise.
    most: how many, at most (default: 5).
    """
    if not ordered:
        return []
    inputs = [*near, *usual]
    lengths = [len(repr(given)) for given in inputs]
    best, names = _values(ordered[0]), ordered[0].entry.names
    groups: dict[tuple[str, ...], list[Ranked]] = {}
    for each in ordered:
        groups.setdefault(each.entry.names, []).append(each)
    found = []
    for group, members in groups.items():
        if group == names:
            continue
        chosen = max(members, key=lambda each: each.probability)
        place = _telling(ordered[0], chosen, lengths)
        total = sum(each.probability for each in members)
        found.append(Alternative(chosen.entry.term, total, tuple(inputs[place]), _values(chosen)[place], best[place]))
    return sorted(found, key=lambda each: -each.probability)[:most]


def _values(each: Ranked) -> tuple[Value, ...]:
    return (*each.entry.near, *each.entry.usual)


def _telling(one: Ranked, other: Ranked, lengths: Sequence[int]) -> int:
    """The input on which two programs differ that is easiest to judge: both have values there, and it is short."""
    places = [place for place in range(len(lengths)) if one.entry.names[place] != other.entry.names[place]]
    first, second = _values(one), _values(other)

    def hard(place: int) -> tuple[int, int, int]:
        failures = isinstance(first[place], Failure) + isinstance(second[place], Failure)
        return failures, lengths[place], place

    return min(places, key=hard)
