"""Programs that meet the examples, on their way to whoever asked: checked by the interpreter, cheapest first."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from primitives.interpret import Fuel, evaluate
from primitives.primitive import Primitive
from primitives.term import Term, lambdas
from primitives.types import Type
from primitives.values import Failure, Value, equal

from .domain import usual_inputs
from .settings import Settings

Example = tuple[Sequence[Value], Value]
NEVER = 1 << 30
PATIENCE = 5_000
"""Terms that a waiting hit waits at least."""


@dataclass(frozen=True)
class Hit:
    """A program that meets the examples: ``match`` is the share that it meets, checked by the interpreter."""

    term: Term
    cost: int
    match: float
    terms: int
    seconds: float


class Answers:
    """Hits told and hits that wait. A *name* is the fingerprint of a program's values on all examples and probes."""

    def __init__(
        self, types: Sequence[Type], examples: Sequence[Example], words: Mapping[str, Primitive], settings: Settings
    ) -> None:
        self.examples, self.words, self.settings, self.arity = examples, words, settings, len(types)
        self.usual = usual_inputs(types, [given for given, _ in examples])
        self.needed = max(1, math.ceil(settings.goal * len(examples) - 1e-9))
        self.least: dict[int, int] = {}
        self.waiting: list[tuple[int, int, Hit, int]] = []
        self.arrived = 0

    def wanted(self, name: int, cost: int) -> bool:
        """Whether no program of these values has been as cheap."""
        return self.least.get(name, NEVER) > cost

    def take(self, body: Term, name: int, cost: int, level: int, terms: int, seconds: float) -> Iterator[Hit]:
        """A hit, if the interpreter agrees. One that a cheaper program may yet replace, for the search is at ``level``, waits."""
        if not self.wanted(name, cost):
            return
        term = lambdas(self.arity, body)
        met = sum(equal(self._run(term, given), result) for given, result in self.examples)
        if met < self.needed:
            return
        self.least[name] = cost
        # A dearer program of the same values that still waits has lost its chance.
        self.waiting = [entry for entry in self.waiting if entry[3] != name]
        heapq.heapify(self.waiting)
        hit = Hit(term, cost, met / len(self.examples), terms, seconds)
        dearer = cost + self.settings.partial * any(isinstance(self._run(term, given), Failure) for given in self.usual)
        if dearer <= level:
            yield hit
        else:
            self.arrived += 1
            heapq.heappush(self.waiting, (dearer, self.arrived, hit, name))

    def _run(self, term: Term, given: Sequence[Value]) -> Value:
        return evaluate(term, given, words=self.words, fuel=Fuel(seconds=self.settings.check_seconds))

    def released(self, level: int, terms: int, all: bool = False) -> Iterator[Hit]:
        """Waiting hits whose time has come: their cost is reached, or some times the terms that they took to find have passed. Their
        ``terms`` are those considered until now, for that is what they cost.

        Terms, not seconds: the order of the hits must not depend on the machine.
        """
        while self.waiting:
            dearer, _, hit, _ = self.waiting[0]
            # One that is regular but fails on usual inputs waits less long than one that came from looking ahead.
            patience = 1.5 if hit.cost <= level else self.settings.patience
            if not all and dearer > level and terms <= patience * hit.terms + PATIENCE:
                return
            heapq.heappop(self.waiting)
            yield replace(hit, terms=terms)
