"""Goals met by loops with a state that is a number: so often, as one of the inputs says, the state goes through one or two words.

What the state is in between no example tells, so loops are run: all second words of one first word together, on a few examples with few
steps. Starts, and what stands beside the state in a step, are cheap terms over the goal's variables, or the number of the step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from primitives.binding import shift
from primitives.columns.hashing import Array
from primitives.declarations import Role
from primitives.interpreter.deadline import Deadline
from primitives.term import Literal, Term, Variable, lambdas
from primitives.types import FLOAT, INT

from .gathering import Language, numbers_beside
from .goal import Subtask
from .targets import NEAR, KeptTerm
from .tools import RoleWords

COUNTS, STARTS, BESIDE, CONSTANT = 3, 6, 64, 4
"""Terms for the number of steps, for the start, and for what stands beside the state, and those that are the same everywhere."""
STEPS, FEWEST, EXAMPLES = 12, 5, 8
"""The most steps of an example that loops are run on, and how many such examples there are at least and at most."""
CHEAPER = 8
"""Loops that take about as long as one term of a bank."""
HOPELESS = 30
"""Refuted programs after which it is given up."""
Step = Callable[[Array, Array], Array]


def _quotient(one: Array, other: Array) -> Array:
    return np.where(other == 0, 0, one // np.where(other == 0, 1, other))


def _remainder(one: Array, other: Array) -> Array:
    return np.where(other == 0, 0, one % np.where(other == 0, 1, other))


PLAIN: dict[Role, Step] = {
    Role.ADDITION: np.add, Role.DIFFERENCE: np.subtract, Role.PRODUCT: np.multiply, Role.GREATER: np.maximum, Role.LESSER: np.minimum,
}  # fmt: skip
WORDS: dict[object, dict[Role, Step]] = {
    INT: {**PLAIN, Role.QUOTIENT: _quotient, Role.REMAINDER: _remainder},
    FLOAT: {**PLAIN, Role.RATIO: np.divide},
}
TURNED = frozenset({Role.DIFFERENCE, Role.RATIO})
"""Words that are tried with the state second too."""


@dataclass(frozen=True)
class StateChange:
    """A word on the state and a number: a term over the goal's variables with its values, or where ``beside`` is None the number of the
    step, from 1. ``turned``: the state comes second."""

    role: Role
    run: Step
    turned: bool
    beside: KeptTerm | None

    def term(self, state: Term, step: Term | None, inner: int, tools: RoleWords) -> Term:
        """The word within lambdas.

        state: the state.
        step: the number of the step, from 0.
        inner: how many lambdas there are.
        tools: the words.
        """
        if self.beside is not None:
            other = shift(self.beside.term, inner)
        else:
            assert step is not None
            other = tools.call(Role.ADDITION, Literal(1, INT), step)
        return tools.call(self.role, *((other, state) if self.turned else (state, other)))


class Stepping:
    """The terms that meet a goal by loops, as they are found. ``spent`` is what loops are worth in terms."""

    def __init__(self, goal: Subtask, language: Language) -> None:
        self.goal, self.language, self.spent, self.refuted = goal, language, 0, 0
        scalar = all(type in (INT, FLOAT) for type in goal.inputs) and INT in goal.inputs
        self.over = not (scalar and goal.output in (INT, FLOAT) and language.tools.has(Role.TIMES))
        self.running: Iterator[Term | None] | None = None

    def step(self, deadline: Deadline) -> Term | None:
        """Go on until the next turn: a term over the goal's variables that meets it, or None. Raises OutOfTime."""
        if self.running is None:
            self.running = self._run(deadline)
        try:
            found = next(self.running)
        except StopIteration:
            self.release()
            self.over = True
            return None
        if found is None:
            return None
        if self.goal.refuting(found, self.language.words, deadline) is None:
            return found
        self.refuted += 1
        self.over = self.refuted > HOPELESS
        return None

    def release(self) -> None:
        """Give up what was begun; the next step begins anew."""
        self.running = None

    def _run(self, deadline: Deadline) -> Iterator[Term | None]:
        terms = numbers_beside(self.goal, self.language, deadline)
        outputs = np.array(self.goal.outputs)
        counts = [each for each in terms if each.type == INT and len(np.unique(each.values)) > 2]
        own = [each for each in terms if each.type == self.goal.output]
        varied = [each for each in own if not (each.values == each.values[0]).all()]
        same = [each for each in own if (each.values == each.values[0]).all()]
        for depth in (1, 2):
            for count in counts[:COUNTS]:
                chosen = _chosen(count.values)
                if len(chosen) < FEWEST:
                    continue
                loops = NumberLoops(
                    count.at(chosen).values,
                    [each.at(chosen) for each in [*same[:2], *varied[:STARTS]]],
                    outputs[chosen],
                    deadline,
                )
                changes = self._changes([each.at(chosen) for each in [*same[:CONSTANT], *varied[:BESIDE]]])
                firsts: Sequence[StateChange | None] = changes if depth == 2 else [None]
                for first in firsts:
                    seconds = [each for each in changes if first is None or not _idle(first, each)]
                    self.spent += len(seconds) * len(loops.starts) // CHEAPER
                    for second, start in loops.hits(first, seconds):
                        yield self._written(count, [each for each in (first, second) if each is not None], start)
                    yield None

    def _changes(self, terms: Sequence[KeptTerm]) -> list[StateChange]:
        type, found = self.goal.output, list[StateChange]()
        counted: list[KeptTerm | None] = [None] if type == INT and self.language.tools.has(Role.COUNTED) else []
        for role, run in WORDS[type].items():
            if self.language.tools.has(role):
                for turned in (False, True) if role in TURNED else (False,):
                    found += [StateChange(role, run, turned, beside) for beside in (*terms, *counted)]
        return found

    def _written(self, count: KeptTerm, changes: Sequence[StateChange], start: KeptTerm) -> Term:
        tools, counted = self.language.tools, any(each.beside is None for each in changes)
        body: Term = Variable(0)
        for each in changes:
            body = each.term(body, Variable(1) if counted else None, 1 + counted, tools)
        role = Role.COUNTED if counted else Role.TIMES
        return tools.call(role, count.term, lambdas(1 + counted, body), start.term)


