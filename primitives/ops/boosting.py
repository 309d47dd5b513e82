"""Gradient boosting: trees that each mend what those before them got wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..fitted.cases import Fitted, Fitting, FittingCases, FittingClock, FittingRefused
from ..fitted.trees import BLOCK, MAX_NODES, TreeArrays, arrays_of, said_at, tree_buffers, walked
from ..lazy import Tensor, torch
from ..primitive import FREE, Parameter, Prior, Setting, Shape
from ..words import geometric
from .base import UNITS, no_parameters

if TYPE_CHECKING:
    import numpy as np

FIRST_ROUNDS = 5
"""Rounds made before it is known how long one takes."""
CHECKED = 100
"""Cases on which the trees must say what scikit-learn says."""


def _buffers(x: Shape, *, units: int, **settings: object) -> dict[str, Parameter]:
    return {**tree_buffers(None), "unit": Parameter((FREE,), "zeros", whole=True), "base": Parameter((units,), "zeros")}


def _fit_boosting(
    cases: FittingCases, *, units: int, trees: int, rate: float, leaves: int, leaf: int, penalty: float
) -> Fitted:
    """scikit-learn's histogram boosting, for numbers one model each, without its early stopping."""
    if trees * units * 2 * leaves > MAX_NODES:
        raise FittingRefused(f"trees={trees}: with leaves={leaves} they need more than {MAX_NODES} nodes; use fewer")
    options = {"learning_rate": rate, "max_leaf_nodes": leaves, "min_samples_leaf": leaf, "l2_regularization": penalty}
    if cases.is_uniform:
        return Fitted({**arrays_of([_nothing()]), **_owners([0], cases.middle())})
    if cases.classes is None:
        each = None if cases.seconds is None else cases.seconds / units
        return _joined(
            [_boosted(replace(cases, y=cases.y[:, i : i + 1], seconds=each), trees, options) for i in range(units)]
        )
    return _joined([_boosted(cases, trees, options)])


class _Boosted:
    """One of scikit-learn's models as trees: ``owner`` says for each to which of ``base``'s numbers it adds."""

    def __init__(self, trees: list[TreeArrays], owner: list[int], base: np.ndarray, complete: bool) -> None:
        self.trees, self.owner, self.base, self.complete = trees, owner, base, complete


def _boosted(cases: FittingCases, trees: int, options: dict[str, Any]) -> _Boosted:
    clock = FittingClock(cases.seconds)
    import numpy as np
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    kind = HistGradientBoostingRegressor if cases.classes is None else HistGradientBoostingClassifier
    model = kind(max_iter=trees, early_stopping=False, random_state=cases.seed, warm_start=True, **options)
    y = cases.y[:, 0] if cases.classes is None else cases.y
    x = cases.x.astype(np.float64)
    complete = clock.grow(FIRST_ROUNDS, trees, lambda made: model.set_params(max_iter=made).fit(x, y, cases.weights))
    base, rounds = np.ravel(model._baseline_prediction), model._predictors
    if cases.classes is None:
        owner, full = [0], base
    else:
        present = cases.present
        owner = [int(present[-1])] if len(base) == 1 else [int(c) for c in present]
        full = np.full(cases.classes, cases.middle().min() + min(0.0, float(base.min())))
        full[present] = np.array([0.0, base[0]]) if len(base) == 1 else base
    found = _Boosted([_tree(p.nodes) for r in rounds for p in r], owner * len(rounds), full, complete)
    _check(model, cases, found)
    return found


def _tree(nodes: Any) -> TreeArrays:
    import numpy as np

    leaf = nodes["is_leaf"].astype(bool)
    left, right = (np.where(leaf, -1, nodes[side].astype(np.int64)) for side in ("left", "right"))
    return TreeArrays(nodes["feature_idx"].astype(np.int64), nodes["num_threshold"], left, right, nodes["value"])


def _nothing() -> TreeArrays:
    """A tree that adds nothing."""
    import numpy as np

    none = np.full(1, -1)
    return TreeArrays(none, np.zeros(1), none, none, np.zeros(1))


