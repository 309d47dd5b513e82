"""Fitted arrays as text for people, which is Python too: a small tree as nested ``if``s."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

MOST_LEAVES = 40
"""A tree with more of them is no text that anyone reads."""
WIDTH = 2
"""Spaces of one level."""


@dataclass(frozen=True)
class Reading:
    """How to say what the arrays of one site mean.

    ``name``: of the function that is written. ``feature(i)``: the text of a feature. ``raw(i, threshold)``: the threshold in the units that
    the text of the feature is in. ``answer(values)``: the text of a leaf's numbers.
    """

    name: str
    feature: Callable[[int], str]
    raw: Callable[[int, float], float]
    answer: Callable[[np.ndarray], str]


def nested_ifs(arrays: Mapping[str, np.ndarray], reading: Reading) -> list[str]:
    """The lines of ``def name(x): …`` for the first tree of a site's arrays; [] where it is too large."""
    left, right = arrays["left"], arrays["right"]
    if np.count_nonzero(left == np.arange(len(left))) > MOST_LEAVES:
        return []
    lines = [f"def {reading.name}(x):"]

    def write(node: int, level: int) -> None:
        space = " " * (WIDTH * level)
        if left[node] == node:
            lines.append(f"{space}return {reading.answer(arrays['value'][node])}")
            return
        feature = int(arrays["feature"][node])
        threshold = reading.raw(feature, float(arrays["threshold"][node]))
        lines.append(f"{space}if {reading.feature(feature)} <= {threshold:.6g}:")
        write(int(left[node]), level + 1)
        lines.append(f"{space}else:")
        write(int(right[node]), level + 1)

    write(int(arrays["root"][0]), 1)
    return lines
