"""The one input whose output would tell most about which program is meant: active learning by uncertainty over the programs known (Seung,
Opper and Sompolinsky 1992, query by committee)."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from primitives.values import Value

from ..reports import Question
from .ranking import Ranked

SHOWN = 5
"""Answers that a question names, at most."""
ALIKE = re.compile(r"[A-Za-z]+|[0-9]+")


def question(
    ordered: Sequence[Ranked], near: Sequence[Sequence[Value]], usual: Sequence[Sequence[Value]], real: int = 0
) -> Question | None:
    """The input on which the programs of a ranking disagree most, by the entropy of their outputs; None where they agree on all.

    ordered: the programs, the one that is given first.
    near: the inputs that its entries' values belong to.
    usual: those that every user will have, likewise.
    real: so many of the first of ``near`` are inputs whose outputs are wanted: where programs disagree on one, it is one of these.
    """
    if not ordered:
        return None
    inputs = [*near, *usual]
    for places in (range(real), range(real, len(near)), range(len(near), len(inputs))):
        doubts = [(_entropy(ordered, place), -len(repr(inputs[place])), -place) for place in places]
        best = max(doubts, default=(0.0, 0, 0))
        if best[0] > 1e-9:
            return _asked(ordered, -best[2], tuple(inputs[-best[2]]))
    return None


def varied(inputs: Sequence[Sequence[Value]], count: int) -> list[tuple[Value, ...]]:
    """Inputs that look as different as may be: one of each form first, then another of each; forms as they come.

    inputs: to choose from.
    count: how many, at most.
    """
    groups: dict[str, list[tuple[Value, ...]]] = {}
    for each in dict.fromkeys(map(tuple, inputs)):
        groups.setdefault(ALIKE.sub(lambda found: "9" if found[0][0].isdigit() else "a", repr(each)), []).append(each)
    found: list[tuple[Value, ...]] = []
    depth = 0
    while len(found) < count and any(len(group) > depth for group in groups.values()):
        found += [group[depth] for group in groups.values() if len(group) > depth]
        depth += 1
    return found[:count]


def _entropy(ordered: Sequence[Ranked], place: int) -> float:
    shares: dict[str, float] = {}
    for each in ordered:
        name = each.entry.names[place]
        shares[name] = shares.get(name, 0.0) + each.probability
    return -sum(share * math.log(share) for share in shares.values() if share > 0)


def _asked(ordered: Sequence[Ranked], place: int, inputs: tuple[Value, ...]) -> Question:
    answers: dict[str, tuple[Value, float]] = {}
    for each in ordered:
        name = each.entry.names[place]
        value, share = answers.get(name, ((*each.entry.near, *each.entry.usual)[place], 0.0))
        answers[name] = value, share + each.probability
    return Question(inputs, tuple(sorted(answers.values(), key=lambda each: -each[1])[:SHOWN]))
