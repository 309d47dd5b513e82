"""A task of labelled data from features that are ready: its parts, its metric and its goal."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from library.records import Direction
from primitives.types import function, tensor

from ..errors import TaskError
from .cases.class_weights import BALANCED, NONE, ClassWeight, class_weights, said_weights
from .cases.distorted import distorted
from .cases.folds import FEW_ROWS, Folds, make_folds
from .cases.keys import case_keys
from .cases.parts import Part, frozen
from .data import ProblemData
from .measure import Measure, chosen_measure
from .metrics import CLASSES, NUMBERS
from .own_metric import is_function
from .preprocessing import Affine, Preprocessing
from .split import Split
from .task import Task

logger = logging.getLogger(__name__)
SOLVED_AT = {CLASSES: 0.95, NUMBERS: 0.8}
USUAL = {CLASSES: "accuracy", NUMBERS: "r2"}
FEW = 10
"""Validation cases below which a score is said to mean little: one more right or wrong changes it by a tenth."""
FEW_PICTURES = 200
"""Pictures of train and validation part together below which they have folds; each fold takes a training of its own where nets are
refined."""
COPIES = 10
"""Distorted copies of a picture."""
ANSWER_SECONDS = 30.0
"""Within which a metric of the user's own must answer: one that takes longer would leave no time to search."""
SINGLE = 1e-4
"""How far a target in single precision may be off, in parts of it, for a metric that may be one of percentages or logarithms."""
Arrays = tuple[np.ndarray, np.ndarray] | tuple[np.ndarray, np.ndarray, np.ndarray | None]


class Goal(NamedTuple):
    """The score asked for (``solved_at``), without which no score counts as solved, and one that is good on this data (``usual``)."""

    solved_at: float | None = None
    usual: float | None = None


def assembled(
    kind: str,
    name: str,
    form: str,
    parts: Sequence[Arrays],
    prepared: Preprocessing,
    goal: Goal,
    *,
    metric: str | None = None,
    direction: str | None = None,
    probabilities: bool = False,
    split: Split | None = None,
    family: str | None = None,
    source: str = "",
    notes: Sequence[str] = (),
    class_weight: ClassWeight | None = None,
    folds: int | None = None,
    keys: np.ndarray | None = None,
) -> Task:
    """The task of ``parts``: raw features [n, *shape], targets and perhaps weights [n] of train, validation and test part. A validation
    part without cases is replaced by the train part, a test part without cases is none. ``metric`` is one's name for targets of this
    ``form``; None: accuracy or R². One of the user's own may have a ``direction`` and be told ``probabilities``. ``folds`` is how many a
    table's cases beside the test part are to have (0: none; None: some where they are few), ``keys`` [train + validation] the groups or
    times that the split went by. ``class_weight`` is how much a case of each class counts where programs are trained. Raises TaskError."""
    asked = chosen_measure(metric or USUAL[form], form, direction, probabilities)
    _check_defined(asked, name, np.concatenate([arrays[1] for arrays in parts]), prepared.label_names)
    own = is_function(asked.name)
    exact = form == NUMBERS and metric is not None
    train, validation, test = (_part(prepared, *arrays, exact=exact) for arrays in parts)
    weights = _class_weights(
        BALANCED if class_weight is None and asked.alike else class_weight, form, parts[0][1], prepared.label_names
    )
    why = (
        f", for {asked.name} counts each class alike; class_weight={NONE} leaves them out"
        if class_weight is None
        else ""
    )
    said = (f"{said_weights(weights, prepared.label_names)}{why}",) if weights else ()
    width = len(prepared.label_names) or parts[0][1].shape[1]
    data = ProblemData(
        name=name,
        kind=kind,
        type=function(tensor(*prepared.shape), tensor(width)),
        target=form,
        metric=asked.name,
        direction=asked.direction,
        solved_at=next(score for score in (*goal, *_good(asked, form)) if score is not None),
        goal_given=goal.solved_at is not None,
        train=train,
        validation=validation if len(validation) else train,
        target_scale=prepared.target.scale if prepared.target else (),
        target_offset=prepared.target.offset if prepared.target and metric is not None else (),
        class_weights=weights,
        metric_labels=(prepared.labels or prepared.label_names) if own else (),
        metric_probabilities=probabilities,
        family=family,
    )
    if own:
        _try(data)
    data = _with_keys(_with_copies(data, (split or Split()).seed), split or Split(), keys)
    data = replace(data, folds=_folds(data, split or Split(), keys, folds))
    left_out = _undefined(data, prepared.label_names)
    return Task(data, test if len(test) else None, split, prepared, source, (*notes, *said, *_few(data), *left_out))


