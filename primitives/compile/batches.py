"""Batches while a compiled program runs, and how to pick and join them; ``conversion`` says how they come in and go out.

A torch tensor is a batch of tensors, a tuple of batches a batch of pairs; beside them there are Ragged (lists),
Scalars (ints, floats, bools), Constant (one value for all examples), Function (code with captured batches) and
Objects (Python values, and the only kind that holds Failures: parts of pairs, elements of lists and captured batches
never do).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import torch

from ..batch import Objects, Ragged
from ..binding import shift
from ..brief import brief_repr
from ..term import Apply, Lambda, Term, Variable
from ..values import Failure, Value

if TYPE_CHECKING:
    from .forward_pass import ForwardPass

Batch = Any
Device: TypeAlias = "torch.device | None"
"""Where tensors are made; None: on the processor."""
Code = Callable[["ForwardPass", tuple], Batch]


@dataclass(frozen=True, slots=True, eq=False)
class Scalars:
    """Ints (int64), floats or bools, one an example: ``values`` [batch]. Tensors without axes are not Scalars."""

    values: torch.Tensor

    __repr__ = brief_repr


@dataclass(frozen=True, slots=True, eq=False)
class Constant:
    """One value for every example."""

    value: Value

    __repr__ = brief_repr


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """The same code for all examples: ``code`` runs in the scope ``captured`` followed by ``arity`` arguments.

    ``source`` is the term that the interpreter evaluates in the scope of one example's captured values where code
    cannot run batched. With ``arity`` 0 it is a delayed argument.
    """

    code: Code
    arity: int
    captured: tuple
    source: Term

    def partial(self, arguments: tuple) -> Function:
        """The function with fewer arguments than it takes."""
        source = self.source
        for _ in arguments:
            source = source.body if isinstance(source, Lambda) else Apply(shift(source, 1), Variable(0))
        return Function(self.code, self.arity - len(arguments), self.captured + arguments, source)


class NoValues(Exception):
    """A batch that stands for something else was asked for its values."""


class Extension(ABC):
    """A kind of batch that stands for something else than values, of another back end that uses the compiler's code."""

    __slots__ = ()

    @abstractmethod
    def select(self, index: torch.Tensor) -> Batch:
        """The examples at ``index``."""

    @abstractmethod
    def joined(self, batches: Sequence[Batch], sizes: Sequence[int]) -> Batch:
        """Batches of these sizes, of which this is one, one after the other."""


def select(batch: Batch, index: torch.Tensor) -> Batch:
    """The examples at ``index`` (int64, in any order, with repeats)."""
    if isinstance(batch, torch.Tensor):
        return batch.index_select(0, index.to(batch.device))
    if isinstance(batch, Scalars):
        return Scalars(batch.values.index_select(0, index.to(batch.values.device)))
    if isinstance(batch, Constant):
        return batch
    if isinstance(batch, tuple):
        return tuple(select(part, index) for part in batch)
    if isinstance(batch, Objects):
        return Objects([batch.items[i] for i in index.tolist()])
    if isinstance(batch, Function):
        if not batch.captured:
            return batch
        return Function(batch.code, batch.arity, tuple(select(c, index) for c in batch.captured), batch.source)
    if isinstance(batch, Extension):
        return batch.select(index)
    assert isinstance(batch, Ragged)
    lengths = batch.lengths[index.to(batch.lengths.device)]
    return Ragged(
        select(batch.values, spans(starts_of(batch.lengths)[index.to(batch.lengths.device)], lengths)), lengths
    )


def narrow(batch: Batch, start: int, stop: int) -> Batch:
    """The examples from ``start`` up to ``stop``, without a copy where possible."""
    if isinstance(batch, torch.Tensor):
        return batch[start:stop]
    if isinstance(batch, Scalars):
        return Scalars(batch.values[start:stop])
    if isinstance(batch, tuple):
        return tuple(narrow(part, start, stop) for part in batch)
    if isinstance(batch, Objects):
        return Objects(batch.items[start:stop])
    return select(batch, torch.arange(start, stop))


def starts_of(lengths: torch.Tensor) -> torch.Tensor:
    """Where each list begins among the packed elements."""
    return lengths.cumsum(0) - lengths


