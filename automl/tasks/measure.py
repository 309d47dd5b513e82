"""A metric that a labelled task may be given by its name; those of a user's own module are found too (docs/plugins.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from library.records import Direction
from primitives.plugins import PluginKind, instances

from ..errors import TaskError
from .distance import are_distributions
from .metrics import CLASSES, NUMBERS, Outputs, UndefinedScore, answer_rows, score_rows
from .own_metric import asked, function_named, is_function, told_targets
from .scorers.scorer import scorer_form, scorer_undefined, scorer_value


def _defined(targets: np.ndarray, names: Sequence[str]) -> str:
    return ""


@dataclass(frozen=True)
class Measure:
    """``name`` as it is asked for; ``form`` of targets (classes or numbers); whether more is better; and ``measure(targets, answers)``.

    Of classes: targets int64 [n] and answers float64 [n, classes], the probability of each class. Of numbers: both float64 [n, k], in the
    units of the data. NaN where it is undefined.

    weighted: ``measure`` with a third argument, float64 [n] above 0, how much each case counts (default: cases count alike whatever they
        weigh).
    alike: whether each class counts the same in it, however many cases it has, so that they should in training too (default: no).
    undefined: of targets as above and the names of the classes, what they have by which no answer has a value, such as ``only the class
        'no': auc needs two``; "" where they do not (default: never).
    """

    name: str
    form: str
    direction: Direction
    measure: Callable[[np.ndarray, np.ndarray], float]
    weighted: Callable[[np.ndarray, np.ndarray, np.ndarray], float] | None = None
    undefined: Callable[[np.ndarray, Sequence[str]], str] = _defined
    alike: bool = False

    def value(self, targets: np.ndarray, answers: np.ndarray, weights: np.ndarray | None = None) -> float:
        """What it comes to, which is finite. Raises UndefinedScore where it has no value."""
        # What is divided by nothing, or sums of answers that are too large, is a reason here and no warning.
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            if weights is None or self.weighted is None:
                value = float(self.measure(targets, answers))
            else:
                value = float(self.weighted(targets, answers, weights))
        if not np.isfinite(value):
            raise UndefinedScore(self.undefined(targets, ()) or f"answers for which {self.name} comes to {value}")
        return value


ROUNDING = 8
"""How many of the smallest steps of its precision a standardised target may be off, in parts of its scale."""
MEASURES: PluginKind[Measure] = PluginKind("metric", f"{__package__}.measures", instances(Measure), "tasks")


def measures() -> Mapping[str, Measure]:
    """Every metric by name. Raises PluginError where two have one name."""
    return MEASURES.found()


def measure_named(name: str, form: str) -> Measure:
    """The metric ``name`` for targets of the form ``form``, or the scorer that scikit-learn has by that name; upper case, spaces and
    dashes do not count. Raises TaskError where there is none."""
    key = name.strip().lower().replace(" ", "_").replace("-", "_")
    found = measures().get(name) or measures().get(key)
    if found is None and scorer_form(key) == form:
        return _of_scorer(key, form)
    if found is None or found.form != form:
        known = ", ".join(sorted(each.name for each in measures().values() if each.form == form))
        raise TaskError(
            f"metric={name!r}: one for {form} is required, of {known}, or a scorer of scikit-learn's; choose one of these"
        )
    return found


def _of_scorer(name: str, form: str) -> Measure:
    def weighed(targets: np.ndarray, answers: np.ndarray, weights: np.ndarray | None = None) -> float:
        return scorer_value(name, form, targets, answers, weights)

    def undefined(targets: np.ndarray, names: Sequence[str]) -> str:
        reason = scorer_undefined(name, form, targets)
        alone = form == CLASSES and bool((targets == targets[:1]).all())
        return f"only the class {class_name(int(targets[0]), names)}: {name} needs two" if reason and alone else reason

    return Measure(name, form, Direction.MAXIMIZE, weighed, weighted=weighed, undefined=undefined)


@dataclass(frozen=True)
class MetricUse:
    """How a metric is asked: ``offset`` and ``scale`` [k] bring numbers back to the units of the data. A function of a user's own is told
    ``labels`` for classes, and ``probabilities`` of the answers where it asked for them."""

    offset: Sequence[float] = ()
    scale: Sequence[float] = ()
    labels: Sequence[object] = ()
    probabilities: bool = False


def measured(
    name: str, form: str, outputs: Outputs, targets: np.ndarray, use: MetricUse, weights: np.ndarray | None = None
) -> dict[str, float]:
    """The metric ``name`` of a program's ``outputs``, under its name, each case counting as its ``weights`` [n] (None: alike); {} where
    it is undefined (``why_undefined``). Raises TaskError where there is no such metric."""
    try:
        return {name: _measured(name, form, outputs, targets, use, weights)}
    except UndefinedScore:
        return {}


def why_undefined(
    name: str, form: str, outputs: Outputs | None, targets: np.ndarray, use: MetricUse, weights: np.ndarray | None = None,
    names: Sequence[str] = (),
) -> str:  # fmt: skip
    """What cases have by which the metric is undefined for ``outputs`` (None: for whatever a program says), such as ``only the class 'no':
    auc needs two``; "" where it is defined. ``names`` are those of the classes, for people."""
    if not is_function(name):
        reason = measure_named(name, form).undefined(_in_units(targets, form, use), names)
        if reason or outputs is None:
            return reason
    if outputs is None:
        return _own_undefined(name, form, targets, use, weights)
    try:
        _measured(name, form, outputs, targets, use, weights)
    except UndefinedScore as undefined:
        return str(undefined)
    return ""


def _measured(
    name: str, form: str, outputs: Outputs, targets: np.ndarray, use: MetricUse, weights: np.ndarray | None
) -> float:
    """The value, which is finite. Raises UndefinedScore, which says what the cases have by which there is none."""
    found = answer_rows(outputs, targets.shape[1:]) if form == NUMBERS else score_rows(outputs)
    if found is None:
        raise UndefinedScore(f"answers that are no {form}: {name} needs one for each case")
    bad = int((~np.isfinite(found)).reshape(len(found), -1).any(axis=1).sum())
    if bad:
        raise UndefinedScore(f"{bad:,} of {len(found):,} answers missing or not finite: {name} needs one for each case")
    if form != NUMBERS and int(targets.max()) >= found.shape[1]:
        raise UndefinedScore(
            f"a class beyond the {found.shape[1]} that are answered: {name} needs the probability of each"
        )
    wanted = _in_units(targets, form, use)
    if form == NUMBERS:
        with np.errstate(over="ignore"):
            answers = found * np.asarray(use.scale or 1.0) + np.asarray(use.offset or 0.0)
    else:
        answers = probabilities_of(found)
    if is_function(name):
        return _own(name, form, wanted, answers, use, weights)
    return measure_named(name, form).value(wanted, answers, weights)


def _in_units(targets: np.ndarray, form: str, use: MetricUse) -> np.ndarray:
    """The targets in the units of the data; what is 0 there but for the rounding of the standardised number is 0."""
    if form != NUMBERS:
        return targets
    centre, unit = np.asarray(use.offset or 0.0), np.asarray(use.scale or 1.0)
    found = targets * unit + centre
    step = float(np.finfo(targets.dtype).eps) if targets.dtype.kind == "f" else 0.0
    return np.where(np.abs(found) <= ROUNDING * step * (np.abs(centre) + unit), 0.0, found) if use.offset else found


def _own(
    name: str, form: str, wanted: np.ndarray, answers: np.ndarray, use: MetricUse, weights: np.ndarray | None = None
) -> float:
    """The value of a user's own function. Raises UndefinedScore where it has none."""
    if form == NUMBERS:
        wanted, answers = told_targets(wanted, ()), told_targets(answers, ())
    else:
        wanted = told_targets(wanted, use.labels)
        answers = answers if use.probabilities else told_targets(answers.argmax(axis=1), use.labels)
    return asked(name, function_named(name), wanted, answers, weights)


