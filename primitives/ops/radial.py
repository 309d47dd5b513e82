"""Units that answer to the distance from a centre."""

from __future__ import annotations

from ..lazy import Tensor
from ..primitive import Parameter, Prior, Setting, Shape
from ..words import geometric


def _centres(x: Shape, units: int) -> dict[str, Parameter]:
    return {"centres": Parameter((units, x[0]), "normal")}


@geometric(
    "radial",
    "Tensor[n] -> Tensor[units]",
    example="(radial :units 2 (vector :length 2 [1.0 0.0]))",
    settings=(
        Setting("units", 32, 4, 1024, log=True, least=1),
        Setting("fixed", False, choices=(False, True)),
    ),
    parameters=lambda x, *, units, fixed: {} if fixed else _centres(x, units),
    buffers=lambda x, *, units, fixed: _centres(x, units) if fixed else {},
    flops=lambda x, *, units, fixed: x[0] * units,
    prior=Prior(in_nets=-3.0),
)
def radial(x: Tensor, *, centres: Tensor, units: int, fixed: bool) -> Tensor:
    """Minus the squared distance to each of ``units`` centres, which are trained, or stay as drawn where ``fixed`` (the
    output layer of LeCun et al. 1998): the logarithm of a Gaussian, up to a constant."""
    return 2 * x @ centres.T - (x * x).sum(1, keepdim=True) - (centres * centres).sum(1)
