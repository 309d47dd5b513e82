"""Cases of a task, loaded again from where the task came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from library.records import Run, StoreError, json_text, json_value
from primitives.types import Type, arguments_of
from primitives.values import Value

from ..errors import StudyError, TaskError
from ..study.stored import task_of
from ..tasks.metrics import CLASSES, NUMBERS
from ..tasks.task import Task

PARTS = ("train", "validation")
"""The parts that are shown; the test part is for the last look."""


@dataclass(frozen=True, eq=False)
class ShownCase:
    """A case of a task: its place in the part, the arguments that a program is given and the target, with their types; ``label`` is the
    target's name where it is a class, or its number in the data's own unit where programs answer in another, "" otherwise. ``cells`` are
    the columns of its row with their values as the data has them, before they were encoded; () of what is no row of numbers. ``named``
    says whether the columns have names."""

    number: int
    arguments: tuple[Value, ...]
    types: tuple[Type, ...]
    target: Value
    target_type: Type
    label: str = ""
    cells: tuple[tuple[str, str], ...] = ()
    named: bool = False


@dataclass(frozen=True, eq=False)
class ShownCases:
    """Cases of a ``part`` with ``total`` cases; ``trouble`` says why there are none, "" where there are; ``sizes`` are those of the parts,
    by name."""

    part: str
    cases: tuple[ShownCase, ...]
    total: int
    trouble: str = ""
    sizes: Mapping[str, int] | None = None


def loaded_task(run: Run) -> Task | str:
    """The task of a run, loaded again as it was; or why that cannot be done. The last few are kept in memory.

    run: of which.
    """
    try:
        return _loaded(
            run.id, json_text({name: run.config.get(name) for name in ("task", "digest")}), run.task, run.seed
        )
    except (StudyError, TaskError, StoreError, OSError, ValueError) as error:
        return str(error)


@lru_cache(maxsize=4)
def _loaded(id: str, config: str, name: str, seed: int) -> Task:
    """The same by what decides it, for a run is no key: it changes while it goes on."""
    return task_of(Run(id, name, "any", seed=seed, config=json_value(config)))


def cases_of(run: Run, part: str, start: int, count: int) -> ShownCases:
    """Cases of the task of a run.

    run: which.
    part: one of PARTS.
    start: how many to pass over.
    count: how many at most.
    """
    task = loaded_task(run)
    if isinstance(task, str):
        return ShownCases(part, (), 0, task)
    cases = task.part(part)
    types, result = arguments_of(task.type)
    names = () if task.preprocessing is None else task.preprocessing.label_names
    chosen = range(start, min(start + count, len(cases)))
    found = []
    for number, (arguments, target) in zip(chosen, cases.take(list(chosen)).cases(), strict=True):
        label = ""
        if task.data.target == CLASSES:
            label = names[int(target)] if int(target) < len(names) else str(int(target))
        elif task.preprocessing is not None and task.preprocessing.target is not None and task.data.target == NUMBERS:
            label = ", ".join(f"{each:.6g}" for each in task.preprocessing.target.restored(np.asarray(target)[None])[0])
        cells = _cells(task, arguments)
        named = bool(cells) and task.preprocessing is not None and bool(task.preprocessing.columns)
        found.append(ShownCase(number, arguments, types, target, result, label, cells, named))
    return ShownCases(part, tuple(found), len(cases), sizes={each: len(task.part(each)) for each in PARTS})


def _cells(task: Task, arguments: tuple[Value, ...]) -> tuple[tuple[str, str], ...]:
    """The columns of a row of numbers, before they were encoded; () of anything else."""
    prepared = task.preprocessing
    if prepared is None or len(prepared.shape) != 1 or len(arguments) != 1 or prepared.tokens:
        return ()
    example = np.asarray(arguments[0])
    return tuple(prepared.cells(example)) if example.shape == prepared.shape else ()


def argument_of(value: Value) -> Value:
    """A column's row as a program takes it: arrays as tensors.

    value: the row.
    """
    if isinstance(value, np.ndarray):
        import torch

        return torch.from_numpy(np.array(value))
    return tuple(map(argument_of, value)) if isinstance(value, tuple) and value and _arrays(value) else value


def _arrays(value: tuple[Value, ...]) -> bool:
    return any(isinstance(each, np.ndarray) for each in value)
