"""Fitted words that divide the inputs by thresholds: a decision tree and a forest of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..fitted.cases import LEAST, Fitted, Fitting, FittingCases, FittingClock, FittingRefused
from ..fitted.readings import nested_ifs
from ..fitted.trees import BLOCK, MAX_NODES, TreeArrays, arrays_of, said_at, tree_buffers, walked
from ..lazy import Tensor, torch
from ..primitive import Parameter, Prior, Setting, Shape
from ..words import geometric
from .base import UNITS, no_parameters

if TYPE_CHECKING:
    import numpy as np

LEAF = Setting("leaf", 1, 1, 50, log=True)
"""Fewest cases that a leaf is made of."""
DEPTH = Setting("depth", 0, choices=(0, 3, 5, 8, 12, 20), least=0)
"""Most questions asked of a case; 0: as many as it takes."""
FEATURES = Setting("features", "auto", choices=("auto", "sqrt", "third", "all"))
"""How many features, drawn anew for each question, may be asked about; ``auto``: √n for classes, all for numbers."""
FIRST_TREES = 2
"""Trees grown before it is known how long one takes."""
FEWEST = 100
"""A tree that could look at fewer cases than this, for the nodes of all trees would be too many, is refused."""


def _buffers(x: Shape, *, units: int, **settings: object) -> dict[str, Parameter]:
    return {**tree_buffers(units), "logarithm": Parameter((1,), "zeros")}


def _value(tree: Any, cases: FittingCases) -> np.ndarray:
    """What each node of scikit-learn's ``tree_`` says: numbers, or probabilities of all classes."""
    import numpy as np

    if cases.classes is None:
        return tree.value[:, :, 0]
    value = np.zeros((tree.node_count, cases.classes))
    value[:, cases.present] = tree.value[:, 0, :] / tree.value[:, 0, :].sum(axis=1, keepdims=True)
    return value


def _arrays(found: list[Any], cases: FittingCases) -> dict[str, np.ndarray]:
    import numpy as np

    trees = [
        TreeArrays(t.feature, t.threshold, t.children_left, t.children_right, _value(t, cases))
        for t in (each.tree_ for each in found)
    ]
    return {**arrays_of(trees), "logarithm": np.array([float(cases.classes is not None)])}


def _options(cases: FittingCases, leaf: int, depth: int, features: str) -> dict[str, Any]:
    share = {"auto": "sqrt" if cases.classes is not None else 1.0, "sqrt": "sqrt", "third": 1 / 3, "all": 1.0}[features]
    return {"min_samples_leaf": leaf, "max_depth": depth or None, "max_features": share, "random_state": cases.seed}


def _targets(cases: FittingCases) -> np.ndarray:
    return cases.y[:, 0] if cases.classes is None and cases.width == 1 else cases.y


def _fit_tree(cases: FittingCases, *, units: int, leaf: int, depth: int) -> Fitted:
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    kind = DecisionTreeRegressor if cases.classes is None else DecisionTreeClassifier
    found = kind(**_options(cases, leaf, depth, "all")).fit(cases.x, _targets(cases), sample_weight=cases.weights)
    return Fitted(_arrays([found], cases))


def _fit_forest(cases: FittingCases, *, units: int, trees: int, leaf: int, depth: int, features: str) -> Fitted:
    """scikit-learn's forests, grown until the time is up; where all trees together could have more than MAX_NODES nodes, each is grown
    on a smaller sample of the cases."""
    clock = FittingClock(cases.seconds)
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    most = _largest_sample(len(cases), trees, leaf, depth)
    kind = RandomForestRegressor if cases.classes is None else RandomForestClassifier
    options = {**_options(cases, leaf, depth, features), "max_samples": most if most < len(cases) else None}
    forest = kind(n_estimators=1, warm_start=True, n_jobs=1, **options)
    y = _targets(cases)
    complete = clock.grow(
        FIRST_TREES, trees, lambda made: forest.set_params(n_estimators=made).fit(cases.x, y, cases.weights)
    )
    return Fitted(_arrays(forest.estimators_, cases), complete=complete)


def _largest_sample(cases: int, trees: int, leaf: int, depth: int) -> int:
    """How many cases a tree may be grown on so that all have at most MAX_NODES nodes. Raises FittingRefused where that is too few."""
    if depth and trees * 2 ** (depth + 1) <= MAX_NODES:
        return cases
    most = MAX_NODES * leaf // (2 * trees)
    if most < min(cases, FEWEST):
        raise FittingRefused(
            f"trees={trees}: together they would need more than {MAX_NODES} nodes; use fewer trees or leaf={2 * leaf}"
        )
    return min(cases, most)


@geometric(
    "tree",
    "Tensor[n] -> Tensor[units]",
    example="(tree :units 1 (vector :length 1 [2.6]))",
    settings=(UNITS, LEAF, DEPTH),
    parameters=no_parameters,
    buffers=_buffers,
    flops=lambda x, *, units, leaf, depth: 4 * (depth or 20),
    prior=Prior(in_nets=-4.5),
    fitted=Fitting(_fit_tree, needs=("sklearn.tree",), read=nested_ifs),
    traceable=False,
)
def tree(
    x: Tensor, *, feature: Tensor, threshold: Tensor, left: Tensor, right: Tensor, value: Tensor, root: Tensor, steps: Tensor,
    logarithm: Tensor, units: int, leaf: int, depth: int,
) -> Tensor:  # fmt: skip
    """A decision tree (Breiman et al. 1984): the mean of the targets, or the logarithms of the classes' shares, in the leaf to which
    questions about single features lead."""
    ends = walked(x, feature, threshold, left, right, root, steps)
    said = said_at(value, ends)[:, 0]
    return torch.where(logarithm > 0, said.clamp_min(LEAST).log(), said)


@geometric(
    "forest",
    "Tensor[n] -> Tensor[units]",
    example="(forest :units 1 :trees 10 (vector :length 1 [2.6]))",
    settings=(UNITS, Setting("trees", 100, 10, 500, log=True, least=1), LEAF, DEPTH, FEATURES),
    parameters=no_parameters,
    buffers=_buffers,
    flops=lambda x, *, units, trees, leaf, depth, features: 4 * trees * (depth or 20),
    prior=Prior(in_nets=-4.0, first=3, part=True),
    fitted=Fitting(_fit_forest, needs=("sklearn.ensemble",)),
    traceable=False,
)
def forest(
    x: Tensor, *, feature: Tensor, threshold: Tensor, left: Tensor, right: Tensor, value: Tensor, root: Tensor, steps: Tensor,
    logarithm: Tensor, units: int, trees: int, leaf: int, depth: int, features: str,
) -> Tensor:  # fmt: skip
    """A random forest (Breiman 2001): the mean of many trees, each grown on cases drawn with replacement, asking about the best of a few
    features; of classes the logarithms of the mean shares."""
    total = torch.zeros(len(x), units, device=x.device, dtype=value.dtype)
    for roots in root.split(max(1, BLOCK // max(len(x), 1))):
        total = total + said_at(value, walked(x, feature, threshold, left, right, roots, steps)).sum(1)
    said = total / len(root)
    return torch.where(logarithm > 0, said.clamp_min(LEAST).log(), said)
