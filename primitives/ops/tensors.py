"""Between tensors and the values of algorithms: numbers and lists."""

from __future__ import annotations

from typing import Any

from ..declarations import Role
from ..lazy import Tensor, torch
from ..primitive import Prior, Setting
from ..ragged import Ragged
from ..values import Undefined
from ..words import geometric

_LENGTH = Setting("length", 16, 1, 256, log=True)


def _padded(xs: Any, length: int, values: Tensor) -> Tensor:
    """The first ``length`` elements of every list, with zeros where there are fewer."""
    lengths = xs.lengths.to(values.device)
    starts = (lengths.cumsum(0) - lengths).unsqueeze(1)
    place = torch.arange(length, device=values.device)
    present = place < lengths.unsqueeze(1)
    taken = values[torch.where(present, starts + place, 0)]
    return taken * present.reshape(*present.shape, *[1] * (values.dim() - 1)).to(values.dtype)


@geometric(
    "vector",
    "list(float) -> Tensor[length]",
    example="(vector :length 3 [1.0 2.0])",
    settings=(_LENGTH,),
    prior=Prior(in_nets=-4.0),
)
def vector(xs: Any, *, length: int) -> Tensor:
    """The first ``length`` numbers of the list, zeros after its end."""
    if not len(xs.values):
        return torch.zeros(xs.lengths.shape[0], length, device=xs.values.device)
    return _padded(xs, length, xs.values.float())


@geometric(
    "stack_list",
    "list(Tensor[s...]) -> Tensor[length,s...]",
    example="(stack_list :length 2 (cons (vector :length 2 [1.0 2.0]) (singleton (vector :length 2 [3.0 4.0]))))",
    settings=(_LENGTH,),
    prior=Prior(in_nets=-3.0),
)
def stack_list(xs: Any, *, length: int) -> Tensor:
    """The first ``length`` tensors of the list along a new first axis, zeros after its end; undefined for the
    empty list."""
    if not bool((xs.lengths > 0).all()):
        raise Undefined("stack_list of an empty list")
    return _padded(xs, length, xs.values)


@geometric(
    "unstack",
    "Tensor[n,s...] -> list(Tensor[s...])",
    example="(unstack (stack_list :length 2 (cons (vector :length 2 [1.0 2.0]) (singleton (vector :length 2 [3.0 4.0])))))",
    prior=Prior(in_nets=-2.5),
    role=Role.ROWS,
)
def unstack(x: Tensor) -> Any:
    """The parts of the tensor along its first axis: rows of an image, maps of a stack."""
    return Ragged(x.flatten(0, 1), torch.full((x.shape[0],), x.shape[1]))


@geometric(
    "elements", "Tensor[n] -> list(float)", example="(elements (vector :length 2 [1.0 2.0]))", prior=Prior(cost=5)
)
def elements(x: Tensor) -> Any:
    """The numbers of the vector as a list."""
    return Ragged(x.flatten(), torch.full((x.shape[0],), x.shape[1]))


@geometric(
    "pool_list",
    "list(Tensor[s...]) -> Tensor[s...]",
    example="(pool_list :mode mean (cons (vector :length 2 [1.0 2.0]) (singleton (vector :length 2 [3.0 4.0]))))",
    settings=(Setting("mode", "mean", choices=("mean", "sum", "max")),),
)
def pool_list(xs: Any, *, mode: str) -> Tensor:
    """The mean, sum or maximum of the tensors of a list, number by number; undefined for the empty list."""
    if not bool((xs.lengths > 0).all()):
        raise Undefined("pool_list of an empty list")
    lengths = xs.lengths.to(xs.values.device)
    owner = torch.repeat_interleave(torch.arange(lengths.shape[0], device=lengths.device), lengths)
    out = xs.values.new_zeros(lengths.shape[0], *xs.values.shape[1:])
    if mode == "max":
        index = owner.reshape(-1, *[1] * (out.dim() - 1)).expand_as(xs.values)
        return out.scatter_reduce(0, index, xs.values, "amax", include_self=False)
    total = out.index_add(0, owner, xs.values)
    return total / lengths.reshape(-1, *[1] * (out.dim() - 1)) if mode == "mean" else total


@geometric("to_number", "Tensor[1] -> float", example="(to_number (vector :length 1 [7.0]))", prior=Prior(cost=5))
def to_number(x: Tensor) -> Tensor:
    """The only number of the vector."""
    return x[:, 0]


@geometric("to_vector", "float -> Tensor[1]", example="(to_vector 7.0)", prior=Prior(in_nets=-3.0))
def to_vector(x: Tensor) -> Tensor:
    """The number as a vector of one."""
    return x.float().unsqueeze(1)


@geometric(
    "sum_elements",
    "Tensor[s...] -> float",
    example="(sum_elements (vector :length 3 [1.0 2.0 3.0]))",
    prior=Prior(cost=5, in_nets=-1.0),
)
def sum_elements(x: Tensor) -> Tensor:
    """The sum of all numbers of the tensor."""
    return x.reshape(x.shape[0], -1).sum(1)


@geometric(
    "element", "int -> Tensor[n] -> float", example="(element 1 (vector :length 2 [5.0 6.0]))", prior=Prior(cost=5)
)
def element(index: Tensor, x: Tensor) -> Tensor:
    """The number at a position, from 0; undefined outside the vector."""
    if index.numel() and not 0 <= int(index.min()) <= int(index.max()) < x.shape[1]:
        raise Undefined(f"element outside 0 to {x.shape[1] - 1}")
    return x.gather(1, index.unsqueeze(1)).squeeze(1)
