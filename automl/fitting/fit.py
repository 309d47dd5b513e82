"""The one training loop: epochs of shuffled batches, validation, budget, and what may go wrong, whatever changes the
weights."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from typing import Any

import numpy as np
import torch

from primitives.values import Outcome, is_out_of_memory

from ..tasks.cases.parts import Part
from ..tasks.data import ProblemData
from . import batches, forward
from .batches import Batch, Inputs
from .blends.learning import blend_learner
from .early_stopping import KeptWeights
from .fitted_words import unseen_values
from .losses import Loss, are_probabilities, loss_name, make_loss
from .monitoring import Measures, finite
from .precision import resolve
from .rates import TrainingProgress
from .setup import FitOptions, FitSetup
from .shuffling import Shuffler
from .trainer import (
    AbstractUpdater,
    EpochRecord,
    Report,
    TrainingBudget,
    TrainingResult,
    Unsuitable,
)

FORWARD = 0.5
"""What a case costs at most where it is only measured, in cases that are trained on (a forward pass is a third of the work)."""
SMALLEST = 16
"""The fewest cases a step where time is short."""
PASSES = 3.0
"""What a case costs where it is trained on, in forward passes."""
SETTLED, BATCHES = 60, 6
"""After fewer steps than SETTLED running statistics are taken anew from so many batches; later they lag little behind the weights, whose
rate has come down. Set by hand."""
WARMING = 3
"""The first steps, which set up what later ones use: how long they take says little of how long a measurement takes."""
GRACE = 0.5
"""Seconds beyond its deadline in which what was trained may still be measured: without a measurement nothing of it is kept."""


def fewer_cases(batch_size: int, steps: int, cases: float) -> int:
    """The batch size, halved as long as ``cases`` do not suffice for so many steps and it is not below SMALLEST."""
    while batch_size >= 2 * SMALLEST and cases < steps * batch_size:
        batch_size //= 2
    return batch_size


def fit(
    program: torch.nn.Module,
    data: ProblemData,
    make_updater: Callable[[FitSetup], AbstractUpdater],
    budget: TrainingBudget,
    options: FitOptions | None = None,
    *,
    seed: int = 0,
    report: Report | None = None,
) -> TrainingResult:
    """What training a program on the train part comes to. The program is left on its device, in evaluation mode, with the weights that
    the result names.

    program: called with one batch (primitives.batch) an argument.
    data: what to train on, and the validation part by which it is judged.
    make_updater: what changes the weights, from what the loop has set up.
    budget: what the training may spend.
    options: how the loop runs (default: FitOptions()).
    seed: for the order of the cases, augmentation and dropout (default: 0); torch's global generator is put back.
    report: told of each validation; training stops where it returns True (default: nobody).

    A NaN or infinite loss, memory that runs out, a deadline and outputs without a loss are outcomes; any other exception is a bug and
    propagates. With one thread, the same seed, and a budget in epochs or steps, the result is the same.
    """
    with _seeded(seed):
        return _Training(program, data, make_updater, budget, options or FitOptions(), seed, report).run()


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield


class _Ended(Exception):
    """Training ends here, with an outcome."""

    def __init__(self, outcome: Outcome, detail: str = "") -> None:
        super().__init__(detail)
        self.outcome, self.detail = outcome, detail


class _Training:
    """One training in progress."""

    def __init__(
        self,
        program: torch.nn.Module,
        data: ProblemData,
        make_updater: Callable[[FitSetup], AbstractUpdater],
        budget: TrainingBudget,
        options: FitOptions,
        seed: int,
        report: Report | None,
    ) -> None:
        self.program, self.data, self.budget, self.options = program, data, budget, options
        self.make_updater, self.seed, self.report = make_updater, seed, report
        self.started = time.monotonic()
        self.history: list[EpochRecord] = []
        self.step = self.epoch = self.plateaus = self.waited = 0
        self.training, self.seen = 0.0, 0
        self.kept = KeptWeights(data, keep=options.keep, average=options.average)
        self.precision = resolve("cpu", "float32", program, 1, ())

    def run(self) -> TrainingResult:
        outcome, detail = self.trained()
        if self.kept.weights is not None:
            self.program.load_state_dict(self.kept.weights)
        self.program.zero_grad(set_to_none=True)
        self.program.eval()
        return TrainingResult(
            outcome,
            detail,
            tuple(self.history),
            best_score=self.kept.score,
            best_epoch=self.kept.epoch,
            scores=self.kept.scores,
            weights=self.kept.weights,
            epochs=self.epoch,
            steps=self.step,
            seconds=time.monotonic() - self.started,
            device=self.precision.device,
            precision=self.precision.name,
        )

    def trained(self) -> tuple[Outcome, str]:
        """Train to the end; the outcome with its detail."""
        try:
            self.prepare()
            self.epochs()
        except _Ended as end:
            return end.outcome, end.detail
        except forward.DeadlineReached as reached:
            return Outcome.TIMED_OUT, str(reached)
        except Unsuitable as error:
            return Outcome.UNSUITABLE, str(error)
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            return Outcome.OUT_OF_MEMORY, (str(error).strip().splitlines() or ["no memory"])[0][:300]
        return Outcome.OK, ""

    def prepare(self) -> None:
        """Data and program onto the device; the loss; the updater."""
        options, data = self.options, self.data
        inputs, targets = batches.part_batch(data, data.train)
        self.precision = resolve(options.device, options.precision, self.program, options.batch_size, inputs)
        device = self.precision.device
        self.program.to(device)
        self.precision.lay_out(self.program)
        moved = tuple(batches.move(x, device) for x in inputs), batches.move(targets, device)
        self.train = Shuffler(
            *moved, options.augmentation, self.precision, self.batch_size(moved[0]), self.seed, data.train.weights
        )
        self.blend = blend_learner(self.program, self.train.inputs, self.train.targets, options.loss)
        self.loss, plain = self.losses()
        late = None if self.budget.deadline is None else self.budget.deadline + GRACE
        self.measures = Measures(self.program, data, plain, device, options.train_cases, self.seed, late, self.blend)
        self.steps = self.total_steps()
        setup = FitSetup(
            self.program, data, self.loss, self.error, self.precision, self.train.cases, self.steps, self.seed,
            self.blend or self.program,
        )  # fmt: skip
        self.updater = self.make_updater(setup)

    def batch_size(self, inputs: Inputs) -> int:
        """Cases a step: the option's, or halved while the seconds do not suffice for the least steps, as far as a forward pass tells."""
        size, wanted, needed = self.options.batch_size, self.options.least_steps, self.options.needed_steps
        if not (wanted or needed) or self.budget.seconds is None:
            return size
        each = forward.seconds_a_case(self.program, inputs, self.budget.deadline)
        measured = each * (len(self.data.validation) + min(self.options.train_cases, len(self.data.train)))
        cases = (self.budget.seconds - (time.monotonic() - self.started) - measured) / (PASSES * each)
        if cases < needed * SMALLEST:
            steps = max(0, int(cases / SMALLEST))
            raise _Ended(
                Outcome.TIMED_OUT, f"in its time it would make about {steps} steps of {SMALLEST} cases, needed {needed}"
            )
        return fewer_cases(size, wanted, cases)

    def losses(self) -> tuple[Loss | None, Loss | None]:
        """The loss to train with and the one to report (without smoothing); None where the outputs have none."""
        if self.blend is not None:
            return self.blend.loss, None
        inputs, targets = self.train.first(64)
        outputs = forward.predict(self.program, inputs, deadline=self.budget.deadline)
        name = self.options.loss if self.options.loss != "auto" else loss_name(self.data.target, targets)
        probabilities = name == "cross_entropy" and are_probabilities(outputs)
        weights = self.data.class_weights
        plain = make_loss(name, probabilities=probabilities, weights=weights)
        try:
            plain(outputs, targets)
        except Unsuitable:
            return None, None
        smoothing = self.options.smoothing
        return make_loss(name, smoothing=smoothing, probabilities=probabilities, weights=weights), plain

    def error(self, outputs: Batch, targets: Batch) -> float:
        """Mean case error of outputs on some cases, in the task's own terms."""
        wanted = (
            targets.cpu().numpy()
            if isinstance(targets, torch.Tensor)
            else tuple(batches.answers(targets, self.data.type))
        )
        part = Part((), wanted)
        return float(np.minimum(self.data.case_errors(batches.answers(outputs, self.data.type), part), 1e6).mean())

    def total_steps(self) -> int | None:
        limits = [] if self.budget.steps is None else [self.budget.steps]
        limits += [] if self.budget.epochs is None else [self.budget.epochs * self.train.per_epoch]
        return min(limits) if limits else None

    def fraction(self) -> float:
        """The part of the budget that is used."""
        used = 0.0
        if self.steps is not None:
            used = self.step / self.steps if self.steps else 1.0
        allowed = self.allowed()
        if allowed is not None:
            used = max(used, (time.monotonic() - self.started) / allowed if allowed > 0 else 1.0)
        return min(used, 1.0)

    def allowed(self) -> float | None:
        """Seconds for the training: those of the budget, less what a measurement takes before the deadline, as far as the steps tell."""
        seconds, deadline = self.budget.seconds, self.budget.deadline
        if seconds is None or deadline is None or not self.seen:
            return seconds
        measuring = FORWARD * self.training / self.seen * self.measures.cases
        return min(seconds, deadline - self.started - measuring)

    def epochs(self) -> None:
        trainable = any(p.requires_grad for p in self.program.parameters())
        used = self.fraction()
        if not trainable or used >= 1.0:
            self.close_epoch(math.nan, validate=True)
            return
        while used < 1.0:
            before = int(used * self.options.validations)
            loss = self.one_epoch()
            used = self.fraction()
            self.epoch += 1
            self.close_epoch(loss, validate=used >= 1.0 or int(used * self.options.validations) > before)

    def one_epoch(self) -> float:
        """All batches once, or until the budget is used; the mean loss."""
        self.program.train()
        total, seen, used = 0.0, 0, self.fraction()
        deadline = self.budget.deadline
        # A device is asked for the loss now and then only, for each answer waits for all that was queued.
        stride = 1 if self.precision.device == "cpu" else 32
        pending: list[torch.Tensor] = []
        last = self.train.per_epoch - 1
        for index, (inputs, targets) in enumerate(self.train.epoch()):
            final = index == last or (self.steps is not None and self.step + 1 >= self.steps)
            progress, began = TrainingProgress(self.step, self.epoch, used, self.plateaus), time.monotonic()
            with unseen_values(self.program, self.train.rows):
                pending.append(self.updater.step(inputs, targets, progress, final))
            self.step += 1
            if self.step > WARMING:
                self.training, self.seen = self.training + time.monotonic() - began, self.seen + len(self.train.rows)
            used = self.fraction()
            if len(pending) >= stride or final or used >= 1.0:
                total, seen = total + sum(map(float, pending)), seen + len(pending)
                pending.clear()
                if not math.isfinite(total):
                    raise _Ended(Outcome.DIVERGED, f"the loss is {total} at step {self.step}")
            if deadline is not None and time.monotonic() >= deadline:
                raise _Ended(Outcome.TIMED_OUT, f"the deadline came at step {self.step}")
            if used >= 1.0:
                break
        return total / max(seen, 1)

    def close_epoch(self, loss: float, *, validate: bool) -> None:
        """Record the epoch; with ``validate`` measure, keep the weights if they are the best, and ask whether to go
        on."""
        if not validate:
            self.history.append(self.recorded(loss, {"validation_loss": None, "validation_score": None}))
            return
        with self.updater.evaluation():
            if 0 < self.step < SETTLED and forward.has_running_statistics(self.program):
                self.settle()
            record = self.recorded(loss, self.measure())
            self.history.append(record)
            if self.report is not None and self.report(record):
                raise _Ended(Outcome.STOPPED, f"stopped after epoch {self.epoch}")
        if self.options.patience and self.kept.stale >= self.options.patience:
            raise _Ended(Outcome.OK, f"early stopping after epoch {self.epoch}")
        self.plateau()

    def settle(self) -> None:
        """Take the running statistics of a training that is short anew."""

        def some() -> Iterator[Inputs]:
            for inputs, _ in islice(self.train.epoch(), BATCHES):
                with unseen_values(self.program, self.train.rows):
                    yield inputs

        self.program.train()
        with self.precision.context():
            forward.settle(self.program, some())

    def recorded(self, loss: float, measured: Mapping[str, Any]) -> EpochRecord:
        """The epoch as it stands."""
        return EpochRecord(
            epoch=self.epoch,
            steps=self.step,
            seconds=time.monotonic() - self.started,
            train_loss=loss,
            learning_rate=self.updater.learning_rate,
            gradient_norm=self.updater.gradient_norm,
            gradient_norms=self.updater.gradient_norms,
            **measured,
        )

    def measure(self) -> dict[str, float | None]:
        """Losses and scores, as an EpochRecord names them."""
        loss, scores = self.measures.validation()
        score = self.kept.consider(self.program, self.epoch, loss, scores)
        measured, train_score = self.measures.train()
        return {
            "validation_loss": finite(loss),
            "validation_score": score,
            "measured_loss": measured,
            "train_score": train_score,
        }

    def plateau(self) -> None:
        """Count validations without a better one; after ``plateau`` of them the schedule is told."""
        self.waited = self.waited + 1 if self.kept.stale else 0
        if self.options.plateau and self.waited >= self.options.plateau:
            self.plateaus, self.waited = self.plateaus + 1, 0
            if self.plateaus == self.options.halvings:
                raise _Ended(
                    Outcome.OK, f"early stopping after epoch {self.epoch}: the rate was lowered {self.plateaus} times"
                )
