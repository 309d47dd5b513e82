"""Tasks: what a program is asked to do, the data that shows it, and how an answer is scored.

A kind of task is one file in ``automl/tasks/kinds`` with one final subclass of AbstractTask; ``task_kinds`` finds it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cached_property
from typing import Any, ClassVar, NoReturn

import numpy as np

from primitives.plugins import PluginKind, classes
from primitives.types import Type, arguments_of

from ..errors import TaskError
from .data import MAXIMIZE, MINIMIZE, Part, ProblemData, RaggedArray, content_digest, describe_part
from .metrics import CLASSES, HEADS, INTEGERS, NUMBERS, VALUES
from .preprocessing import Preprocessing
from .split import Split

__all__ = [
    "CLASSES", "HEADS", "INTEGERS", "MAXIMIZE", "MINIMIZE", "NUMBERS", "VALUES",
    "AbstractTask", "Part", "Preprocessing", "ProblemData", "RaggedArray", "Split", "TaskError", "task_kinds",
]  # fmt: skip


class AbstractTask(ABC):
    """One task with its three parts. Only the study, at its end, asks for ``test()``.

    A search and its workers get ``search_view()``, which holds no test case; a task itself refuses to be pickled.
    """

    kind: ClassVar[str]
    """The name of the kind, one a file."""

    @abstractmethod
    def search_view(self) -> ProblemData:
        """Train and validation data with all that scoring needs."""

    @abstractmethod
    def test(self) -> Part | None:
        """The held-out part; None where the task has none."""

    @property
    @abstractmethod
    def split(self) -> Split | None:
        """How the parts were made; None where the source fixes them."""

    @property
    @abstractmethod
    def preprocessing(self) -> Preprocessing | None:
        """What was done to raw inputs and must be done again before a prediction; None where nothing was."""

    @property
    @abstractmethod
    def source(self) -> str:
        """Where the data came from: a data set's name or a file's name, never a path of this machine."""

    @classmethod
    @abstractmethod
    def sample(cls, seed: int = 0) -> AbstractTask:
        """A small task of this kind, made without files: what the conformance suite runs on."""

    @property
    def name(self) -> str:
        return self.search_view().name

    @property
    def type(self) -> Type:
        """The type of a program that does the task, for example ``Tensor[1,8,8] -> Tensor[10]``."""
        return self.search_view().type

    @property
    def family(self) -> str | None:
        """The name that variants of one task share, or None."""
        return self.search_view().family

    @property
    def metric(self) -> str:
        return self.search_view().metric

    @property
    def direction(self) -> str:
        return self.search_view().direction

    @property
    def solved_at(self) -> float:
        """The value of the metric, on validation data, at which a search may stop."""
        return self.search_view().solved_at

    @property
    def dtype(self) -> str:
        return self.search_view().dtype

    @property
    def constants(self) -> tuple[Any, ...]:
        """Values that may occur literally in a program."""
        return self.search_view().constants

    @cached_property
    def digest(self) -> str:
        """Content digest over all three parts, the split and the preprocessing; the name does not count."""
        arrays: dict[str, np.ndarray] = {}
        data, part = self.search_view(), self.test()
        argument_types, result = arguments_of(data.type)
        held_out = None if part is None else describe_part(part, argument_types, result, "test", arrays)
        split = None if self.split is None else self.split.to_json()
        preprocessing = None if self.preprocessing is None else self.preprocessing.to_json()
        fields = {"data": data.digest, "test": held_out, "split": split, "preprocessing": preprocessing}
        return content_digest(fields, arrays)

    @cached_property
    def split_digest(self) -> str:
        """Content digest over which cases are in which part, as they are after preprocessing."""
        arrays: dict[str, np.ndarray] = {}
        data, test = self.search_view(), self.test()
        argument_types, result = arguments_of(data.type)
        parts = {"train": data.train, "validation": data.validation, **({} if test is None else {"test": test})}
        described = {key: describe_part(part, argument_types, result, key, arrays) for key, part in parts.items()}
        return content_digest(described, arrays)

    def part(self, name: str) -> Part:
        """``train``, ``validation`` or ``test``. Raises TaskError on another name, or where there is no test part."""
        data = self.search_view()
        found = self.test() if name == "test" else {"train": data.train, "validation": data.validation}.get(name)
        if found is None:
            raise TaskError(
                f"part={name!r} of task={self.name!r}: train, validation or an existing test is required; choose one"
            )
        return found

    def score(self, outputs: Any, part: str | Part = "validation") -> dict[str, float]:
        """Scores of a program's ``outputs`` on a part (contract: automl.tasks.metrics.score)."""
        return self.search_view().score(outputs, self.part(part) if isinstance(part, str) else part)

    def case_errors(self, outputs: Any, part: str | Part = "validation") -> np.ndarray:
        """float64 [n], 0 where a case is met (contract: automl.tasks.metrics.case_errors)."""
        return self.search_view().case_errors(outputs, self.part(part) if isinstance(part, str) else part)

    def is_solved(self, scores: Mapping[str, float]) -> bool:
        """Whether the metric among ``scores`` reaches ``solved_at``."""
        return self.search_view().is_solved(scores)

    def right(self, outputs: Any) -> bool | None:
        """Whether ``outputs`` on the test part reach ``solved_at`` (for examples: meet all); None where there is no
        test part."""
        part = self.test()
        return None if part is None else self.is_solved(self.score(outputs, part))

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"task={self.name!r} holds its test part and must not be sent to a search or a worker; send "
            "task.search_view()"
        )

    def __repr__(self) -> str:
        data, test = self.search_view(), self.test()
        counts = f"train={len(data.train)}, validation={len(data.validation)}, test={0 if test is None else len(test)}"
        return f"{type(self).__name__}({self.name!r}, {data.type}, {counts})"


TASKS: PluginKind[type[AbstractTask]] = PluginKind("task", f"{__package__}.kinds", classes(AbstractTask, "kind"))


def task_kinds() -> Mapping[str, type[AbstractTask]]:
    """Every kind by name, found by scanning ``automl/tasks/kinds``. Raises PluginError where two have one name."""
    return TASKS.found()
