"""Goals met by loops that go on for as long as a number is above or below another one: how many steps they take, or where they end.

A step is one or two words on the state, or two such steps to choose from by a remainder of the state. Many steps are run together on one
example, from one start, with every ending; those that fit are kept for the next example.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from primitives.binding import shift
from primitives.columns.hashing import Array
from primitives.declarations import Role
from primitives.interpreter.deadline import Deadline
from primitives.term import Lambda, Term, Variable
from primitives.term import Literal as Number
from primitives.types import FLOAT, INT, Type

from ..goal import Subtask
from ..language import Language
from ..targets import NEAR, KeptTerm
from ..tools import RoleWords
from .changes import CHEAPER, AbstractLoops, BesideTerms, StateChange, changes_of, is_idle
from .steps import ChosenSteps, ManySteps, Steps, different_steps

STEPS, FEWEST, EXAMPLES = 32, 4, 12
"""The most steps of an example that loops are run on, how many outputs of such examples there are at least, and examples at most."""
STARTS, LIMITS, ALONE, BESIDE, CONSTANT = 2, 3, 64, 6, 7
"""Terms for the start, for the number at which it ends, and for what stands beside the state in steps of one word and of two; and those
that are the same everywhere."""
DIVISORS = (2, 3, 10)
"""Numbers by whose multiples steps are chosen."""
MORE = 2
"""The most that is added to the number of steps, or taken off."""
Found = tuple[int, int, int]
"""The number of a step, of the ending, and what is added to the number of steps."""


@dataclass(frozen=True)
class Going:
    """A loop goes on while the state is below a limit, or above it, or a multiple of it, as ``how`` says."""

    limit: KeptTerm
    how: Literal["below", "above", "multiple"]

    def holds(self, states: Array, example: int) -> Array:
        """Whether it goes on.

        states: of loops on one example.
        example: its number.
        """
        limit = self.limit.values[example]
        if self.how == "multiple":
            return np.asarray(states % limit == 0)
        return np.asarray(states > limit if self.how == "above" else states < limit)

    def term(self, state: Term, tools: RoleWords) -> Term:
        """The condition within one lambda.

        state: the state.
        tools: the words.
        """
        limit = shift(self.limit.term, 1)
        if self.how == "multiple":
            return tools.call(Role.EQUAL, tools.call(Role.REMAINDER, state, limit), Number(0, INT))
        return tools.call(Role.BELOW, *((limit, state) if self.how == "above" else (state, limit)))


class Endings(AbstractLoops):
    """Loops that end by a condition on their state, which is one number: the number of their steps, or the state in the end."""

    share = 0.5

    def __init__(self, goal: Subtask, language: Language) -> None:
        scalar = all(type in (INT, FLOAT) for type in goal.inputs) and bool(goal.inputs)
        needed = (Role.WHILE, Role.BELOW, Role.ADDITION, Role.PAIR, Role.FIRST_OF_TWO, Role.SECOND_OF_TWO)
        super().__init__(goal, language, suits=scalar and goal.output in (INT, FLOAT) and language.tools.has(*needed))

    def _run(self, deadline: Deadline) -> Iterator[Term | None]:
        beside, outputs = self._beside(deadline), np.array(self.goal.outputs)
        for steps in (self._plain, self._chosen):
            for type in dict.fromkeys(self.goal.inputs):
                for start in beside.varied(type)[:STARTS]:
                    if self.goal.output == INT and (few := _smallest(outputs, outputs, STEPS)):
                        yield from self._met(_counted, steps, start, few, beside, deadline)
                    if self.goal.output == type and (few := _smallest(start.values, outputs)):
                        yield from self._met(_ended, steps, start, few, beside, deadline)

    def _met(
        self, look: Look, steps: Callable[[Type, list[int], BesideTerms], Iterator[Steps]], start: KeptTerm,
        chosen: list[int], beside: BesideTerms, deadline: Deadline,
    ) -> Iterator[Term | None]:  # fmt: skip
        """Programs of one kind from one start, by the examples that are chosen."""
        type, outputs = start.type, np.array(self.goal.outputs)[chosen]
        goings = list(self._goings(type, start, chosen, beside))
        for each in steps(type, chosen, beside):
            self.spent += len(each) // CHEAPER
            for number, going, more in look(each, start.at(chosen), goings, outputs, deadline):
                yield self._written(each, number, goings[going], start, more, counted=look is _counted)
            yield None

    def _goings(self, type: Type, start: KeptTerm, chosen: list[int], beside: BesideTerms) -> Iterator[Going]:
        others = [each for each in beside.varied(type) if each.term != start.term]
        for limit in (*beside.same(type)[:LIMITS], *others[:LIMITS]):
            yield Going(limit.at(chosen), "above")
            yield Going(limit.at(chosen), "below")
        if type == INT and self.language.tools.has(Role.REMAINDER, Role.EQUAL):
            for limit in beside.same(type)[:CONSTANT]:
                if limit.values[0] > 1:
                    yield Going(limit.at(chosen), "multiple")

    def _plain(self, type: Type, chosen: list[int], beside: BesideTerms) -> Iterator[Steps]:
        """One word, then two, beside what differs by example too."""
        same, varied = _telling(beside.same(type)), beside.varied(type)
        yield ManySteps([(each,) for each in self._changes(type, [*same, *varied[:ALONE]], chosen)])
        changes = self._changes(type, [*same, *varied[:BESIDE]], chosen)
        for first in changes:
            yield ManySteps([(first, each) for each in changes if not is_idle(first, each)])

    def _changes(self, type: Type, terms: Sequence[KeptTerm], chosen: list[int]) -> list[StateChange]:
        return changes_of(type, [each.at(chosen) for each in terms], self.language.tools)

    def _chosen(self, type: Type, chosen: list[int], beside: BesideTerms) -> Iterator[Steps]:
        """One word where the state is a multiple of a number, two where it is not, or the other way round."""
        if type != INT or not self.language.tools.has(Role.CHOICE, Role.REMAINDER, Role.EQUAL):
            return
        changes = self._changes(INT, _telling(beside.same(INT)), chosen)
        short = different_steps([(each,) for each in changes])
        both = different_steps([*((each,) for each in changes), *itertools.product(changes, repeat=2)])
        for divisor in DIVISORS:
            yield ChosenSteps(divisor, short, both)
            yield ChosenSteps(divisor, both, short)

    def _written(self, steps: Steps, number: int, going: Going, start: KeptTerm, more: int, *, counted: bool) -> Term:
        tools, state = self.language.tools, Variable(0)
        if not counted:
            body = steps.term(number, state, 1, tools)
            return tools.call(Role.WHILE, Lambda(going.term(state, tools)), Lambda(body), start.term)
        first = tools.call(Role.FIRST_OF_TWO, state)
        count = tools.call(Role.ADDITION, Number(1, INT), tools.call(Role.SECOND_OF_TWO, state))
        body = tools.call(Role.PAIR, steps.term(number, first, 1, tools), count)
        begin = tools.call(Role.PAIR, start.term, Number(more, INT))
        loop = tools.call(Role.WHILE, Lambda(going.term(first, tools)), Lambda(body), begin)
        return tools.call(Role.SECOND_OF_TWO, loop)


def _telling(terms: Sequence[KeptTerm]) -> list[KeptTerm]:
    """The cheapest that are not 0."""
    return [each for each in terms[:CONSTANT] if each.values[0] != 0]


def _smallest(sizes: Array, outputs: Array, most: float = np.inf) -> list[int]:
    """Examples of the smallest sizes, those of different outputs first; none where there are few different ones."""
    order = [number for number in np.argsort(np.abs(sizes), kind="stable").tolist() if abs(sizes[number]) <= most]
    first = {outputs[number]: number for number in reversed(order)}
    chosen = sorted(first.values(), key=order.index)
    chosen += [number for number in order if first[outputs[number]] != number]
    return chosen[:EXAMPLES] if len(first) >= FEWEST else []


Look = Callable[[Steps, KeptTerm, Sequence[Going], Array, Deadline], Iterator[Found]]


def _ends(
    steps: Steps, start: float, goings: Sequence[Going], example: int, most: int, deadline: Deadline
) -> tuple[Array, Array]:
    """After how many steps each loop ends, [goings, steps], -1 where it does not soon, and its states then."""
    states = np.full(len(steps), start)
    after, last = np.full((len(goings), len(steps)), -1), np.zeros((len(goings), len(steps)), states.dtype)
    with np.errstate(all="ignore"):
        for step in range(most + 1):
            deadline.check()
            for number, going in enumerate(goings):
                done = ~going.holds(states, example) & (after[number] < 0)
                after[number][done], last[number][done] = step, states[done]
            if step < most:
                states = steps.taken(states, example)
    return after, last


def _counted(
    steps: Steps, start: KeptTerm, goings: Sequence[Going], outputs: Array, deadline: Deadline
) -> Iterator[Found]:
    """Loops whose numbers of steps are the outputs, but for the same number more or less."""
    kept: Array | None = None
    for example, output in enumerate(outputs.tolist()):
        after, _ = _ends(steps, start.values[example], goings, example, output + MORE, deadline)
        more = np.where(after < 0, MORE + 1, output - after)
        kept = more if kept is None else np.where(kept == more, more, MORE + 1)
        if (np.abs(kept) > MORE).all():
            return
    assert kept is not None
    for going, number in np.argwhere(np.abs(kept) <= MORE).tolist():
        yield number, going, int(kept[going, number])


def _ended(
    steps: Steps, start: KeptTerm, goings: Sequence[Going], outputs: Array, deadline: Deadline
) -> Iterator[Found]:
    """Loops whose states in the end are the outputs."""
    kept, moved = np.ones((len(goings), len(steps)), bool), np.zeros((len(goings), len(steps)), bool)
    for example, output in enumerate(outputs.tolist()):
        after, last = _ends(steps, start.values[example], goings, example, STEPS, deadline)
        kept &= (after >= 0) & np.isclose(last, output, rtol=NEAR, atol=NEAR)
        moved |= after > 1
        if not kept.any():
            return
    for going, number in np.argwhere(kept & moved).tolist():
        yield number, going, 0
