"""Scores of a program's outputs against targets.

Outputs are what a program gives on all cases of a part: an array or tensor [n, …], or a sequence of ``n`` values in
which a Failure may stand for a case. NaN is never equal to anything, so that it never counts as met.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from primitives.values import Value, least_difference

from ..errors import TaskError
from .distance import LEAST_PROBABILITY, are_distributions, as_array, distance, is_array

if TYPE_CHECKING:
    import torch

Outputs: TypeAlias = "torch.Tensor | np.ndarray | Sequence[Value]"
"""What a program gives on ``n`` cases: a tensor or array [n, …], or ``n`` values, of which each may be a Failure."""

VALUES, ANSWERS, CLASSES, INTEGERS = "values", "answers", "classes", "integers"
NUMBERS, HEADS = "numbers", "heads"
"""Forms of a target: values of the language that programs are only run for; values of the language, such as lists, for programs that are
trained; class indices [n]; whole numbers [n]; real numbers [n, …]; class indices
[n, heads], one for each head of a net, ABSENT where a head is not asked."""
TARGET_FORMS = (VALUES, ANSWERS, CLASSES, INTEGERS, NUMBERS, HEADS)
ABSENT = -1


class UndefinedScore(ValueError):
    """A metric has no value for these cases; the text says what they have by which it has none."""


def score(
    form: str, outputs: Outputs, targets: np.ndarray | tuple, *, scale: Sequence[float] = (), weights: np.ndarray | None = None
) -> dict[str, float]:  # fmt: skip
    """Scores of ``outputs`` against ``targets`` of the target form ``form``.

    - values, answers, classes, integers: ``accuracy`` (fraction of cases met) and ``error`` = 1 - accuracy;
      values and answers also ``distance`` (mean over cases); classes also ``cross_entropy`` (nats) where all outputs are finite
      scores or probabilities [n, classes]; integers also ``mae`` over the cases that gave a number.
    - heads: ``accuracy`` (fraction of cases where all heads that are asked are right), ``error``, and ``head_accuracy``
      (fraction of all answers asked for that are right).
    - numbers: ``r2``, ``mse``, ``mae`` over all outputs, the latter two in units of ``scale`` [k] (default 1).

    Of classes and numbers each case counts as its ``weights`` [n], where there are any. A score that is undefined, since an output is a
    Failure, not finite or too large, is left out. Raises TaskError when the number of outputs is not that of the targets, or when there
    are no cases.
    """
    _check_count(outputs, targets)
    if form == NUMBERS:
        return _number_scores(outputs, np.asarray(targets), scale, weights)
    errors = case_errors(form, outputs, targets)
    accuracy = float(np.average(errors == 0.0, weights=weights if form == CLASSES else None))
    scores = {"accuracy": accuracy, "error": 1.0 - accuracy}
    if form == CLASSES:
        return scores | _cross_entropy(outputs, np.asarray(targets), weights)
    if form == HEADS:
        wanted = np.asarray(targets)
        wrong, asked = _wrong_heads(outputs, wanted), wanted != ABSENT
        return scores | {"head_accuracy": 1.0 - float(wrong.sum()) / max(1, int(asked.sum()))}
    if form == INTEGERS:
        differences = np.abs(_integers(outputs) - targets)
        answered = differences[~np.isnan(differences)]
        return scores | ({"mae": float(np.mean(answered))} if len(answered) else {})
    return scores | {"distance": float(np.mean(errors))}


def case_errors(form: str, outputs: Outputs, targets: np.ndarray | tuple) -> np.ndarray:
    """float64 [n]: 0 where the case is met, else above 0; a Failure and what is not finite count most.

    values, answers and integers: ``distance`` in [0, 1]; classes: 0 or 1; heads: the fraction of those asked that are wrong;
    numbers: squared error of the (standardised) target, or inf.
    """
    _check_count(outputs, targets)
    if form in (VALUES, ANSWERS):
        least = least_difference(targets)
        return np.array([distance(output, target, least) for output, target in zip(outputs, targets, strict=True)])
    wanted = np.asarray(targets)
    if form == HEADS:
        return _wrong_heads(outputs, wanted).sum(axis=1) / np.maximum(1, (wanted != ABSENT).sum(axis=1))
    if form == CLASSES:
        return (predicted_classes(outputs) != wanted).astype(np.float64)
    if form == INTEGERS:
        difference = np.abs(_integers(outputs) - wanted)
        return np.where(np.isnan(difference), 1.0, difference / (1.0 + difference))
    with np.errstate(over="ignore"):
        residual = answer_rows(outputs, wanted.shape[1:]) - wanted
        squared = np.mean(residual.reshape(len(residual), -1) ** 2, axis=1)
    return np.where(np.isfinite(squared), squared, np.inf)


def _check_count(outputs: Outputs, targets: np.ndarray | tuple) -> None:
    if len(targets) == 0:
        raise TaskError("cases=0: a score needs at least one case; score a part that is not empty")
    if len(outputs) != len(targets):
        raise TaskError(
            f"outputs={len(outputs)} for {len(targets)} cases: one output a case is required; run the program on "
            "the whole part"
        )


def answer_rows(outputs: Outputs, shape: tuple[int, ...]) -> np.ndarray:
    """float64 [n, *shape]; a case whose output is a Failure or of another shape is NaN."""
    if is_array(outputs) and as_array(outputs).shape[1:] == shape:
        return as_array(outputs).astype(np.float64)
    rows = np.full((len(outputs), *shape), np.nan)
    for index, output in enumerate(outputs):
        if isinstance(output, int | float | np.number) or is_array(output):
            row = as_array(output)
            if row.dtype.kind in "fiu" and row.size == rows[index].size and row.shape in (shape, ()):
                rows[index] = row
    return rows


def _integers(outputs: Outputs) -> np.ndarray:
    """float64 [n]; NaN where an output is not a whole number."""
    if is_array(outputs):
        array = as_array(outputs)
        if array.dtype.kind in "iu" and array.ndim == 1:
            return array.astype(np.float64)
    plain = [output.item() if is_array(output) and output.ndim == 0 else output for output in outputs]
    whole = [isinstance(output, int | np.integer) and not isinstance(output, bool) for output in plain]
    return np.array([float(output) if ok else np.nan for output, ok in zip(plain, whole, strict=True)])


def predicted_classes(outputs: Outputs) -> np.ndarray:
    """int64 [n]: the class of each case; -1, which no target is, where there is none."""
    rows = score_rows(outputs)
    if rows is None:
        classes = _integers(outputs)
        return np.where(np.isnan(classes), -1, classes).astype(np.int64)
    defined = ~np.isnan(rows).any(axis=1)
    return np.where(defined, np.argmax(np.where(defined[:, None], rows, 0.0), axis=1), -1)


def _wrong_heads(outputs: Outputs, targets: np.ndarray) -> np.ndarray:
    """bool [n, heads]: whether the head is asked and does not give the target's class."""
    count = targets.shape[1]
    if is_array(outputs) and as_array(outputs).shape == targets.shape:
        answers = as_array(outputs)
    else:
        cases = [heads if len(heads) == count else [None] * count for heads in map(heads_of, outputs)]
        columns = [_head_classes([case[head] for case in cases]) for head in range(count)]
        answers = np.stack(columns, axis=1)
    return (answers != targets) & (targets != ABSENT)


