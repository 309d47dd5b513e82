"""Lists that a loop writes element by element: what was seen is matched as it is written (the forward algorithm, Rabiner 1989, section
III), so that only the rest of the loop's state, such as a carry, has a support."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from ..brief import brief_repr
from ..values import Failure, Value
from .chance import Chance, Extension
from .support import ABSENT, NotFinite, Support, check, told_apart

LEAST = 1e-30


class _Mark:
    """Stands in a list for all that was written to it before."""

    def __repr__(self) -> str:
        return "MARK"


MARK = _Mark()


@dataclass(frozen=True, slots=True)
class WrittenStep:
    """What one step made: the next ``state`` and the ``items`` written, the first of them nearest to what was there before; ``end`` is 1
    where they were put last, -1 where first, 0 for none. ``turned``: the whole list was reversed afterwards."""

    state: Value
    items: tuple
    end: int
    turned: bool = False


def read_step(state: Value, xs: Value) -> WrittenStep | None:
    """What was written, by the place of MARK in a list; None where both ends were written to, or MARK was lost."""
    at = [number for number, item in enumerate(xs) if item is MARK]
    if len(at) != 1:
        return None
    before, after = xs[: at[0]], xs[at[0] + 1 :]
    if before and after:
        return None
    if before:
        return WrittenStep(state, tuple(reversed(before)), -1)
    return WrittenStep(state, tuple(after), 1 if after else 0)


@dataclass(frozen=True, slots=True)
class _Moves:
    """One step of the loop for all combinations of a state and an element: where each leads, and what it writes where."""

    states: tuple[tuple[Value, int], ...]
    target: torch.Tensor
    alive: torch.Tensor
    items: tuple[tuple, ...]
    offsets: torch.Tensor
    codes: torch.Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Chain(Extension):
    """A list that a loop writes. ``start`` is its first state, ``first`` what was in the list before, ``elements`` what it goes through,
    step by step; ``step(state, element)`` and ``finish(state)`` say what is written (None: no value)."""

    start: Chance
    first: tuple
    elements: tuple[Chance, ...]
    step: Callable[[Value, Value], WrittenStep | None]
    finish: Callable[[Value], WrittenStep | None]
    direction: int
    limit: int
    count: Callable[[int], None]

    __repr__ = brief_repr

    def select(self, index: torch.Tensor) -> Chain:
        raise NotFinite("a list that is written step by step can only be the output")

    def joined(self, batches: Sequence[Any], sizes: Sequence[int]) -> Any:
        raise NotFinite("a list that is written step by step can only be the output")

    def log_likelihood(self, seen: Sequence[Value]) -> torch.Tensor:
        """The logarithm of the probability of the list that each case was seen to give, [batch]."""
        device = self.start.p.device
        turned = [list(value) if self.direction > 0 else list(reversed(value)) for value in seen]
        codes: dict[object, int] = {}
        wanted = [[codes.setdefault(told_apart(item), len(codes)) for item in value] for value in turned]
        longest = max((len(value) for value in wanted), default=0) + 1
        labels = torch.full((len(wanted), longest), -1, device=device)
        for row, value in enumerate(wanted):
            labels[row, : len(value)] = torch.tensor(value, dtype=torch.long, device=device)
        ends = torch.tensor([len(value) for value in wanted], device=device)
        matcher = _ForwardAlgorithm(self, labels, codes)
        states: tuple[tuple[Value, int], ...] = tuple((value, 0) for value in self.start.support.values)
        base, p = len(self.first), self.start.p
        known = torch.tensor([codes.get(told_apart(item), -2) for item in self.first], dtype=torch.long, device=device)
        if base >= longest:
            p = p * 0.0
        else:
            p = p * (labels[:, :base] == known).all(1, keepdim=True)
        total = p.new_zeros(len(wanted))
        for element in self.elements:
            p, states, base = matcher.move(p, states, base, element)
            mass = p.sum(1).clamp_min(LEAST)
            total, p = total + mass.log(), p / mass.unsqueeze(1)
        return total + matcher.ended(p, states, base, ends).clamp_min(LEAST).log()


class _ForwardAlgorithm:
    """The forward pass over a chain, with the labels [batch, positions] as codes."""

    def __init__(self, chain: Chain, labels: torch.Tensor, codes: dict[object, int]) -> None:
        self.chain, self.labels, self.codes = chain, labels, codes
        self._moves: dict[tuple, _Moves] = {}

    def move(
        self, p: torch.Tensor, states: tuple[tuple[Value, int], ...], base: int, element: Chance
    ) -> tuple[torch.Tensor, tuple[tuple[Value, int], ...], int]:
        """The probabilities after one more element, with the states that they belong to: a value, and how much beyond ``base`` is there."""
        name = (tuple((told_apart(value), at) for value, at in states), element.support)
        moves = self._moves.get(name)
        if moves is None:
            moves = self._moves[name] = self._found(states, element.support)
        joint = (p.unsqueeze(2) * element.p.to(p.device).unsqueeze(1)).flatten(1)
        self.chain.count(joint.numel())
        joint = joint * (self._matches(moves, base) * moves.alive)
        new = p.new_zeros(p.shape[0], len(moves.states)).index_add(1, moves.target, joint)
        least = min((at for _, at in moves.states), default=0)
        return new, tuple((value, at - least) for value, at in moves.states), base + least

    def _matches(self, moves: _Moves, base: int) -> torch.Tensor:
        """Whether what each combination writes is what was seen there, [batch, combinations]."""
        places = moves.offsets + base
        inside = places < self.labels.shape[1]
        there = self.labels[:, places.clamp(max=self.labels.shape[1] - 1)]
        fits = (there == moves.codes) & inside | (moves.codes == -3)
        return fits.all(2).to(torch.float32)

    def _found(self, states: tuple[tuple[Value, int], ...], support: Support) -> _Moves:
        check(self.chain.limit, len(states), len(support))
        place: dict[object, int] = {}
        reached: list[tuple[Value, int]] = []
        target, alive, items, offsets = [], [], [], []
        for value, at in states:
            for element in support.values:
                made = WrittenStep(value, (), 0) if element is ABSENT else None
                if made is None and not isinstance(element, Failure):
                    made = self.chain.step(value, element)
                alive.append(0.0 if made is None else 1.0)
                made = made or WrittenStep(value, (), 0)
                new = (made.state, at + len(made.items))
                key = (told_apart(new[0]), new[1])
                target.append(place.setdefault(key, len(reached)))
                if target[-1] == len(reached):
                    reached.append(new)
                items.append(made.items)
                offsets.append(at)
        return self._moves_of(tuple(reached), target, alive, items, offsets)

    def _moves_of(
        self, states: tuple, target: list[int], alive: list[float], items: list[tuple], offsets: list[int]
    ) -> _Moves:
        device, most = self.labels.device, max(1, *map(len, items)) if items else 1
        codes = torch.full((len(items), most), -3, device=device)
        for row, each in enumerate(items):
            for column, item in enumerate(each):
                codes[row, column] = self.codes.get(told_apart(item), -2)
        start = torch.tensor(offsets, device=device).unsqueeze(1) + torch.arange(most, device=device)
        return _Moves(
            states,
            torch.tensor(target, device=device),
            torch.tensor(alive, device=device),
            tuple(items),
            start,
            codes,
        )

    def ended(
        self, p: torch.Tensor, states: tuple[tuple[Value, int], ...], base: int, ends: torch.Tensor
    ) -> torch.Tensor:
        """The probability that what is written at the end completes what was seen, [batch]."""
        made = [self.chain.finish(value) for value, _ in states]
        written = [each or WrittenStep(None, (), 0) for each in made]
        alive = [0.0 if each is None else 1.0 for each in made]
        moves = self._moves_of((), [0] * len(made), alive, [each.items for each in written], [at for _, at in states])
        lengths = [at + base + len(each.items) for (_, at), each in zip(states, written, strict=True)]
        right = torch.tensor(lengths, device=p.device) == ends.unsqueeze(1)
        return (p * self._matches(moves, base) * moves.alive * right).sum(1)
