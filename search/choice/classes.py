"""Tasks that choose among a few outputs: programs that write these outputs down are taken for what they are, choices."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from primitives.term import Literal, Term, subterms
from primitives.values import Value

from .ranking import Shape, written

TELLS = 0.7
"""The part of its entropy that an output tells; set by hand: programs agree with each other more often than by chance."""
FEWEST, MOST, TIMES = 10, 6, 3
"""Examples, different outputs at most, and how often each occurs at least in the mean, where a task is taken for a choice."""


def classes(wanted: Sequence[Value]) -> frozenset[str]:
    """The outputs among which a task chooses, as they are written; none where it does not choose.

    wanted: the outputs of the examples.
    """
    found = frozenset(map(written, wanted)) if len(wanted) >= FEWEST else frozenset[str]()
    return found if 1 < len(found) <= min(MOST, len(wanted) // TIMES) else frozenset()


def by_accident(confidence: float, wanted: Sequence[Value], terms: int) -> float:
    """The probability that a program is right that was found among so many terms: few outputs of two kinds are met by some of many
    conditions, though they have nothing to do with them.

    confidence: the probability without that.
    wanted: the outputs of the examples, of which there are few different ones.
    terms: that were considered until it was found.
    """
    counts = Counter(map(written, wanted)).values()
    told = TELLS * sum(count * math.log2(len(wanted) / count) for count in counts)
    return confidence / (confidence + (1 - confidence) * (1 + terms * 2.0**-told))


def choosing(shape: Shape, term: Term, among: frozenset[str]) -> Shape:
    """The counts without the outputs that a program writes down, and without the branches that choosing among them takes.

    shape: the counts of the program.
    term: the program.
    among: the outputs that the task chooses among.
    """
    values = [part.value for part in subterms(term) if isinstance(part, Literal)] if among else []
    told = sum(written(value) in among for value in values)
    return replace(shape, literals=shape.literals - told, branches=max(0, shape.branches - max(0, told - 1)))
