"""The data that a program is inspected on, and the forms of what comes out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from primitives.brief import brief_repr

from ...errors import TaskError
from ...evaluation.model import Model
from ...tasks.cases.parts import Part
from ...tasks.data import ProblemData
from ...tasks.metrics import CLASSES
from ...tasks.task import Task
from .subject import Subject, raw_inputs


@dataclass(frozen=True)
class InspectionSettings:
    """``epsilons`` are sizes of perturbations as shares of the data's range; ``cases`` how many held-out cases they are tried on,
    ``closest`` for how many the smallest perturbation is looked for; ``classes`` for how many fooling images are; ``shown`` how many
    images a picture has at most. Raises TaskError on numbers that mean nothing."""

    epsilons: tuple[float, ...] = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3)
    cases: int = 500
    closest: int = 20
    classes: int = 10
    shown: int = 40
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.epsilons or any(not 0.0 <= epsilon <= 1.0 for epsilon in self.epsilons):
            raise TaskError(
                f"epsilons={list(self.epsilons)}: shares of the data's range from 0 to 1 are required, such as 0.1"
            )
        for name in ("cases", "closest", "classes", "shown"):
            if getattr(self, name) < 1:
                raise TaskError(f"{name}={getattr(self, name)}: at least 1 is required; give a larger number")


@dataclass(frozen=True, eq=False)
class Cases:
    """Held-out cases: ``unit`` [n, *shape] in the unit cube, ``targets`` [n] classes or [n, k] numbers, ``part`` which part they are
    of; ``known`` [m, *shape] are train cases; ``names`` the classes' names."""

    subject: Subject
    data: ProblemData
    unit: torch.Tensor
    targets: torch.Tensor
    part: str
    known: torch.Tensor
    names: tuple[str, ...]

    __repr__ = brief_repr

    @staticmethod
    def of(model: Model, task: Task) -> Cases:
        """The test part of the task, or its validation part where it has none. Raises TaskError where the task does not fit."""
        subject = Subject.of(model, task)
        name = "validation" if task.test is None else "test"
        part, train = task.part(name), task.part("train")
        kind = torch.long if subject.form == CLASSES else torch.float32
        targets = torch.as_tensor(np.array(part.targets), dtype=kind, device=subject.device)
        names = task.preprocessing.label_names if task.preprocessing is not None else ()
        return Cases(
            subject, task.data, subject.to_unit(raw_inputs(task, part)), targets, name,
            subject.to_unit(raw_inputs(task, train)), names or tuple(map(str, range(subject.width))),
        )  # fmt: skip

    def sample(self, count: int, seed: int) -> Cases:
        """``count`` of the cases, drawn without replacement, in their order."""
        if count >= len(self.unit):
            return self
        rows = np.sort(np.random.default_rng(seed).permutation(len(self.unit))[:count])
        return self.take(torch.from_numpy(rows))

    def take(self, rows: torch.Tensor) -> Cases:
        """The cases at ``rows``."""
        rows = rows.to(self.unit.device)
        return Cases(self.subject, self.data, self.unit[rows], self.targets[rows], self.part, self.known, self.names)

    def metric(self, unit: torch.Tensor) -> float | None:
        """The task's metric with the cases moved to ``unit``; None where it is undefined."""
        outputs = self.subject.outputs(unit).cpu().numpy()
        found = self.data.score(outputs, Part((), self.targets.cpu().numpy()))
        value = found.get(self.data.metric)
        return None if value is None else round(float(value), 6)

    def name(self, index: int) -> str:
        """The name of a class; "failure" for -1."""
        return self.names[index] if index >= 0 else "failure"
