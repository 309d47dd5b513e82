"""The enumerator: from examples to the programs that meet them, cheapest first.

Bottom-up enumeration with observational equivalence (Albarghouthi et al. 2013; Udupa et al. 2013) in integer buckets of cost, where the
cost of a term is the sum of the costs of its words (−log probability under a unigram grammar), bodies of lambdas included.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from primitives.interpreter.deadline import NEVER, Deadline, OutOfTime
from primitives.primitive import Primitive
from primitives.types import Type
from primitives.values import Value

from ..generation.constants import Constant
from ..generation.costs import Costs, default_costs
from .answers import Answer, Answers, Example
from .basis import Basis
from .ledger import Ledger, Stop
from .round import Round
from .settings import Settings
from .space import space_of
from .trimming import trim

BEYOND, MORE = 3, 12
"""Once no terms are kept the search ends this many times, and so much, beyond the level that was completed last."""


@dataclass(frozen=True)
class LevelReport:
    """All terms up to ``cost`` have been considered; ``terms`` counts values computed and fingerprinted, ``bodies`` those in lambdas."""

    cost: int
    terms: int
    bodies: int
    kept: int
    bytes: int
    seconds: float
    complete: bool


class Enumerator:
    """Programs of ``type`` over ``words`` that meet the examples, in order of cost."""

    def __init__(
        self,
        type: Type,
        examples: Sequence[Example],
        *,
        words: Mapping[str, Primitive],
        costs: Costs | None = None,
        probes: Sequence[Sequence[Value]] = (),
        constants: Sequence[Constant] = (),
        settings: Settings = Settings(),  # noqa: B008  (frozen)
        deadline: Deadline = NEVER,
    ) -> None:
        """``probes`` are inputs without outputs: programs that differ on them stay apart. ``constants`` are (value, type, cost).
        Raises OutOfTime where reading the examples takes longer than until the ``deadline``."""
        costs = costs or default_costs(words, type)
        self.settings = settings
        self.whole = space_of(type, list(examples), words, costs, list(probes), constants, settings, deadline)
        self.basis = Basis(self.whole.examples, fixed=settings.all_examples or settings.exact or settings.goal < 1)
        self.space = self.whole.on(self.basis.chosen)
        self.unused = self.space.values.mark()
        self.ledger = Ledger()
        self.answers = Answers(len(self.space.inputs), self.whole.examples, words, settings, self.basis.refuted)
        self.round: Round | None = None
        self.level = 0
        """The level that is being enumerated, or was last."""

    def run(self, deadline: float | None = None, max_terms: int | None = None) -> Iterator[Answer | LevelReport]:
        """Answers as they are found and a LevelReport after every level and now and then within one, until ``time.monotonic()`` passes the
        deadline, ``max_terms`` terms have been considered, or nothing is left. Seconds count from the call."""
        self.ledger.open(Deadline(deadline), max_terms)
        self.space.values.deadline = self.ledger.deadline
        try:
            yield from self._levels()
        except (Stop, OutOfTime):
            yield self._progress(max(0, self.level - 1))

    def release(self) -> None:
        """Give up the banks and values: the search cannot go on."""
        if self.round is None:
            return
        held = self.round.nbytes
        self.round.release()
        self.round = None
        for name in ("space", "whole"):
            self.__dict__.pop(name, None)
        trim(held)

    def begin(self) -> Round:
        """A new round, with empty banks. Raises OutOfTime."""
        self._begun = time.monotonic()
        self.round = Round(self.space, self.ledger, self.answers)
        return self.round

    def _levels(self) -> Iterator[Answer | LevelReport]:
        self.level, round = 0, self.begin()
        while self.level < self.settings.max_cost:
            self.level += 1
            if not self.ledger.keeping and self.level > BEYOND * round.kept_level + MORE:
                return
            complete, anew = self.level, False
            for hit in round.level(self.level):
                yield self._progress(self.level - 1) if hit is None else hit
                if anew := self._widened():
                    complete -= 1
                    break
            else:
                yield self._progress(self.level)
                anew = self._widened() or self._narrowed(round) or round.outgrown(self.level)
            if anew:
                round, self.level = self.begin(), complete
                for level in range(1, complete + 1):
                    yield from round.again(level)
                round.kept_level = complete

    def _narrowed(self, round: Round) -> bool:
        """Whether few examples were chosen of those that the round reckoned with, so that the banks must begin anew."""
        return self.basis.choose(round.root) and self._based()

    def _widened(self) -> bool:
        """Whether examples joined, so that the banks must begin anew; none do once what was done could not be done again in time."""
        basis = self.basis
        if not basis.doubtful:
            return False
        again = (time.monotonic() - self._begun) * basis.next_size / len(basis.chosen)
        if self.ledger.deadline.left < again:
            return False
        basis.grow()
        return self._based()

    def _based(self) -> bool:
        """Take the examples of the basis for those to reckon with."""
        if self.round is not None:
            self.round.release()
            self.round = None
        self.whole.values.release(self.unused)
        self.space, self.ledger.keeping = self.whole.on(self.basis.chosen), True
        return True

    def _progress(self, cost: int) -> LevelReport:
        ledger, round = self.ledger, self.round
        kept, held = (0, 0) if round is None else (round.kept, round.nbytes)
        return LevelReport(cost, ledger.terms, ledger.bodies, kept, held, ledger.seconds, ledger.keeping)
