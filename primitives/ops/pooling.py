"""Pooling over images and over series: windows or whole maps reduced to one number."""

from __future__ import annotations

from collections.abc import Callable

from ..declarations import Role
from ..lazy import F, Tensor
from ..morphing.declared import Channels, Morphing
from ..primitive import Parameter, Prior, Setting, Shape
from ..words import geometric
from .base import PADDING, pad_same, windows

_SETTINGS = (
    Setting("kernel", 2, choices=(2, 3), least=1),
    Setting("stride", 2, choices=(1, 2), least=1),
    PADDING,
)
_MODE = Setting("mode", "mean", choices=("mean", "max"))
_STEPS = (
    Setting("kernel", 2, choices=(2, 3, 4), least=1),
    Setting("stride", 2, choices=(1, 2, 4), least=1),
    PADDING,
)


def _shape(x: Shape, *, kernel: int, stride: int, padding: str) -> Shape:
    return (x[0], *windows(x, kernel, stride, padding))


def _largest(pool: Callable[..., Tensor], x: Tensor, kernel: int, stride: int, padding: str) -> Tensor:
    """The largest value of every window, by torch's pooling of so many axes; what is outside does not count."""
    if padding == "same":
        if kernel % 2:
            return pool(x, kernel, stride, kernel // 2)
        x = pad_same(x, kernel, 1, float("-inf"))
    return pool(x, kernel, stride)


def _mean(pool: Callable[..., Tensor], x: Tensor, kernel: int, stride: int, padding: str) -> Tensor:
    """The mean of every window, by torch's pooling of so many axes; what is outside does not count."""
    if padding == "valid":
        return pool(x, kernel, stride)
    if kernel % 2:
        return pool(x, kernel, stride, kernel // 2, count_include_pad=False)
    inside = pad_same(x.new_ones((1, 1, *x.shape[2:])), kernel, 1, 0.0)
    return pool(pad_same(x, kernel, 1, 0.0), kernel, stride) / pool(inside, kernel, stride)


@geometric(
    "max_pool",
    "Tensor[c,h,w] -> Tensor[c,i,j]",
    example="(max_pool (reshape :channels 1 :height 2 :width 4 (vector :length 8 [1.0 2.0 3.0 4.0 5.0 6.0 7.0 8.0])))",
    settings=_SETTINGS,
    shapes=_shape,
    prior=Prior(in_nets=1.0),
    role=Role.WINDOW_MAXIMUM,
    morphing=Morphing(Channels.APART),
)
def max_pool(x: Tensor, *, kernel: int, stride: int, padding: str) -> Tensor:
    """The largest value of every window, map by map."""
    return _largest(F.max_pool2d, x, kernel, stride, padding)


@geometric(
    "average_pool",
    "Tensor[c,h,w] -> Tensor[c,i,j]",
    example="(average_pool (reshape :channels 1 :height 2 :width 4 (vector :length 8 [1.0 2.0 3.0 4.0 5.0 6.0 7.0 8.0])))",
    settings=_SETTINGS,
    shapes=_shape,
    morphing=Morphing(Channels.APART),
)
def average_pool(x: Tensor, *, kernel: int, stride: int, padding: str) -> Tensor:
    """The mean of every window, map by map; pixels outside the image do not count."""
    return _mean(F.avg_pool2d, x, kernel, stride, padding)


@geometric(
    "l2_pool",
    "Tensor[c,h,w] -> Tensor[c,i,j]",
    example="(l2_pool (reshape :channels 1 :height 2 :width 4 (vector :length 8 [1.0 2.0 3.0 4.0 5.0 6.0 7.0 8.0])))",
    settings=_SETTINGS,
    shapes=_shape,
    prior=Prior(in_nets=-2.0),
    morphing=Morphing(Channels.APART),
)
def l2_pool(x: Tensor, *, kernel: int, stride: int, padding: str) -> Tensor:
    """The Euclidean norm √(Σx² + 10⁻¹²) of every window (Le et al. 2012); the small term keeps the gradient finite
    at zero."""
    squares = x * x
    border = 0
    if padding == "same":
        if kernel % 2:
            border = kernel // 2
        else:
            squares = pad_same(squares, kernel, 1, 0.0)
    return (F.avg_pool2d(squares, kernel, stride, border) * (kernel * kernel) + 1e-12).sqrt()


@geometric(
    "subsample",
    "Tensor[c,h,w] -> Tensor[c,i,j]",
    example="(subsample (reshape :channels 1 :height 2 :width 4 (vector :length 8 [1.0 2.0 3.0 4.0 5.0 6.0 7.0 8.0])))",
    settings=_SETTINGS[:2],
    shapes=lambda x, **settings: _shape(x, padding="valid", **settings),
    parameters=lambda x, *, kernel, stride: {
        "weight": Parameter((x[0],), "uniform", kernel * kernel),
        "bias": Parameter((x[0],), "zeros"),
    },
    prior=Prior(in_nets=-3.0),
    morphing=Morphing(Channels.APART),
)
def subsample(x: Tensor, *, weight: Tensor, bias: Tensor, kernel: int, stride: int) -> Tensor:
    """The sum of every window times a coefficient plus a bias, both trained, one of each a map (LeCun et al. 1998,
    layers S2 and S4)."""
    sums = F.avg_pool2d(x, kernel, stride) * (kernel * kernel)
    return sums * weight.view(-1, 1, 1) + bias.view(-1, 1, 1)


@geometric(
    "global_pool",
    "Tensor[c,h,w] -> Tensor[c]",
    example="(global_pool (reshape :channels 1 :height 2 :width 4 (vector :length 8 [1.0 2.0 3.0 4.0 5.0 6.0 7.0 8.0])))",
    settings=(_MODE,),
    prior=Prior(in_nets=-0.5),
    morphing=Morphing(Channels.APART),
)
def global_pool(x: Tensor, *, mode: str) -> Tensor:
    """The mean or the maximum of every map."""
    return x.mean((2, 3)) if mode == "mean" else x.amax((2, 3))


@geometric(
    "max_pool1d",
    "Tensor[c,n] -> Tensor[c,i]",
    example="(max_pool1d (stack_list :length 1 (singleton (vector :length 4 [1.0 3.0 2.0 5.0]))))",
    settings=_STEPS,
    shapes=_shape,
    prior=Prior(in_nets=1.0),
    role=Role.WINDOW_MAXIMUM,
    morphing=Morphing(Channels.APART),
)
def max_pool1d(x: Tensor, *, kernel: int, stride: int, padding: str) -> Tensor:
    """The largest value of every window of steps, channel by channel."""
    return _largest(F.max_pool1d, x, kernel, stride, padding)


@geometric(
    "average_pool1d",
    "Tensor[c,n] -> Tensor[c,i]",
    example="(average_pool1d (stack_list :length 1 (singleton (vector :length 4 [1.0 3.0 2.0 5.0]))))",
    settings=_STEPS,
    shapes=_shape,
    morphing=Morphing(Channels.APART),
)
def average_pool1d(x: Tensor, *, kernel: int, stride: int, padding: str) -> Tensor:
    """The mean of every window of steps, channel by channel; steps outside the series do not count."""
    return _mean(F.avg_pool1d, x, kernel, stride, padding)


@geometric(
    "global_pool1d",
    "Tensor[c,n] -> Tensor[c]",
    example="(global_pool1d (stack_list :length 1 (singleton (vector :length 4 [1.0 3.0 2.0 5.0]))))",
    settings=(_MODE,),
    prior=Prior(in_nets=-0.5),
    morphing=Morphing(Channels.APART),
)
def global_pool1d(x: Tensor, *, mode: str) -> Tensor:
    """The mean or the maximum of every channel over all steps."""
    return x.mean(2) if mode == "mean" else x.amax(2)
