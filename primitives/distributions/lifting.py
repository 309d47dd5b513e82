"""Functions of random variables: any function of plain values, lifted over the supports of its arguments, equal results merged."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence

import torch

from ..batch import Ragged
from ..compile.batches import Batch, Constant, starts_of
from ..compile.forward_pass import ForwardPass
from ..interpreter.interpret import Machine
from ..values import Failed, Failure, Outcome, Value, check_size
from .chance import Chance, Kept, Mixture, Sifted, certain, is_flat, mixed, plain_values, spread_to, union
from .support import ABSENT, NotFinite, Tables, support_of, told_apart

LIMIT = 50_000
"""Combinations of values that are looked at in one place, for each case, unless told otherwise."""


class Lifting:
    """What lifts functions, with the tables that it made; ``limit`` bounds the combinations at one place, beyond which the ``keep`` most
    probable values of each case are gone on with (0: TooManyWorlds is raised)."""

    def __init__(self, limit: int = LIMIT, keep: int = 0) -> None:
        self.tables, self.keep = Tables(limit), keep
        self.pruned = False

    def lift(self, run: ForwardPass, key: Hashable, function: Callable[..., Value], batches: Sequence[Batch]) -> Batch:
        """``function`` of independent flat batches, of which one at least is a Chance.

        run: the pass in which it happens.
        key: names the function; with the same key it is the same.
        function: gives a value, or a Failure, for one value each.
        batches: see ``chance.is_flat``.
        """
        batches = self._narrowed(batches)
        random = [at for at, batch in enumerate(batches) if isinstance(batch, Chance)]
        varying = [at for at, batch in enumerate(batches) if at not in random and not isinstance(batch, Constant)]
        given = {at: batch.value for at, batch in enumerate(batches) if isinstance(batch, Constant)}
        columns = [plain_values(batches[at], run.size) for at in varying]
        rows = list(zip(*columns, strict=True)) if varying else [()]
        place: dict[Hashable, int] = {}
        row_of = [place.setdefault(tuple(map(told_apart, row)), len(place)) for row in rows]
        distinct = [rows[row_of.index(number)] for number in range(len(place))]
        tables = []
        for row in distinct:
            known = {**given, **dict(zip(varying, row, strict=True))}
            name = (key, tuple((at, told_apart(value)) for at, value in sorted(known.items())))
            supports = [batches[at].support for at in random]
            tables.append(self.tables.table(name, _completed(function, known, random), supports))
        p = _joint([batches[at].p.to(run.device or "cpu") for at in random])
        self.tables.entries += p.numel()
        if len(tables) == 1:
            support, index = tables[0]
            index = index.to(p.device)
            return Chance(support, p.new_zeros(p.shape[0], len(support)).index_add(1, index, p))
        support, places = union([table[0] for table in tables])
        index = torch.stack([torch.tensor(at)[table[1]] for at, table in zip(places, tables, strict=True)])
        index = index[torch.tensor(row_of)].to(p.device)
        return Chance(support, p.new_zeros(p.shape[0], len(support)).scatter_add(1, index, p))

    def _narrowed(self, batches: Sequence[Batch]) -> list[Batch]:
        """The batches, those with the largest supports cut down to their likeliest values where the combinations are too many."""
        found = list(batches)
        while self.keep:
            sizes = {at: len(batch.support) for at, batch in enumerate(found) if isinstance(batch, Chance)}
            total, largest = math.prod(sizes.values()), max(sizes, key=lambda at: sizes[at])
            if total <= self.tables.limit or sizes[largest] == 1:
                break
            allowed, keep = max(1, self.tables.limit // (total // sizes[largest])), self.keep
            cut = likeliest(found[largest], keep)
            while len(cut.support) > allowed and keep > 1:
                keep //= 2
                cut = likeliest(found[largest], keep)
            if len(cut.support) == sizes[largest]:
                break  # too many cases for the limit
            found[largest], self.pruned = cut, True
        return found

    def flatten(self, run: ForwardPass, batch: Batch) -> Chance:
        """The batch as one random variable a case. Raises TooManyWorlds, and NotFinite where there are tensors or functions."""
        if isinstance(batch, Chance):
            return batch
        if isinstance(batch, Mixture):
            found = mixed(batch.weights, [self.flatten(run, branch) for branch in batch.branches], run.size)
            assert isinstance(found, Chance)
            return found
        if is_flat(batch):
            return certain(plain_values(batch, run.size))
        if isinstance(batch, tuple):
            return self.lift(run, "pair", _pair, [self.flatten(run, part) for part in batch])
        if isinstance(batch, (Ragged, Kept, Sifted)):
            values, lengths = self.elements(run, batch)
            return self.reduce(run, "list", _longer, Constant(()), values, lengths)
        raise NotFinite(f"{type(batch).__name__}: plain values are required where something random is decided")

    def elements(self, run: ForwardPass, xs: Batch) -> tuple[Chance, torch.Tensor]:
        """The elements of lists as independent random variables, which may be ABSENT, packed, and how many belong to each list."""
        if isinstance(xs, Sifted):
            return xs.values, xs.lengths
        if isinstance(xs, Kept):
            known = self.flatten(run.at(len(xs.p)), xs.values)
            support, (_, places) = union([support_of([ABSENT])[0], known.support])
            p = spread_to(known.p.to(xs.p.device), places, len(support)) * xs.p.unsqueeze(1)
            return Chance(support, torch.cat([1.0 - xs.p.unsqueeze(1), p[:, 1:]], 1)), xs.lengths
        assert isinstance(xs, Ragged)
        total = int(xs.lengths.sum())
        if not total:
            return Chance(support_of([ABSENT])[0], torch.ones(0, 1, device=run.device)), xs.lengths
        return self.flatten(run.at(total), xs.values), xs.lengths

    def reduce(
        self,
        run: ForwardPass,
        key: Hashable,
        step: Callable[[Value, Value], Value],
        start: Batch,
        values: Chance,
        lengths: torch.Tensor,
        backwards: bool = False,
    ) -> Chance:
        """A state taken through lists of independent elements: forward dynamic programming on the states that there may be.

        run: the pass in which it happens.
        key: names the step.
        step: of a state and an element.
        start: the first state.
        values: the elements of all lists, packed.
        lengths: of the lists.
        backwards: from the last element to the first.
        """

        def taken(state: Value, element: Value) -> Value:
            if element is ABSENT or isinstance(state, Failure):
                return state
            return element if isinstance(element, Failure) else step(state, element)

        state = self.flatten(run, start)
        state = Chance(state.support, state.p.to(values.p.device))
        timeline = padded(values, lengths)
        for element in reversed(timeline) if backwards else timeline:
            state = self.lift(run, ("step", key), taken, [state, element])
        return state

    def called(self, run: ForwardPass, call: Callable[[Machine], Value]) -> Value:
        """What the interpreter gives, a Failure where that fails; each call has the fuel of a program."""
        machine = run.machine
        machine.steps = run.program.fuel.steps
        try:
            return call(machine)
        except Failed as failed:
            return Failure(failed.kind, failed.word, str(failed))
        except RecursionError:
            return Failure(Outcome.OUT_OF_FUEL, machine.word, "recursion is too deep")


def padded(values: Chance, lengths: torch.Tensor) -> list[Chance]:
    """Packed elements step by step, ABSENT after the end of a list."""
    lengths = lengths.to(values.p.device)
    longest = int(lengths.max()) if len(lengths) else 0
    if not longest:
        return []
    steps = torch.arange(longest, device=lengths.device)
    there = steps < lengths.unsqueeze(1)
    index = torch.where(there, starts_of(lengths).unsqueeze(1) + steps, 0)
    p = values.p[index]
    support, places = values.support, list(range(len(values.support)))
    if not bool(there.all()):
        support, (_, places) = union([support_of([ABSENT])[0], values.support])
        whole = p.new_zeros(*p.shape[:2], len(support))
        whole = whole.index_add(2, torch.tensor(places, device=p.device), p * there.unsqueeze(2))
        p = whole + torch.nn.functional.pad((~there).to(p.dtype).unsqueeze(2), (0, len(support) - 1))
    return [Chance(support, part) for part in p.unbind(1)]


def likeliest(chance: Chance, keep: int) -> Chance:
    """The values that are among the ``keep`` most probable of some case."""
    chosen = chance.p.detach().topk(min(keep, chance.p.shape[1]), dim=1).indices.unique()
    support, _ = support_of([chance.support.values[at] for at in chosen.tolist()])
    return Chance(support, chance.p.index_select(1, chosen))


def _joint(ps: Sequence[torch.Tensor]) -> torch.Tensor:
    """Probabilities [batch, k] of independent variables as those of all combinations, the last varying fastest."""
    whole = ps[0]
    for p in ps[1:]:
        whole = (whole.unsqueeze(2) * p.unsqueeze(1)).flatten(1)
    return whole


def _completed(function: Callable[..., Value], known: dict[int, Value], random: Sequence[int]) -> Callable[..., Value]:
    """The function of the random arguments alone. It fails where one of its arguments has."""
    total = len(known) + len(random)

    def call(*values: Value) -> Value:
        given = {**known, **dict(zip(random, values, strict=True))}
        return function(*(given[at] for at in range(total)))

    return call


def _pair(x: Value, y: Value) -> Value:
    return next((part for part in (x, y) if isinstance(part, Failure)), (x, y))


def _longer(xs: Value, x: Value) -> Value:
    check_size(len(xs) + 1)
    return (*xs, x)
