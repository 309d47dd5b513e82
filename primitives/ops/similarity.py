"""How alike two vectors are, as a number that algorithms can compare and sort by."""

from __future__ import annotations

from ..lazy import F, Tensor
from ..primitive import Prior
from ..words import geometric


@geometric(
    "dot",
    "Tensor[n] -> Tensor[n] -> float",
    example="(dot (vector :length 2 [1.0 2.0]) (vector :length 2 [3.0 4.0]))",
    prior=Prior(cost=5, in_nets=-1.5),
)
def dot(x: Tensor, y: Tensor) -> Tensor:
    """The inner product."""
    return (x * y).sum(1)


@geometric(
    "cosine_similarity",
    "Tensor[n] -> Tensor[n] -> float",
    example="(cosine_similarity (vector :length 2 [1.0 0.0]) (vector :length 2 [3.0 4.0]))",
    prior=Prior(cost=5, in_nets=-1.5),
)
def cosine_similarity(x: Tensor, y: Tensor) -> Tensor:
    """The cosine of the angle between the vectors, −1 to 1; 0 where one is zero."""
    return F.cosine_similarity(x, y, dim=1)


@geometric(
    "distance",
    "Tensor[s...] -> Tensor[s...] -> float",
    example="(distance (vector :length 2 [0.0 0.0]) (vector :length 2 [3.0 4.0]))",
    prior=Prior(cost=5, in_nets=-1.5),
)
def distance(x: Tensor, y: Tensor) -> Tensor:
    """The Euclidean distance √(Σ(x − y)² + 10⁻¹²); the small term keeps the gradient finite at zero."""
    difference = (x - y).reshape(x.shape[0], -1)
    return (difference * difference).sum(1).add(1e-12).sqrt()
