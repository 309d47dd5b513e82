"""Losses of batches of outputs against targets, and which one suits a task."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch.nn import functional

from primitives.batch import Ragged

from ..tasks.distance import LEAST_PROBABILITY, are_distributions
from ..tasks.metrics import ABSENT, CLASSES, HEADS, INTEGERS, NUMBERS, heads_of
from .batches import Batch
from .trainer import Unsuitable

Loss = Callable[[Batch, Batch], torch.Tensor]
"""``(outputs, targets) -> scalar``, the mean over the cases."""


def cross_entropy(smoothing: float = 0.0, probabilities: bool = False, weights: Sequence[float] = ()) -> Loss:
    """Cross entropy of scores [n, classes] against classes [n], with label smoothing (Szegedy et al. 2016) and, where ``weights`` of the
    classes are given, as the mean of the cases so weighted.

    Outputs of log_softmax are scores too: there it equals the negative log-likelihood. With ``probabilities`` the
    outputs are those of a softmax, and their logarithm is taken.
    """

    def loss(outputs: Batch, targets: Batch) -> torch.Tensor:
        outputs, targets = _aligned(outputs, targets)
        if outputs.ndim != 2 or targets.dtype.is_floating_point:
            raise Unsuitable(
                f"outputs.shape={tuple(outputs.shape)}: [n, classes] is required for classes; end in such a tensor"
            )
        scores = outputs.clamp_min(LEAST_PROBABILITY).log() if probabilities else outputs
        weight = scores.new_tensor(weights) if weights else None
        return functional.cross_entropy(scores, targets, weight=weight, label_smoothing=smoothing)

    return loss


def heads_cross_entropy(smoothing: float = 0.0) -> Loss:
    """The sum over the heads of a net, a pair of scores [n, classes] and the other heads, of the cross entropy against
    their classes, targets [n, heads]; heads that are not asked count nothing (Goodfellow et al. 2013)."""

    def loss(outputs: Batch, targets: Batch) -> torch.Tensor:
        heads = heads_of(outputs)
        fit = isinstance(targets, torch.Tensor) and targets.ndim == 2 and len(heads) == targets.shape[1]
        if not fit or not all(isinstance(head, torch.Tensor) and head.ndim == 2 for head in heads):
            raise Unsuitable(f"heads={len(heads)}: one tensor [n, classes] for each column of targets is required")
        assert isinstance(targets, torch.Tensor)
        options: dict[str, object] = {"ignore_index": ABSENT, "reduction": "sum", "label_smoothing": smoothing}
        losses = [functional.cross_entropy(h.float(), t, **options) for h, t in zip(heads, targets.T, strict=True)]
        return torch.stack(losses).sum() / len(targets)

    return loss


def _regression(compare: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> Loss:
    def loss(outputs: Batch, targets: Batch) -> torch.Tensor:
        outputs, targets = _aligned(outputs, targets)
        if outputs.shape != targets.shape:
            if outputs.numel() != targets.numel():
                shapes = f"outputs.shape={tuple(outputs.shape)}, targets.shape={tuple(targets.shape)}"
                raise Unsuitable(f"{shapes}: equal shapes are required; end in a tensor of the target's shape")
            outputs = outputs.reshape(targets.shape)
        return compare(outputs, targets.to(outputs.dtype))

    return loss


mse = _regression(functional.mse_loss)
"""Mean squared error."""
absolute = _regression(functional.l1_loss)
"""Mean absolute error."""
huber = _regression(functional.huber_loss)
"""Huber's loss with δ = 1."""


def _aligned(outputs: Batch, targets: Batch) -> tuple[torch.Tensor, torch.Tensor]:
    """Tensors to compare; of two Ragged the packed elements, when their lengths agree."""
    if isinstance(outputs, Ragged) and isinstance(targets, Ragged):
        if not torch.equal(outputs.lengths, targets.lengths):
            raise Unsuitable(
                "outputs.lengths differ from targets.lengths: one output an element is required; map over the input"
            )
        outputs, targets = outputs.values, targets.values
    if not isinstance(outputs, torch.Tensor) or not isinstance(targets, torch.Tensor):
        raise Unsuitable(
            f"outputs={type(outputs).__name__}: a batch of tensors is required; use the trainer 'evolution'"
        )
    if not outputs.is_floating_point():
        raise Unsuitable(f"outputs.dtype={outputs.dtype}: real numbers are required; use the trainer 'evolution'")
    return outputs.float() if outputs.dtype == torch.bfloat16 else outputs, targets


LOSSES: dict[str, Callable[..., Loss]] = {
    "cross_entropy": cross_entropy,
    "heads": heads_cross_entropy,
    "mse": lambda: mse,
    "absolute": lambda: absolute,
    "huber": lambda: huber,
}


def loss_name(form: str, targets: Batch) -> str:
    """The loss for a target form of automl.tasks.data and its batch: cross entropy for classes, the heads' for heads, mse
    for numbers."""
    if form == CLASSES:
        return "cross_entropy"
    if form == HEADS:
        return "heads"
    if form in (NUMBERS, INTEGERS):
        return "mse"
    values = targets.values if isinstance(targets, Ragged) else targets
    return "mse" if not isinstance(values, torch.Tensor) or values.is_floating_point() else "cross_entropy"


def are_probabilities(outputs: Batch) -> bool:
    """Whether outputs [n, classes ≥ 2] are distributions, as a program's that ends in softmax: scores never add up to
    1 by chance."""
    values = outputs.values if isinstance(outputs, Ragged) else outputs
    if not isinstance(values, torch.Tensor) or not values.is_floating_point():
        return False
    return are_distributions(values.detach().float())


def make_loss(name: str, *, smoothing: float = 0.0, probabilities: bool = False, weights: Sequence[float] = ()) -> Loss:
    """The loss of that name; ValueError for another name. ``weights`` of the classes count in cross entropy alone."""
    if name not in LOSSES:
        raise ValueError(f"loss={name!r}: one of {', '.join(LOSSES)} is required; choose one of these")
    if name == "heads":
        return heads_cross_entropy(smoothing)
    return cross_entropy(smoothing, probabilities, weights) if name == "cross_entropy" else LOSSES[name]()
