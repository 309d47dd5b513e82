"""Adam, AdamW and stochastic gradient descent as functions of the gradients that lie at the parameters.

They call the functions below torch's optimiser classes: any of those classes imports torch's compiler (``torch._dynamo``) when the first
object is made, some two seconds of every process, for hooks that nothing here uses.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import final

import torch
from torch.optim.adam import adam
from torch.optim.sgd import sgd


class AbstractRule(ABC):
    """One rule for some parameters, with what it remembers of each."""

    @abstractmethod
    def step(self, rate: float) -> None:
        """Move each parameter that has a gradient, by the learning rate ``rate``."""


@final
class Adam(AbstractRule):
    """Adam without weight decay (Kingma and Ba 2015), which AdamW is too where its decay is 0.

    parameters: what is moved. betas: the parts of the two means that are kept from step to step. fused: one kernel for all
    parameters.
    """

    def __init__(
        self,
        parameters: Sequence[torch.nn.Parameter],
        betas: tuple[float, float] = (0.9, 0.999),
        *,
        fused: bool = False,
    ) -> None:
        self.parameters, self.betas, self.fused = list(parameters), betas, fused
        self._state: dict[torch.nn.Parameter, tuple[torch.Tensor, torch.Tensor, torch.Tensor]] = {}

    @torch.no_grad()
    def step(self, rate: float) -> None:
        moved = [p for p in self.parameters if p.grad is not None]
        if not moved:
            return
        means, squares, steps = (list(each) for each in zip(*map(self._remembered, moved), strict=True))
        adam(
            moved, [p.grad for p in moved if p.grad is not None], means, squares, [], steps, fused=self.fused or None, amsgrad=False,
            beta1=self.betas[0], beta2=self.betas[1], lr=rate, weight_decay=0.0, eps=1e-8, maximize=False,
        )  # fmt: skip

    def _remembered(self, parameter: torch.nn.Parameter) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """The means of the gradient and of its square, and the number of steps."""
        if parameter not in self._state:
            mean, square = (torch.zeros_like(parameter, memory_format=torch.preserve_format) for _ in range(2))
            steps = torch.zeros((), dtype=torch.float32, device=parameter.device if self.fused else "cpu")
            self._state[parameter] = mean, square, steps
        return self._state[parameter]


@final
class GradientDescent(AbstractRule):
    """Gradient descent with momentum, of which one kernel moves all parameters.

    parameters: what is moved. momentum: the part of the last move that is kept (0: none); nesterov: look ahead by it. l2: so many times
    a parameter is added to its gradient.
    """

    def __init__(
        self, parameters: Sequence[torch.nn.Parameter], momentum: float, *, nesterov: bool = False, l2: float = 0.0
    ) -> None:
        self.parameters, self.momentum, self.nesterov, self.l2 = list(parameters), momentum, nesterov, l2
        self._moves: dict[torch.nn.Parameter, torch.Tensor] = {}

    @torch.no_grad()
    def step(self, rate: float) -> None:
        reached = [p for p in self.parameters if p.grad is not None]
        # The kernel takes the gradient itself for the move of a first step, so those of a first step are moved apart.
        for moved in ([p for p in reached if p in self._moves], [p for p in reached if p not in self._moves]):
            if not moved:
                continue
            moves = [self._moves.get(p) for p in moved]
            sgd(
                moved, [p.grad for p in moved if p.grad is not None], moves, fused=True, weight_decay=self.l2, momentum=self.momentum,
                lr=rate, dampening=0.0, nesterov=self.nesterov, maximize=False,
            )  # fmt: skip
            self._moves.update((p, move) for p, move in zip(moved, moves, strict=True) if move is not None)
