"""How much a program's answers depend on each column of a table: what the metric loses where its cells change places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..errors import TaskError
from ..tasks.cases.parts import Part
from ..tasks.data import ProblemData
from ..tasks.preprocessing import Preprocessing
from ..tasks.task import Task
from .model import Model
from .scoring import as_trained

REPEATS, CASES = 10, 1_000
"""Permutations of each column, and cases at most of which they are."""


class Importance(NamedTuple):
    """What the metric loses, on average and with its standard deviation over the permutations, where the cells of the ``column`` change
    places; about 0 where the program does not use it."""

    column: str
    mean: float
    std: float


class Unimportant(TaskError):
    """The cases have no score that could be lost; the text says why."""


class Importances(NamedTuple):
    """The importances of all columns, the largest first, of the ``metric`` on ``cases`` cases of a ``part`` of the data."""

    part: str
    metric: str
    cases: int
    columns: tuple[Importance, ...]

    def to_dict(self) -> dict[str, object]:
        """The same as plain data."""
        return {**self._asdict(), "columns": [each._asdict() for each in self.columns]}


def importances(model: Model, task: Task, *, repeats: int = REPEATS, seed: int = 0) -> Importances:
    """The permutation importances (Breiman 2001) of the columns of a table, on its test part, or its validation part where it has none.

    model: a program from the vector that is made of a row.
    task: the table; a column is one of its own, not one of the features that are made of it.
    repeats: how often each column is permuted.
    seed: of the permutations, and of the cases where there are more than CASES.

    Raises TaskError where the task is no table of the model's type, or its metric is undefined on these cases.
    """
    if not task.data.is_table:
        raise TaskError(f"task={task.name!r} of type {task.type}: a table is required for importances; leave them out")
    data, test = as_trained(model, task)
    name, part = ("validation", data.validation) if test is None else ("test", test)
    rng = np.random.Generator(np.random.PCG64(seed))
    if len(part) > CASES:
        part = part.take(np.sort(rng.choice(len(part), CASES, replace=False)))
    names = () if model.preprocessing is None else model.preprocessing.label_names
    reason = data.why_undefined(None, part, names)
    if reason:
        raise Unimportant(f"no importances: {name} holds {reason}")
    base = _score(model, data, part)
    found = []
    for column, places in columns_of(model.preprocessing, np.asarray(part.inputs[0]).shape[1]):
        lost = [
            data.direction.sign * (base - _score(model, data, _permuted(part, places, rng.permutation(len(part)))))
            for _ in range(repeats)
        ]
        found.append(Importance(column, float(np.mean(lost)), float(np.std(lost))))
    found.sort(key=lambda each: -each.mean)
    return Importances(name, data.metric, len(part), tuple(found))


def columns_of(prepared: Preprocessing | None, width: int) -> list[tuple[str, np.ndarray]]:
    """The columns of a table that are used, each with the places of its features among ``width``; every feature by its number where it is
    not known which column it is of."""
    columns = () if prepared is None else prepared.columns
    ends = np.cumsum([column.width for column in columns])
    if not len(ends) or ends[-1] != width:
        return [(f"feature {index + 1}", np.array([index])) for index in range(width)]
    return [
        (column.name, np.arange(end - column.width, end))
        for column, end in zip(columns, ends, strict=True)
        if column.width
    ]


def _permuted(part: Part, places: Sequence[int] | np.ndarray, order: np.ndarray) -> Part:
    x = np.array(part.inputs[0])
    x[:, places] = x[order][:, places]
    return Part((x,), part.targets, part.weights)


def _score(model: Model, data: ProblemData, part: Part) -> float:
    value = data.score(model.outputs(part), part).get(data.metric)
    if value is None:
        raise TaskError(
            f"metric={data.metric!r} of task={data.name!r}: it is undefined on these cases; ask for another"
        )
    return value


def said_importances(found: Mapping[str, Any], most: int = 20) -> list[str]:
    """What ``Importances.to_dict`` gives, in lines for people: the ``most`` largest."""
    first = f"importances: what {found['metric']} loses on {found['cases']:,} {found['part']} cases where a column is permuted"
    lines = [f"  {each['column']}: {each['mean']:.4f} ± {each['std']:.4f}" for each in found["columns"][:most]]
    more = len(found["columns"]) - most
    return [first, *lines, *([f"  and {more} columns more (all with --json)"] if more > 0 else [])]
