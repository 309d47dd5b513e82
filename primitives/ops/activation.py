"""Activations: element by element, or normalised over a vector."""

from __future__ import annotations

import math

from ..declarations import Role
from ..lazy import F, Tensor, torch
from ..morphing.declared import Channels, Morphing
from ..primitive import Prior, Setting
from ..words import geometric


@geometric(
    "relu",
    "Tensor[s...] -> Tensor[s...]",
    example="(relu (vector :length 3 [1.0 -2.0 0.5]))",
    prior=Prior(in_nets=2.0),
    role=Role.MONOTONE,
    morphing=Morphing(Channels.APART, idempotent=True),
)
def relu(x: Tensor) -> Tensor:
    """max(x, 0)."""
    return F.relu(x)


@geometric(
    "sigmoid",
    "Tensor[s...] -> Tensor[s...]",
    example="(sigmoid (vector :length 2 [0.0 2.0]))",
    prior=Prior(in_nets=-1.0),
    role=Role.MONOTONE,
    morphing=Morphing(Channels.APART),
)
def sigmoid(x: Tensor) -> Tensor:
    """1 / (1 + e⁻ˣ)."""
    return x.sigmoid()


@geometric(
    "tanh",
    "Tensor[s...] -> Tensor[s...]",
    example="(tanh (vector :length 2 [0.0 1.0]))",
    prior=Prior(in_nets=-0.5),
    role=Role.MONOTONE,
    morphing=Morphing(Channels.APART),
)
def tanh(x: Tensor) -> Tensor:
    """The hyperbolic tangent."""
    return x.tanh()


@geometric(
    "gelu",
    "Tensor[s...] -> Tensor[s...]",
    example="(gelu (vector :length 2 [-1.0 1.0]))",
    prior=Prior(in_nets=0.5),
    morphing=Morphing(Channels.APART),
)
def gelu(x: Tensor) -> Tensor:
    """x Φ(x) (Hendrycks and Gimpel 2016)."""
    return F.gelu(x)


@geometric(
    "softmax", "Tensor[n] -> Tensor[n]", example="(softmax (vector :length 3 [0.0 1.0 1.0]))", prior=Prior(in_nets=-3.0)
)
def softmax(x: Tensor) -> Tensor:
    """Positive numbers that sum to one."""
    return x.softmax(1)


@geometric(
    "log_softmax",
    "Tensor[n] -> Tensor[n]",
    example="(log_softmax (vector :length 3 [0.0 1.0 1.0]))",
    prior=Prior(in_nets=-2.5),
    role=Role.LOG_CHANCES,
)
def log_softmax(x: Tensor) -> Tensor:
    """The logarithm of softmax, computed stably."""
    return x.log_softmax(1)


@geometric(
    "bound_odds",
    "Tensor[n] -> Tensor[n]",
    example="(bound_odds :odds 10 (vector :length 3 [5.0 0.0 4.0]))",
    settings=(Setting("odds", 30.0, 10.0, 10_000.0, log=True, least=1.0),),
    prior=Prior(in_nets=-5.0, between=True),
)
def bound_odds(x: Tensor, *, odds: float) -> Tensor:
    """Scores by which no class is more than ``odds`` times as likely as another: max(x, max(x) − ln odds). One number stays as it is.

    The default of ``odds`` is what ``python -m experiments.fitting.odds --draws 4`` chose (experiments/results/fitting_odds.json)."""
    return torch.maximum(x, x.amax(1, keepdim=True) - math.log(odds))
