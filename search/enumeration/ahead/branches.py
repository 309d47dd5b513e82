"""Looking ahead for programs of branches: conditions and terms that together meet all examples.

With two branches every condition is tried with the cheapest term for either side. With more, a decision list is grown from the examples
that no branch has met yet: a condition that picks only such as one term meets becomes a branch, and the others are left over (Rivest 1987;
terms that meet some of the examples as branches: EUSolver, Alur, Radhakrishna and Udupa 2017). What a branch explains, bits of outputs,
is weighed against what it costs.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from primitives.columns.frame import Operation
from primitives.columns.hashing import Array
from primitives.columns.store import RowRange, Store
from primitives.declarations import Role
from primitives.interpreter.deadline import Deadline
from primitives.term import Term

from ..blocks import row_costs
from ..levels import Found
from ..prospects import Prospect
from ..rebuild import term_of_row
from .base import AbstractLookAhead, Outlook
from .decision_trees import DecisionTree
from .sets import TermSets, cheapest, packed, sizes, within

PAIRS = 1 << 20
"""Pairs of sets that are compared at once."""
FEWEST = 16
"""Examples from which on there may be more than two branches: fewer are met by accident."""
TERMS, TESTS, BEAM, DEPTH = 400, 3_000, 5, 6
"""Terms and conditions that a branch is chosen from, lists that are grown side by side, and branches before the last."""
TOLD = 20


@dataclass(frozen=True)
class DecisionList:
    """Branches so far: row of the condition, whether it is turned round, row of the term; ``left`` are the examples that none meets."""

    branches: tuple[tuple[int, bool, int], ...]
    left: Array
    cost: int
    gain: float


class Branches(AbstractLookAhead):
    """Programs such as ``(if condition then else)`` whose parts are kept rows: each branch meets the goal where it is taken."""

    def __init__(self, outlook: Outlook) -> None:
        self.bank, self.goal, self.goal_type = outlook.bank, outlook.goal, outlook.type
        self.operations = [
            (choice, own)
            for choice, own in outlook.plan.operations
            if choice.primitive is not None and choice.primitive.role is Role.CHOICE and choice.result == outlook.type
        ]
        self.begun: list[tuple[Operation, DecisionList]] = []
        """The best lists of the last level that meet only some of the examples."""

    def first_branches(self) -> Iterator[tuple[Term, Term, bool, Term]]:
        """Of the lists begun at the last level: the word for the choice, the first condition, whether the branch is taken where it is
        false, and the term of the branch, over the bank's variables; the most telling first."""
        ordered = sorted(self.begun, key=lambda begun: -begun[1].gain)
        for operation, (test, turned, term) in ((operation, found.branches[0]) for operation, found in ordered):
            condition = term_of_row(self.bank, self.bank.stores[operation.arguments[0]], test)
            yield operation.term, condition, turned, term_of_row(self.bank, self.bank.stores[self.goal_type], term)

    def after_batch(self, found: Found, complete: int) -> Iterator[Prospect]:
        return iter(())

    def after_level(self, level: int) -> Iterator[Prospect]:
        self.begun = []
        for choice, own in self.operations:
            values, tests = self.bank.stores.get(self.goal_type), self.bank.stores.get(choice.arguments[0])
            if values is None or tests is None:
                continue
            terms, conditions = self._terms(values), self._conditions(tests)
            yield from self._joined(choice, own, terms, conditions)
            if len(self.goal) >= FEWEST:
                yield from self._lists(choice, own, terms, conditions)

    def _terms(self, store: Store) -> TermSets:
        """What the terms of the goal's type meet."""
        sets = packed(store.block(0, store.count, 0, len(self.goal)) == self.goal)
        costs = row_costs(store)
        first = cheapest(sets, costs)
        first = first[sizes(sets[first]) > 0]
        return TermSets(sets[first], first, costs[first], np.zeros(len(first), bool))

    def _conditions(self, store: Store) -> TermSets:
        """Where each condition that fails nowhere is true, and where it is not; those that are the same everywhere are none."""
        tests = store.block(0, store.count, 0, len(self.goal))
        whole = np.flatnonzero((tests >= 0).all(axis=1))
        costs = row_costs(store)[whole]
        true = packed(tests[whole] == 1)
        sets = np.concatenate([true, packed(tests[whole] != 1)])
        first = cheapest(sets, np.concatenate([costs, costs]))
        count = sizes(sets[first])
        first = first[(count > 0) & (count < len(self.goal))]
        turned, place = first >= len(whole), first % max(len(whole), 1)
        return TermSets(sets[first], whole[place], costs[place], turned)

    def _joined(self, operation: Operation, own: int, terms: TermSets, tests: TermSets) -> Iterator[Prospect]:
        """For every distinct condition the cheapest branches, in order of cost."""
        straight = np.flatnonzero(~tests.turned)
        found = []
        step = max(1, PAIRS // max(len(terms.sets), 1))
        full = packed(np.ones((1, len(self.goal)), bool))
        for start in range(0, len(straight), step):
            self.bank.values.deadline.check()
            part = straight[start : start + step]
            then, other = (_first(within(sets, terms.sets)) for sets in (tests.sets[part], full & ~tests.sets[part]))
            for place in np.flatnonzero((then >= 0) & (other >= 0)).tolist():
                test, yes, no = part[place], then[place], other[place]
                cost = own + int(tests.costs[test] + terms.costs[yes] + terms.costs[no])
                found.append((cost, int(tests.rows[test]), int(terms.rows[yes]), int(terms.rows[no])))
        for total, *kids in sorted(found)[:TOLD]:
            yield Prospect(operation, tuple(kids), total)

    def _lists(self, operation: Operation, own: int, terms: TermSets, tests: TermSets) -> Iterator[Prospect]:
        """Lists of several branches, the cheapest first."""
        worth = math.log2(1 + len(np.unique(self.goal)))
        found, begun = decision_lists(terms, tests, own, len(self.goal), worth, self.bank.values.deadline)
        self.begun += [(operation, each) for each in begun]
        if not found:
            tree = DecisionTree(operation, own, terms, tests, len(self.goal), self.bank.values.deadline).grown()
            if tree is not None and tree.cost < worth * len(self.goal):
                yield tree
        for each in sorted(found, key=lambda each: each.cost)[:TOLD]:
            yield nested(operation, each)
            yield nested(operation, self._alike(each, self.bank.stores[operation.arguments[0]]))

    def _alike(self, found: DecisionList, tests: Store) -> DecisionList:
        """The list with its comparisons turned so that what most of them compare stands first: ``x < a`` for ``not a < x``, which
        differ where both are equal; people divide a range into parts that all hold their lower ends."""
        compared = {test: _compared(tests, test) for test, _, _ in found.branches if test >= 0}
        counts = Counter(kid for pair in compared.values() if pair for kid in set(pair[1:]))
        if not counts or max(counts.values()) < 2:
            return found
        first = counts.most_common(1)[0][0]
        branches = []
        for test, turned, term in found.branches:
            pair = compared.get(test)
            other = _mirrored(tests, test, pair, len(self.goal)) if pair and pair[2] == first else -1
            branches.append((other, not turned, term) if other >= 0 else (test, turned, term))
        return replace(found, branches=tuple(branches))


def _compared(tests: Store, row: int) -> tuple[RowRange, int, int] | None:
    """The run of a row that is a word on two rows of one type, and these rows."""
    run = next(run for run in tests.runs if run.start <= row < run.stop)
    if run.operation is None or len(run.kids) != 2 or len(set(run.operation.arguments)) != 1:
        return None
    return run, int(run.kids[0].array[row - run.start]), int(run.kids[1].array[row - run.start])


def _mirrored(tests: Store, row: int, pair: tuple[RowRange, int, int], examples: int) -> int:
    """The row of the same word with its arguments exchanged, where it is true in just the other examples; -1 where there is none."""
    run, one, two = pair
    for each in tests.runs:
        if each.operation is run.operation:
            places = np.flatnonzero((each.kids[0].array == two) & (each.kids[1].array == one)) + each.start
            for place in places.tolist():
                here, there = (tests.block(at, at + 1, 0, examples)[0] for at in (row, place))
                if ((here == 1) != (there == 1)).all():
                    return int(place)
    return -1


def nested(operation: Operation, found: DecisionList) -> Prospect:
    """The program of a complete list, whose last branch has no condition."""
    *before, (_, _, last) = found.branches
    rest: int | Prospect = last
    for test, turned, term in reversed(before):
        rest = Prospect(operation, (test, rest, term) if turned else (test, term, rest), found.cost)
    assert isinstance(rest, Prospect)
    return rest


def decision_lists(
    terms: TermSets, tests: TermSets, own: int, examples: int, worth: float, deadline: Deadline
) -> tuple[list[DecisionList], list[DecisionList]]:
    """Lists that meet all examples, and the best that meet some.

    terms, tests: what the parts meet.
    own: the cost of a choice.
    examples: how many there are.
    worth: the bits of an output.
    deadline: until when to look.
    """
    full = packed(np.ones((1, examples), bool))[0]
    beam, found, begun = [DecisionList((), full, 0, 0.0)], [], []
    for _ in range(DEPTH):
        grown: list[DecisionList] = []
        for each in beam:
            deadline.check()
            last = _first(within(each.left[None, :], terms.sets))[0]
            if last >= 0:
                branches = (*each.branches, (-1, False, int(terms.rows[last])))
                gain = each.gain + worth * int(sizes(each.left)) - float(terms.costs[last])
                found.append(DecisionList(branches, full & ~full, each.cost + int(terms.costs[last]), gain))
            else:
                grown += _longer(each, terms, tests, own, worth)
        begun += beam[:2] if beam[0].branches else []
        distinct = {each.left.tobytes(): each for each in sorted(grown, key=lambda each: each.gain)}
        beam = sorted(distinct.values(), key=lambda each: -each.gain)[:BEAM]
        if not beam or found:
            break
    return [each for each in found if len(each.branches) > 2 and each.gain > 0], begun


def _longer(before: DecisionList, terms: TermSets, tests: TermSets, own: int, worth: float) -> Iterator[DecisionList]:
    """The list with one branch more, the most telling first."""
    met = terms.sets & before.left
    kept = cheapest(met, terms.costs)
    kept = kept[sizes(met[kept]) > 0]
    kept = kept[np.argsort(-sizes(met[kept]), kind="stable")[:TERMS]]
    kept = kept[np.argsort(terms.costs[kept], kind="stable")]
    picked = tests.sets & before.left
    chosen = cheapest(picked, tests.costs)
    count = sizes(picked[chosen])
    chosen = chosen[(count > 0) & (count < int(sizes(before.left)))]
    hopes = worth * sizes(picked[chosen]) - tests.costs[chosen]
    chosen = chosen[np.argsort(-hopes, kind="stable")[:TESTS]]
    if len(kept) == 0 or len(chosen) == 0:
        return
    term = _first(within(picked[chosen], met[kept]))
    pure = np.flatnonzero(term >= 0)
    costs = own + tests.costs[chosen[pure]] + terms.costs[kept[term[pure]]]
    gains = worth * sizes(picked[chosen[pure]]) - costs
    for place in np.argsort(-gains, kind="stable")[:BEAM].tolist():
        test, row = chosen[pure[place]], kept[term[pure[place]]]
        branch = int(tests.rows[test]), bool(tests.turned[test]), int(terms.rows[row])
        yield DecisionList(
            (*before.branches, branch), before.left & ~picked[test], before.cost + int(costs[place]),
            before.gain + float(gains[place]),
        )  # fmt: skip


def _first(good: Array) -> Array:
    """The first good place of every row, -1 if there is none."""
    return np.where(good.any(axis=1), good.argmax(axis=1), -1) if good.shape[1] else np.full(len(good), -1)
