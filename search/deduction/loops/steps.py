"""Steps of loops with a state of one number, many taken together: one or two words, or two such steps to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from primitives.columns.hashing import Array
from primitives.declarations import Role
from primitives.term import Literal as Number
from primitives.term import Term
from primitives.types import INT

from ..tools import RoleWords
from .changes import StateChange

SAMPLE = np.array([*range(-3, 14), 17, 30, 101, 1000])
"""States by which steps are told apart."""
Chain = tuple[StateChange, ...]


class ManySteps:
    """Steps of one or two changes each, taken together."""

    def __init__(self, chains: Sequence[Chain]) -> None:
        self.chains = chains
        self.stages = [self._grouped(stage) for stage in range(max(map(len, chains), default=0))]

    def __len__(self) -> int:
        return len(self.chains)

    def _grouped(self, stage: int) -> list[tuple[StateChange, Array, Array]]:
        groups: dict[tuple[Role, bool], list[int]] = {}
        for number, chain in enumerate(self.chains):
            if len(chain) > stage:
                groups.setdefault((chain[stage].role, chain[stage].turned), []).append(number)
        return [
            (
                self.chains[numbers[0]][stage],
                np.array(numbers),
                np.array([_values(self.chains[n][stage]) for n in numbers]),
            )
            for numbers in groups.values()
        ]

    def taken(self, states: Array, example: int) -> Array:
        """The states after a step, each of its own.

        states: one of each step, along the last axis.
        example: the number of the example.
        """
        moved = states.copy()
        for groups in self.stages:
            for change, numbers, values in groups:
                beside, part = values[:, example], moved[..., numbers]
                moved[..., numbers] = change.run(beside, part) if change.turned else change.run(part, beside)
        return moved

    def term(self, number: int, state: Term, inner: int, tools: RoleWords) -> Term:
        """One step as a term.

        number: of the step.
        state: the state.
        inner: how many lambdas there are.
        tools: the words.
        """
        for change in self.chains[number]:
            state = change.term(state, None, inner, tools)
        return state


def _values(change: StateChange) -> Array:
    assert change.beside is not None
    return change.beside.values


@dataclass(frozen=True)
class ChosenSteps:
    """For every two of ``whole`` and ``other``: the first where the state is a multiple of ``divisor``, else the second."""

    divisor: int
    whole: ManySteps
    other: ManySteps

    def __len__(self) -> int:
        return len(self.whole) * len(self.other)

    def taken(self, states: Array, example: int) -> Array:
        """The states after a step, each of its own.

        states: one of each step, along the last axis.
        example: the number of the example.
        """
        grid = states.reshape(len(self.whole), len(self.other))
        first = self.whole.taken(grid.T, example).T
        return np.where(grid % self.divisor == 0, first, self.other.taken(grid, example)).reshape(-1)

    def term(self, number: int, state: Term, inner: int, tools: RoleWords) -> Term:
        """One step as a term.

        number: of the step.
        state: the state.
        inner: how many lambdas there are.
        tools: the words.
        """
        first, second = divmod(number, len(self.other))
        whole, other = (
            steps.term(place, state, inner, tools) for steps, place in ((self.whole, first), (self.other, second))
        )
        rest = tools.call(Role.REMAINDER, state, Number(self.divisor, INT))
        return tools.call(Role.CHOICE, tools.call(Role.EQUAL, rest, Number(0, INT)), whole, other)


Steps = ManySteps | ChosenSteps


def different_steps(chains: Sequence[Chain]) -> ManySteps:
    """One of all that do the same.

    chains: to choose from.
    """
    kept: dict[bytes, Chain] = {}
    every = ManySteps(chains)
    made = every.taken(np.repeat(SAMPLE[:, None], len(chains), axis=1), 0)
    for chain, column in zip(chains, made.T):
        kept.setdefault(column.tobytes(), chain)
    return ManySteps(list(kept.values()))
