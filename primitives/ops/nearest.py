"""A fitted word that remembers cases and answers by those most alike."""

from __future__ import annotations

from ..fitted.cases import LEAST, Fitted, Fitting, FittingCases
from ..lazy import Tensor, torch
from ..primitive import FREE, Parameter, Prior, Setting, Shape
from ..words import geometric
from .base import UNITS, no_parameters

MAX_CASES, MAX_NUMBERS = 20_000, 10_000_000
"""Most cases that are remembered, and most numbers of them together; of more a sample."""
SPARE = 16
"""Cases beyond the neighbours that are compared once more, by the differences themselves, since float32 rounds the products."""
TINY = 1e-30
"""What the weights of all neighbours together are taken for where they are less."""


def _buffers(x: Shape, *, units: int, neighbours: int) -> dict[str, Parameter]:
    return {
        "cases": Parameter((FREE, x[0]), "zeros"),
        "answers": Parameter((FREE, units), "zeros"),
        "logarithm": Parameter((1,), "zeros"),
    }


def _fit(cases: FittingCases, *, units: int, neighbours: int) -> Fitted:
    """The cases, that which is nearest to their medians first; answers of classes by the weights of their cases, whose mean is 1."""
    import numpy as np

    kept = cases.sample(min(MAX_CASES, max(1, MAX_NUMBERS // cases.x.shape[1])))
    flag = np.array([float(cases.classes is not None)])
    away = np.square(kept.x - np.median(kept.x.astype(np.float64), axis=0)).sum(axis=1)
    middle = int(away.argmin())
    kept = kept.take(np.concatenate([[middle], np.delete(np.arange(len(kept)), middle)]))
    answers = kept.shares()
    if kept.classes is not None and kept.weights is not None:
        answers = answers * (kept.weights / kept.weights.mean())[:, None]
    return Fitted({"cases": kept.x, "answers": answers, "logarithm": flag})


@geometric(
    "nearest",
    "Tensor[n] -> Tensor[units]",
    example="(nearest :units 1 :neighbours 1 (vector :length 1 [2.6]))",
    settings=(UNITS, Setting("neighbours", 5, 1, 50, log=True)),
    parameters=no_parameters,
    buffers=_buffers,
    flops=lambda x, *, units, neighbours: x[0] * 1000,
    prior=Prior(in_nets=-5.0, head=True),
    fitted=Fitting(_fit),
)
def nearest(
    x: Tensor, *, cases: Tensor, answers: Tensor, logarithm: Tensor, units: int, neighbours: int
) -> Tensor:  # fmt: skip
    """The mean answer of the nearest cases by Euclidean distance (Cover and Hart 1967); of classes the logarithms of their shares,
    a neighbour counting as the weight of its class. Of equally near ones it is not said which are taken."""
    close = _closest(x, cases, neighbours + SPARE)
    distances = (x.unsqueeze(1) - cases[close]).square().sum(2)
    nearest = distances.topk(min(neighbours, len(cases)), dim=1, largest=False, sorted=False).indices
    said = answers[close.gather(1, nearest)].mean(1)
    shares = said / said.sum(1, keepdim=True).clamp_min(TINY)
    return torch.where(logarithm > 0, shares.clamp_min(LEAST).log(), said)


def _closest(x: Tensor, cases: Tensor, count: int) -> Tensor:
    """The places [batch, count] of about the nearest cases, by a product of matrices. From the first case on, which is among the others,
    for squares of what lies far from 0 leave no room for differences."""
    here, there = x - cases[:1], cases - cases[:1]
    far = (there * there).sum(1) - 2 * here @ there.T
    return far.topk(min(count, len(cases)), dim=1, largest=False, sorted=False).indices
