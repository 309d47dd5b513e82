"""What a training measures as it goes: loss and scores on the validation part, and on as many cases of the train part
so that what is memorised shows."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch

from ..tasks.cases.parts import Part
from ..tasks.data import ProblemData
from . import batches, forward
from .batches import Batch, Inputs
from .blends.learning import BlendLearner
from .losses import Loss
from .trainer import Unsuitable


class Measures:
    """Measures a program, in evaluation mode, on the device of its data.

    ``train_cases`` of the train part are drawn once, from ``seed``; never more than the validation part has, so that to measure both
    takes at most twice the time; ``cases`` are both together. ``loss`` is None where the outputs have none; ``blend`` gives it in its place
    where the program draws. Measuring raises forward.DeadlineReached where ``deadline`` comes first.
    """

    def __init__(
        self, program: torch.nn.Module, data: ProblemData, loss: Loss | None, device: str, train_cases: int, seed: int,
        deadline: float | None = None, blend: BlendLearner | None = None,
    ) -> None:  # fmt: skip
        self.program, self.data, self.loss, self.deadline, self.blend = program, data, loss, deadline, blend
        self._validation = (data.validation, *self._batch(data.validation, device))
        count = 0 if data.validation is data.train else min(train_cases, len(data.train), len(data.validation))
        rows = torch.randperm(len(data.train), generator=torch.Generator().manual_seed(seed))[:count]
        part = data.train.take(rows.numpy())
        self._train = (part, *self._batch(part, device)) if count else None
        self.cases = len(data.validation) + count

    def _batch(self, part: Part, device: str) -> tuple[Inputs, Batch]:
        inputs, targets = batches.part_batch(self.data, part)
        return tuple(batches.move(x, device) for x in inputs), batches.move(targets, device)

    def validation(self) -> tuple[float | None, Mapping[str, float]]:
        """The loss (None where undefined; it may be infinite) and all scores on the validation part."""
        return self._measured(self._validation)

    def train(self) -> tuple[float | None, float | None]:
        """The loss and the task's metric on the drawn train cases; None where undefined or nothing was drawn."""
        if self._train is None:
            return None, None
        loss, scores = self._measured(self._train)
        score = scores.get(self.data.metric, math.nan)
        return finite(loss), finite(score)

    def _measured(self, part: tuple[Part, Inputs, Batch]) -> tuple[float | None, Mapping[str, float]]:
        cases, inputs, targets = part
        if self.blend is not None:
            outputs, loss = self._judged(self.blend, inputs, targets)
            return loss, self.data.score(batches.answers(outputs, self.data.type), cases)
        outputs = forward.predict(self.program, inputs, deadline=self.deadline)
        try:
            loss = None if self.loss is None else float(self.loss(outputs, targets).detach())
        except Unsuitable:
            loss = None  # some case fails; the score counts it as wrong
        return loss, self.data.score(batches.answers(outputs, self.data.type), cases)

    def _judged(self, blend: BlendLearner, inputs: Inputs, targets: Batch) -> tuple[Batch, float | None]:
        """What a blend answers, and its loss where that is exact."""
        found, losses, start = [], [], 0
        for some in forward.windows(self.program, inputs, deadline=self.deadline):
            stop = start + batches.count(some[0])
            answers, loss = blend.judged(some, batches.window(targets, start, stop))
            found.append(answers)
            losses.append(None if loss is None else loss * (stop - start))
            start = stop
        known = [loss for loss in losses if loss is not None]
        return batches.join(found), sum(known) / start if known and len(known) == len(losses) else None


def finite(value: float | None) -> float | None:
    """The number, or None where it is none or not finite."""
    return value if value is not None and math.isfinite(value) else None