def _with_keys(data: ProblemData, split: Split, values: np.ndarray | None) -> ProblemData:
    """The data of a table or of series, its cases with the groups or times [train + validation] that they were divided by."""
    train, count = data.train, len(_targets_beside_test(data))
    keys = case_keys(split, values, count) if data.is_fitted_to else None
    if keys is None:
        return data
    known = replace(train, keys=keys.take(np.arange(len(train))))
    if data.validation is train:
        return replace(data, train=known, validation=known)
    return replace(data, train=known, validation=replace(data.validation, keys=keys.take(np.arange(len(train), count))))


def _with_copies(data: ProblemData, seed: int) -> ProblemData:
    """The data of pictures of which a class has but one: there is none to hold out, so all are trained on, and programs are compared by
    what they say of distorted copies."""
    if not data.has_few_pictures or data.target != CLASSES:
        return data
    targets = _targets_beside_test(data)
    if np.unique(targets, return_counts=True)[1].min() > 1:
        return data
    parts = [data.train] if data.validation is data.train else [data.train, data.validation]
    x = np.concatenate([np.asarray(part.inputs[0]) for part in parts])
    if any(part.weights is not None for part in parts):
        return data
    copies = frozen(distorted(x, COPIES, seed))
    return replace(
        data,
        train=Part((frozen(x),), frozen(targets)),
        validation=Part((copies,), frozen(np.tile(targets, COPIES))),
        digest="",
    )


def _folds(data: ProblemData, split: Split, keys: np.ndarray | None, wanted: int | None) -> Folds | None:
    """The folds of the cases of a table, or of series. Raises TaskError where some are asked for and the data is neither."""
    targets = _targets_beside_test(data)
    if not data.is_fitted_to:
        if wanted and not data.has_few_pictures:
            raise TaskError(
                f"folds={wanted} of task={data.name!r}: a table, series, or fewer than {FEW_ROWS} pictures are required; leave them out"
            )
        if not data.has_few_pictures or (wanted is None and (len(targets) >= FEW_PICTURES or _is_copied(data))):
            return None
    labels, count = targets if data.target == CLASSES else None, len(targets)
    folds = make_folds(split, count, labels, keys, wanted)
    if folds is None or wanted is not None:
        return folds
    # Where a class has too few members for the usual number of folds, in fewer ones each may have its score.
    fewer = (folds, *(make_folds(split, count, labels, keys, number) for number in range(folds.count - 1, 1, -1)))
    return next((each for each in fewer if each is not None and not _without_score(data, each)), folds)


def _is_copied(data: ProblemData) -> bool:
    """Whether its validation part is of copies."""
    return len(data.validation) == COPIES * len(data.train)


def _targets_beside_test(data: ProblemData) -> np.ndarray:
    """Those of train and validation part, end to end."""
    parts = [data.train] if data.validation is data.train else [data.train, data.validation]
    return np.concatenate([np.asarray(part.targets) for part in parts])


def _without_score(data: ProblemData, folds: Folds, names: Sequence[str] = ()) -> list[str]:
    """Of each fold in which no program has a score, why."""
    targets = _targets_beside_test(data)
    reasons = (data.why_undefined(None, Part((), targets[rows]), names) for _, rows in folds.divided())
    return [reason for reason in reasons if reason]


def _undefined(data: ProblemData, names: Sequence[str]) -> tuple[str, ...]:
    """A sentence where the metric has no value on what programs are compared by, or on some of it. Raises TaskError where it has none on
    any of it and there is no log loss to compare programs by: of numbers."""
    if data.folds is None:
        reason = data.why_undefined(None, data.validation, names)
        if reason and data.target == NUMBERS:
            raise TaskError(f"metric={data.metric!r} of {data.name}: validation holds {reason}")
        return (f"{data.metric}: validation holds {reason}; programs are compared by log loss",) if reason else ()
    reasons = _without_score(data, data.folds, names)
    if not reasons:
        return ()
    count = data.folds.count
    if len(reasons) == count and data.target == NUMBERS:
        raise TaskError(f"metric={data.metric!r} of {data.name}: each fold holds {reasons[0]}")
    left = "so programs are compared by log loss" if len(reasons) == count else "its mean is over the others"
    return (f"{data.metric}: {len(reasons)} of {count} folds hold {reasons[0]}; {left}",)