def _own_undefined(name: str, form: str, targets: np.ndarray, use: MetricUse, weights: np.ndarray | None) -> str:
    """Why a user's own function has a value for no answers (``no_value``); "" where it has one for some."""
    return str(no_value(name, form, targets, use, weights) or "")


def no_value(
    name: str, form: str, targets: np.ndarray, use: MetricUse, weights: np.ndarray | None = None
) -> UndefinedScore | None:
    """What a user's own function says where it has a value neither for answers that are all right nor for such as are all wrong or all the
    same; None where it has one. One alone tells nothing: the logarithm of an error has none where there is no error."""
    reason: UndefinedScore | None = None
    for answers in _plain_answers(form, targets, use):
        try:
            _measured(name, form, answers, targets, use, weights)
            return None
        except UndefinedScore as undefined:
            reason = reason or undefined
    return reason


def _plain_answers(form: str, targets: np.ndarray, use: MetricUse) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Answers that are all right, all wrong, and all the same."""
    if form == NUMBERS:
        return targets, targets + 1.0, np.broadcast_to(targets.mean(axis=0), targets.shape)
    width = max(2, len(use.labels), int(targets.max()) + 1)
    each = np.eye(width)
    return each[targets], each[(targets + 1) % width], np.broadcast_to(each[0], (len(targets), width))


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


def average(values: np.ndarray, weights: np.ndarray | None) -> float:
    """The mean of ``values`` [n, …] over all of them, each case counting as its weight [n]."""
    return float(values.mean() if weights is None else np.average(values, axis=0, weights=weights).mean())


def class_name(number: int, names: Sequence[str]) -> str:
    """A class for people, by its name where there is one."""
    return repr(names[number]) if number < len(names) else str(number)


def confusion(targets: np.ndarray, classes: np.ndarray, width: int) -> np.ndarray:
    """int64 [width, width]: how many cases of the class of the row were taken for that of the column. ``targets`` and ``classes`` are
    int64 [n]; cases without an answer (class -1) count nowhere."""
    answered = classes >= 0
    pairs = targets[answered] * width + classes[answered]
    return np.bincount(pairs, minlength=width**2).reshape(width, width).astype(np.int64)


def probabilities_of(rows: np.ndarray) -> np.ndarray:
    """float64 [n, classes] that sum to 1: from rows of probabilities, whose sum may be rounded, or else the softmax of scores."""
    with np.errstate(over="ignore"):
        if are_distributions(rows):
            return rows / rows.sum(axis=1, keepdims=True)
        powers = np.exp(rows - rows.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
