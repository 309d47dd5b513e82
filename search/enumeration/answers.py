"""Programs that meet the examples: checked by the interpreter, a few of each class of programs that the bank cannot tell apart."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from primitives.interpreter.deadline import Deadline
from primitives.interpreter.interpret import Fuel, evaluate
from primitives.primitive import Primitive
from primitives.term import Term, lambdas
from primitives.values import NEAR, Value, equal, least_difference

from .ledger import Ledger
from .settings import Settings

Example = tuple[Sequence[Value], Value]


@dataclass(frozen=True)
class Answer:
    """A program that meets the examples: ``match`` is the share that it meets, checked by the interpreter. ``terms`` and ``seconds``
    are what it took to find it."""

    term: Term
    cost: int
    match: float
    terms: int
    seconds: float


class Answers:
    """All hits so far. A *name* is the fingerprint of a program's values on all examples and probes of the bank."""

    def __init__(
        self, arity: int, examples: Sequence[Example], words: Mapping[str, Primitive], settings: Settings,
        refuted: Callable[[int, int], None] = lambda example, weight: None,
    ) -> None:  # fmt: skip
        """``refuted`` is told the first example that a candidate does not meet, and the weight that the candidate was given."""
        self.refuted = refuted
        self.examples, self.words, self.settings, self.arity = examples, words, settings, arity
        self.near = least_difference(result for _, result in examples)
        """The absolute difference up to which Floats meet an output."""
        self.needed = max(1, math.ceil(settings.goal * len(examples) - 1e-9))
        self.least: dict[int, int] = {}
        self.alike: Counter[tuple[int, int]] = Counter()
        self.told: set[Term] = set()

    def wanted(self, name: int, cost: int) -> bool:
        """Whether a program of these values is worth telling: none was as cheap, or few of about that cost. They may well differ on
        inputs that the bank does not hold."""
        if name not in self.least:
            return len(self.least) < self.settings.most_names
        near = cost <= self.least[name] + self.settings.margin
        return cost < self.least[name] or (near and self.alike[name, cost] < self.settings.alike)

    def take(self, body: Term, name: int, cost: int, ledger: Ledger, weight: int = 1) -> Iterator[Answer]:
        """The hit, if the interpreter agrees and it was not told before. Raises OutOfTime."""
        term = lambdas(self.arity, body)
        if not self.wanted(name, cost) or term in self.told:
            return
        met, failed = self._met(term, ledger.deadline)
        if met < self.needed:
            self.refuted(failed, weight)
            return
        self.told.add(term)
        self.alike[name, cost] += 1
        self.least[name] = min(cost, self.least.get(name, cost))
        yield Answer(term, cost, met / len(self.examples), ledger.terms, ledger.seconds)

    def nearest(self, body: Term, cost: int, ledger: Ledger) -> Answer:
        """An answer that need not meet the examples.

        body: of the program.
        cost: of it.
        ledger: of the search.
        """
        term = lambdas(self.arity, body)
        met = sum(
            equal(evaluate(term, given, words=self.words), result, NEAR, self.near) for given, result in self.examples
        )
        return Answer(term, cost, met / len(self.examples), ledger.terms, ledger.seconds)

    def _met(self, term: Term, deadline: Deadline) -> tuple[int, int]:
        """How many examples a program meets, by the interpreter; too few where it fails so many that the others do not matter. And the
        last that was looked at."""
        met, number, spare = 0, 0, len(self.examples) - self.needed
        for number, (given, result) in enumerate(self.examples):
            met += equal(self._run(term, given, deadline), result, NEAR, self.near)
            deadline.check()
            if number + 1 - met > spare:
                break
        return met, number

    def _run(self, term: Term, given: Sequence[Value], deadline: Deadline) -> Value:
        seconds = deadline.seconds(self.settings.check_seconds)
        return evaluate(term, given, words=self.words, fuel=Fuel(seconds=seconds))
