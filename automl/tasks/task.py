"""Tasks: what a program is asked to do, the data that shows it, and how an answer is scored.

There is one class of tasks. A kind of task is one file in ``automl/tasks/kinds`` with functions that make tasks of that kind, and one
TaskKind, by which ``task_kinds`` finds it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from library.records import Direction
from primitives.plugins import PluginKind, instances
from primitives.types import Type, arguments_of
from primitives.values import Value

from ..errors import TaskError
from .cases.parts import Part, RaggedArray
from .cases.plain import content_digest, describe_part
from .columns.stored import column_for_digest
from .data import ProblemData
from .metrics import CLASSES, HEADS, INTEGERS, NUMBERS, VALUES, Outputs
from .preprocessing import Preprocessing
from .split import Split

if TYPE_CHECKING:
    from .specifications.specification import Specification

__all__ = [
    "CLASSES", "HEADS", "INTEGERS", "NUMBERS", "VALUES",
    "Part", "Preprocessing", "ProblemData", "RaggedArray", "Split", "Task", "TaskError", "TaskKind", "task_kinds",
]  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class Task:
    """One task with its three parts, of whatever kind. Only the study, at its end, reads ``test``.

    ``data``: train and validation cases with all that scoring needs, the only part that a search and its workers see; the task itself
    refuses to be pickled. ``test``: the held-out part, None where there is none. ``split``: how the parts were made, None where the source
    fixes them. ``preprocessing``: what was done to raw inputs and must be done again before a prediction, None where nothing was.
    ``source``: where the data came from, a data set's or a file's name, never a path of this machine. ``notes``: sentences for people on
    what was done to the data when it was read, and on what its scores cannot say. ``test_groups``: [test cases], the group of each, where
    the split kept groups together.
    """

    data: ProblemData
    test: Part | None = None
    split: Split | None = None
    preprocessing: Preprocessing | None = None
    source: str = ""
    notes: tuple[str, ...] = ()
    test_groups: np.ndarray | None = None
    specification: Specification | None = None
    """The rows that its examples were, as people know them; None where they came otherwise."""

    @property
    def kind(self) -> str:
        """The name of its kind, for example ``labelled``."""
        return self.data.kind

    @property
    def name(self) -> str:
        return self.data.name

    @property
    def type(self) -> Type:
        """The type of a program that does the task, for example ``Tensor[1,8,8] -> Tensor[10]``."""
        return self.data.type

    @property
    def family(self) -> str | None:
        """The name that variants of one task share, or None."""
        return self.data.family

    @property
    def metric(self) -> str:
        return self.data.metric

    @property
    def direction(self) -> Direction:
        return self.data.direction

    @property
    def solved_at(self) -> float:
        """The value of the metric, on validation data, at which a search may stop."""
        return self.data.solved_at

    @property
    def dtype(self) -> str:
        return self.data.dtype

    @property
    def constants(self) -> tuple[Value, ...]:
        """Values that may occur literally in a program."""
        return self.data.constants

    @cached_property
    def digest(self) -> str:
        """Content digest over all three parts, the split and the preprocessing; the name does not count."""
        arrays: dict[str, np.ndarray] = {}
        data, part = self.data, self.test
        argument_types, result = arguments_of(data.type)
        held_out = None if part is None else describe_part(part, argument_types, result, "test", arrays)
        split = None if self.split is None else self.split.to_json()
        fields = {"data": data.digest, "test": held_out, "split": split, "preprocessing": self._prepared()}
        return content_digest(fields, arrays)

    def _prepared(self) -> dict[str, object] | None:
        """The preprocessing for the digest. What pictures are made into, how numbers and axes lie and what labels were shows in the
        arrays: tasks of before these were kept have the digest that they had."""
        if self.preprocessing is None:
            return None
        kept = replace(self.preprocessing, pictures=None, raw_range=None, labels=(), steps_first=False)
        return {**kept.to_json(), "columns": [column_for_digest(column) for column in kept.columns]}

    @cached_property
    def split_digest(self) -> str:
        """Content digest over which cases are in which part, as they are after preprocessing."""
        arrays: dict[str, np.ndarray] = {}
        data, test = self.data, self.test
        argument_types, result = arguments_of(data.type)
        parts = {"train": data.train, "validation": data.validation, **({} if test is None else {"test": test})}
        described = {key: describe_part(part, argument_types, result, key, arrays) for key, part in parts.items()}
        return content_digest(described, arrays)

    def part(self, name: str) -> Part:
        """``train``, ``validation`` or ``test``. Raises TaskError on another name, or where there is no test part."""
        data = self.data
        found = self.test if name == "test" else {"train": data.train, "validation": data.validation}.get(name)
        if found is None:
            raise TaskError(
                f"part={name!r} of task={self.name!r}: train, validation or an existing test is required; choose one"
            )
        return found

    def score(self, outputs: Outputs, part: str | Part = "validation") -> dict[str, float]:
        """Scores of a program's ``outputs`` on a part (contract: automl.tasks.metrics.score)."""
        return self.data.score(outputs, self.part(part) if isinstance(part, str) else part)

    def why_undefined(self, part: str, outputs: Outputs | None = None) -> str:
        """Why a part has no score, in a sentence, such as ``validation holds only the class 'no': auc needs two``: for ``outputs`` on
        it, or (None) for whatever a program says; "" where it has one."""
        names = () if self.preprocessing is None else self.preprocessing.label_names
        reason = self.data.why_undefined(outputs, self.part(part), names)
        return f"{part} holds {reason}" if reason else ""

    def case_errors(self, outputs: Outputs, part: str | Part = "validation") -> np.ndarray:
        """float64 [n], 0 where a case is met (contract: automl.tasks.metrics.case_errors)."""
        return self.data.case_errors(outputs, self.part(part) if isinstance(part, str) else part)

    def is_solved(self, scores: Mapping[str, float]) -> bool:
        """Whether the metric among ``scores`` reaches ``solved_at``."""
        return self.data.is_solved(scores)

    def right(self, outputs: Outputs) -> bool | None:
        """Whether ``outputs`` on the test part reach ``solved_at`` (for examples: meet all); None where there is no
        test part."""
        part = self.test
        return None if part is None else self.is_right(self.score(outputs, part))

    def is_right(self, scores: Mapping[str, float]) -> bool:
        """Whether ``scores`` on the test part say that the program is right: of examples all tests are to be met, however many of the
        examples may be missed."""
        return self.is_solved(scores) if not self.data.tolerate else scores.get(self.metric, 0.0) >= 1.0

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"task={self.name!r} holds its test part and must not be sent to a search or a worker; send task.data"
        )

    def __repr__(self) -> str:
        data, test = self.data, self.test
        counts = f"train={len(data.train)}, validation={len(data.validation)}, test={0 if test is None else len(test)}"
        return f"Task({self.name!r}, {self.kind}, {data.type}, {counts})"


@dataclass(frozen=True)
class TaskKind:
    """A kind of task: its ``name``, and ``sample(seed)``, a small task of the kind made without files, on which the conformance suite
    runs."""

    name: str
    sample: Callable[[int], Task]


TASKS: PluginKind[TaskKind] = PluginKind("task", f"{__package__}.kinds", instances(TaskKind), "tasks")


def task_kinds() -> Mapping[str, TaskKind]:
    """Every kind by name, found by scanning ``automl/tasks/kinds``. Raises PluginError where two have one name."""
    return TASKS.found()
