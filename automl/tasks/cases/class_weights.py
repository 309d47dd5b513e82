"""Weights of classes: how much a case of each counts in the losses that programs are trained and fitted by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ...errors import TaskError

BALANCED, NONE = "balanced", "none"
ClassWeight = str | Mapping[object, float]
"""``balanced``, ``none`` (each case counts alike), ``label:weight`` pairs with commas, or weights by label; labels that are not among them
weigh 1."""


def class_weights(given: ClassWeight, targets: np.ndarray, names: Sequence[str]) -> tuple[float, ...]:
    """The weight of each class, of which ``names`` are the labels.

    given: what was asked for. ``balanced`` gives every class that occurs among the ``targets`` [n] the same sum over them, n in all
        (King and Zeng 2001).

    Raises TaskError where that is anything else, a label is not known, or a weight is not above 0.
    """
    asked = given.strip().lower() if isinstance(given, str) else ""
    if asked == NONE:
        return ()
    if asked == BALANCED:
        counts = np.bincount(targets, minlength=len(names))
        there = int((counts > 0).sum())
        return tuple(float(len(targets) / (there * count)) if count else 1.0 for count in counts)
    weights = {str(label): weight for label, weight in (_pairs(given) if isinstance(given, str) else given).items()}
    unknown = [label for label in weights if label not in names]
    if unknown:
        known = ", ".join(names[:20])
        raise TaskError(f"class_weight of {unknown[0]!r}: a label is required, of {known}; correct it")
    for label, weight in weights.items():
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight < float("inf"):
            raise TaskError(f"class_weight of {label!r}={weight!r}: a finite number above 0 is required; 1 is usual")
    return tuple(float(weights.get(name, 1.0)) for name in names)


def _pairs(text: str) -> dict[object, float]:
    """The weights that ``label:weight,label:weight`` says."""
    found: dict[object, float] = {}
    for pair in text.split(","):
        label, colon, weight = pair.rpartition(":")
        try:
            found[label.strip()] = float(weight)
        except ValueError:
            colon = ""
        if not colon:
            raise TaskError(
                f"class_weight={text!r}: {BALANCED}, {NONE}, or labels with their weights, is required; write such as yes:10,no:1"
            )
    return found


def weight_text(given: ClassWeight) -> str:
    """The text that says the same, for a reference to data."""
    return given if isinstance(given, str) else ",".join(f"{label}:{weight}" for label, weight in given.items())


def said_weights(weights: Sequence[float], names: Sequence[str], most: int = 10) -> str:
    """The weights for people."""
    shown = ", ".join(f"{name} {weight:.4g}" for name, weight in list(zip(names, weights, strict=True))[:most])
    return f"class weights: {shown}{', …' if len(names) > most else ''}"
