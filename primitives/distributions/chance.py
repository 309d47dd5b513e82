"""Batches of random variables: those whose support all cases share, and mixtures of batches of any kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from ..batch import Objects, Ragged
from ..brief import brief_repr
from ..compile.batches import Batch, Constant, Extension, Function, Scalars, select
from ..values import Failure, Some, Table, Value
from .support import NotFinite, Support, support_of


@dataclass(frozen=True, slots=True, eq=False)
class Chance(Extension):
    """A random variable for every case: ``p`` [batch, len(support)] are the probabilities of its values."""

    support: Support
    p: torch.Tensor

    __repr__ = brief_repr

    def select(self, index: torch.Tensor) -> Chance:
        return Chance(self.support, self.p.index_select(0, index.to(self.p.device)))

    def joined(self, batches: Sequence[Batch], sizes: Sequence[int]) -> Batch:
        parts = [flat(batch, size) for batch, size in zip(batches, sizes, strict=True)]
        support, places = union([part.support for part in parts])
        wide = [spread_to(part.p, at, len(support)) for part, at in zip(parts, places, strict=True)]
        return Chance(support, torch.cat(wide))


@dataclass(frozen=True, slots=True, eq=False)
class Mixture(Extension):
    """One of the ``branches``, each a batch for all cases, with the probabilities ``weights`` [batch, branches]."""

    weights: torch.Tensor
    branches: tuple[Batch, ...]

    __repr__ = brief_repr

    def select(self, index: torch.Tensor) -> Mixture:
        return Mixture(
            self.weights.index_select(0, index.to(self.weights.device)),
            tuple(select(branch, index) for branch in self.branches),
        )

    def joined(self, batches: Sequence[Batch], sizes: Sequence[int]) -> Batch:
        raise NotFinite("lists of unequal lengths with a random part that has no finite support: not known how to join")


@dataclass(frozen=True, slots=True, eq=False)
class Kept(Extension):
    """Lists of ``values`` that are known, as a Ragged has them, of which each is there with the probability ``p`` [total], on its own."""

    values: Batch
    p: torch.Tensor
    lengths: torch.Tensor

    __repr__ = brief_repr

    def select(self, index: torch.Tensor) -> Kept:
        picked = select(Ragged((self.values, Scalars(self.p)), self.lengths), index)
        return Kept(picked.values[0], picked.values[1].values, picked.lengths)

    def joined(self, batches: Sequence[Batch], sizes: Sequence[int]) -> Batch:
        raise NotFinite("lists that are there by chance: not known how to join")


@dataclass(frozen=True, slots=True, eq=False)
class Sifted(Extension):
    """Lists whose elements are independent and may be absent: the support of ``values``, a Chance, may hold ABSENT."""

    values: Chance
    lengths: torch.Tensor

    __repr__ = brief_repr

    def select(self, index: torch.Tensor) -> Sifted:
        picked = select(Ragged(self.values, self.lengths), index)
        return Sifted(picked.values, picked.lengths)

    def joined(self, batches: Sequence[Batch], sizes: Sequence[int]) -> Batch:
        raise NotFinite("lists that are there by chance: not known how to join")


def is_random(batch: Batch) -> bool:
    """Whether something in the batch is a random variable."""
    if isinstance(batch, Extension):
        return True
    if isinstance(batch, tuple):
        return any(map(is_random, batch))
    if isinstance(batch, Ragged):
        return is_random(batch.values)
    return isinstance(batch, Function) and any(map(is_random, batch.captured))


def union(supports: Sequence[Support]) -> tuple[Support, list[list[int]]]:
    """All values of the supports as one, and for each support the places of its values in it."""
    if all(support is supports[0] for support in supports):
        return supports[0], [list(range(len(supports[0])))] * len(supports)
    whole, places = support_of([value for support in supports for value in support.values])
    found, start = [], 0
    for support in supports:
        found.append(places[start : start + len(support)])
        start += len(support)
    return whole, found


def spread_to(p: torch.Tensor, places: Sequence[int], size: int) -> torch.Tensor:
    """Probabilities [batch, k] at their places among ``size`` values."""
    if len(places) == size and list(places) == list(range(size)):
        return p
    return p.new_zeros(p.shape[0], size).index_add(1, torch.as_tensor(places, device=p.device), p)


def certain(values: Sequence[Value], like: torch.Tensor | None = None) -> Chance:
    """The values, one a case, as random variables of which nothing is random."""
    support, index = support_of(values)
    device = None if like is None else like.device
    p = torch.zeros(len(values), len(support), device=device)
    return Chance(support, p.scatter(1, torch.tensor(index, device=device).unsqueeze(1), 1.0))


def plain_values(batch: Batch, size: int) -> list[Value]:
    """The values of a batch that is not random, one a case. Raises NotFinite where they are not plain."""
    if isinstance(batch, Constant):
        return [batch.value] * size
    if isinstance(batch, Scalars):
        return batch.values.tolist()
    if isinstance(batch, Objects):
        return batch.items
    if isinstance(batch, tuple):
        return list(zip(*(plain_values(part, size) for part in batch), strict=True))
    if isinstance(batch, Ragged):
        lengths = batch.lengths.tolist()
        elements = plain_values(batch.values, sum(lengths))
        lists, start = [], 0
        for length in lengths:
            lists.append(tuple(elements[start : start + length]))
            start += length
        return lists
    raise NotFinite(f"{type(batch).__name__}: plain values are required where something random is decided")


def flat(batch: Batch, size: int) -> Chance:
    """A Chance as it is, or plain values as one. Raises NotFinite."""
    return batch if isinstance(batch, Chance) else certain(plain_values(batch, size))


def is_flat(batch: Batch) -> bool:
    """Whether the batch is a Chance or holds plain values: no tensors, functions or structures with random parts."""
    if isinstance(batch, (Chance, Scalars)):
        return True
    if isinstance(batch, Constant):
        return _is_plain(batch.value)
    if isinstance(batch, Objects):
        return all(map(_is_plain, batch.items[:1]))
    if isinstance(batch, tuple):
        return not is_random(batch) and all(map(is_flat, batch))
    return isinstance(batch, Ragged) and not is_random(batch) and is_flat(batch.values)


def _is_plain(value: Value) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_plain, value[:1]))
    return isinstance(value, (bool, int, float, str, Failure, Some, Table)) or value is None


def mixed(weights: torch.Tensor, branches: Sequence[Batch], size: int) -> Batch:
    """The mixture of the branches, one by one a Chance where that is possible.

    weights: [batch, branches], that add up to 1 for each case.
    branches: batches for all cases.
    size: the number of cases.
    """
    if len(branches) == 1:
        return branches[0]
    if not all(map(is_flat, branches)):
        return Mixture(weights, tuple(branches))
    parts = [flat(branch, size) for branch in branches]
    support, places = union([part.support for part in parts])
    whole = weights.new_zeros(size, len(support))
    for number, (part, at) in enumerate(zip(parts, places, strict=True)):
        index = torch.as_tensor(at, device=whole.device)
        whole = whole.index_add(1, index, weights[:, number : number + 1] * part.p.to(whole.device))
    return Chance(support, whole)


def by_branch(batch: Mixture, size: int, change: Callable[[Batch], Any]) -> Batch:
    """The mixture of what the branches become."""
    return mixed(batch.weights, [change(branch) for branch in batch.branches], size)
