"""The enumerator: from examples to the programs that meet them, cheapest first.

Bottom-up enumeration with observational equivalence (Albarghouthi et al. 2013; Udupa et al. 2013) in integer buckets of cost, where the
cost of a term is the sum of the costs of its words (−log probability under a unigram grammar), bodies of lambdas included.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from primitives.columns import compiled
from primitives.columns.bank import Bank
from primitives.columns.operations import instances, operation
from primitives.columns.pools import Values
from primitives.deadline import NEVER, Deadline, OutOfTime
from primitives.primitive import Definition, Primitive
from primitives.term import Term, apply
from primitives.types import BOOL, CHAR, INT, STRING, Constructor, Type, arguments_of, is_function, list_of, subtypes
from primitives.values import Value

from ..generation.constants import mined
from ..generation.costs import Costs, default_costs
from .ahead.closures import Closures
from .ahead.likely_needs import LikelyNeeds
from .ahead.subgoals import subgoals
from .ahead.sweep import Branches, Candidate, Sweep
from .answers import Answers, Example, Hit
from .deepening import Deepening, share_of
from .domain import Domains
from .intermediate import intermediate
from .levels import Found, Growth, Leaf, Plan, Stop
from .product import direct_batch
from .rebuild import term_of_kids, term_of_row
from .settings import Settings
from .trimming import trim

REPORT = 5_000
"""Terms after which progress is told within a level, so that several enumerations can take turns."""
KEPT, ALWAYS = 0.6, 8 << 20
"""The share of the memory that kept terms may take, and bytes beside it: arrays that grow are copied, and much is in passing."""
ROOMY, LOOPS = 384 << 20, 128 << 20
"""From this memory on compiled loops may be loaded, and what they take."""
ORDERING = frozenset("< > <= >= min max = !=".split())


@dataclass(frozen=True)
class Progress:
    """All terms up to ``cost`` have been considered; ``terms`` counts values computed and fingerprinted, ``bodies`` those in lambdas."""

    cost: int
    terms: int
    bodies: int
    kept: int
    bytes: int
    seconds: float
    complete: bool


@dataclass
class Count:
    terms: int = 0
    bodies: int = 0
    lists: int = 0


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
        constants: Sequence[tuple[Value, Type, int]] = (),
        settings: Settings = Settings(),  # noqa: B008  (frozen)
        deadline: Deadline = NEVER,
    ) -> None:
        """``probes`` are inputs without outputs: programs that differ on them stay apart. ``constants`` are (value, type, cost).
        Raises OutOfTime where reading the examples takes longer than until the ``deadline``."""
        self.inputs, self.output = arguments_of(type)
        self.examples, self.probes, self.words, self.settings = list(examples), list(probes), words, settings
        self.costs = costs or default_costs(words, type)
        longest = max([8, *(len(part) for part in _sequences(self.examples, self.probes, deadline))])
        self.values = Values(
            min(max(settings.max_length, 2 * longest), 4 * longest + 64),
            steps=settings.max_steps or longest + 8,
            cells=min(1 << 18, max(1 << 13, settings.memory >> 12)),
        )
        self.values.deadline = deadline
        self.types = self._types(type)
        self.domains = Domains(self.values, list(self._samples()))
        self.plan = self._plan(constants)
        self.count = Count()
        self.keeping = True
        self.answers = Answers(len(self.inputs), self.examples, words, settings)

    def _samples(self) -> Iterator[list[tuple[Value, Type]]]:
        """The values of each example and probe with their types."""
        for given, result in self.examples:
            self.values.deadline.check()
            yield [*zip(given, self.inputs), (result, self.output)]
        for given in self.probes:
            yield [*zip(given, self.inputs)]

    def _types(self, type: Type) -> tuple[Type, ...]:
        """The ground types at which polymorphic words are tried."""
        # A task about texts seldom needs lists of numbers, but lists of words.
        text = any(part == STRING for whole in (*self.inputs, self.output) for part in subtypes(whole))
        found = dict.fromkeys((INT, BOOL, CHAR, STRING) if text else (INT, BOOL, list_of(INT)))
        if text and any(list_of(STRING) in subtypes(word.scheme.type) for word in self.words.values()):
            found[list_of(STRING)] = None
        if text and not any(_joins_texts(word) for word in self.words.values()):
            # Texts can only be put together as lists of characters.
            found[list_of(CHAR)] = None
        for part in (*self.inputs, self.output):
            found.update(dict.fromkeys(t for t in subtypes(part) if not is_function(t)))
        found.update(dict.fromkeys(intermediate(self.words, tuple(found), self.inputs, self.output)))
        self.familiar = frozenset([*found, *self.settings.types])
        found[list_of(CHAR if text else BOOL)] = None
        found.update(dict.fromkeys(self.settings.types))
        return tuple(found)

    def _plan(self, constants: Sequence[tuple[Value, Type, int]]) -> Plan:
        operations = []
        for name, primitive in self.words.items():
            cost = self.costs.of(name)
            if cost is None:
                continue
            for arguments, result in instances(primitive, self.types):
                self.values.deadline.check()
                dearer = cost + self._surcharge(name, arguments, result)
                operations.append((operation(primitive, arguments, result, self.words), dearer))
        # The goal's type first: a level's terms of other types only matter to the next level.
        operations.sort(key=lambda entry: (entry[0].result != self.output, entry[1]))
        literals = [
            *self.costs.literals,
            *constants,
            *(mined(self.examples, self.output, self.values.deadline) if self.settings.mine else ()),
        ]
        leaves: dict[tuple[int, Type], int] = {}
        for value, type, cost in literals:
            self.values.deadline.check()
            if type in self.types:
                code = self.values.pool(type).encode(value)
                leaves[code, type] = min(cost, leaves.get((code, type), cost))
        settings = self.settings
        return Plan(
            tuple(operations), tuple(Leaf(code, type, cost) for (code, type), cost in leaves.items()), self.costs.variable,
            settings.lambda_depth, settings.body_worlds, settings.max_worlds, settings.exact, settings.nested,
        )  # fmt: skip

    def _surcharge(self, name: str, arguments: Sequence[Type], result: Type) -> int:
        """What an instance costs more for types that the task does not speak of, and for the order of what is no scalar."""
        parts = {part for type in (*arguments, result) for part in subtypes(type) if not is_function(part)}
        odd = name in ORDERING and isinstance(arguments[0], Constructor) and bool(arguments[0].arguments)
        return self.settings.strange_type * (len(parts - self.familiar) + odd)

    def _root(self) -> Bank:
        rows = [given for given, _ in self.examples] + [list(given) for given in self.probes]
        columns = [self.values.encode([row[i] for row in rows], type) for i, type in enumerate(self.inputs)]
        return Bank(self.values, self.inputs, columns, len(rows))

    def run(self, deadline: float | None = None, max_terms: int | None = None) -> Iterator[Hit | Progress]:
        """Hits as they are found and Progress after every level and now and then within one, until ``time.monotonic()`` passes the
        deadline, ``max_terms`` terms have been considered, or nothing is left. Seconds count from the call."""
        self.start, self.max_terms = time.monotonic(), max_terms
        self.level, self.next_weighing, self.next_report = 0, 0, REPORT
        self.values.deadline = self.answers.deadline = Deadline(deadline)
        try:
            yield from self._levels()
        except (Stop, OutOfTime):
            yield self._progress(max(0, self.level - 1))

    def release(self) -> None:
        """Give up the banks and values: the search cannot go on. What looks into them refers to them in circles, so that their memory
        would else wait for the garbage collector, which does not know how much it is."""
        if not hasattr(self, "root"):
            return
        held = self.nbytes
        self.root.release()
        for name in ("root", "growth", "closures", "deepening", "subgoals", "values", "domains"):
            self.__dict__.pop(name, None)
        trim(held)

    def _levels(self) -> Iterator[Hit | Progress]:
        self._begin()
        kept_level = 0
        while self.level < self.settings.max_cost:
            self.level += 1
            if not self.keeping and self.level > 3 * kept_level + 12:
                return
            self.growth.leaves(self.root, self.level)
            yield from self._leaf_hits()
            for found in self.growth.grow(self.root, self.level, len(self.examples), self._keep):
                if found.operation.result == self.output:
                    yield from self._hits(found)
                yield from self._subgoal_hits(found)
                yield from self._deeper(self.level - 1)
                self._sweep_pools()
                if self.count.terms >= self.next_report:
                    self.next_report = self.count.terms + REPORT
                    yield self._progress(self.level - 1)
            if self.keeping:
                kept_level = self.level
                yield from self._look_ahead()
            yield self._progress(self.level)
            if self._outgrown():
                self._begin()
                for level in range(1, self.level + 1):
                    self.growth.leaves(self.root, level)
                    for found in self.growth.grow(self.root, level, len(self.examples), self._keep):
                        if found.operation.result == self.output:
                            yield from self._hits(found)

    def _begin(self) -> None:
        """Empty banks. Worlds that were asked for so far are known to the domains."""
        self.root = self._root()
        self.growth = Growth(self.values, self.plan, self.domains, self._tick)
        self.growth.wanted = lambda operation: self.keeping or operation.result in self.closures.types
        self.goal_codes = self.values.encode([result for _, result in self.examples], self.output)
        self.goal = self.root.fingerprint(self.goal_codes[None, :])[0]
        self.likely = LikelyNeeds(self.words)
        self.ahead: set[tuple[Any, ...]] = set()
        """Candidates that earlier looks ahead brought up."""
        exact = self.settings.subgoals and self.settings.goal >= 1
        self.subgoals = (
            subgoals(self.root, self.goal_codes, self.output, self.plan.operations) if exact and self.examples else []
        )
        self.closures = Closures(
            self.root, self.goal_codes, self.output, lambda terms: self._tick(terms, self.root), self.subgoals
        )
        self.higher = [
            entry for entry in self.plan.operations if self.plan.lambda_depth and self.closures.suits(entry[0])
        ]
        share = share_of(len(self.words)) if self.settings.bodies is None else self.settings.bodies
        self.deepening = Deepening(self.growth, self.root, self.higher, self.closures.prices, share)
        self.spent = 0
        """Terms that were spent on bodies ahead of the level and on trying them."""

    def _keep(self, type: Type) -> bool:
        return self.keeping

    def _tick(self, terms: int, bank: Bank) -> None:
        if bank.depth:
            self.count.bodies += terms
        self.count.terms += terms
        if self.settings.memory >= ROOMY:
            compiled.load_after(self.count.terms)
        self.values.deadline.check()
        if self.max_terms is not None and self.count.terms >= self.max_terms:
            raise Stop
        if self.keeping and self.count.terms >= self.next_weighing:
            self.next_weighing = self.count.terms + 20_000
            if self.growth.codes.nbytes > self.settings.memory // 8:
                self.growth.codes.clear()
            if self.nbytes > self._kept_most():
                self.keeping = self.growth.growing = False
                self.root.freeze()
                self.kept_values = self.values.mark()
                self.kept_bytes = self.values.nbytes

    def _kept_most(self) -> float:
        """Bytes of the bank at which it is frozen, so that the process grows by no more than the memory that was given."""
        loops = LOOPS if self.settings.memory >= ROOMY else 0
        return KEPT * (self.settings.memory - loops) - min(ALWAYS, self.settings.memory // 8)

    def _sweep_pools(self) -> None:
        """Forget values of terms that were not kept, once they take an eighth of the memory."""
        if self.keeping:
            return
        if self.growth.codes.nbytes > self.settings.memory // 8:
            self.growth.codes.clear()
        if self.values.nbytes > self.kept_bytes + self.settings.memory // 8:
            self.values.release(self.kept_values)
            self.kept_bytes = self.values.nbytes

    @property
    def nbytes(self) -> int:
        return self.root.nbytes + self.values.nbytes + self.growth.codes.nbytes

    def _progress(self, cost: int) -> Progress:
        kept = sum(store.count for store in self.root.stores.values())
        return Progress(cost, self.count.terms, self.count.bodies, kept, self.nbytes, self.seconds, self.keeping)

    def _outgrown(self) -> bool:
        """Whether bodies have met so many new arguments that classes of equal bodies should be split: note them and start again."""
        before = sum(map(len, self.domains.wanted.values()))
        initial = _initial_worlds(self.root)
        new = self.domains.learn(self.root)
        grown = sum(map(len, self.domains.wanted.values()))
        if self.settings.exact:
            return new > 0 and grown > initial
        return self.keeping and self.level <= 4 and before > 0 and grown > 1.5 * max(before, initial)

    # --- looking ahead --------------------------------------------------------------------------------------------------------

    def _look_ahead(self) -> Iterator[Hit]:
        """Terms far above the level that meet the goal; their costs come in no order."""
        if self.level < self.settings.ahead_from or self.settings.goal < 1:
            return
        limit = min(300_000, max(2_000, self.count.terms // 16))
        sweep = Sweep(self.root, self.goal_codes, self.output, limit, self.likely)
        for candidate in sweep.run(self.plan.operations, self.plan.lambda_depth):
            yield from self._candidate(candidate)
        self._tick(sweep.tried, self.root)
        yield from self._closures(self.level)
        yield from self._deeper(self.level)
        for choice, own in self.plan.operations:
            if choice.term.name == "if" and choice.result == self.output:
                for candidate in Branches(self.root, self.goal_codes, self.output).run(choice, own):
                    yield from self._candidate(candidate)

    def _closures(self, complete: int) -> Iterator[Hit]:
        for choice, own in self.higher:
            for candidate in self.closures.run(choice, own, complete):
                yield from self._candidate(candidate)

    def _deeper(self, complete: int) -> Iterator[Hit]:
        """Bodies ahead of the level, as many as their share allows, and what is found with them."""
        if complete < self.settings.ahead_from or self.settings.goal < 1 or not self.keeping:
            return
        while self.deepening.step(before := self.count.terms, self.spent, complete):
            yield from self._closures(complete)
            self.spent += self.count.terms - before

    def _tell(self, body: Term, name: int, cost: int) -> Iterator[Hit]:
        return self.answers.take(body, name, cost, self.count.terms, self.seconds)

    @property
    def seconds(self) -> float:
        """Since ``run`` was called."""
        return time.monotonic() - self.start

    def _candidate(self, candidate: Candidate) -> Iterator[Hit]:
        operation, kids, subgoal = candidate.operation, candidate.kids, candidate.subgoal
        key = operation, subgoal, *kids
        if key in self.ahead:
            return
        self.ahead.add(key)
        batch = direct_batch(self.root, operation, [np.array([kid]) for kid in kids], len(self.examples))
        if subgoal is None:
            name = int(batch.complete()[0])
        else:
            name = subgoal.name(self.root, batch.values(np.zeros(1, np.int64))[0])
        if self.answers.wanted(name, candidate.cost):
            term = term_of_kids(self.root, operation, kids)
            yield from self._tell(
                term if subgoal is None else apply(subgoal.operation.term, term), name, candidate.cost
            )

    # --- hits -----------------------------------------------------------------------------------------------------------------

    def _leaf_hits(self) -> Iterator[Hit]:
        store = self.root.stores.get(self.output)
        for row in range(*(store.blocks.get(self.level, (0, 0)) if store else (0, 0))):
            assert store is not None
            if (store.block(row, row + 1, 0, len(self.examples))[0] == self.goal_codes).sum() >= self.answers.needed:
                yield from self._tell(term_of_row(self.root, store, row), int(store.prints[row]), self.level)

    def _hits(self, found: Found) -> Iterator[Hit]:
        if self.settings.goal < 1:
            rows = np.flatnonzero(found.batch.matches(self.goal_codes) >= self.answers.needed)
        else:
            rows = np.flatnonzero(found.batch.prints == self.goal)
        if len(rows) == 0:
            return
        prints = found.batch.complete()[rows]
        for row, name in zip(rows, prints.tolist()):
            if self.answers.wanted(name, self.level):
                kids = [int(kid[0]) for kid in found.batch.kids(np.array([row]))]
                yield from self._tell(term_of_kids(self.root, found.operation, kids), name, self.level)

    def _subgoal_hits(self, found: Found) -> Iterator[Hit]:
        """Terms that a subgoal's word turns into the goal: what that makes is levels away."""
        for subgoal in self.subgoals:
            if subgoal.type != found.operation.result:
                continue
            rows = np.flatnonzero(found.batch.prints == subgoal.fingerprint)
            if len(rows) == 0:
                continue
            _, first = np.unique(found.batch.complete()[rows], return_index=True)
            for row in rows[first]:
                kids = [int(kid[0]) for kid in found.batch.kids(np.array([row]))]
                yield from self._candidate(Candidate(found.operation, kids, self.level + subgoal.own, subgoal))


def _joins_texts(word: Primitive) -> bool:
    """Whether a word, one that was not learned, makes a text of two."""
    arguments, result = arguments_of(word.scheme.type)
    return not isinstance(word, Definition) and result == STRING and arguments.count(STRING) > 1


def _initial_worlds(bank: Bank) -> int:
    return sum(child.judged + _initial_worlds(child) for child in bank.children.values())


def _sequences(
    examples: Sequence[Example], probes: Sequence[Sequence[Value]], deadline: Deadline
) -> Iterator[Sequence]:
    """All lists and strings of the examples, inner ones too."""
    waiting: list[Value] = [value for given, result in examples for value in (*given, result)]
    waiting += [value for given in probes for value in given]
    waiting = [value for value in waiting if isinstance(value, (tuple, str))]
    while waiting:
        value = waiting.pop()
        deadline.check()
        yield value
        if isinstance(value, tuple):
            waiting.extend(part for part in value if isinstance(part, (tuple, str)))