def _owners(owner: list[int], base: np.ndarray) -> dict[str, np.ndarray]:
    import numpy as np

    return {"unit": np.array(owner, dtype=np.int32), "base": base}


def _joined(parts: list[_Boosted]) -> Fitted:
    """The models of several numbers as one: each adds to its own."""
    import numpy as np

    first = np.cumsum([0, *(len(part.base) for part in parts)])
    owner = [int(start) + each for start, part in zip(first, parts, strict=False) for each in part.owner]
    trees = [tree for part in parts for tree in part.trees]
    base = np.concatenate([part.base for part in parts])
    return Fitted({**arrays_of(trees), **_owners(owner, base)}, complete=all(part.complete for part in parts))


def _check(model: Any, cases: FittingCases, found: _Boosted) -> None:
    """The trees are read from where scikit-learn keeps them, which is not promised to stay: they must say what it says."""
    import numpy as np

    x = cases.x[:CHECKED]
    arrays = _joined([found]).arrays
    tensors = {
        k: torch.from_numpy(np.array(a, np.int32 if a.dtype.kind in "iu" else np.float32)) for k, a in arrays.items()
    }
    scores = _sums(torch.from_numpy(x), **tensors).double()
    if cases.classes is None:
        wanted, got = model.predict(x.astype(np.float64)), scores[:, 0].numpy()
    else:
        wanted = model.predict_proba(x.astype(np.float64))
        got = scores[:, torch.from_numpy(cases.present)].softmax(1).numpy()
    if not np.allclose(got, wanted, rtol=1e-3, atol=1e-3):
        import sklearn

        raise RuntimeError(
            f"scikit-learn={sklearn.__version__}: the trees of its boosting are not where they were; use an older one"
        )


def _sums(
    x: Tensor, feature: Tensor, threshold: Tensor, left: Tensor, right: Tensor, value: Tensor, root: Tensor, steps: Tensor,
    unit: Tensor, base: Tensor,
) -> Tensor:  # fmt: skip
    """``base`` and what all trees add to it."""
    total = base.to(value.dtype).expand(len(x), len(base)).clone()
    step = max(1, BLOCK // max(len(x), 1))
    for roots, owners in zip(root.split(step), unit.split(step), strict=True):
        total.index_add_(1, owners, said_at(value, walked(x, feature, threshold, left, right, roots, steps)))
    return total


@geometric(
    "boosting",
    "Tensor[n] -> Tensor[units]",
    example="(boosting :units 1 :leaf 1 (vector :length 1 [2.5]))",
    settings=(
        UNITS,
        Setting("trees", 100, 20, 500, log=True, least=1),
        Setting("rate", 0.1, 0.01, 0.5, log=True, least=1e-6),
        Setting("leaves", 31, 4, 127, log=True, least=2),
        Setting("leaf", 20, 1, 100, log=True),
        Setting("penalty", 0.0, 0.0, 10.0),
    ),
    parameters=no_parameters,
    buffers=_buffers,
    flops=lambda x, *, units, trees, rate, leaves, leaf, penalty: 4 * trees * units * max(1, leaves.bit_length()),
    prior=Prior(in_nets=-4.0, first=2, part=True),
    fitted=Fitting(_fit_boosting, needs=("sklearn.ensemble",)),
    traceable=False,
)
def boosting(
    x: Tensor, *, feature: Tensor, threshold: Tensor, left: Tensor, right: Tensor, value: Tensor, root: Tensor, steps: Tensor,
    unit: Tensor, base: Tensor, units: int, trees: int, rate: float, leaves: int, leaf: int, penalty: float,
) -> Tensor:  # fmt: skip
    """Gradient boosting (Friedman 2001) of trees on histograms (Ke et al. 2017): a sum of small trees, each fitted to the gradient of the
    loss of those before it; of classes their scores."""
    return _sums(x, feature, threshold, left, right, value, root, steps, unit, base)
