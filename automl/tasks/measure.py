"""A metric that a labelled task may be given by its name; those of a user's own module are found too (docs/plugins.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from library.records import Direction
from primitives.plugins import PluginKind, instances

from ..errors import TaskError
from .metrics import NUMBERS, Outputs, answer_rows, score_rows


@dataclass(frozen=True)
class Measure:
    """``name`` as it is asked for; ``form`` of targets (classes or numbers); whether more is better; and ``measure(targets, answers)``.

    Of classes: targets int64 [n] and answers float64 [n, classes], the probability of each class. Of numbers: both float64 [n, k], in the
    units of the data. NaN where it is undefined.
    """

    name: str
    form: str
    direction: Direction
    measure: Callable[[np.ndarray, np.ndarray], float]


MEASURES: PluginKind[Measure] = PluginKind("metric", f"{__package__}.measures", instances(Measure), "tasks")


def measures() -> Mapping[str, Measure]:
    """Every metric by name. Raises PluginError where two have one name."""
    return MEASURES.found()


def measure_named(name: str, form: str) -> Measure:
    """The metric ``name`` for targets of the form ``form``; upper case, spaces and dashes do not count. Raises
    TaskError where there is none."""
    key = name.strip().lower().replace(" ", "_").replace("-", "_")
    found = measures().get(name) or measures().get(key)
    if found is None or found.form != form:
        known = ", ".join(sorted(each.name for each in measures().values() if each.form == form))
        raise TaskError(f"metric={name!r}: one for {form} is required, of {known}; choose one of these")
    return found


def measured(
    name: str, form: str, outputs: Outputs, targets: np.ndarray, offset: Sequence[float], scale: Sequence[float]
) -> dict[str, float]:
    """The metric ``name`` of a program's ``outputs``, under its name; {} where it is undefined: an output is a Failure or not finite, or it
    is NaN. ``offset`` and ``scale`` [k] bring numbers back to the units of the data. Raises TaskError where there is no such metric."""
    measure = measure_named(name, form)
    found = answer_rows(outputs, targets.shape[1:]) if form == NUMBERS else score_rows(outputs)
    if found is None or not np.isfinite(found).all():
        return {}
    if form == NUMBERS:
        centre, unit = np.asarray(offset or 0.0), np.asarray(scale or 1.0)
        value = measure.measure(targets * unit + centre, found * unit + centre)
    else:
        value = measure.measure(targets, probabilities_of(found))
    return {} if value != value else {name: float(value)}


def probabilities_of(rows: np.ndarray) -> np.ndarray:
    """float64 [n, classes] that sum to 1: the rows themselves where they do, or else the softmax of scores."""
    if (rows >= 0).all() and np.allclose(rows.sum(axis=1), 1.0, atol=1e-4):
        return rows
    powers = np.exp(rows - rows.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
