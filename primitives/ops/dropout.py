"""Noise for regularisation."""

from __future__ import annotations

from ..lazy import F, Tensor
from ..morphing.declared import Channels, Morphing
from ..primitive import STOCHASTIC, Setting
from ..words import geometric


@geometric(
    "dropout",
    "Tensor[s...] -> Tensor[s...]",
    example="(dropout :rate 0.5 (vector :length 3 [1.0 -2.0 0.5]))",
    purity=STOCHASTIC,
    settings=(Setting("rate", 0.5, 0.05, 0.8, least=0.0),),
    morphing=Morphing(Channels.APART),
)
def dropout(x: Tensor, *, rate: float, training: bool) -> Tensor:
    """In training each number is zero with probability ``rate``, else divided by 1 − rate (Srivastava et al.
    2014)."""
    return F.dropout(x, min(rate, 1.0), training) if training else x
