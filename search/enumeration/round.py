"""One growing of the banks from nothing: terms level by level, those of the goal's values among them, and what looking ahead brings up."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from primitives.columns import compiled
from primitives.columns.bank import WORLD_BITS, Bank
from primitives.columns.hashing import Array
from primitives.term import Literal, Term, apply
from primitives.types import Type, is_function

from .ahead.base import AbstractLookAhead, Outlook
from .ahead.branches import Branches
from .ahead.closures import Closures
from .ahead.covers import Covers
from .ahead.deepening import share_of
from .ahead.likely_needs import LikelyNeeds
from .ahead.loops import Loops
from .ahead.numbers_told import NumbersTold
from .ahead.subgoals import Subgoals, subgoals
from .ahead.sweep import Sweep
from .answers import Answer, Answers
from .basis import PRESSURE
from .ledger import Ledger
from .levels import BankGrowth, Found
from .prospects import Prospect
from .rebuild import term_of_kids, term_of_row
from .space import Space

KEPT, ALWAYS = 0.6, 8 << 20
"""The share of the memory that kept terms may take, and bytes beside it: arrays that grow are copied, and much is in passing."""
ROOMY, LOOPS = 384 << 20, 128 << 20
"""From this memory on compiled loops may be loaded, and what they take."""


class Round:
    """Empty banks at first. Worlds that earlier rounds asked for are known to the space's domains."""

    def __init__(self, space: Space, ledger: Ledger, answers: Answers) -> None:
        self.space, self.ledger, self.answers = space, ledger, answers
        self.root = space.root()
        self.growth = BankGrowth(space.values, space.plan, space.domains, self._tick)
        self.goal_codes = space.values.encode([result for _, result in space.examples], space.output)
        self.goal = self.root.fingerprint(self.goal_codes[None, :])[0]
        self.tried: set[tuple] = set()
        """Candidates that looking ahead brought up before."""
        self.wanted_types: frozenset[Type] = frozenset([space.output])
        self.looks = self._looks() if space.settings.goal >= 1 else ()
        self.growth.wanted = lambda operation: ledger.keeping or operation.result in self.wanted_types
        self.growth.growing = ledger.keeping
        self.kept_level = 0
        """The last level of which all terms were kept."""
        self.kept_values, self.kept_bytes = space.values.mark(), space.values.nbytes

    def _looks(self) -> tuple[AbstractLookAhead, ...]:
        """The ways of looking ahead, in the order in which they look."""
        space, settings = self.space, self.space.settings
        look = Outlook(
            self.root, self.goal_codes, space.output, space.plan, self.ledger, lambda terms: self._tick(terms, self.root)
        )  # fmt: skip
        below = settings.subgoals and space.examples
        wanted = subgoals(self.root, self.goal_codes, space.output, space.plan.operations) if below else []
        closures = Closures(self.root, self.goal_codes, space.output, look.tick, wanted)
        self.wanted_types = closures.types
        share = share_of(len(space.words)) if settings.bodies is None else settings.bodies
        loops = Loops(look, self.growth, closures, share, settings.ahead_from)
        return Subgoals(wanted), Sweep(look, LikelyNeeds()), loops, Covers(look), NumbersTold(look), Branches(look)

    # --- levels ---------------------------------------------------------------------------------------------------------------

    def level(self, level: int) -> Iterator[Answer | None]:
        """Hits among the terms of one level and what is found by looking ahead from them; None where time has passed. Raises Stop or
        OutOfTime."""
        self.growth.leaves(self.root, level)
        yield from self._leaf_hits(level)
        for found in self._batches(level):
            if found.operation.result == self.space.output:
                yield from self._hits(found)
            for look in self.looks:
                yield from self._found(look.after_batch(found, level - 1))
            self._forget()
            if self.ledger.report_due():
                yield None
        if not self.ledger.keeping:
            return
        self.kept_level = level
        if level >= self.space.settings.ahead_from:
            for look in self.looks:
                yield from self._found(look.after_level(level))

    def again(self, level: int) -> Iterator[Answer]:
        """The hits of a level that an earlier round has completed. Raises Stop or OutOfTime."""
        self.growth.leaves(self.root, level)
        for found in self._batches(level):
            if found.operation.result == self.space.output:
                yield from self._hits(found)

    def _batches(self, level: int) -> Iterator[Found]:
        return self.growth.grow(self.root, level, len(self.space.examples), lambda type: self.ledger.keeping)

    def outgrown(self, level: int) -> bool:
        """Whether bodies have met so many new arguments that classes of equal bodies should be split by another round: note them."""
        domains = self.space.domains
        before = sum(map(len, domains.wanted.values()))
        initial = _initial_worlds(self.root)
        new = domains.learn(self.root)
        grown = sum(map(len, domains.wanted.values()))
        if self.space.settings.exact:
            return new > 0 and grown > initial
        return self.ledger.keeping and level <= 4 and before > 0 and grown > 1.5 * max(before, initial)

    # --- memory ---------------------------------------------------------------------------------------------------------------

    def _tick(self, terms: int, bank: Bank) -> None:
        """Enter terms in the ledger; once the bank takes its share of the memory it is frozen. Raises Stop or OutOfTime."""
        settings = self.space.settings
        if settings.memory >= ROOMY:
            compiled.load_after(self.ledger.terms + terms)
        self.ledger.tick(terms, bodies=bank.depth > 0)
        if self.ledger.weighing_due():
            if self.growth.codes.nbytes > settings.memory // 8:
                self.growth.codes.clear()
            if self.nbytes > self._kept_most():
                self.ledger.keeping = self.growth.growing = False
                self.root.freeze()
                self.kept_values, self.kept_bytes = self.space.values.mark(), self.space.values.nbytes

    def _kept_most(self) -> float:
        """Bytes of the bank at which it is frozen, so that the process grows by no more than the memory that was given."""
        memory = self.space.settings.memory
        return KEPT * (memory - (LOOPS if memory >= ROOMY else 0)) - min(ALWAYS, memory // 8)

    def _forget(self) -> None:
        """Forget values of terms that were not kept, once they take an eighth of the memory."""
        if self.ledger.keeping:
            return
        most, values = self.space.settings.memory // 8, self.space.values
        if self.growth.codes.nbytes > most:
            self.growth.codes.clear()
        if values.nbytes > self.kept_bytes + most:
            values.release(self.kept_values)
            self.kept_bytes = values.nbytes

    @property
    def nbytes(self) -> int:
        """Bytes of the banks and of all values."""
        return self.root.nbytes + self.space.values.nbytes + self.growth.codes.nbytes

    @property
    def kept(self) -> int:
        """Terms in the outer bank."""
        return sum(store.count for store in self.root.stores.values())

    def release(self) -> None:
        """Give up the banks: the round cannot go on. What looks into them refers to them in circles, so that their memory would else
        wait for the garbage collector, which does not know how much it is."""
        self.root.release()
        for name in ("root", "growth", "looks", "space"):
            self.__dict__.pop(name, None)

    # --- hits -----------------------------------------------------------------------------------------------------------------

    def _leaf_hits(self, level: int) -> Iterator[Answer]:
        store = self.root.stores.get(self.space.output)
        for row in range(*(store.blocks.get(level, (0, 0)) if store else (0, 0))):
            assert store is not None
            values = store.block(row, row + 1, 0, len(self.space.examples))[0]
            if (values == self.goal_codes).sum() >= self.answers.needed:
                yield from self._told(term_of_row(self.root, store, row), int(store.prints[row]), level)

    def _hits(self, found: Found) -> Iterator[Answer]:
        if self.space.settings.goal < 1:
            rows = np.flatnonzero(found.batch.matches(self.goal_codes) >= self.answers.needed)
        else:
            rows = np.flatnonzero(found.batch.prints == self.goal)
        if len(rows) == 0:
            return
        prints = found.batch.complete()[rows]
        for row, name in zip(rows, prints.tolist()):
            if self.answers.wanted(name, found.cost):
                kids = [int(kid[0]) for kid in found.batch.kids(np.array([row]))]
                yield from self._told(term_of_kids(self.root, found.operation, kids), name, found.cost)

    def _found(self, candidates: Iterator[Prospect]) -> Iterator[Answer]:
        """The hits among candidates of looking ahead, each looked at once."""
        for candidate in candidates:
            key = candidate.operation, candidate.subgoal, *candidate.kids
            if key not in self.tried:
                self.tried.add(key)
                yield from self._checked(candidate)

    def _checked(self, candidate: Prospect) -> Iterator[Answer]:
        operation, kids, subgoal = candidate.operation, candidate.kids, candidate.subgoal
        values = self._values(candidate)
        name = int(self.root.fingerprint(values[None, :])[0]) if subgoal is None else subgoal.name(self.root, values)
        if self.answers.wanted(name, candidate.cost):
            term = term_of_kids(self.root, operation, kids)
            whole = term if subgoal is None else apply(subgoal.operation.term, term)
            yield from self._told(whole, name, candidate.cost, weight=1)

    def _values(self, candidate: Prospect) -> Array:
        """Of a candidate in all worlds that the bank judges by."""
        columns = []
        for type, kid in zip(candidate.operation.arguments, candidate.kids):
            if isinstance(kid, Literal):
                columns.append(np.full(self.root.judged, self.root.values.pool(type).encode(kid.value), np.int64))
            elif isinstance(kid, Prospect):
                columns.append(self._values(kid))
            elif is_function(type):
                columns.append((kid << WORLD_BITS) | np.arange(self.root.judged))
            else:
                columns.append(self.root.stores[type].take(np.array([kid]), 0, self.root.judged).ravel())
        return self.root.perform(candidate.operation, columns, self.root.judged)

    def _told(self, body: Term, name: int, cost: int, weight: int = PRESSURE) -> Iterator[Answer]:
        return self.answers.take(body, name, cost, self.ledger, weight)


def _initial_worlds(bank: Bank) -> int:
    return sum(child.judged + _initial_worlds(child) for child in bank.children.values())
