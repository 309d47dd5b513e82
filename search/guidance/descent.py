"""Gradient descent for the recognition model: Adam with decoupled weight decay (Loshchilov and Hutter 2019) under a one-cycle schedule
(Smith and Topin 2018).

It makes the very steps of ``torch.optim.AdamW`` and ``OneCycleLR``. These load torch's compiler when the first of them is made, which
takes as long as loading torch itself and more than many a training may.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

BETA_2, EPSILON = 0.999, 1e-8
WARM_UP, FIRST, LAST = 0.3, 25.0, 1e4
"""The share of the schedule in which the rate rises, and by what its first and its last rate are smaller than the largest and the first."""
STEADY, AGILE = 0.95, 0.85
"""Beta 1 where the rate is smallest, and where it is largest."""


def one_cycle(step: int, total: int, rate: float) -> tuple[float, float]:
    """The rate and the momentum at a step.

    step: from 0.
    total: steps in all.
    rate: the largest.
    """
    peak, end = WARM_UP * total - 1, total - 1
    if step <= peak:
        share = step / peak
        return _between(rate / FIRST, rate, share), _between(STEADY, AGILE, share)
    share = (step - peak) / (end - peak)
    return _between(rate, rate / FIRST / LAST, share), _between(AGILE, STEADY, share)


def _between(start: float, end: float, share: float) -> float:
    """From one number to another along half a cosine."""
    return end + (start - end) / 2.0 * (math.cos(math.pi * share) + 1)


class Descent:
    """The moments of some tensors, and the steps taken."""

    def __init__(self, tensors: Iterable[torch.Tensor], *, decay: float) -> None:
        """``tensors`` are changed in place; ``decay``: of the weights, times the rate, each step."""
        self.tensors = list(tensors)
        self.decay = decay
        self.means = [tensor.detach().clone().zero_() for tensor in self.tensors]
        self.squares = [tensor.detach().clone().zero_() for tensor in self.tensors]
        self.steps = 0

    def forget(self) -> None:
        """Drop the gradients."""
        for tensor in self.tensors:
            tensor.grad = None

    def step(self, rate: float, momentum: float) -> None:
        """One step down the gradients that the tensors have.

        rate: of learning.
        momentum: of the mean of gradients.
        """
        import torch

        self.steps += 1
        scale = rate / (1 - momentum**self.steps)
        root = (1 - BETA_2**self.steps) ** 0.5
        with torch.no_grad():
            for tensor, mean, square in zip(self.tensors, self.means, self.squares, strict=True):
                if tensor.grad is None:
                    continue
                tensor.mul_(1 - rate * self.decay)
                mean.lerp_(tensor.grad, 1 - momentum)
                square.mul_(BETA_2).addcmul_(tensor.grad, tensor.grad, value=1 - BETA_2)
                tensor.addcdiv_(mean, (square.sqrt() / root).add_(EPSILON), value=-scale)