def spans(starts: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
    """The indices start, start + 1, …, start + length − 1 of every span, one after the other."""
    total = int(lengths.sum())
    offsets = torch.repeat_interleave(starts - starts_of(lengths), lengths, output_size=total)
    return torch.arange(total, device=lengths.device) + offsets


def owners(lengths: torch.Tensor) -> torch.Tensor:
    """For every packed element the number of its list."""
    return torch.repeat_interleave(torch.arange(lengths.shape[0], device=lengths.device), lengths)


def values_of(batch: Batch, size: int, run: ForwardPass) -> list[Value]:
    """The Python values of a batch, one an example; functions become callables that interpret."""
    if isinstance(batch, Objects):
        return batch.items
    if isinstance(batch, Constant):
        return [batch.value] * size
    if isinstance(batch, Scalars):
        return batch.values.tolist()
    if isinstance(batch, torch.Tensor):
        return list(batch.unbind(0))
    if isinstance(batch, tuple):
        return list(zip(*(values_of(part, size, run) for part in batch), strict=True))
    if isinstance(batch, Function):
        return list(run.interpreted(batch, size))
    if isinstance(batch, Extension):
        raise NoValues(f"{type(batch).__name__}: values are required, one an example")
    assert isinstance(batch, Ragged)
    lengths = batch.lengths.tolist()
    elements = values_of(batch.values, sum(lengths), run)
    return list(_pieces(elements, lengths))


def _pieces(elements: list[Value], lengths: list[int]) -> Iterator[tuple]:
    start = 0
    for length in lengths:
        yield tuple(elements[start : start + length])
        start += length


def pack(values: list[Value]) -> Batch:
    """The tightest batch of Python values: numbers of one kind and tensors of one shape become tensors, all else
    Objects."""
    kinds = {type(value) for value in values}
    if len(kinds) == 1:
        kind = kinds.pop()
        if kind in (bool, int, float):
            dtype = {bool: torch.bool, int: torch.long, float: torch.float64}[kind]
            return Scalars(torch.tensor(values, dtype=dtype))
        if issubclass(kind, torch.Tensor) and len({(value.shape, value.dtype) for value in values}) == 1:
            return torch.stack(values)
    return Objects(list(values))


def tight(batch: Batch) -> Batch:
    """Objects packed where that is possible, once those that failed are gone."""
    return pack(batch.items) if isinstance(batch, Objects) else batch


def has_failures(batch: Batch) -> bool:
    return isinstance(batch, Objects) and any(isinstance(item, Failure) for item in batch.items)


def spread(batch: Batch, size: int, device: Device = None) -> Batch:
    """A Constant written out for ``size`` examples; any other batch as it is."""
    if not isinstance(batch, Constant):
        return batch
    value = batch.value
    if isinstance(value, torch.Tensor):
        return value.to(device).expand(size, *value.shape) if device is not None else value.expand(size, *value.shape)
    if isinstance(value, (bool, int, float)):
        dtype = torch.bool if isinstance(value, bool) else torch.long if isinstance(value, int) else torch.float64
        return Scalars(torch.full((size,), value, dtype=dtype, device=device))
    return Objects([value] * size)


def join(parts: list[tuple[Batch, int]], run: ForwardPass) -> Batch:
    """The batches (with their sizes) one after the other."""
    parts = [part for part in parts if part[1]] or parts[:1]
    if len(parts) == 1:
        return parts[0][0]
    other = next((batch for batch, _ in parts if isinstance(batch, Extension)), None)
    if other is not None:
        return other.joined([batch for batch, _ in parts], [size for _, size in parts])
    batches = [spread(batch, size, run.device) for batch, size in parts]
    joined = _joined(batches)
    if joined is not None:
        return joined
    values = [value for batch, (_, size) in zip(batches, parts, strict=True) for value in values_of(batch, size, run)]
    return pack(values)


def _joined(batches: list[Batch]) -> Batch | None:
    kinds = {type(batch) for batch in batches}
    if all(isinstance(batch, torch.Tensor) for batch in batches):
        same = len({(batch.shape[1:]) for batch in batches}) == 1
        return _cat(batches) if same else None
    if len(kinds) > 1:
        return None
    if kinds == {Scalars}:
        integral = {batch.values.is_floating_point() for batch in batches}
        return Scalars(_cat([batch.values for batch in batches])) if len(integral) == 1 else None
    if kinds == {tuple} and len({len(batch) for batch in batches}) == 1:
        columns = [_joined(list(column)) for column in zip(*batches, strict=True)]
        return None if any(column is None for column in columns) else tuple(columns)
    if kinds == {Objects}:
        return Objects([item for batch in batches for item in batch.items])
    if kinds == {Ragged}:
        filled = [batch.values for batch in batches if len(batch.lengths) and int(batch.lengths.sum())]
        values = _joined(filled) if filled else batches[0].values
        return None if values is None else Ragged(values, _cat([batch.lengths for batch in batches]))
    return None


def _cat(tensors: list[torch.Tensor]) -> torch.Tensor:
    """Joined, on the accelerator if one of them is there."""
    target = next((tensor.device for tensor in tensors if tensor.device.type != "cpu"), None)
    return torch.cat(tensors if target is None else [tensor.to(target) for tensor in tensors])
