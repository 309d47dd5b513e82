"""A fitted word that needs no targets: the directions in which the cases vary most."""

from __future__ import annotations

from ..fitted.cases import Fitted, Fitting, FittingCases
from ..inference import ShapeError
from ..lazy import F, Tensor
from ..primitive import Parameter, Prior, Setting, Shape
from ..words import geometric
from .base import no_parameters

MAX_CASES = 50_000
"""Cases that are looked at; of more a sample."""


def _shape(x: Shape, *, units: int, whiten: bool) -> Shape:
    if units > x[0]:
        raise ShapeError(f"units={units}: {x[0]} numbers have at most {x[0]} principal components; use fewer units")
    return (units,)


def _buffers(x: Shape, *, units: int, whiten: bool) -> dict[str, Parameter]:
    return {"directions": Parameter((units, x[0]), "zeros"), "mean": Parameter((x[0],), "zeros")}


def _fit(cases: FittingCases, *, units: int, whiten: bool) -> Fitted:
    """scikit-learn's PCA; where there are fewer cases than components, the last ones are zero."""
    import numpy as np
    from sklearn.decomposition import PCA

    x = cases.sample(MAX_CASES).x.astype(np.float64)
    directions, count = np.zeros((units, x.shape[1])), min(units, *x.shape)
    if len(x) < 2:
        return Fitted({"directions": directions, "mean": x.mean(axis=0)})
    found = PCA(count, random_state=cases.seed).fit(x)
    spread = np.sqrt(np.maximum(found.explained_variance_, 1e-12)) if whiten else np.ones(count)
    directions[:count] = found.components_ / spread[:, None]
    return Fitted({"directions": directions, "mean": found.mean_})


@geometric(
    "principal",
    "Tensor[n] -> Tensor[units]",
    example="(principal :units 1 (vector :length 1 [2.5]))",
    settings=(Setting("units", 4, 2, 64, log=True, least=1), Setting("whiten", False, choices=(False, True))),
    shapes=_shape,
    parameters=no_parameters,
    buffers=_buffers,
    flops=lambda x, *, units, whiten: x[0] * units,
    prior=Prior(in_nets=-4.0),
    fitted=Fitting(_fit, supervised=False, needs=("sklearn.decomposition",)),
)
def principal(x: Tensor, *, directions: Tensor, mean: Tensor, units: int, whiten: bool) -> Tensor:
    """The first principal components (Pearson 1901), each brought to variance 1 where ``whiten``."""
    return F.linear(x - mean, directions)
