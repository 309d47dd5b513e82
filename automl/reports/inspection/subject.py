"""A trained program as a function of raw inputs, so that what is found about it is in the units of the data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from primitives.batch import Objects, split
from primitives.brief import brief_repr
from primitives.types import TensorType, Type, arguments_of

from ...errors import TaskError
from ...evaluation.model import Model
from ...fitting.forward import evaluation_mode, predict
from ...fitting.losses import are_probabilities
from ...tasks.cases.parts import Part
from ...tasks.metrics import CLASSES, NUMBERS
from ...tasks.preprocessing import Affine
from ...tasks.task import Task

CHUNK = 256
"""Cases that go through the program at a time."""
PROBE = 64
"""Cases by which it is found out whether gradients reach the input, and whether the outputs are probabilities."""


@dataclass(frozen=True, eq=False)
class Subject:
    """A program ``Tensor[…] -> Tensor[k]`` on the unit cube: ``low + u * (high - low)`` is the raw input of ``u`` in [0, 1].

    ``low`` and ``high`` are the range of the train data, float64 [*shape]: one pair for all pixels of an image, one a feature of a
    vector. ``form`` is ``classes`` (scores of k classes) or ``numbers``. Preprocessing is part of the function: the module is given
    ``base + u * factor``, both [*shape].
    """

    module: Any
    base: torch.Tensor
    factor: torch.Tensor
    low: np.ndarray
    high: np.ndarray
    form: str
    width: int
    probabilities: bool
    differentiable: bool

    __repr__ = brief_repr

    @staticmethod
    def of(model: Model, task: Task) -> Subject:
        """The model's program over the range of the task's train data. Raises TaskError where the program does not map one tensor to
        one vector, or the task is not what it was trained for."""
        width = _check(model, task)
        raw = raw_inputs(task, task.part("train"))
        axes = 0 if raw.ndim == 2 else tuple(range(raw.ndim))
        low = np.broadcast_to(raw.min(axis=axes), raw.shape[1:]).astype(np.float64)
        high = np.broadcast_to(raw.max(axis=axes), raw.shape[1:]).astype(np.float64)
        form = task.data.target
        prepared = model.preprocessing.inputs if model.preprocessing is not None else Affine()
        ends = torch.from_numpy(prepared.apply(np.stack([low, high])))
        ends = ends.to(next((p.device for p in model.module.parameters()), "cpu"))
        bare = Subject(model.module, ends[0], ends[1] - ends[0], low, high, form, width, False, False)
        return bare._probed(bare.to_unit(raw[:PROBE]))

    def _probed(self, unit: torch.Tensor) -> Subject:
        moved = unit.clone().requires_grad_()
        with torch.enable_grad():
            outputs = self._outputs(moved)
        reached = False
        if outputs.requires_grad:
            slope = torch.autograd.grad(outputs.sum(0).square().sum(), moved, allow_unused=True)[0]
            reached = slope is not None and bool(slope.isfinite().all() and (slope != 0).any())
        probabilities = self.form == CLASSES and are_probabilities(outputs)
        return replace(self, probabilities=probabilities, differentiable=reached)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one input."""
        return self.low.shape

    @property
    def span(self) -> np.ndarray:
        """``high - low``, float64 [*shape]: the raw units of one unit."""
        return self.high - self.low

    @property
    def device(self) -> Any:
        return self.base.device

    def to_unit(self, raw: np.ndarray) -> torch.Tensor:
        """Raw inputs [n, *shape] in the unit cube, float32; values beyond the range are clipped, constant features are 0."""
        span = np.where(self.span > 0, self.span, 1.0)
        unit = np.clip((raw - self.low) / span, 0.0, 1.0)
        return torch.from_numpy(unit.astype(np.float32)).to(self.device)

    def to_raw(self, unit: torch.Tensor) -> np.ndarray:
        """The inverse of ``to_unit``, float64 [n, *shape]."""
        return self.low + unit.detach().cpu().double().numpy() * self.span

    def _outputs(self, unit: torch.Tensor) -> torch.Tensor:
        """The program's outputs [n, width], differentiable where it is; NaN for a case that fails."""
        with evaluation_mode(self.module):
            return self._rows(self.module(self.base + unit * self.factor))

    def _rows(self, outputs: torch.Tensor | Objects) -> torch.Tensor:
        """Outputs of the module as float32 [n, width]."""
        if isinstance(outputs, Objects):
            lost = torch.full((self.width,), torch.nan, device=self.device)
            outputs = torch.stack([row if isinstance(row, torch.Tensor) else lost for row in split(outputs)])
        return outputs.float()

    def log_probabilities(self, unit: torch.Tensor) -> torch.Tensor:
        """Logarithms of the class probabilities [n, classes], differentiable where the program is; -inf where a case fails."""
        return self._logs(self._outputs(unit))

    def _logs(self, outputs: torch.Tensor) -> torch.Tensor:
        found = outputs.clamp_min(1e-30).log() if self.probabilities else functional.log_softmax(outputs, dim=1)
        return found.nan_to_num(nan=-torch.inf, neginf=-torch.inf)

    def losses(self, unit: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """The loss of each case [n]: cross entropy against classes [n], or mean squared error against numbers [n, k]."""
        if self.form == CLASSES:
            return -self.log_probabilities(unit).gather(1, targets[:, None])[:, 0]
        return (self._outputs(unit) - targets).square().mean(1)

    def gradients(self, unit: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """∂ loss / ∂ u of each case, [n, *shape]. Raises TaskError where no gradient reaches the input."""
        self.need_gradients("gradients")
        found = []
        for part, wanted in zip(unit.split(CHUNK), targets.split(CHUNK), strict=True):
            moved = part.detach().clone().requires_grad_()
            with torch.enable_grad():
                found.append(torch.autograd.grad(self.losses(moved, wanted).sum(), moved)[0])
        return torch.cat(found)

    def need_gradients(self, method: str) -> None:
        """Raises TaskError where no gradient reaches the input."""
        if not self.differentiable:
            raise TaskError(
                f"method={method!r}: a program is required whose output depends on its input by words with gradients; "
                "use evolved_sign, walk_along_boundary or evolve, which need none"
            )

    def need_classes(self, method: str) -> None:
        """Raises TaskError where the program does not tell classes apart."""
        if self.form != CLASSES:
            raise TaskError(
                f"method={method!r}: a task of classes is required, target={self.form!r}; use gradient_sign"
            )

    @torch.no_grad()
    def answer(self, unit: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """``(classes [n], confidences [n])``; class -1 where a case fails."""
        logs = self.logs(unit)
        best, classes = logs.max(1)
        return torch.where(best.isfinite(), classes, torch.full_like(classes, -1)), best.exp()

    @torch.no_grad()
    def outputs(self, unit: torch.Tensor) -> torch.Tensor:
        """The program's outputs [n, width], as scores take them."""
        return self._rows(predict(self.module, (self.base + unit * self.factor,), CHUNK))

    @torch.no_grad()
    def logs(self, unit: torch.Tensor) -> torch.Tensor:
        """``log_probabilities`` of any number of cases, without gradients."""
        return self._logs(self.outputs(unit))


def raw_inputs(task: Task, part: Part) -> np.ndarray:
    """The inputs of a part in the units of the data, float64 [n, *shape]."""
    array = np.asarray(part.inputs[0], dtype=np.float64)
    return array if task.preprocessing is None else task.preprocessing.inputs.invert(array)


def _check(model: Model, task: Task) -> int:
    """The width of the program's output."""
    types, result = arguments_of(model.type)
    if len(types) != 1 or not _is_real(types[0]) or not isinstance(result, TensorType) or not _is_real(result):
        raise TaskError(
            f"type={model.type}: a program from one tensor of real numbers to one vector is required to inspect it; "
            "inspect its filters only, or the net inside it"
        )
    if len(result.shape) != 1 or not isinstance(result.shape[0], int):
        raise TaskError(f"type={model.type}: a vector is required as output; inspect its filters only")
    if task.type != model.type or task.data.target not in (CLASSES, NUMBERS):
        raise TaskError(
            f"task={task.name!r} of type {task.type}: data of type {model.type} with classes or numbers as targets is "
            "required; give the data that the program was trained for"
        )
    ours, theirs = model.preprocessing, task.preprocessing
    if ours is not None and theirs is not None and ours.label_names != theirs.label_names:
        raise TaskError(
            f"labels={list(theirs.label_names)[:10]} of task={task.name!r}: {list(ours.label_names)[:10]} are required, "
            "as the program was trained; give that data"
        )
    return result.shape[0]


def _is_real(type: Type) -> bool:
    return isinstance(type, TensorType) and type.dtype == "float"