def _check_defined(measure: Measure, name: str, targets: np.ndarray, names: Sequence[str]) -> None:
    """Raises TaskError where the targets of all parts are such that no program has a score."""
    reason = measure.undefined(targets, names)
    if reason and len(np.unique(targets)) > 1:
        raise TaskError(f"metric={measure.name!r} of {name}: the targets hold {reason}")


def _try(data: ProblemData) -> None:
    """Ask a metric of the user's own of plain answers, so that one which cannot be asked, has no value whatever is answered (without saying
    by a ValueError that it is undefined here), or does not end, is refused before a search. Raises TaskError."""
    targets = np.asarray(data.validation.targets)
    answers = np.eye(len(data.metric_labels))[targets] if data.target == CLASSES else targets
    failed: list[Exception] = []

    def ask() -> None:
        try:
            data.score(answers, data.validation)
            nothing = data.no_value(data.validation) and data.no_value(data.train)
            if nothing is not None and not isinstance(nothing.__cause__, ValueError):
                raise TaskError(f"metric={data.metric!r}: {nothing}, whatever is answered; mend the function")
            if nothing is not None:
                logger.warning(
                    "metric=%r: %s, whatever is answered: no program has a score by it", data.metric, nothing
                )
        except Exception as error:  # noqa: BLE001  raised again below
            failed.append(error)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(ANSWER_SECONDS)
    if asking.is_alive():
        raise TaskError(
            f"metric={data.metric!r}: no answer for {len(targets):,} cases within {ANSWER_SECONDS:g} s; mend the function"
        )
    if failed:
        raise failed[0]


def _class_weights(
    given: ClassWeight | None, form: str, targets: np.ndarray, names: tuple[str, ...]
) -> tuple[float, ...]:
    if given is None:
        return ()
    if form != CLASSES:
        raise TaskError(f"class_weight={given!r}: classes as targets are required, not {form}; leave it out")
    return class_weights(given, targets, names)


def _good(measure: Measure, form: str) -> tuple[float]:
    """A score that is good: what is usual, and of other metrics than the usual one the best that there is."""
    if measure.name == USUAL[form]:
        return (SOLVED_AT[form],)
    return (1.0 if measure.direction is Direction.MAXIMIZE else 0.0,)


def _part(
    prepared: Preprocessing, x: np.ndarray, y: np.ndarray, weights: np.ndarray | None = None, *, exact: bool = False
) -> Part:
    """Targets are in single precision, but where they must be ``exact`` and some are so small beside the others that they would be lost."""
    scale: Affine | None = prepared.target
    targets = scale.apply(y) if scale else y
    if scale and exact and not np.allclose(scale.invert(targets.astype(np.float64)), y, rtol=SINGLE, atol=0.0):
        targets = (y - np.array(scale.offset)) / np.array(scale.scale)
    return Part(
        (frozen(prepared.apply(x)),),
        frozen(targets),
        None if weights is None else frozen(weights),
    )


def _few(data: ProblemData) -> tuple[str, ...]:
    """A sentence where the validation score is of so few cases that it says little."""
    count = len(data.validation)
    if data.folds is not None:
        held_out = int((data.folds.held_out >= 0).sum())
        little = f" (so few that it says little about new ones: {held_out})" if held_out < FEW else ""
        return (
            f"few cases: a validation score is the mean over {data.folds.count} folds of the {len(data.folds.held_out):,} cases beside "
            f"the test part{little}; the program given is fitted to all of these",
        )
    if data.has_few_pictures and _is_copied(data):
        return (
            f"few cases: of a class there is one example, so all {len(data.train)} are trained on, and the score is of {COPIES} distorted "
            "copies of each",
        )
    if data.validation is data.train:
        return (f"few cases: the score is of the same {count} that are trained on, so it says nothing about new ones",)
    return (
        ()
        if count >= FEW
        else (f"few cases: the validation score is of {count} alone, so it says little about new ones",)
    )
