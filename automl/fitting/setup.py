"""What a training is given: the options of the loop, and what an updater is made from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from primitives.brief import brief_repr

from .augmentation import Augmentation

if TYPE_CHECKING:
    import torch

    from ..tasks.data import ProblemData
    from .batches import Batch
    from .losses import Loss
    from .precision import Precision


@dataclass(frozen=True)
class FitOptions:
    """How the training loop runs.

    batch_size: cases a step (default: 64).
    least_steps: where a budget in seconds would not suffice for so many steps, a step has fewer cases, down to 16 (default: 0, never).
    needed_steps: where it would not suffice for so many of 16 cases, nothing is trained: timed out (default: 0, never).
    validations: at most so many, spread evenly over the budget, the last at its end (default: 20).
    train_cases: on how many cases of the train part loss and score are measured then (default: 1,000; 0: none).
    patience: stop after so many validations without a better mean over the last ``average`` (default: 0, never).
    plateau: after so many validations without a better one the schedule is told of one more plateau (default: 0, never).
    halvings: stop after so many plateaus (default: 0, never).
    average: validations whose scores are averaged for ``patience`` (default: 1).
    keep: the weights of the ``best`` validation (default) or the ``last``.
    loss: a name of automl.fitting.losses, or ``auto`` (default): what suits targets and outputs.
    smoothing: of class targets, in [0, 1) (default: 0).
    augmentation: how the train cases of a batch are varied (default: not).
    device: ``cpu``, ``cuda`` or ``auto`` (default).
    precision: ``float32``, ``bfloat16`` or ``auto`` (default).
    """

    batch_size: int = 64
    least_steps: int = 0
    needed_steps: int = 0
    validations: int = 20
    train_cases: int = 1000
    patience: int = 0
    plateau: int = 0
    halvings: int = 0
    average: int = 1
    keep: str = "best"
    loss: str = "auto"
    smoothing: float = 0.0
    augmentation: Augmentation = field(default_factory=Augmentation)
    device: str = "auto"
    precision: str = "auto"


@dataclass(frozen=True)
class FitSetup:
    """What an updater is made from.

    program: the module on batches, on its device.
    data: train and validation part.
    loss: of outputs and targets; None where the outputs have none.
    error: the mean of the task's case errors for outputs and targets, 0 is best.
    precision: device, dtype and layout.
    cases: those of the train part.
    steps: of the budget; None where it is in seconds alone.
    seed: for what the updater draws.
    forward: gives from a batch an argument the outputs that ``loss`` takes: the program, or what a blend is trained by.
    """

    program: torch.nn.Module
    data: ProblemData
    loss: Loss | None
    error: Callable[[Batch, Batch], float]
    precision: Precision
    cases: int
    steps: int | None
    seed: int
    forward: Callable[..., Any]

    __repr__ = brief_repr
