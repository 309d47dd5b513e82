"""What a word declares of itself so that a net can be edited there without a change of what it computes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from ..lazy import Tensor


class Channels(Enum):
    """What a word does with the first axis of its tensors, the channels: what must follow where there are more of them."""

    MIXED = "each channel of the result is a sum over all channels of the argument, weighted by parameters"
    """Parameters have the result's channels as their first axis; those with several have the argument's as their second."""
    APART = "each channel of the result comes from the same channel of each tensor among the arguments, all alike"
    """Parameters and buffers, if any, have the channels as their first axis."""
    IN_A_ROW = "gives the numbers of the first channel, then those of the second, and so on, as one vector"


@dataclass(frozen=True)
class Morphing:
    """What lets a net be edited at this word without a change of what it computes (docs/weights.md, 13).

    ``channels``: what it does with them (None: it needs them as they are, or nothing is known).
    ``identity(*argument shapes, **settings)``: the parameters and buffers by which it gives its argument; None where none do.
    ``idempotent``: given its own result it gives that back.
    ``window``, ``offset(old value, new value, **other settings)``: the setting that is the size of a window over all axes of a parameter
    after the second, and where the old window lies in a larger one so that zeros round it change nothing; None where it would.
    """

    channels: Channels | None = None
    identity: Callable[..., Mapping[str, Tensor] | None] | None = None
    idempotent: bool = False
    window: str = ""
    offset: Callable[..., int | None] | None = None