def _chosen(counts: Array) -> list[int]:
    """Examples of few steps, of many numbers of steps."""
    order = np.argsort(counts, kind="stable").tolist()
    usable = [number for number in order if 0 <= counts[number] <= STEPS]
    seen, first, rest = set[int](), list[int](), list[int]()
    for number in usable:
        (rest if int(counts[number]) in seen else first).append(number)
        seen.add(int(counts[number]))
    return sorted([*first, *rest][:EXAMPLES]) if len(seen) > 2 else []


def _idle(first: StateChange, second: StateChange) -> bool:
    """Whether two changes are one, or the same the other way round."""
    same = first.role is second.role and first.turned == second.turned and first.role not in TURNED
    return same and first.role in (Role.ADDITION, Role.PRODUCT, Role.GREATER, Role.LESSER)


class NumberLoops:
    """Loops of as many steps as ``counts`` says, from every start, on a few examples."""

    def __init__(self, counts: Array, starts: Sequence[KeptTerm], outputs: Array, deadline: Deadline) -> None:
        self.counts, self.starts, self.outputs, self.deadline = counts, starts, outputs, deadline
        self.begin = np.array([each.values for each in starts])

    def hits(self, first: StateChange | None, seconds: Sequence[StateChange]) -> Iterator[tuple[StateChange, KeptTerm]]:
        """The second changes and the starts whose loops give the outputs.

        first: what each step does first (None: nothing).
        seconds: what it does then.
        """
        states = np.repeat(self.begin[None, :, :], len(seconds), axis=0)
        results = states.copy()
        groups: dict[tuple[Role, bool], list[int]] = {}
        for number, each in enumerate(seconds):
            groups.setdefault((each.role, each.turned), []).append(number)
        with np.errstate(all="ignore"):
            for step in range(1, int(self.counts.max()) + 1):
                self.deadline.check()
                moved = states if first is None else self._changed(first, states, self._beside([first], step)[0])
                for numbers in groups.values():
                    beside = self._beside([seconds[number] for number in numbers], step)[:, None, :]
                    states[numbers] = self._changed(seconds[numbers[0]], moved[numbers], beside)
                results = np.where(self.counts >= step, states, results)
            near = np.isclose(results, self.outputs, rtol=NEAR, atol=NEAR).all(axis=2)
        for number, start in np.argwhere(near).tolist():
            yield seconds[number], self.starts[start]

    def _beside(self, changes: Sequence[StateChange], step: int) -> Array:
        steps = np.full(len(self.counts), step)
        return np.array([steps if each.beside is None else each.beside.values for each in changes])

    def _changed(self, change: StateChange, states: Array, beside: Array) -> Array:
        return change.run(beside, states) if change.turned else change.run(states, beside)
