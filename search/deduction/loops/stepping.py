"""Goals met by loops with a state that is a number: so often, as one of the inputs says, the state goes through one or two words.

All second words of one first word are run together. Starts, and what stands beside the state in a step, are cheap terms over the goal's
variables, or the number of the step.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from primitives.columns.hashing import Array
from primitives.declarations import Role
from primitives.interpreter.deadline import Deadline
from primitives.term import Term, Variable, lambdas
from primitives.types import FLOAT, INT

from ..goal import Subtask
from ..language import Language
from ..targets import NEAR, KeptTerm
from .changes import CHEAPER, AbstractLoops, StateChange, changes_of, is_idle

COUNTS, STARTS, BESIDE, CONSTANT = 3, 6, 64, 4
"""Terms for the number of steps, for the start, and for what stands beside the state, and those that are the same everywhere."""
STEPS, FEWEST, EXAMPLES = 12, 5, 8
"""The most steps of an example that loops are run on, and how many such examples there are at least and at most."""


class Stepping(AbstractLoops):
    """Loops of as many steps as a term says, with a state of one number."""

    def __init__(self, goal: Subtask, language: Language) -> None:
        scalar = all(type in (INT, FLOAT) for type in goal.inputs) and INT in goal.inputs
        suits = scalar and goal.output in (INT, FLOAT) and language.tools.has(Role.TIMES)
        super().__init__(goal, language, suits=suits)

    def _run(self, deadline: Deadline) -> Iterator[Term | None]:
        beside, type = self._beside(deadline), self.goal.output
        outputs = np.array(self.goal.outputs)
        varied, same = beside.varied(type), beside.same(type)
        for depth in (1, 2):
            for count in beside.counts[:COUNTS]:
                chosen = of_few_steps(count.values)
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
                    seconds = [each for each in changes if first is None or not is_idle(first, each)]
                    self.spent += len(seconds) * len(loops.starts) // CHEAPER
                    for second, start in loops.hits(first, seconds):
                        yield self._written(count, [each for each in (first, second) if each is not None], start)
                    yield None

    def _changes(self, terms: Sequence[KeptTerm]) -> list[StateChange]:
        type, tools = self.goal.output, self.language.tools
        counted: list[KeptTerm | None] = [None] if type == INT and tools.has(Role.COUNTED) else []
        return changes_of(type, [*terms, *counted], tools)

    def _written(self, count: KeptTerm, changes: Sequence[StateChange], start: KeptTerm) -> Term:
        tools, counted = self.language.tools, any(each.beside is None for each in changes)
        body: Term = Variable(0)
        for each in changes:
            body = each.term(body, Variable(1) if counted else None, 1 + counted, tools)
        role = Role.COUNTED if counted else Role.TIMES
        return tools.call(role, count.term, lambdas(1 + counted, body), start.term)


def of_few_steps(counts: Array) -> list[int]:
    """Examples of few steps, of many numbers of steps.

    counts: how many steps each example has.
    """
    order = np.argsort(counts, kind="stable").tolist()
    usable = [number for number in order if 0 <= counts[number] <= STEPS]
    seen, first, rest = set[int](), list[int](), list[int]()
    for number in usable:
        (rest if int(counts[number]) in seen else first).append(number)
        seen.add(int(counts[number]))
    return sorted([*first, *rest][:EXAMPLES]) if len(seen) > 2 else []


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
