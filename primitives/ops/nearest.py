"""A fitted word that remembers cases and answers by those most alike."""

from __future__ import annotations

from ..fitted.cases import LEAST, Fitted, Fitting, FittingCases
from ..lazy import Tensor, torch
from ..primitive import FREE, Parameter, Prior, Setting, Shape
from ..words import geometric
from .base import UNITS, no_parameters

MAX_CASES, MAX_NUMBERS = 20_000, 10_000_000
"""Most cases that are remembered, and most numbers of them together; of more a sample."""


def _buffers(x: Shape, *, units: int, neighbours: int) -> dict[str, Parameter]:
    return {
        "cases": Parameter((FREE, x[0]), "zeros"),
        "answers": Parameter((FREE, units), "zeros"),
        "logarithm": Parameter((1,), "zeros"),
    }


def _fit(cases: FittingCases, *, units: int, neighbours: int) -> Fitted:
    import numpy as np

    kept = cases.sample(min(MAX_CASES, max(1, MAX_NUMBERS // cases.x.shape[1])))
    flag = np.array([float(cases.classes is not None)])
    counted = kept.shares() if kept.classes is None or kept.weights is None else kept.shares() * kept.weights[:, None]
    return Fitted({"cases": kept.x, "answers": counted, "logarithm": flag})


@geometric(
    "nearest",
    "Tensor[n] -> Tensor[units]",
    settings=(UNITS, Setting("neighbours", 5, 1, 50, log=True)),
    parameters=no_parameters,
    buffers=_buffers,
    flops=lambda x, *, units, neighbours: x[0] * 1000,
    prior=Prior(in_nets=-5.0),
    fitted=Fitting(_fit),
)
def nearest(
    x: Tensor, *, cases: Tensor, answers: Tensor, logarithm: Tensor, units: int, neighbours: int
) -> Tensor:  # fmt: skip
    """The mean answer of the nearest cases by Euclidean distance (Cover and Hart 1967); of classes the logarithms of their shares,
    a neighbour counting as the weight of its class."""
    far = (cases * cases).sum(1) - 2 * x @ cases.T
    closest = far.topk(min(neighbours, len(cases)), dim=1, largest=False, sorted=False).indices
    said = answers[closest].mean(1)
    return torch.where(logarithm > 0, said.clamp_min(LEAST).log(), said)
