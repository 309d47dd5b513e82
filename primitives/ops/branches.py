"""Words that bring branches of a net together."""

from __future__ import annotations

from ..declarations import Role
from ..inference import ShapeError
from ..lazy import Tensor, torch
from ..morphing.declared import Channels, Morphing
from ..primitive import Prior, Setting, Shape
from ..words import geometric


@geometric(
    "add",
    "Tensor[s...] -> Tensor[s...] -> Tensor[s...]",
    example="(add (vector :length 2 [1.0 2.0]) (vector :length 2 [10.0 20.0]))",
    role=Role.SUM,
    morphing=Morphing(Channels.APART),
)
def add(x: Tensor, y: Tensor) -> Tensor:
    """The sum, number by number (a residual connection: He et al. 2016)."""
    return x + y


@geometric(
    "multiply",
    "Tensor[s...] -> Tensor[s...] -> Tensor[s...]",
    example="(multiply (vector :length 2 [1.0 2.0]) (vector :length 2 [10.0 20.0]))",
    prior=Prior(in_nets=-2.0),
    morphing=Morphing(Channels.APART),
)
def multiply(x: Tensor, y: Tensor) -> Tensor:
    """The product, number by number (a gate)."""
    return x * y


@geometric(
    "subtract",
    "Tensor[s...] -> Tensor[s...] -> Tensor[s...]",
    example="(subtract (vector :length 2 [1.0 2.0]) (vector :length 2 [10.0 20.0]))",
    prior=Prior(in_nets=-2.0),
    morphing=Morphing(Channels.APART),
)
def subtract(x: Tensor, y: Tensor) -> Tensor:
    """The difference, number by number."""
    return x - y


@geometric(
    "scale",
    "float -> Tensor[s...] -> Tensor[s...]",
    example="(scale 3.0 (vector :length 2 [1.0 2.0]))",
    prior=Prior(in_nets=-3.0),
    morphing=Morphing(Channels.APART),
)
def scale(factor: Tensor, x: Tensor) -> Tensor:
    """The tensor times a number."""
    return x * factor.to(x.dtype).reshape(-1, *[1] * (x.dim() - 1))


def _concatenated(x: Shape, y: Shape) -> Shape:
    if x[1:] != y[1:]:
        raise ShapeError(
            f"the axes after the first must agree, got {list(x)} and {list(y)}; use padding=same and equal strides"
        )
    return (x[0] + y[0], *x[1:])


@geometric(
    "concat_maps",
    "Tensor[c,s...] -> Tensor[d,s...] -> Tensor[e,s...]",
    example="(concat_maps (vector :length 2 [1.0 2.0]) (vector :length 1 [3.0]))",
    shapes=_concatenated,
    prior=Prior(in_nets=-0.7),
    role=Role.JOIN,
)
def concat_maps(x: Tensor, y: Tensor) -> Tensor:
    """The maps (or numbers) of the first tensor followed by those of the second: the branches of an inception
    block."""
    return torch.cat((x, y), 1)


@geometric(
    "take_maps",
    "Tensor[c,s...] -> Tensor[count,s...]",
    example="(take_maps :first 1 :count 2 (vector :length 3 [5.0 6.0 7.0]))",
    settings=(Setting("first", 0, 0, 64), Setting("count", 1, 1, 64, log=True)),
    prior=Prior(in_nets=-4.0),
)
def take_maps(x: Tensor, *, first: int, count: int) -> Tensor:
    """``count`` maps (or numbers) from position ``first`` on, from 0; after the last comes the first again."""
    return x[:, (torch.arange(count, device=x.device) + first) % x.shape[1]]
