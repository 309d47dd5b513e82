"""A trained program's scores on any data set of its kind, not only the one that it was trained on."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import numpy as np

from primitives.types import has_tensor

from ..errors import TaskError
from ..tasks.cases.parts import Column, Part, RaggedArray
from ..tasks.data import ProblemData
from ..tasks.metrics import CLASSES, NUMBERS, Outputs
from ..tasks.preprocessing import Preprocessing
from ..tasks.task import Task
from .model import Model

logger = logging.getLogger(__name__)
PARTS = ("all", "train", "validation", "test")


def evaluate(model: Model, task: Task, part: str = "all") -> dict[str, float]:
    """All scores of the task's kind on a part of it, or on all cases together.

    The raw inputs undergo the model's own preprocessing, not that which was fitted to this data; labels are matched by
    name, and numbers compared in their own units. Raises TaskError where the data is not of the model's type, or has
    labels that the model does not know.
    """
    return evaluated(model, task, part)[0]


def evaluated(model: Model, task: Task, part: str = "all") -> tuple[dict[str, float], str]:
    """The scores as ``evaluate`` gives them, and, in a sentence, why the task's metric is not among them ("" where it is)."""
    if part not in PARTS:
        raise TaskError(f"part={part!r}: one of {', '.join(PARTS)} is required; choose one of these")
    _check_type(model, task)
    cases = _cases(task, part)
    data = task.data
    if not has_tensor(model.type) or model.preprocessing is None or task.preprocessing is None:
        return _scored(task, model.outputs(cases), cases, part)
    ours, theirs = model.preprocessing, task.preprocessing
    warning = ours.other_range(*theirs.raw_range) if theirs.raw_range is not None else ""
    if warning:
        logger.warning(warning)
    prepared = Part(tuple(_prepared(column, ours, theirs) for column in cases.inputs), cases.targets, cases.weights)
    outputs: Outputs = model.outputs(prepared)
    if data.target == CLASSES:
        prepared = replace(prepared, targets=_classes(np.asarray(cases.targets), ours, theirs))
    if data.target == NUMBERS and ours.target is not None and theirs.target is not None:
        outputs = theirs.target.apply(ours.target.invert(_numbers(outputs)))
    return _scored(task, outputs, prepared, part)


def _scored(task: Task, outputs: Outputs, cases: Part, part: str) -> tuple[dict[str, float], str]:
    scores = dict(task.data.score(outputs, cases))
    if task.metric in scores:
        return scores, ""
    names = () if task.preprocessing is None else task.preprocessing.label_names
    what = "the data" if part == "all" else part
    return scores, f"{what} holds {task.data.why_undefined(outputs, cases, names)}"


def as_trained(model: Model, task: Task) -> tuple[ProblemData, Part | None]:
    """The task's data for a search and its test part as the model's training would have had them: under the model's own
    preprocessing, labels by its numbers. Raises TaskError as ``evaluate`` does."""
    _check_type(model, task)
    data, test = task.data, task.test
    ours, theirs = model.preprocessing, task.preprocessing
    if not has_tensor(model.type) or ours is None or theirs is None or ours == theirs:
        return data, test
    train, validation = (_as_trained(part, data.target, ours, theirs) for part in (data.train, data.validation))
    scale = ours.target.scale if data.target == NUMBERS and ours.target and theirs.target else data.target_scale
    offset = ours.target.offset if data.target_offset and ours.target is not None else data.target_offset
    seen = replace(data.with_data(train, validation), target_scale=scale, target_offset=offset, digest="")
    return seen, None if test is None else _as_trained(test, data.target, ours, theirs)


def _as_trained(part: Part, form: str, ours: Preprocessing, theirs: Preprocessing) -> Part:
    targets = part.targets
    if form == CLASSES:
        targets = _classes(np.asarray(targets), ours, theirs)
    if form == NUMBERS and ours.target is not None and theirs.target is not None:
        targets = ours.target.apply(theirs.target.invert(_numbers(targets)))
    return Part(tuple(_prepared(column, ours, theirs) for column in part.inputs), targets, part.weights)


def _check_type(model: Model, task: Task) -> None:
    if task.type != model.type:
        raise TaskError(
            f"task={task.name!r} of type {task.type}: data of type {model.type} is required, as in training; "
            "give such data, or resize it"
        )
    ours, theirs = model.preprocessing, task.preprocessing
    if ours is not None and theirs is not None and ours.columns != theirs.columns:
        raise TaskError(
            f"task={task.name!r}: its columns are encoded otherwise than in training, since they were fitted to other rows; load the "
            "table for the model: load_tasks(…, prepared=model.preprocessing)"
        )


def _cases(task: Task, part: str) -> Part:
    if part != "all":
        return task.part(part)
    data, test = task.data, task.test
    parts = [data.train, *([] if data.validation is data.train else [data.validation]), *([test] if test else [])]
    columns = [_joined(column) for column in zip(*((*each.inputs, each.targets) for each in parts), strict=True)]
    weights = [each.weights for each in parts if each.weights is not None]
    return Part(tuple(columns[:-1]), columns[-1], np.concatenate(weights) if len(weights) == len(parts) else None)


def _joined(columns: tuple[Any, ...]) -> Any:
    first = columns[0]
    if isinstance(first, RaggedArray):
        return RaggedArray(np.concatenate([c.values for c in columns]), np.concatenate([c.lengths for c in columns]))
    return sum(columns[1:], first) if isinstance(first, tuple) else np.concatenate(columns)


def _prepared(column: Column, ours: Preprocessing, theirs: Preprocessing) -> Column:
    """Inputs as the model's training had them."""
    if ours.inputs == theirs.inputs or isinstance(column, tuple):
        return column
    if isinstance(column, RaggedArray):
        return RaggedArray(ours.inputs.apply(theirs.inputs.invert(column.values)), column.lengths)
    return ours.inputs.apply(theirs.inputs.invert(column))


def _classes(targets: np.ndarray, ours: Preprocessing, theirs: Preprocessing) -> np.ndarray:
    """Class numbers as the model has them."""
    if ours.label_names == theirs.label_names:
        return targets
    position = {name: number for number, name in enumerate(ours.label_names)}
    unknown = [name for name in theirs.label_names if name not in position]
    if unknown:
        raise TaskError(f"label={unknown[0]!r}: one of {', '.join(ours.label_names)[:200]} is required, as in training")
    return np.array([position[name] for name in theirs.label_names], dtype=np.int64)[targets]


def _numbers(outputs: Outputs | tuple) -> np.ndarray:
    return outputs.detach().cpu().double().numpy() if hasattr(outputs, "detach") else np.asarray(outputs, np.float64)
