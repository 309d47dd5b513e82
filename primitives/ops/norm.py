"""Normalisation."""

from __future__ import annotations

from primitives.lazy import F, Tensor
from primitives.primitive import STATEFUL, Parameter, Setting, Shape, geometric


def _affine(shape: Shape) -> dict[str, Parameter]:
    return {"weight": Parameter(shape, "ones"), "bias": Parameter(shape, "zeros")}


@geometric(
    "batch_norm",
    "Tensor[c,s...] -> Tensor[c,s...]",
    purity=STATEFUL,
    parameters=lambda x: _affine((x[0],)),
    buffers=lambda x: {"mean": Parameter((x[0],), "zeros"), "variance": Parameter((x[0],), "ones")},
)
def batch_norm(x: Tensor, *, weight: Tensor, bias: Tensor, mean: Tensor, variance: Tensor, training: bool) -> Tensor:
    """Each channel brought to mean 0 and variance 1 over batch and positions, then scaled (Ioffe and Szegedy 2015).

    In training the batch's own statistics are used and moved into the running ones (momentum 0.1); a batch with one
    number a channel uses the running ones.
    """
    own = training and x.numel() > x.shape[1]
    return F.batch_norm(x, mean, variance, weight, bias, own, 0.1, 1e-5)


@geometric("layer_norm", "Tensor[c,s...] -> Tensor[c,s...]", parameters=lambda x: _affine(x))
def layer_norm(x: Tensor, *, weight: Tensor, bias: Tensor) -> Tensor:
    """The whole example brought to mean 0 and variance 1, then scaled (Ba et al. 2016)."""
    return F.layer_norm(x, weight.shape, weight, bias)


@geometric(
    "local_response_norm", "Tensor[c,h,w] -> Tensor[c,h,w]", settings=(Setting("size", 5, choices=(3, 5, 7), least=1),)
)
def local_response_norm(x: Tensor, *, size: int) -> Tensor:
    """b = a / (2 + α/size Σ a²)^β over ``size`` neighbouring maps, α = 10⁻⁴ and β = 0.75 (Krizhevsky et al. 2012)."""
    return F.local_response_norm(x, size, 1e-4, 0.75, 2.0)
