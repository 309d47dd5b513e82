"""A metric that a labelled task may be given by its name; those of a user's own module are found too (docs/plugins.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from library.records import Direction
from primitives.plugins import PluginKind, instances

from ..errors import TaskError
from .metrics import NUMBERS, Outputs, answer_rows, score_rows
from .own_metric import asked, function_named, is_function, told_targets


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


@dataclass(frozen=True)
class MetricUse:
    """How a metric is asked: ``offset`` and ``scale`` [k] bring numbers back to the units of the data. A function of a user's own is told
    ``labels`` for classes, and ``probabilities`` of the answers where it asked for them."""

    offset: Sequence[float] = ()
    scale: Sequence[float] = ()
    labels: Sequence[object] = ()
    probabilities: bool = False


def measured(name: str, form: str, outputs: Outputs, targets: np.ndarray, use: MetricUse) -> dict[str, float]:
    """The metric ``name`` of a program's ``outputs``, under its name; {} where it is undefined: an output is a Failure or not finite, or it
    is NaN. Raises TaskError where there is no such metric."""
    found = answer_rows(outputs, targets.shape[1:]) if form == NUMBERS else score_rows(outputs)
    if found is None or not np.isfinite(found).all():
        return {}
    if form == NUMBERS:
        centre, unit = np.asarray(use.offset or 0.0), np.asarray(use.scale or 1.0)
        wanted, answers = targets * unit + centre, found * unit + centre
    else:
        wanted, answers = targets, probabilities_of(found)
    if is_function(name):
        value = _own(name, form, wanted, answers, use)
    else:
        value = measure_named(name, form).measure(wanted, answers)
    return {} if value != value else {name: float(value)}


def _own(name: str, form: str, wanted: np.ndarray, answers: np.ndarray, use: MetricUse) -> float:
    """The value of a user's own function; NaN where it is undefined."""
    if form == NUMBERS:
        wanted, answers = told_targets(wanted, ()), told_targets(answers, ())
    else:
        wanted = told_targets(wanted, use.labels)
        answers = answers if use.probabilities else told_targets(answers.argmax(axis=1), use.labels)
    return asked(name, function_named(name), wanted, answers)


def own_measure(name: str, form: str, direction: Direction | str | None) -> Measure:
    """A user's function as a metric, more being better unless ``direction`` says otherwise. Raises TaskError where it is not found."""
    function_named(name)
    try:
        chosen = Direction(direction or Direction.MAXIMIZE)
    except ValueError:
        raise TaskError(f"direction={direction!r}: maximize or minimize is required; choose one") from None
    return Measure(name, form, chosen, lambda y, p: _own(name, form, y, p, MetricUse()))


def chosen_measure(name: str, form: str, direction: Direction | str | None, probabilities: bool) -> Measure:
    """The metric of that name, or the user's own function. Raises TaskError where there is none, or where ``direction`` or
    ``probabilities`` is told of a metric that has its own."""
    if is_function(name):
        if probabilities and form == NUMBERS:
            raise TaskError(f"probabilities of metric={name!r}: classes as targets are required; leave it out")
        return own_measure(name, form, direction)
    if direction is not None or probabilities:
        told = f"direction={direction!r}" if direction is not None else "probabilities"
        raise TaskError(f"{told} of metric={name!r}: it is for a function of your own; leave it out")
    return measure_named(name, form)


def confusion(targets: np.ndarray, classes: np.ndarray, width: int) -> np.ndarray:
    """int64 [width, width]: how many cases of the class of the row were taken for that of the column. ``targets`` and ``classes`` are
    int64 [n]; cases without an answer (class -1) count nowhere."""
    answered = classes >= 0
    pairs = targets[answered] * width + classes[answered]
    return np.bincount(pairs, minlength=width**2).reshape(width, width).astype(np.int64)


def probabilities_of(rows: np.ndarray) -> np.ndarray:
    """float64 [n, classes] that sum to 1: the rows themselves where they do, or else the softmax of scores."""
    if (rows >= 0).all() and np.allclose(rows.sum(axis=1), 1.0, atol=1e-4):
        return rows
    powers = np.exp(rows - rows.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
