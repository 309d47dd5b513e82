"""Words that only rearrange a tensor."""

from __future__ import annotations

from ..declarations import Role
from ..inference import ShapeError
from ..lazy import F, Tensor
from ..morphing.declared import Channels, Morphing
from ..primitive import Prior, Setting, Shape
from ..words import geometric
from .base import volume


@geometric(
    "flatten",
    "Tensor[s...] -> Tensor[n]",
    example="(flatten (reshape :channels 1 :height 2 :width 2 (vector :length 4 [1.0 2.0 3.0 4.0])))",
    shapes=lambda x: (volume(x),),
    prior=Prior(in_nets=-0.5),
    morphing=Morphing(Channels.IN_A_ROW),
)
def flatten(x: Tensor) -> Tensor:
    """All numbers of the tensor as one vector, last axis fastest."""
    return x.flatten(1) if x.dim() > 1 else x.unsqueeze(1)


@geometric(
    "mirror",
    "Tensor[c,h,w] -> Tensor[c,h,w]",
    example="(mirror (reshape :channels 1 :height 2 :width 2 (vector :length 4 [1.0 2.0 3.0 4.0])))",
    prior=Prior(in_nets=-6.0),
    morphing=Morphing(Channels.APART),
)
def mirror(x: Tensor) -> Tensor:
    """Every map with its columns in reverse order."""
    return x.flip(3)


def _reshaped(x: Shape, *, channels: int, height: int, width: int) -> Shape:
    if volume(x) != channels * height * width:
        raise ShapeError(
            f"channels={channels}, height={height}, width={width} make {channels * height * width} numbers, "
            f"needed {volume(x)}; choose sizes with that product"
        )
    return channels, height, width


@geometric(
    "reshape",
    "Tensor[s...] -> Tensor[channels,height,width]",
    example="(reshape :channels 1 :height 2 :width 2 (vector :length 4 [1.0 2.0 3.0 4.0]))",
    settings=(
        Setting("channels", 1, 1, 64, log=True),
        Setting("height", 8, 1, 64, log=True),
        Setting("width", 8, 1, 64, log=True),
    ),
    shapes=_reshaped,
    prior=Prior(in_nets=-3.0),
    role=Role.MAPS,
)
def reshape(x: Tensor, *, channels: int, height: int, width: int) -> Tensor:
    """The same numbers as ``channels`` maps of ``height`` × ``width``."""
    return x.reshape(x.shape[0], channels, height, width)


@geometric(
    "transpose",
    "Tensor[m,n] -> Tensor[n,m]",
    example="(transpose (stack_list :length 2 (cons (vector :length 2 [1.0 2.0]) (singleton (vector :length 2 [3.0 4.0])))))",
    prior=Prior(in_nets=-2.0),
)
def transpose(x: Tensor) -> Tensor:
    """Rows and columns exchanged."""
    return x.transpose(1, 2)


@geometric(
    "pad",
    "Tensor[c,h,w] -> Tensor[c,i,j]",
    example="(pad :border 1 (reshape :channels 1 :height 1 :width 1 (vector :length 1 [7.0])))",
    settings=(Setting("border", 1, 1, 3),),
    shapes=lambda x, *, border: (x[0], x[1] + 2 * border, x[2] + 2 * border),
    prior=Prior(in_nets=-2.5),
    morphing=Morphing(Channels.APART),
)
def pad(x: Tensor, *, border: int) -> Tensor:
    """``border`` rows and columns of zeros put round every map."""
    return F.pad(x, (border, border, border, border))
