"""Convolution over images and over series."""

from __future__ import annotations

import math
from collections.abc import Callable

from ..inference import ShapeError
from ..lazy import F, Tensor, torch
from ..morphing.declared import Channels, Morphing
from ..primitive import Parameter, Prior, Setting, Shape
from ..words import geometric
from .base import PADDING, pad_same, windows


def _shape(
    x: Shape, *, maps: int, kernel: int, stride: int, padding: str, groups: int, dilation: int, biased: int
) -> Shape:
    if x[0] % groups or maps % groups:
        raise ShapeError(f"groups={groups} must divide the {x[0]} input and maps={maps} output channels; set groups=1")
    return (maps, *windows(x, kernel, stride, padding, dilation))


def _parameters(x: Shape, *, maps: int, kernel: int, groups: int, biased: int, **_: object) -> dict[str, Parameter]:
    inputs, window = x[0] // groups, (kernel,) * len(x[1:])
    weight = Parameter((maps, inputs, *window), "kaiming", inputs * math.prod(window))
    return {"weight": weight, "bias": Parameter((maps,), "zeros")} if biased else {"weight": weight}


def _flops(
    x: Shape, *, maps: int, kernel: int, stride: int, padding: str, groups: int, dilation: int, biased: int
) -> int:
    places = windows(x, kernel, stride, padding, dilation)
    return maps * math.prod(places) * (x[0] // groups) * kernel ** len(places)


def _identity(
    x: Shape, *, maps: int, kernel: int, stride: int, padding: str, groups: int, dilation: int, biased: int
) -> dict[str, Tensor] | None:
    """One in the middle of the kernel from each channel to itself (Zagoruyko and Komodakis 2017, Dirac parametrisation)."""
    if x[0] != maps or stride != 1 or groups != 1 or not kernel % 2 or (padding != "same" and kernel > 1):
        return None
    axes = len(x[1:])
    weight = torch.zeros(maps, maps, *(kernel,) * axes)
    weight[(..., *(kernel // 2,) * axes)] = torch.eye(maps)
    return {"weight": weight, "bias": torch.zeros(maps)} if biased else {"weight": weight}


def _offset(old: int, new: int, *, padding: str, dilation: int, **_: object) -> int | None:
    """Where a kernel lies in a larger one: both have their borders padded, the larger number at the end."""
    moved = dilation * (new - 1) // 2 - dilation * (old - 1) // 2
    return moved // dilation if padding == "same" and not moved % dilation else None


def _convolved(
    over: Callable[..., Tensor], x: Tensor, weight: Tensor, bias: Tensor | None, kernel: int, stride: int, padding: str, groups: int,
    dilation: int,
) -> Tensor:  # fmt: skip
    """The cross-correlation with the kernels, by torch's convolution over so many axes."""
    border = 0
    if padding == "same":
        if dilation * (kernel - 1) % 2:
            x = pad_same(x, kernel, dilation, 0.0)
        else:
            border = dilation * (kernel - 1) // 2
    return over(x, weight, bias, stride, border, dilation, groups)


@geometric(
    "conv",
    "Tensor[c,h,w] -> Tensor[maps,i,j]",
    example="(conv :maps 1 :kernel 2 (reshape :channels 1 :height 2 :width 2 (vector :length 4 [1.0 2.0 3.0 4.0])))",
    settings=(
        Setting("maps", 16, 4, 128, log=True, least=1),
        Setting("kernel", 3, choices=(1, 3, 5, 7), least=1),
        Setting("stride", 1, choices=(1, 2), least=1),
        PADDING,
        Setting("groups", 1, choices=(1,), least=1),
        Setting("dilation", 1, choices=(1,), least=1),
        Setting("biased", 1, choices=(1,), least=0),
    ),
    shapes=_shape,
    parameters=_parameters,
    flops=_flops,
    prior=Prior(in_nets=2.5),
    morphing=Morphing(Channels.MIXED, _identity, window="kernel", offset=_offset),
)
def conv(
    x: Tensor,
    *,
    weight: Tensor,
    bias: Tensor | None = None,
    kernel: int,
    stride: int,
    padding: str,
    groups: int,
    dilation: int,
    biased: int,
    maps: int,
) -> Tensor:
    """Two-dimensional convolution (cross-correlation) with ``maps`` square kernels (LeCun et al. 1998), and a bias
    unless ``biased`` is 0, as before batch_norm, which has its own."""
    if kernel == 1 and stride > 1:
        # The pixels that it reads: torch 2.13 on a CPU writes past the end of its memory in the gradient of such a convolution, where
        # the channels are the last axis.
        x, stride = x[:, :, ::stride, ::stride], 1
    return _convolved(F.conv2d, x, weight, bias, kernel, stride, padding, groups, dilation)


@geometric(
    "conv1d",
    "Tensor[c,n] -> Tensor[maps,i]",
    example="(conv1d :maps 2 :kernel 3 (stack_list :length 1 (singleton (vector :length 4 [1.0 3.0 2.0 5.0]))))",
    settings=(
        Setting("maps", 16, 4, 128, log=True, least=1),
        Setting("kernel", 5, choices=(1, 3, 5, 7, 9, 15), least=1),
        Setting("stride", 1, choices=(1, 2), least=1),
        PADDING,
        Setting("groups", 1, choices=(1,), least=1),
        Setting("dilation", 1, choices=(1, 2, 4, 8), least=1),
        Setting("biased", 1, choices=(1,), least=0),
    ),
    shapes=_shape,
    parameters=_parameters,
    flops=_flops,
    prior=Prior(in_nets=2.5),
    morphing=Morphing(Channels.MIXED, _identity, window="kernel", offset=_offset),
)
def conv1d(
    x: Tensor,
    *,
    weight: Tensor,
    bias: Tensor | None = None,
    kernel: int,
    stride: int,
    padding: str,
    groups: int,
    dilation: int,
    biased: int,
    maps: int,
) -> Tensor:
    """Convolution (cross-correlation) along the steps of a series with ``maps`` kernels (Waibel et al. 1989), and a bias
    unless ``biased`` is 0."""
    return _convolved(F.conv1d, x, weight, bias, kernel, stride, padding, groups, dilation)
