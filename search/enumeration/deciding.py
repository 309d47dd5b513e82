"""From the programs that meet the examples to the one to answer with.

The examples alone find a first program soonest: fewer programs differ on fewer inputs. Then the search goes on for others, in proportion
to what the first one took and the longer the fewer examples there are. With few examples it begins again with probes in the bank, without
which programs that agree on the examples by accident would have taken the place of the right one.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from primitives.interpret import Fuel, evaluate
from primitives.primitive import Primitive
from primitives.term import Term
from primitives.types import Type, arguments_of
from primitives.values import Value

from ..strategy import Hit, Progress
from .answers import Example
from .costs import Costs
from .probes import probe_inputs, usual_inputs
from .ranking import WEIGHTS, Entry, Ranked, features, ranked, shape_of

Found = Hit | Progress
Stream = Callable[[Sequence[Sequence[Value]], int | None], Iterable[Found]]
"""(probes, most terms or None) to the reports of a search."""


@dataclass(frozen=True)
class Rule:
    """How long to go on once a program is known: ``share`` times the terms that it took, and ``more`` over the square of the number of
    examples. Up to ``few`` examples the search begins again with ``probes`` in its bank."""

    share: float = 2.0
    more: int = 400_000
    few: int = 5
    probes: int = 3
    near: int = 16
    most: int = 200
    """Programs that are looked at."""
    seconds: float = 0.5
    """Most time for a program on one probe."""

    least: float = 1.0
    """Seconds to go on that are always allowed where seconds count."""

    def grace(self, taken: float) -> float:
        """Seconds to go on at most."""
        return max(self.least, self.share * taken)

    def terms(self, taken: int, examples: int) -> int:
        return int(self.share * taken + self.more / max(examples, 1) ** 2)


PATIENCE = 3.0
"""Times the terms of the first hit after which cheaper programs are no longer expected."""


class Jury:
    """Programs that meet the examples, weighed by their text and their values on probes."""

    def __init__(
        self,
        type: Type,
        examples: Sequence[Example],
        words: Mapping[str, Primitive],
        costs: Costs,
        rule: Rule = Rule(),
    ) -> None:
        self.types, self.output = arguments_of(type)
        self.words, self.costs, self.rule = words, costs, rule
        given = [inputs for inputs, _ in examples]
        self.wanted = [output for _, output in examples]
        self.near = probe_inputs(self.types, given, rule.near, seed=1)
        self.usual = usual_inputs(self.types, given)
        self.meets_empty = any(isinstance(value, (tuple, str)) and not value for row in given for value in row)
        self.hits: dict[Term, Hit] = {}
        self.entries: list[Entry] = []

    def hear(self, hit: Hit) -> bool:
        """Take a program in; False if it is known, or there are too many already."""
        if hit.term in self.hits or len(self.hits) >= self.rule.most:
            return False
        self.hits[hit.term] = hit
        near, usual = (tuple(self._run(hit.term, given) for given in inputs) for inputs in (self.near, self.usual))
        found = features(shape_of(hit.term, len(self.types), self.costs), self.wanted, near, usual, self.meets_empty)
        self.entries.append(Entry(hit.term, near, usual, float(found @ WEIGHTS)))
        return True

    def _run(self, term: Term, given: Sequence[Value]) -> Value:
        return evaluate(term, given, words=self.words, fuel=Fuel(seconds=self.rule.seconds))

    def verdict(self) -> list[Ranked]:
        """All programs, the one to answer with first."""
        return ranked(self.entries)


def decided(stream: Stream, jury: Jury, max_terms: int | None = None, timed: bool = False) -> Iterator[Found]:
    """Progress, then all hits in the order of the verdict, then further hits as they are found. The ``info`` of a hit says when the
    first of all was found (``first_terms``, ``first_seconds``), and whether it is ``confirmed``: all cheaper programs have been considered,
    or very many that might be. ``timed``: whether to go on is bounded by seconds too."""
    examples, rule = len(jury.wanted), jury.rule
    few = 0 < examples <= rule.few and bool(jury.near)
    first: Hit | None = None
    before = terms = level = 0
    start, until = time.monotonic(), math.inf
    running = iter(stream((), max_terms))
    for found in running:
        terms = max(terms, found.terms)
        if isinstance(found, Hit):
            jury.hear(found)
            if first is None:
                first, now = found, time.monotonic()
                until = now + rule.grace(now - start) if timed else until
        else:
            level = max(level, found.detail.get("cost", 0))
            yield found
        if first is None:
            continue
        if few or terms > first.terms + rule.terms(first.terms, examples) or time.monotonic() > until:
            break
    if first is None:
        return
    if few and (max_terms is None or terms < max_terms):
        before, allowed = terms, first.terms + rule.terms(first.terms, examples)
        running = iter(stream(jury.near[: rule.probes], None if max_terms is None else max_terms - before))
        for found in running:
            terms = before + found.terms
            if isinstance(found, Hit):
                jury.hear(found)
            else:
                level = max(level, found.detail.get("cost", 0))
                yield replace(found, terms=terms)
            if found.terms > allowed or len(jury.hits) >= rule.most or time.monotonic() > until:
                break
    when = {"first_terms": first.terms, "first_seconds": first.info.get("seconds")}
    waited = terms > PATIENCE * first.terms
    for each in jury.verdict():
        hit = jury.hits[each.entry.term]
        confirmed = waited or hit.info.get("cost", 0) <= level
        yield replace(hit, terms=terms, info={**hit.info, **when, "confirmed": confirmed})
    for found in running:
        if isinstance(found, Progress):
            yield replace(found, terms=before + found.terms)
        elif found.term not in jury.hits:
            yield replace(found, terms=before + found.terms, info={**found.info, "confirmed": True})
