"""What a program gets right, and how its training went: small functions of (program, data) or of a training's
history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from primitives.brief import brief_repr

from ..tasks.cases.parts import Part
from ..tasks.data import ProblemData
from ..tasks.distance import as_array
from ..tasks.measure import probabilities_of
from ..tasks.metrics import CLASSES
from . import batches
from .blends.learning import blend_learner
from .forward import evaluation_mode, outputs_of
from .losses import are_probabilities, loss_name, make_loss
from .trainer import EpochRecord, Unsuitable


def scores(program: torch.nn.Module, data: ProblemData, part: Part | None = None) -> dict[str, float]:
    """All scores of the task on ``part`` (default: the validation part), in evaluation mode."""
    chosen = data.validation if part is None else part
    return data.score(outputs_of(program, data.type, chosen), chosen)


def accuracy(program: torch.nn.Module, data: ProblemData, part: Part | None = None) -> float:
    """Fraction of the cases of ``part`` that are right; NaN for a task of numbers."""
    return scores(program, data, part).get("accuracy", float("nan"))


@dataclass(frozen=True, eq=False)
class Calibration:
    """What confidence is worth (Guo et al. 2017): cases in equal-width bins of the probability of their likeliest
    class.

    ``count`` int64 [bins]; ``confidence`` and ``accuracy`` float64 [bins], the means within the bin, NaN where it is
    empty. ``error`` is the expected calibration error, the mean gap between the two over the cases; ``confidence_gap``
    the same with its sign: above 0 the program is surer than it is right.
    """

    count: np.ndarray
    confidence: np.ndarray
    accuracy: np.ndarray

    __repr__ = brief_repr

    @property
    def error(self) -> float:
        return float(np.nansum(self.count * np.abs(self.confidence - self.accuracy)) / max(1, self.count.sum()))

    @property
    def confidence_gap(self) -> float:
        return float(np.nansum(self.count * (self.confidence - self.accuracy)) / max(1, self.count.sum()))

    def to_json(self) -> dict[str, object]:
        """Figures and one row a bin that is not empty."""
        bins = len(self.count)
        rows = [
            {"from": i / bins, "to": (i + 1) / bins, "cases": int(self.count[i]),
             "confidence": float(self.confidence[i]), "accuracy": float(self.accuracy[i])}
            for i in range(bins) if self.count[i]
        ]  # fmt: skip
        return {"error": self.error, "confidence_gap": self.confidence_gap, "bins": rows}


def calibration(program: torch.nn.Module, data: ProblemData, part: Part | None = None, bins: int = 15) -> Calibration:
    """How far the program's probabilities can be trusted on ``part`` (default: the validation part). Needs class
    scores."""
    probabilities, targets = _probabilities(program, data, part)
    return calibration_of(probabilities, targets, bins)


def calibration_of(probabilities: np.ndarray, targets: np.ndarray, bins: int = 15) -> Calibration:
    """The same of probabilities [n, classes] and classes [n]."""
    confidence, right = probabilities.max(1), probabilities.argmax(1) == targets
    bin_of = np.minimum((confidence * bins).astype(np.int64), bins - 1)
    count = np.bincount(bin_of, minlength=bins)
    with np.errstate(invalid="ignore"):
        means = [np.bincount(bin_of, weights=w.astype(np.float64), minlength=bins) / count for w in (confidence, right)]
    return Calibration(count, *means)


def calibration_error(program: torch.nn.Module, data: ProblemData, part: Part | None = None, bins: int = 15) -> float:
    """The expected calibration error alone."""
    return calibration(program, data, part, bins).error


def curves(history: Sequence[EpochRecord]) -> dict[str, np.ndarray]:
    """Columns of a history, float64 [epochs], NaN where nothing was measured: epoch, train_loss, validation_loss, …"""
    rows = [record.to_json() for record in history]
    names = [name for name in EpochRecord.__dataclass_fields__ if name != "gradient_norms"]
    return {n: np.array([np.nan if row[n] is None else row[n] for row in rows], dtype=np.float64) for n in names}


def overfitting_gap(program: torch.nn.Module, data: ProblemData) -> float:
    """The metric on the train part minus that on the validation part (in the metric's units, both in evaluation
    mode)."""
    train, validation = scores(program, data, data.train), scores(program, data)
    return train.get(data.metric, float("nan")) - validation.get(data.metric, float("nan"))


def gradient_norms(program: torch.nn.Module, data: ProblemData, cases: int = 256) -> dict[str, float]:
    """The gradient's norm of each parameter by name, for the loss on the first ``cases`` train cases: shows where it
    vanishes or explodes. 0 for a parameter that no gradient reaches. The program's gradients and mode are left as
    they were."""
    gradients = _gradients(program, data, cases)
    names = [name for name, parameter in program.named_parameters() if parameter.requires_grad]
    return {n: 0.0 if g is None else float(g.norm()) for n, g in zip(names, gradients, strict=True)}


def reached_parameters(program: torch.nn.Module, data: ProblemData, cases: int = 64) -> tuple[int, int]:
    """``(numbers that are trainable, of them in parameters that a gradient reaches)``."""
    parameters = [p for p in program.parameters() if p.requires_grad]
    gradients = _gradients(program, data, cases)
    reached = sum(p.numel() for p, g in zip(parameters, gradients, strict=True) if g is not None)
    return sum(p.numel() for p in parameters), reached


def _gradients(program: torch.nn.Module, data: ProblemData, cases: int) -> list[torch.Tensor | None]:
    parameters = [p for p in program.parameters() if p.requires_grad]
    device = parameters[0].device if parameters else "cpu"
    inputs, targets = batches.part_batch(data, data.train.take(np.arange(min(cases, len(data.train)))), device)
    blend = blend_learner(program, inputs, targets)
    name = loss_name(data.target, targets)
    try:
        with evaluation_mode(program):
            outputs = program(*inputs) if blend is None else blend(*inputs)
        probabilities = blend is None and name == "cross_entropy" and are_probabilities(outputs)
        plain = make_loss(name, probabilities=probabilities, weights=data.class_weights)
        loss = plain(outputs, targets) if blend is None else blend.loss(outputs, targets)
    except Unsuitable:
        return [None] * len(parameters)
    if not parameters or not loss.requires_grad:
        return [None] * len(parameters)
    return list(torch.autograd.grad(loss, parameters, allow_unused=True))


def _probabilities(program: torch.nn.Module, data: ProblemData, part: Part | None) -> tuple[np.ndarray, np.ndarray]:
    """Class probabilities float64 [n, classes] and targets int64 [n]."""
    if data.target != CLASSES:
        raise ValueError(
            f"target={data.target!r} of task={data.name!r}: classes are required; use scores for other tasks"
        )
    chosen = data.validation if part is None else part
    outputs = outputs_of(program, data.type, chosen)
    if not isinstance(outputs, torch.Tensor) or outputs.ndim != 2:
        raise ValueError(
            f"outputs={type(outputs).__name__}: class scores [n, classes] are required; end in such a tensor"
        )
    return probabilities_of(as_array(outputs).astype(np.float64)), np.asarray(chosen.targets)
