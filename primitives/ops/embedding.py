"""From indices to vectors and back."""

from __future__ import annotations

from ..declarations import Role
from ..lazy import F, Tensor
from ..primitive import Parameter, Prior, Setting
from ..values import Undefined
from ..words import geometric


def _check(index: Tensor, size: int) -> None:
    if index.numel() and not 0 <= int(index.min()) <= int(index.max()) < size:
        raise Undefined(f"an index is outside 0 to {size - 1}")


@geometric(
    "embedding",
    "int -> Tensor[width]",
    example="(embedding :entries 10 :width 3 7)",
    settings=(
        Setting("entries", 128, 2, 1024, log=True),
        Setting("width", 32, 4, 256, log=True, least=1),
    ),
    parameters=lambda _, *, entries, width: {"weight": Parameter((entries, width), "normal", 1)},
    prior=Prior(in_nets=0.5),
)
def embedding(index: Tensor, *, weight: Tensor, entries: int, width: int) -> Tensor:
    """The learned vector of an index; undefined outside 0 to entries − 1."""
    _check(index, entries)
    return F.embedding(index, weight)


@geometric(
    "one_hot",
    "int -> Tensor[size]",
    example="(one_hot :size 4 2)",
    settings=(Setting("size", 10, 2, 1024, log=True, least=1),),
    role=Role.INDICATOR,
)
def one_hot(index: Tensor, *, size: int) -> Tensor:
    """A vector with 1 at the index and 0 elsewhere; undefined outside 0 to size − 1."""
    _check(index, size)
    return F.one_hot(index, size).float()


@geometric(
    "argmax",
    "Tensor[n] -> int",
    example="(argmax (vector :length 3 [0.1 0.7 0.2]))",
    differentiable=False,
    prior=Prior(cost=2),
    role=Role.LIKELIEST,
)
def argmax(x: Tensor) -> Tensor:
    """The index of the largest number (the first of equals)."""
    return x.argmax(1)
