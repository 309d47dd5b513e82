"""The same labelled pictures as another task: inverted, turned, mirrored, or under other labels."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...errors import TaskError

INVERTED, TURNED, MIRRORED, RELABELLED = "inverted", "turned", "mirrored", "relabelled"
STREAM = 5
"""Tells the draw of other labels from those of splits and examples by the same seed."""
PICTURES: dict[str, Callable[[np.ndarray, float], np.ndarray]] = {
    INVERTED: lambda x, brightest: brightest - x,
    TURNED: lambda x, brightest: np.rot90(x, axes=(-2, -1)),
    MIRRORED: lambda x, brightest: x[..., ::-1],
}
"""What becomes of pictures [n, c, h, w]: bright is dark, a quarter turn against the clock, left is right."""


def changes(text: str) -> tuple[str, ...]:
    """The changes that a text names, commas between. Raises TaskError for one that is none.

    text: such as ``inverted,relabelled``.
    """
    found = tuple(text.split(","))
    known = (*PICTURES, RELABELLED)
    for each in found:
        if each not in known:
            raise TaskError(
                f"changed={text!r}: of {', '.join(known)} some are required, commas between; correct {each!r}"
            )
    return found


def changed_pictures(x: np.ndarray, text: str, brightest: float) -> np.ndarray:
    """The pictures, changed, in the order in which the text says it. Raises TaskError where they are none, or not square to be turned.

    x: [n, c, h, w].
    text: such as ``inverted,turned``.
    brightest: the number that stands for white, which becomes 0 where they are inverted.
    """
    for each in changes(text):
        if each in PICTURES:
            if x.ndim != 4 or (each == TURNED and x.shape[-1] != x.shape[-2]):
                needed = "square pictures" if each == TURNED else "pictures"
                raise TaskError(
                    f"changed={each!r}: {needed} are required, not an array of shape {x.shape}; leave it out"
                )
            x = PICTURES[each](x, brightest)
    return np.ascontiguousarray(x)


def relabelling(y: np.ndarray, text: str, seed: int) -> Callable[[np.ndarray], np.ndarray]:
    """What gives each case another label: one of those of ``y`` for each, drawn by the seed so that not all stay.

    y: [n] labels.
    text: without ``relabelled`` labels stay as they are.
    seed: of the draw.
    """
    if RELABELLED not in changes(text):
        return lambda labels: labels
    known = np.unique(y)
    rng = np.random.default_rng([seed, STREAM])
    order = rng.permutation(len(known))
    if (order == np.arange(len(known))).all():
        order = np.roll(order, 1)
    return lambda labels: known[order][np.searchsorted(known, labels)]
