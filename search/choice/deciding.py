"""From the programs that meet the examples to the one to answer with.

The examples alone find a first program soonest: fewer programs differ on fewer inputs. Then the search goes on for others, in proportion
to what the first one took and the longer the fewer examples there are, and the more doubt there is of the best one so far. With few
examples it begins again with probes in the bank, without which programs that agree on the examples by accident would have taken the place
of the right one.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from primitives.interpreter.deadline import NEVER, Deadline
from primitives.interpreter.interpret import Fuel, evaluate
from primitives.primitive import Primitive
from primitives.term import Term
from primitives.types import BOOL, Type, arguments_of
from primitives.values import NEAR, Value, equal, least_difference

from ..enumeration.answers import Example
from ..generation.costs import Costs
from ..reports import Hit, Progress
from .asking import varied
from .classes import by_accident, choosing, classes
from .probes import probe_inputs, usual_inputs
from .ranking import WEIGHTS, Entry, Outputs, Ranked, confidence, features, ranked, shape_of

Found = Hit | Progress
Stream = Callable[[Sequence[Sequence[Value]], int | None], Iterable[Found]]
"""(probes, most terms or None) to the reports of a search."""


@dataclass(frozen=True)
class StoppingRule:
    """How long to go on once a program is known: ``share`` times the terms that it took, and ``more`` over the square of the number of
    examples; up to ``unsure`` over that number more where cheaper programs have not all been considered; all of it times the doubt
    that there is of the best program, relative to ``usual``. Up to ``few`` examples the search begins again with ``probes`` in its
    bank."""

    share: float = 2.0
    more: int = 400_000
    unsure: int = 6_000_000
    few: int = 5
    probes: int = 3
    near: int = 16
    real: int = 12
    """Of these so many at most are inputs whose outputs are wanted, where there are any."""
    most: int = 200
    """Programs that are looked at."""
    seconds: float = 0.5
    """Most time for a program on one probe."""
    least: float = 20.0
    """Seconds to go on that are always allowed where seconds count, over the number of examples."""
    choice: float = 6.0
    """Times as many seconds where a task chooses among a few outputs: these tell so little that a better program is worth waiting for."""
    usual: float = 0.2
    """The doubt with which the search goes on for just as long as the other numbers say."""
    longest: float = 5.0
    """How many times as long it goes on at most."""
    sure: float = 0.0
    """The search goes on to its end where the best program is less likely right than this."""

    def grace(self, taken: float, examples: int, choice: bool = False) -> float:
        """Seconds to go on at most.

        taken: seconds until the first program was found.
        examples: how many there are.
        choice: whether the task chooses among a few outputs (default: no).
        """
        seconds = max(self.least / max(examples, 1), self.share * taken) * self.longest
        return seconds * self.choice if choice else seconds

    def enough(self, since: int, taken: int, examples: int, cheapest: bool, doubt: float | None = None) -> bool:
        """Whether to end after a program was found.

        since: terms considered since then.
        taken: terms considered until then.
        examples: how many there are.
        cheapest: whether the program is the cheapest there is, or perhaps not.
        doubt: the probability that the best program so far is not the right one (default: not known).
        """
        times = 1.0 if doubt is None else min(self.longest, doubt / self.usual)
        allowed = self.share * taken + self.more / max(examples, 1) ** 2
        return since > times * allowed and (cheapest or since > times * (allowed + self.unsure / max(examples, 1)))


UNKNOWN, PLAIN = 1 << 30, "plain"
ADDED_ANEW = 1.2
"""Times as many programs as before after which the doubt is reckoned again."""
DRAWING = 0.2
"""The part of the time left that drawing probes may take."""
CHOSEN = 1.5
"""Nats by which a choice speaks against a program for a truth value, for people say it with ``and`` and ``or``; set by hand."""
PATIENCE = 3.0
"""Times the terms of the first hit after which cheaper programs are no longer expected."""


class Ranking:
    """Programs that meet the examples, weighed by their text and their values on probes."""

    def __init__(
        self,
        type: Type,
        examples: Sequence[Example],
        words: Mapping[str, Primitive],
        costs: Costs,
        rule: StoppingRule = StoppingRule(),
        prior: Callable[[Term], float] | None = None,
        deadline: Deadline = NEVER,
        unlabelled: Sequence[Sequence[Value]] = (),
    ) -> None:
        """``prior``: nats by which a program is likelier than its text says, such as by a guide. After the ``deadline`` programs are
        run on no more probes. Of the ``unlabelled`` inputs, whose outputs are wanted, some that differ most are the first probes."""
        self.real = varied(unlabelled, rule.real)
        self.prior, self.deadline = prior, deadline
        self.types, self.output = arguments_of(type)
        self.words, self.costs, self.rule = words, costs, rule
        self.given = [inputs for inputs, _ in examples]
        self.wanted = Outputs(tuple(output for _, output in examples))
        self.classes = classes(self.wanted.values)
        self.hits: dict[Term, Hit] = {}
        self.entries: list[Entry] = []
        self._doubt = (0, 1.0)

    @cached_property
    def near(self) -> list[tuple[Value, ...]]:
        """Probes like the examples, those that can be drawn in a part of the time that is left."""
        drawn = self.rule.near - len(self.real)
        return [*self.real, *probe_inputs(self.types, self.given, drawn, 1, self.deadline.share(DRAWING))]

    @cached_property
    def usual(self) -> list[tuple[Value, ...]]:
        """Probes that every user will have."""
        return usual_inputs(self.types, self.given)

    @cached_property
    def meets_empty(self) -> bool:
        """Whether the examples have empty inputs."""
        return any(isinstance(value, (tuple, str)) and not value for row in self.given for value in row)

    @property
    def wants_probes(self) -> bool:
        """Whether the examples are too few to tell programs apart, and there are probes that may."""
        return 0 < len(self.given) <= self.rule.few and bool(self.near)

    @property
    def full(self) -> bool:
        """Whether it takes no more programs."""
        return len(self.hits) >= self.rule.most

    def add(self, hit: Hit) -> bool:
        """Whether a program was taken in: it is not if it is known, or if there are too many already.

        hit: a program that meets the examples.
        """
        if hit.term in self.hits or self.full:
            return False
        self.hits[hit.term] = hit
        near, usual = (tuple(self._run(hit.term, given) for given in inputs) for inputs in (self.near, self.usual))
        shape = choosing(shape_of(hit.term, len(self.types), self.costs, self.words), hit.term, self.classes)
        found = features(shape, self.wanted, near, usual, self.meets_empty)
        chosen = CHOSEN * shape.branches if self.output == BOOL else 0.0
        self.entries.append(Entry(hit.term, near, usual, float(found @ WEIGHTS) - chosen))
        return True

    def missed(self, term: Term) -> tuple[int, ...]:
        """The places of the examples that a program does not meet.

        term: the program.
        """
        pairs, least = zip(self.given, self.wanted.values, strict=True), least_difference(self.wanted.values)
        return tuple(
            place
            for place, (given, wanted) in enumerate(pairs)
            if not equal(self._run(term, given), wanted, NEAR, least)
        )

    def weight(self, term: Term) -> float:
        """How much speaks for a program by its text alone, in nats.

        term: the program.
        """
        shape = shape_of(term, len(self.types), self.costs, self.words)
        return float(features(shape, self.wanted, (), (), True) @ WEIGHTS)

    def _run(self, term: Term, given: Sequence[Value]) -> Value:
        return evaluate(term, given, words=self.words, fuel=Fuel(seconds=self.deadline.seconds(self.rule.seconds)))

    def in_order(self) -> list[Ranked]:
        """All programs, the one to answer with first."""
        return ranked(self.entries)

    def doubt(self) -> float:
        """The probability that the program to answer with is not the right one, to within what the last few programs change."""
        known, doubt = self._doubt
        if len(self.entries) > ADDED_ANEW * known:
            doubt = 1.0 - self.confidence(self.in_order()[0])
            self._doubt = len(self.entries), doubt
        return doubt

    def confidence(self, best: Ranked) -> float:
        """The probability that a program is right.

        best: the first of the ranking.
        """
        found = confidence(best, self.wanted, 0.0 if self.prior is None else self.prior(best.entry.term))
        return found if not self.classes else by_accident(found, self.wanted.values, self.hits[best.entry.term].terms)


@dataclass
class SearchState:
    """What a search has come to: terms considered, the level completed, the first hit and the least cost of a hit."""

    rule: StoppingRule
    examples: int
    timed: bool
    choice: bool = False
    """Whether the task chooses among a few outputs."""
    terms: int = 0
    first: Hit | None = None
    until: float = math.inf

    def __post_init__(self) -> None:
        self.start = time.monotonic()
        self.levels: dict[str, int] = {}
        self.least: dict[str, int] = {}
        """By whose costs: the plain ones, those of the weights that were suggested, or those of compositions of learned words."""

    def considered(self, hit: Hit) -> bool:
        """Whether all programs cheaper than the hit, by the costs it was found with, have been considered."""
        return bool(hit.info.get("cost", 0) <= self.levels.get(hit.info.get("by", PLAIN), 0))

    @property
    def cheapest(self) -> bool:
        """Whether one of the hits is the cheapest program by its costs."""
        return any(cost <= self.levels.get(by, 0) for by, cost in self.least.items())

    def note(self, found: Found, before: int = 0) -> None:
        """Take a report in; ``before``: terms that earlier searches considered."""
        self.terms = max(self.terms, before + found.terms)
        if isinstance(found, Progress):
            by = found.detail.get("by", PLAIN)
            self.levels[by] = max(self.levels.get(by, 0), found.detail.get("cost", 0))
            return
        by = found.info.get("by", PLAIN)
        self.least[by] = min(self.least.get(by, UNKNOWN), found.info.get("cost", 0))
        if self.first is None:
            self.first, now = found, time.monotonic()
            if self.timed:
                self.until = now + self.rule.grace(now - self.start, self.examples, self.choice)

    def over(self, since: int, doubt: float) -> bool:
        """Whether to go on no longer, ``since`` terms after the first hit or after a new beginning, with so much doubt of the best."""
        assert self.first is not None
        if 1.0 - doubt < self.rule.sure:
            return False
        enough = self.rule.enough(since, self.first.terms, self.examples, self.cheapest, doubt)
        return enough or time.monotonic() > self.until


def decided(stream: Stream, ranking: Ranking, max_terms: int | None = None, timed: bool = False) -> Iterator[Found]:
    """Progress, then all hits in the order of the ranking, then further hits as they are found.

    stream: begins a search with some probes, for so many terms.
    ranking: takes the hits in; it is empty.
    max_terms: of all searches together (default: no bound).
    timed: whether how long to go on is bounded by seconds too (default: by terms alone).

    The ``info`` of a hit says when the first of all was found (``first_terms``, ``first_seconds``), how likely the first of the ranking is
    right (``confidence``), and whether it is ``confirmed``: all cheaper programs have been considered, or very many that might be.
    """
    state = SearchState(ranking.rule, len(ranking.wanted.values), timed, bool(ranking.classes))
    running, before = iter(stream((), max_terms)), 0

    def enough(terms: int) -> bool:
        first = state.first
        return first is not None and (ranking.wants_probes or state.over(state.terms - first.terms, ranking.doubt()))

    def enough_with_probes(terms: int) -> bool:
        assert state.first is not None
        return state.over(terms - state.first.terms, ranking.doubt()) or ranking.full

    yield from _added(running, state, ranking, enough)
    if state.first is None:
        return
    if ranking.wants_probes and (max_terms is None or state.terms < max_terms):
        before, state.levels = state.terms, {}
        running = iter(stream(ranking.near[: ranking.rule.probes], None if max_terms is None else max_terms - before))
        for progress in _added(running, state, ranking, enough_with_probes, before):
            yield replace(progress, terms=state.terms)
    yield from _told(ranking, state)
    for found in running:
        if isinstance(found, Progress):
            yield replace(found, terms=before + found.terms)
        elif found.term not in ranking.hits:
            yield replace(found, terms=before + found.terms, info={**found.info, "confirmed": True})


def _added(
    running: Iterator[Found], state: SearchState, ranking: Ranking, enough: Callable[[int], bool], before: int = 0
) -> Iterator[Progress]:
    """The progress of a search until it is ``enough`` after so many of its terms; its hits are added to the ranking."""
    for found in running:
        state.note(found, before)
        if isinstance(found, Hit):
            ranking.add(found)
        else:
            yield found
        if enough(found.terms):
            return


def _told(ranking: Ranking, state: SearchState) -> Iterator[Hit]:
    """The hits in the order of the ranking."""
    assert state.first is not None
    when = {"first_terms": state.first.terms, "first_seconds": state.first.info.get("seconds")}
    waited = state.terms > PATIENCE * state.first.terms
    ordered = ranking.in_order()
    when["confidence"] = ranking.confidence(ordered[0])
    for each in ordered:
        hit = ranking.hits[each.entry.term]
        confirmed = waited or state.considered(hit)
        yield replace(hit, terms=state.terms, info={**hit.info, **when, "confirmed": confirmed})
