"""Fitted words without turns: the same answer for all, and an affine map."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from ..fitted.cases import Fitted, Fitting, FittingCases
from ..lazy import F, Tensor
from ..primitive import Parameter, Prior, Setting, Shape
from ..words import geometric
from .base import UNITS, no_parameters

if TYPE_CHECKING:
    import numpy as np

ITERATIONS = 200
"""Most steps of the logistic regression's optimiser."""
SPEED = 5e8
"""Numbers of ``x`` that a second of such a fit is taken to get through, each once for every class and step; set by hand."""


def _fit_constant(cases: FittingCases, *, units: int) -> Fitted:
    return Fitted({"value": cases.middle()})


@geometric(
    "constant",
    "Tensor[n] -> Tensor[units]",
    example="(constant :units 1 (vector :length 1 [2.5]))",
    settings=(UNITS,),
    parameters=no_parameters,
    buffers=lambda x, *, units: {"value": Parameter((units,), "zeros")},
    prior=Prior(in_nets=-5.0, first=0),
    fitted=Fitting(_fit_constant),
    traceable=False,
)
def constant(x: Tensor, *, value: Tensor, units: int) -> Tensor:
    """Whatever the input, the logarithms of the classes' frequencies, or the targets' mean."""
    return value.expand(len(x), units)


def _buffers(x: Shape, *, units: int, penalty: float) -> dict[str, Parameter]:
    return {"weight": Parameter((units, x[0]), "zeros"), "bias": Parameter((units,), "zeros")}


def _fit_linear(cases: FittingCases, *, units: int, penalty: float) -> Fitted:
    """scikit-learn's Ridge for numbers, its LogisticRegression for classes; of a class that does not occur the score is that of the
    least probability that ``FittingCases.middle`` gives."""
    import numpy as np

    weight, bias = np.zeros((units, cases.x.shape[1])), cases.middle()
    if cases.is_uniform:
        return Fitted({"weight": weight, "bias": bias})
    if cases.classes is None:
        from sklearn.linear_model import Ridge

        found = Ridge(alpha=penalty).fit(cases.x.astype(np.float64), cases.y, sample_weight=cases.weights)
        return Fitted({"weight": found.coef_.reshape(units, -1), "bias": np.broadcast_to(found.intercept_, (units,))})
    most = None if cases.seconds is None else int(cases.seconds * SPEED / (ITERATIONS * cases.x.shape[1] * units))
    used = cases if most is None else cases.sample(max(most, 50 * units))
    rows, biases, present = _logistic(used, penalty)
    weight[present], bias[present] = rows, biases
    return Fitted({"weight": weight, "bias": bias}, complete=len(used) == len(cases))


def _logistic(cases: FittingCases, penalty: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights [present classes, features], biases, and which classes these are."""
    import numpy as np
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    strength = 1.0 / penalty if penalty > 0 else np.inf
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = LogisticRegression(C=strength, max_iter=ITERATIONS)
        found = model.fit(cases.x.astype(np.float64), cases.y, sample_weight=cases.weights)
    weight, bias = found.coef_, found.intercept_
    if len(weight) == 1:  # of two classes it gives the second one's advantage
        weight, bias = np.concatenate([0 * weight, weight]), np.concatenate([0 * bias, bias])
    return weight, bias, found.classes_


@geometric(
    "linear",
    "Tensor[n] -> Tensor[units]",
    example="(linear :units 1 :penalty 0 (vector :length 1 [2.5]))",
    settings=(UNITS, Setting("penalty", 1.0, 1e-3, 1e3, log=True, least=0.0)),
    parameters=no_parameters,
    buffers=_buffers,
    flops=lambda x, *, units, penalty: x[0] * units,
    prior=Prior(in_nets=-4.0, first=1, part=True, top=4, head=True),
    fitted=Fitting(_fit_linear, needs=("sklearn.linear_model",)),
)
def linear(x: Tensor, *, weight: Tensor, bias: Tensor, units: int, penalty: float) -> Tensor:
    """An affine map by the least squares (ridge regression), of classes their scores by logistic regression; ``penalty`` times the
    squared weights is added to the loss."""
    return F.linear(x, weight, bias)