def _head_classes(outputs: list) -> np.ndarray:
    """The class that one head gives for each case; -2, which no target is, where it gives none."""
    arrays = [as_array(output) if is_array(output) else None for output in outputs]
    given = [array for array in arrays if array is not None]
    shapes = {array.shape for array in given}
    if len(given) == len(arrays) and len(shapes) == 1 and len(next(iter(shapes))) == 1:
        classes = predicted_classes(np.stack(given))
        return np.where(classes == -1, -2, classes)
    return np.array([-2 if a is None or a.ndim != 1 else int(_head_classes([a])[0]) for a in arrays])


def heads_of(output: Value) -> list:
    """The heads of an output that is a pair whose second part may be a pair in turn: ``(a, (b, c))`` is a, b, c."""
    heads = []
    while isinstance(output, tuple) and len(output) == 2:
        heads.append(output[0])
        output = output[1]
    return [*heads, output]


def score_rows(outputs: Outputs) -> np.ndarray | None:
    """float64 [n, classes] when the outputs are scores of the classes, else None."""
    if is_array(outputs):
        array = as_array(outputs)
        return array.astype(np.float64) if array.ndim == 2 else None
    widths = [as_array(output).shape for output in outputs if is_array(output)]
    vectors = [shape for shape in widths if len(shape) == 1 and shape[0] > 0]
    return answer_rows(outputs, vectors[0]) if vectors else None


def _cross_entropy(outputs: Outputs, targets: np.ndarray, weights: np.ndarray | None) -> dict[str, float]:
    rows = score_rows(outputs)
    if rows is None or not np.isfinite(rows).all() or int(targets.max()) >= rows.shape[1]:
        return {}
    with np.errstate(over="ignore"):
        if are_distributions(rows):
            rows = np.log(np.maximum(rows, LEAST_PROBABILITY))
        shifted = rows - rows.max(axis=1, keepdims=True)
        likelihood = shifted[np.arange(len(targets)), targets] - np.log(np.exp(shifted).sum(axis=1))
        return _finite({"cross_entropy": float(-np.average(likelihood, weights=weights))})


def _number_scores(
    outputs: Outputs, targets: np.ndarray, scale: Sequence[float], weights: np.ndarray | None
) -> dict[str, float]:
    predicted = answer_rows(outputs, targets.shape[1:])
    if not np.isfinite(predicted).all():
        return {}
    with np.errstate(over="ignore", invalid="ignore"):
        residual, units = predicted - targets, np.asarray(scale or 1.0)
        centred = targets - np.average(targets, axis=0, weights=weights)
        total, remaining = (float(_weighed(squares**2, weights).sum()) for squares in (centred, residual))
        r2 = 1.0 - remaining / total if total > 0 else float(remaining == 0.0)
        return _finite(
            {
                "r2": r2,
                "mse": _mean((residual * units) ** 2, weights),
                "mae": _mean(np.abs(residual * units), weights),
            }
        )


def _finite(scores: dict[str, float]) -> dict[str, float]:
    """The scores without those that finite answers are too large for."""
    return {name: value for name, value in scores.items() if np.isfinite(value)}


def _mean(rows: np.ndarray, weights: np.ndarray | None) -> float:
    return float(rows.mean() if weights is None else np.average(rows, axis=0, weights=weights).mean())


def _weighed(rows: np.ndarray, weights: np.ndarray | None) -> np.ndarray:
    return rows if weights is None else rows * weights.reshape(-1, *(1,) * (rows.ndim - 1))
