"""The weights that a training keeps, and whether it still gets better."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch

from ..tasks.data import ProblemData


def state_of(program: torch.nn.Module) -> dict[str, torch.Tensor]:
    """A copy, on the CPU, of the program's parameters and buffers by name."""
    return {k: v.detach().to("cpu", copy=True).contiguous() for k, v in program.state_dict().items()}


class KeptWeights:
    """The weights of the ``best`` validation so far, or of the ``last`` (``keep``), with their scores.

    ``stale`` counts validations since the mean score of the last ``average`` of them was at its best.
    """

    def __init__(self, data: ProblemData, *, keep: str = "best", average: int = 1) -> None:
        self.data, self.keep, self.average = data, keep, average
        self.weights: dict[str, torch.Tensor] | None = None
        self.scores: Mapping[str, float] = {}
        self.score: float | None = None
        self.epoch: int | None = None
        self.stale = 0
        self._best = (-math.inf, -math.inf)
        self._recent: list[float] = []
        self._best_mean = -math.inf

    def consider(
        self, program: torch.nn.Module, epoch: int, loss: float | None, scores: Mapping[str, float]
    ) -> float | None:
        """Note a validation after ``epoch`` epochs; its value of the task's metric, None where that is undefined or
        the loss is not finite. Of equal scores the one with the lower loss is better, then the later; as long as none is defined, the
        loss alone decides."""
        score = scores.get(self.data.metric, math.nan)
        if loss is not None and not math.isfinite(loss):
            self.stale += 1
            return None
        if not math.isfinite(score):
            self._consider_loss(program, epoch, loss, scores)
            return None
        sign = self.data.direction.sign
        rank = (sign * score, -math.inf if loss is None else -loss)
        if self.keep == "last" or rank >= self._best:
            self._best = rank
            self.weights, self.scores, self.score, self.epoch = state_of(program), dict(scores), score, epoch
        self._recent = [*self._recent, rank[0]][-self.average :]
        mean = sum(self._recent) / len(self._recent)
        self.stale = 0 if mean > self._best_mean else self.stale + 1
        self._best_mean = max(mean, self._best_mean)
        return score

    def _consider_loss(
        self, program: torch.nn.Module, epoch: int, loss: float | None, scores: Mapping[str, float]
    ) -> None:
        """Note a validation on which the metric is undefined."""
        rank = (-math.inf, -math.inf if loss is None else -loss)
        better = loss is not None and self.score is None and rank > self._best
        if better or (self.keep == "last" and loss is not None and self.score is None):
            self._best = max(rank, self._best)
            self.weights, self.scores, self.epoch = state_of(program), dict(scores), epoch
        self.stale = 0 if better else self.stale + 1
