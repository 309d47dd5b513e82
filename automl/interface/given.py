"""The task that users mean by a name, a path or data of their own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..study.opening import plain_option
from ..tasks.load import experiment_folders, lasting_text, load_tasks, resolve, with_option
from ..tasks.task import Task

if TYPE_CHECKING:
    import pandas

    from ..tasks.cases.class_weights import ClassWeight
    from ..tasks.own_metric import MetricFunction


def aim(
    metric: str | MetricFunction | None,
    direction: str | None,
    probabilities: bool,
    class_weight: ClassWeight | None,
    layout: str | None,
    lasting: bool,
) -> dict[str, Any]:
    """What is asked of a task made here, by the names that labelled_task has. Raises TaskError."""
    from ..tasks.own_metric import metric_name

    name = metric if metric is None or isinstance(metric, str) else metric_name(metric, lasting)
    given = {
        "metric": name,
        "direction": direction,
        "probabilities": probabilities or None,
        "class_weight": class_weight,
        "layout": layout,
    }
    return {key: value for key, value in given.items() if value is not None}


def one_task(
    task: str | Path | Task | pandas.DataFrame | tuple[Any, ...], split_seed: int, aim: Mapping[str, Any]
) -> tuple[Task, dict[str, object]]:
    """What a user means by a task, and how it is loaded again; {} where it cannot be. Raises TaskError.

    task: a name, a path, data or a task.
    split_seed: by which its data is divided, where that is not done.
    aim: what is asked of it, as ``aim`` gives it.
    """
    from ..errors import TaskError
    from ..tasks.cases.class_weights import weight_text

    if isinstance(task, Task):
        if aim:
            raise TaskError(
                f"{next(iter(aim))} of task={task.name!r}: it is part of the task; give it where that is made"
            )
        return task, {}
    seed = plain_option("split_seed", split_seed)
    if isinstance(task, tuple) or hasattr(task, "iloc"):
        return _task_of_data(task if isinstance(task, tuple) else (task,), seed, aim), {}
    if not isinstance(task, str | Path):
        raise TaskError(
            f"task={type(task).__name__}: a name, a path, a task, (X, y) or (frame, column) is required; give one of these"
        )
    spec = str(task)
    for key, value in aim.items():
        spec = with_option(spec, key, "yes" if value is True else weight_text(value))
    found = load_tasks(spec, seed=seed, search_path=experiment_folders())
    if len(found) != 1:
        names = ", ".join(each.name for each in found[:5])
        raise TaskError(
            f"task={str(task)!r} holds {len(found)} tasks ({names}, …): one is required; use automl.grow, or pick one"
        )
    lasting = lasting_text(resolve(spec, search_path=experiment_folders()))
    return found[0], {"spec": lasting, "name": found[0].name, "seed": seed}


def _task_of_data(data: tuple[Any, ...], split_seed: int, aim: Mapping[str, Any]) -> Task:
    """The task of ``(X, y)`` or ``(frame, column)``; X with more than two axes, or a layout, are pictures or series. Raises TaskError."""
    from ..errors import TaskError
    from ..tasks.cases.arrays import plain_array
    from ..tasks.kinds.labelled import labelled_task
    from ..tasks.split import Split
    from ..tasks.tables.given import as_frame
    from ..tasks.tables.task import table_task

    if len(data) != 2:
        what = "a frame alone: the name of its column of targets is required; give target=NAME"
        of = f"a tuple of {len(data)}: (X, y), or (frame, name of the target column), is required"
        raise TaskError(f"task={what if len(data) == 1 else of}")
    x, y = data
    if isinstance(x, str | Path):
        raise TaskError(
            f"target={y!r} of task={str(x)!r}: a column is named so for a frame; for a file write FILE:COLUMN"
        )
    split = Split(seed=split_seed)
    if as_frame(x) is None:
        if "layout" in aim:
            return labelled_task("data", x, y, split=split, **aim)
        x = plain_array(x, "x")
        if x.ndim > 2:
            return labelled_task("data", x, y, split=split, **aim)
    if "layout" in aim:
        raise TaskError(
            f"layout={aim['layout']!r} of a frame: an array is required; give frame.to_numpy() and the targets"
        )
    return table_task(x, y, name="data", split=split, **aim)
