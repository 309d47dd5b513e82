"""How the weights of an edited program come from its parent's where the edit keeps what the program computes: steps as plain data.

A site's steps are done in order on the tensors that the site starts from (docs/weights.md, 13).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, TypedDict

from ..lazy import F, Tensor, torch

if TYPE_CHECKING:
    from ..primitive import Primitive

IDENTITY, ZERO = "identity", "zero"
"""How the weights of a new site start."""
MAKE: Literal["make"] = "make"


class Made(TypedDict):
    """The weights of a new site, by which its ``word`` gives its argument, or zeros. ``shapes`` are those of its arguments."""

    op: Literal["make"]
    start: str
    word: str
    shapes: Sequence[Sequence[int]]
    settings: Mapping[str, object]


class Widened(TypedDict):
    """More channels along an ``axis``: 0, those that the site gives; 1, those that it reads, each divided by how often it is there.

    ``index`` has for each channel of the widened layer the old one that it repeats. ``spans`` are the parts of the axis, each
    ``[width before, numbers a channel, whether it is of the widened layer]``.
    """

    op: Literal["widen"]
    axis: int
    index: Sequence[int]
    spans: Sequence[Sequence[int]]


class Padded(TypedDict):
    """A window in the midst of zeros: the axes after the second become ``size`` long, the old ones begin at ``offset``."""

    op: Literal["pad"]
    offset: int
    size: int


Step = Made | Widened | Padded
Transfer = Mapping[str, Sequence[Step]]
"""The steps of each site that has any."""


def transferred(
    tensors: Mapping[str, Tensor], steps: Sequence[Step], words: Mapping[str, Primitive]
) -> dict[str, Tensor]:
    """The weights of one site after some steps.

    tensors: what the site starts from, by the names of its parameters and buffers; {} for a new site, whose first step makes them.
    steps: in their order.
    words: what the words mean.

    Raises ValueError for a step that is not known, or one that does not fit the tensors.
    """
    found = {name: tensor.detach() for name, tensor in tensors.items()}
    for step in steps:
        if step["op"] == "make":
            found = _made(step, words)
        elif step["op"] == "widen":
            found = {name: _widened(tensor, step) for name, tensor in found.items()}
        elif step["op"] == "pad":
            found = {name: _padded(tensor, step) for name, tensor in found.items()}
        else:
            raise ValueError(f"op={step['op']!r}: needed make, widen or pad; the log is of a newer version")
    return found


def _made(step: Made, words: Mapping[str, Primitive]) -> dict[str, Tensor]:
    word = words[step["word"]]
    shapes, settings = [tuple(shape) for shape in step["shapes"]], dict(step["settings"])
    if step["start"] == ZERO:
        assert word.parameters is not None, "only a word with weights is made"
        declared = word.parameters(*shapes, **settings)
        return {name: torch.zeros(parameter.shape) for name, parameter in declared.items()}
    identity = word.morphing.identity if word.morphing is not None else None
    found = None if identity is None else identity(*shapes, **settings)
    if found is None:
        raise ValueError(
            f"word={word.name!r}: with {settings} and shapes={shapes} it cannot give back what it is given"
        )
    return dict(found)


def _widened(tensor: Tensor, step: Widened) -> Tensor:
    """Rows of any tensor; columns only of one that has them."""
    if step["axis"] >= tensor.dim():
        return tensor
    rows, shares, start = [], [], 0
    index = torch.as_tensor(list(step["index"]), dtype=torch.long)
    for width, block, widened in step["spans"]:
        channels = index if widened else torch.arange(width)
        count = torch.bincount(channels, minlength=width)[channels]
        rows.append((start + channels[:, None] * block + torch.arange(block)).flatten())
        shares.append((1.0 / count).repeat_interleave(block))
        start += width * block
    if start != tensor.shape[step["axis"]]:
        raise ValueError(f"spans={step['spans']}: they are {start} long, needed {tensor.shape[step['axis']]}")
    wide = tensor.index_select(step["axis"], torch.cat(rows))
    if not step["axis"]:
        return wide
    return wide * torch.cat(shares).to(wide.dtype).view(1, -1, *[1] * (wide.dim() - 2))


def _padded(tensor: Tensor, step: Padded) -> Tensor:
    if tensor.dim() <= 2:
        return tensor
    after = [step["size"] - step["offset"] - size for size in tensor.shape[2:]]
    return F.pad(tensor, [side for last in reversed(after) for side in (step["offset"], last)])
