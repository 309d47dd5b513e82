"""Some of the classes of labelled cases, and so many labelled examples of each."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from ...errors import TaskError


def of_classes(y: np.ndarray, wanted: str, called: Sequence[str] = ()) -> np.ndarray:
    """The indices of the cases of some classes.

    y: [n] labels.
    wanted: labels with commas between, or whole numbers from one to another, as ``5-9``.
    called: what the labels 0, 1, … are called, by which they may be named too (default: nothing).

    Raises TaskError where there is no case of a class that is wanted, or one class only.
    """
    span = re.fullmatch(r"(\d+)-(\d+)", wanted)
    names = [str(n) for n in range(int(span[1]), int(span[2]) + 1)] if span else wanted.split(",")
    numbers = {name: str(number) for number, name in enumerate(called)}
    names = [numbers.get(name.strip(), name.strip()) for name in names]
    labels = np.array([str(label) for label in y.tolist()])
    lacking = [name for name in names if not (labels == name).any()]
    if lacking or len(names) < 2:
        there = ", ".join(called or dict.fromkeys(sorted(labels.tolist())))
        raise TaskError(
            f"classes={wanted!r}: at least two of the labels {there[:200]} are required; name such as 5-9 or cat,dog"
        )
    return np.flatnonzero(np.isin(labels, names))


def examples_of_each(y: np.ndarray, count: int, seed: int) -> np.ndarray:
    """The indices of ``count`` cases of each class, drawn, in their order.

    y: [n] labels.
    count: at least 1.
    seed: of the draw.

    Raises TaskError where a class has fewer.
    """
    classes, sizes = np.unique(y, return_counts=True)
    if count < 1 or sizes.min() < count:
        raise TaskError(
            f"examples={count}: from 1 to {int(sizes.min())} of each class are required, as many as the class "
            f"{classes[sizes.argmin()]} has; choose another number"
        )
    rng = np.random.default_rng([seed, 4])
    return np.sort(np.concatenate([rng.choice(np.flatnonzero(y == label), count, replace=False) for label in classes]))
