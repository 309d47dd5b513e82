"""Normalisation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from ..lazy import F, Tensor, torch
from ..morphing.declared import Channels, Morphing
from ..primitive import STATEFUL, Parameter, Prior, Setting, Shape
from ..words import geometric
from .base import pad_same


def _affine(shape: Shape) -> dict[str, Parameter]:
    return {"weight": Parameter(shape, "ones"), "bias": Parameter(shape, "zeros")}


_EPSILON = 1e-5
_momentum = ContextVar("momentum", default=0.1)


@contextmanager
def running_statistics_moved(part: float) -> Iterator[None]:
    """Within the block a forward pass in training moves running statistics by ``part`` of the way to the batch's own, in place of 0.1."""
    before = _momentum.set(part)
    try:
        yield
    finally:
        _momentum.reset(before)


def _identity(x: Shape) -> dict[str, Tensor]:
    """Statistics by which it gives its argument in evaluation, to the precision of the numbers."""
    kept = {"mean": torch.zeros(x[0]), "variance": torch.full((x[0],), 1.0 - _EPSILON)}
    return {"weight": torch.ones(x[0]), "bias": torch.zeros(x[0]), **kept}


@geometric(
    "batch_norm",
    "Tensor[c,s...] -> Tensor[c,s...]",
    example="(batch_norm (reshape :channels 1 :height 2 :width 2 (vector :length 4 [1.0 2.0 3.0 4.0])))",
    purity=STATEFUL,
    parameters=lambda x: _affine((x[0],)),
    buffers=lambda x: {"mean": Parameter((x[0],), "zeros"), "variance": Parameter((x[0],), "ones")},
    prior=Prior(in_nets=1.2),
    morphing=Morphing(Channels.APART, _identity),
)
def batch_norm(x: Tensor, *, weight: Tensor, bias: Tensor, mean: Tensor, variance: Tensor, training: bool) -> Tensor:
    """Each channel brought to mean 0 and variance 1 over batch and positions, then scaled (Ioffe and Szegedy 2015).

    In training the batch's own statistics are used and moved into the running ones (momentum 0.1); a batch with one
    number a channel uses the running ones.
    """
    own = training and x.numel() > x.shape[1]
    return F.batch_norm(x, mean, variance, weight, bias, own, _momentum.get(), _EPSILON)


@geometric(
    "layer_norm",
    "Tensor[c,s...] -> Tensor[c,s...]",
    example="(layer_norm (vector :length 3 [1.0 -2.0 0.5]))",
    parameters=lambda x: _affine(x),
    prior=Prior(in_nets=-0.5),
)
def layer_norm(x: Tensor, *, weight: Tensor, bias: Tensor) -> Tensor:
    """The whole example brought to mean 0 and variance 1, then scaled (Ba et al. 2016)."""
    return F.layer_norm(x, weight.shape, weight, bias)


@geometric(
    "local_response_norm",
    "Tensor[c,h,w] -> Tensor[c,h,w]",
    example="(local_response_norm (reshape :channels 1 :height 2 :width 2 (vector :length 4 [1.0 2.0 3.0 4.0])))",
    settings=(Setting("size", 5, choices=(3, 5, 7), least=1),),
    prior=Prior(in_nets=-2.5),
)
def local_response_norm(x: Tensor, *, size: int) -> Tensor:
    """b = a / (2 + α/size Σ a²)^β over ``size`` neighbouring maps, α = 10⁻⁴ and β = 0.75 (Krizhevsky et al. 2012)."""
    return F.local_response_norm(x, size, 1e-4, 0.75, 2.0)


def _blurred(x: Tensor, kernel: int) -> Tensor:
    """Every pixel of ``x`` [n, 1, h, w] replaced by the mean round it under a Gaussian of ``kernel`` × ``kernel``
    pixels, over what lies inside the image."""
    line = torch.arange(kernel, device=x.device, dtype=x.dtype) - (kernel - 1) / 2
    bell = (-8.0 * (line / kernel) ** 2).exp()
    weight = (bell.view(-1, 1) * bell.view(1, -1)).view(1, 1, kernel, kernel)
    inside = F.conv2d(pad_same(torch.ones_like(x[:1]), kernel, 1, 0.0), weight)
    return F.conv2d(pad_same(x, kernel, 1, 0.0), weight) / inside


@geometric(
    "contrast_norm",
    "Tensor[c,h,w] -> Tensor[c,h,w]",
    example="(contrast_norm :kernel 3 (reshape :channels 1 :height 2 :width 2 (vector :length 4 [1.0 2.0 3.0 4.0])))",
    settings=(Setting("kernel", 9, choices=(5, 7, 9), least=1),),
    prior=Prior(in_nets=-3.0),
)
def contrast_norm(x: Tensor, *, kernel: int) -> Tensor:
    """Local contrast normalisation (Jarrett et al. 2009): less the mean of all maps round the pixel, weighted by a
    Gaussian window, then divided by the deviation round it, or by the image's mean deviation where that is larger."""
    centred = x - _blurred(x.mean(1, keepdim=True), kernel)
    deviation = (_blurred((centred * centred).mean(1, keepdim=True), kernel) + 1e-12).sqrt()
    return centred / torch.maximum(deviation, deviation.mean((2, 3), keepdim=True)).clamp_min(1e-4)
