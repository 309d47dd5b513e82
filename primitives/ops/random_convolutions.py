"""A fitted word that needs no targets: what many random kernels find in a series."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..fitted.cases import Fitted, Fitting, FittingCases
from ..lazy import F, Tensor, torch
from ..primitive import Parameter, Prior, Setting, Shape
from ..words import geometric
from .base import no_parameters

if TYPE_CHECKING:
    import numpy as np

LENGTH = 9
"""Steps of a kernel."""
TOGETHER = 16
"""Kernels of one dilation that are applied at a time: their results are all that is in memory beside the answer."""
MAX_CASES = 2_000
"""Cases by which what the kernels find is centred and scaled; of more a sample."""
LOOKED_AT = 32
"""Cases whose convolutions give the thresholds."""


def _kernels(units: int) -> int:
    """How many kernels there are: each finds two numbers."""
    return -(-units // 2)


def _buffers(x: Shape, *, units: int) -> dict[str, Parameter]:
    kernels = _kernels(units)
    return {
        "weight": Parameter((kernels, x[0], LENGTH), "zeros"),
        "threshold": Parameter((kernels,), "zeros"),
        "mean": Parameter((units,), "zeros"),
        "scale": Parameter((units,), "ones"),
    }


def _dilation(group: int, steps: int) -> int:
    """That of a group of kernels: 1, 2, 4 … in turn, as long as a kernel is no longer than the series."""
    several = int(math.log2(max(1, (steps - 1) // (LENGTH - 1)))) + 1
    return int(2 ** (group % several))


def _convolved(x: Tensor, kernels: Tensor, group: int) -> Tensor:
    """The results [n, kernels, steps] of a group of kernels."""
    dilation = _dilation(group, x.shape[2])
    return F.conv1d(x, kernels, None, 1, dilation * (LENGTH // 2), dilation)


def _found(x: Tensor, weight: Tensor, threshold: Tensor, units: int) -> Tensor:
    """The share of steps above the threshold for each kernel, then its largest result: [n, units]."""
    shares, largest = [], []
    for group, (kernels, bound) in enumerate(zip(weight.split(TOGETHER), threshold.split(TOGETHER))):
        result = _convolved(x, kernels, group)
        shares.append((result > bound.view(1, -1, 1)).to(x.dtype).mean(2))
        largest.append(result.amax(2))
    return torch.cat(shares + largest, 1)[:, :units]


def _drawn(kernels: int, channels: int, rng: np.random.Generator) -> np.ndarray:
    """Normal weights whose mean over the steps is 0, of some of the channels each: as many as the powers of two are evenly likely."""
    weight = rng.normal(size=(kernels, channels, LENGTH))
    weight -= weight.mean(axis=2, keepdims=True)
    many = (2 ** rng.uniform(0, math.log2(channels + 1), size=kernels)).astype(int).clip(1, channels)
    place = rng.random((kernels, channels)).argsort(axis=1).argsort(axis=1)
    weight[place >= many[:, None]] = 0.0
    return weight.astype("float32")


def _fit(cases: FittingCases, *, units: int) -> Fitted:
    import numpy as np

    rng = np.random.Generator(np.random.PCG64(cases.seed))
    some = cases.sample(MAX_CASES).x
    weight = _drawn(_kernels(units), some.shape[1], rng)
    rows, shares = rng.permutation(len(some))[:LOOKED_AT], rng.uniform(0.05, 0.95, size=len(weight))
    with torch.no_grad():
        x, kernels = torch.from_numpy(some), torch.from_numpy(weight)
        looked_at = x[torch.from_numpy(rows)]
        groups = (_convolved(looked_at, each, group) for group, each in enumerate(kernels.split(TOGETHER)))
        results = [row.numpy() for result in groups for row in result.transpose(0, 1).flatten(1)]
        threshold = np.array([np.quantile(row, share) for row, share in zip(results, shares, strict=True)], "float32")
        found = _found(x, kernels, torch.from_numpy(threshold), units).numpy().astype(np.float64)
    deviation = found.std(axis=0)
    scale = np.where(deviation > 1e-6, deviation, 1.0)
    return Fitted({"weight": weight, "threshold": threshold, "mean": found.mean(axis=0), "scale": scale})


@geometric(
    "random_convolutions",
    "Tensor[c,n] -> Tensor[units]",
    example="(random_convolutions :units 4 (stack_list :length 1 (singleton (vector :length 9 [0.0 1.0 0.0 -1.0 0.0 1.0 0.0 -1.0 0.0]))))",
    settings=(Setting("units", 1000, 64, 2048, log=True, least=1),),
    parameters=no_parameters,
    buffers=_buffers,
    flops=lambda x, *, units: _kernels(units) * LENGTH * x[0] * x[1],
    prior=Prior(in_nets=-4.0),
    fitted=Fitting(_fit, supervised=False),
)
def random_convolutions(
    x: Tensor, *, weight: Tensor, threshold: Tensor, mean: Tensor, scale: Tensor, units: int
) -> Tensor:
    """Of each of many random kernels, at several dilations, the share of steps at which it exceeds a threshold that the data gave, and
    its largest result (ROCKET and MiniRocket: Dempster, Petitjean and Webb 2020, Dempster, Schmidt and Webb 2021), centred and scaled."""
    return (_found(x, weight, threshold, units) - mean) / scale
