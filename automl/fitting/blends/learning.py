"""What a blend is trained by: the probability of the outputs that were seen, by the way that its plan says (docs/blends.md)."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from primitives.batch import Ragged
from primitives.compile.program import Program
from primitives.distributions import Blend, InferencePlan, NotFinite, RandomOutput, TooManyWorlds, plan
from primitives.distributions.planning import BEST, EXACT, SAMPLED
from primitives.distributions.sampling import SampledOutput, Sampler

from ...tasks.data import ProblemData
from .. import batches
from ..batches import Batch, Inputs
from ..trainer import Unsuitable
from .answering import Answering, answering, is_blend

LOOKED_AT = 2
"""Cases that the plan is made by: those with the longest lists."""
LONGEST_OF = 1000
"""Train cases among which the longest are looked for, to tell the plan of a result."""
DISTANCES = ("mse", "absolute", "huber")
"""Losses of numbers; for a blend each means how far off its number is on average."""
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class BlendLearner:
    """How a blend is run and judged while it trains: called with a batch an argument, as the program is, it gives what ``loss`` takes.

    Raises Unsuitable where a batch has something that the cases of the plan had not."""

    plan: InferencePlan
    learner: Blend | Sampler
    distance: bool
    answering: Answering

    def __call__(self, *inputs: Batch) -> RandomOutput | SampledOutput:
        try:
            return self.learner(*inputs)
        except (NotFinite, TooManyWorlds) as error:
            raise Unsuitable(f"what the plan was made by did not show this: {error}") from error

    def loss(self, outputs: Any, targets: Batch) -> torch.Tensor:
        """−log P(output = target), the mean over the cases, or the error to expect; of draws the share of wrong ones."""
        if isinstance(outputs, SampledOutput):
            return outputs.loss(targets, distance=self.distance)
        if self.distance:
            assert isinstance(targets, torch.Tensor)
            return outputs.expected_error(targets).mean()
        return -outputs.log_likelihood(targets).mean()

    def judged(self, inputs: Inputs, targets: Batch) -> tuple[Batch, float | None]:
        """What the program answers for a batch an argument, and its loss; None where the plan is not exact."""
        exact = self.plan.way == EXACT
        answers, output = self.answering.with_output(*inputs)
        if not exact:
            return answers, None
        return answers, float(self.loss(self(*inputs) if output is None else output, targets))


def blend_learner(program: torch.nn.Module, inputs: Inputs, targets: Batch, loss: str = "auto") -> BlendLearner | None:
    """How the program is trained where it is a blend; None for any other, through whose outputs gradients go.

    program: with its weights.
    inputs: of the train part, one batch an argument, on the program's device.
    targets: that go with them.
    loss: ``auto``, or a name of automl.fitting.losses (default: auto).
    """
    if not isinstance(program, Program) or not any(p.requires_grad for p in program.parameters()):
        return None
    if not is_blend(program):
        return None
    found = _plan(program, inputs, targets)
    reason = f" ({found.reason})" if found.reason else ""
    logger.info("a blend is trained the way %r: entries=%d a case%s", found.way, found.entries, reason)
    distance = loss in DISTANCES and isinstance(targets, torch.Tensor)
    return BlendLearner(found, found.learner(program), distance, answering(program))


def _plan(program: Program, inputs: Inputs, targets: Batch) -> InferencePlan:
    rows = _largest(inputs)
    return plan(program, tuple(batches.take(batch, rows) for batch in inputs), batches.take(targets, rows))


def told_plan(program: torch.nn.Module, data: ProblemData) -> str:
    """How a blend is trained and what that costs, in a sentence; "" of any other program.

    program: compiled.
    data: of the task.
    """
    if not isinstance(program, Program) or not is_blend(program):
        return ""
    found = _plan(program, *batches.part_batch(data, data.train.take(np.arange(min(LONGEST_OF, len(data.train))))))
    products = f"{found.entries:,} products of probabilities for the longest case"
    way = {
        EXACT: f"exactly, by {products}",
        BEST: f"by the {found.keep} likeliest values at each place, {products}",
        SAMPLED: f"by {found.entries} draws a case and the score function",
    }[found.way]
    return f"learned from the distribution of its outputs: {way}" + (f" ({found.reason})" if found.reason else "")


def _largest(inputs: Inputs) -> torch.Tensor:
    """The cases with the longest lists."""
    lengths = torch.zeros(batches.count(inputs[0]), dtype=torch.long)
    for batch in inputs:
        if isinstance(batch, Ragged):
            lengths = lengths + batch.lengths.cpu()
    return lengths.topk(min(LOOKED_AT, len(lengths))).indices
