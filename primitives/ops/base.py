"""What several families of geometric words share: sliding windows and the products of shapes."""

from __future__ import annotations

import math

from ..inference import ShapeError
from ..lazy import F, Tensor
from ..primitive import Parameter, Setting

PADDING = Setting("padding", "valid", choices=("valid", "same"))
"""``valid``: windows inside the image or series only, ⌊(n − d(k−1) − 1)/s⌋ + 1 outputs; ``same``: borders padded, ⌈n/s⌉
outputs."""


def window(size: int, kernel: int, stride: int, padding: str, dilation: int = 1) -> int:
    """Number of windows along one axis; below 1 where the kernel does not fit."""
    if padding == "same":
        return -(-size // stride)
    return (size - dilation * (kernel - 1) - 1) // stride + 1


def windows(shape: tuple[int, ...], kernel: int, stride: int, padding: str, dilation: int = 1) -> tuple[int, ...]:
    """The axes after the first of what a window word gives for ``[c,h,w]`` or ``[c,n]``; ShapeError where the kernel does not fit."""
    found = tuple(window(axis, kernel, stride, padding, dilation) for axis in shape[1:])
    if min(found) < 1:
        extent = dilation * (kernel - 1) + 1
        unit, whole = ("pixels", "image") if len(found) == 2 else ("steps", "series")
        raise ShapeError(
            f"kernel={kernel} covers {extent} {unit}, needed at most {min(shape[1:])}; make it or dilation smaller, "
            f"set padding=same, or shrink the {whole} less before"
        )
    return found


def pad_same(x: Tensor, kernel: int, dilation: int, value: float) -> Tensor:
    """Borders for an even kernel, where ``same`` needs one more row and column (or step) at the end than at the start."""
    total = dilation * (kernel - 1)
    before = total // 2
    return F.pad(x, (before, total - before) * (x.dim() - 2), value=value)


def volume(shape: tuple[int, ...]) -> int:
    """Number of elements of a tensor of that shape."""
    return math.prod(shape)


UNITS = Setting("units", 2, 1, 1024, log=True)
"""How many numbers a fitted word gives: those of the target."""


def no_parameters(x: tuple[int, ...], **settings: object) -> dict[str, Parameter]:
    """Of a fitted word nothing is trained: all that its site holds are buffers."""
    return {}
