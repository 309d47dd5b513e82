"""Which examples to leave out where some may be wrong: programs that meet a few of them, drawn at random, are held against all
(Fischler and Bolles 1981, RANSAC); each example that a program misses counts against it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from primitives.term import Term

from ..enumeration.answers import Answer
from ..enumeration.enumerator import LevelReport
from ..problem import Example
from ..randomness import Draws
from ..reports import Progress

SHOWN = 3
"""Examples of a draw: so few that most draws have none that is wrong, so many that programs which meet them by accident are few."""
FIRST_TERMS = 12_000
"""Terms for each draw of the first round; every round has four times those of the last."""
ROUND = 6
"""Draws of a round."""
MORE = 1
"""Draws after that which found a program, for one that misses fewer."""
MISS = 4.0
"""Nats against a program for each example that it misses, beside the weight of its text: set by hand."""
Found = Answer | LevelReport


@dataclass(frozen=True)
class OutvotedExamples:
    """A program, and the places of the examples that it misses."""

    term: Term
    missed: tuple[int, ...]
    weight: float


def verdict(
    examples: Sequence[Example],
    tolerate: int,
    searched: Callable[[Sequence[Example], int], Iterable[Found]],
    missed: Callable[[Term], tuple[int, ...]],
    weight: Callable[[Term], float],
    seed: int,
    over: Callable[[int], bool],
) -> Iterator[Progress | OutvotedExamples]:
    """Progress, and at the end the best program that misses few enough examples, if there is one.

    examples: some of which may be wrong.
    tolerate: how many a program may miss.
    searched: begins a search for programs that meet some examples, for so many terms.
    missed: the places of the examples that a program misses.
    weight: of a program by its text, in nats.
    seed: of the draws.
    over: whether the search is to end, after so many terms.
    """
    terms, bound, draw = 0, FIRST_TERMS, 0
    found: list[OutvotedExamples] = []
    tried: set[Term] = set()
    last: int | None = None
    while last is None and not over(terms):
        for _ in range(ROUND):
            chosen = _drawn(examples, tolerate, Draws(seed, draw))
            draw += 1
            taken = 0
            for report in searched(chosen, bound):
                taken = max(taken, report.terms)
                if isinstance(report, LevelReport):
                    yield Progress(terms + taken, {"cost": report.cost})
                elif report.term not in tried:
                    tried.add(report.term)
                    places = missed(report.term)
                    if len(places) <= tolerate:
                        found.append(OutvotedExamples(report.term, places, weight(report.term) - MISS * len(places)))
            terms += taken
            if found and last is None:
                last = draw + MORE
            if over(terms) or draw == last:
                break
        bound *= 4
    if found:
        yield max(found, key=lambda each: each.weight)


def _drawn(examples: Sequence[Example], tolerate: int, draws: Draws) -> list[Example]:
    """A few examples, no two of the same inputs."""
    chosen: dict[str, Example] = {}
    for place in draws.shuffled(range(len(examples))):
        chosen.setdefault(repr(examples[place][0]), examples[place])
    return list(chosen.values())[: min(SHOWN, len(examples) - tolerate)]
