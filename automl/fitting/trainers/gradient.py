"""Gradient descent: stochastic gradient descent with momentum, and AdamW."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

from primitives.primitive import Setting

from ..rates import SCHEDULES, Schedule, TrainingProgress, schedule_named
from ..trainer import AbstractTrainer, AbstractUpdater, Report, TrainingBudget, TrainingResult, Unsuitable

if TYPE_CHECKING:
    import torch

    from ...tasks.data import ProblemData
    from ..batches import Batch
    from ..setup import FitOptions, FitSetup


class GradientTrainer(AbstractTrainer):
    """SGD (Nesterov's or plain momentum) or AdamW (Loshchilov and Hutter 2019) on the gradient of the task's loss.

    ``l2`` is λ of Nielsen's ch. 3: λ/2n Σ w² is added to the loss, over weights and not biases, n the number of
    training cases. ``weight_decay`` is decoupled: weights shrink by ``rate × weight_decay`` a step. ``clip`` bounds
    the norm of the gradient of the task's loss, without the l2 term (0: not). ``average`` keeps exponentially
    averaged weights, with that fraction of all steps as horizon (0: not). ``schedule`` may also be any function of a
    TrainingProgress; such a trainer has no JSON form. ``halving`` halves the rate after ``plateau`` validations without a better
    one, and ends the training after ``halvings`` of them (0: not), at 1/128 of the rate.
    """

    name: ClassVar[str] = "gradient"
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting("optimiser", "adamw", choices=("adamw", "sgd")),
        Setting("rate", 0.02, 1e-4, 1.0, log=True, least=0.0),
        Setting("schedule", "one_cycle", choices=tuple(SCHEDULES)),
        Setting("batch_size", 64, 8, 512, log=True, least=1),
        Setting("least_steps", 0, least=0),
        Setting("needed_steps", 0, least=0),
        Setting("momentum", 0.9, 0.0, 0.99),
        Setting("nesterov", True, choices=(True, False)),
        Setting("weight_decay", 0.01, 0.0, 0.3),
        Setting("l2", 0.0, 0.0, 10.0),
        Setting("smoothing", 0.05, 0.0, 0.2),
        Setting("clip", 1.0, 0.0, 10.0),
        Setting("average", 0.0, 0.0, 0.3),
        Setting("shift", 0, 0, 4),
        Setting("rotate", 0.0, 0.0, 30.0),
        Setting("scale", 0.0, 0.0, 0.3),
        Setting("skew", 0.0, 0.0, 0.3),
        Setting("elastic", 0.0, 0.0, 2.0),
        Setting("smooth", 4.0, 0.5, 8.0),
        Setting("crop", 0.0, 0.0, 0.5),
        Setting("flip_horizontal", False, choices=(True, False)),
        Setting("flip_vertical", False, choices=(True, False)),
        Setting("cut", 0.0, 0.0, 0.5),
        Setting("loss", "auto", choices=("auto", "cross_entropy", "mse", "absolute", "huber")),
        Setting("validations", 20, least=1),
        Setting("train_cases", 1000, least=0),
        Setting("plateau", 10, least=1),
        Setting("halvings", 7, least=0),
        Setting("patience", 0, least=0),
        Setting("patience_average", 1, least=1),
        Setting("keep", "best", choices=("best", "last")),
        Setting("precision", "auto", choices=("auto", "float32", "bfloat16")),
        Setting("device", "auto", choices=("auto", "cpu", "cuda")),
    )

    def __init__(self, *, schedule: str | Schedule = "one_cycle", **values: Any) -> None:
        named = schedule if isinstance(schedule, str) else "constant"
        super().__init__(schedule=named, **values)
        self._schedule: Schedule = schedule_named(named) if isinstance(schedule, str) else schedule
        self._own = not isinstance(schedule, str)

    def to_json(self) -> dict[str, object]:
        if self._own:
            raise ValueError(
                f"schedule={self._schedule!r}: a function has no JSON form; use one of {', '.join(SCHEDULES)}"
            )
        return super().to_json()

    @classmethod
    def suits(cls, program: torch.nn.Module, data: ProblemData) -> float:
        """1 where every parameter gets a gradient, 0 where none does; where some do, as there are too many for
        evolution."""
        from ..measurements import reached_parameters

        total, reached = reached_parameters(program, data)
        if reached == total:
            return 1.0
        return 0.75 if reached and total > 5_000 else 0.25 * (reached > 0)

    def fit(
        self,
        program: torch.nn.Module,
        data: ProblemData,
        budget: TrainingBudget,
        *,
        seed: int = 0,
        report: Report | None = None,
    ) -> TrainingResult:
        from ..fit import fit

        return fit(program, data, self._updater, budget, self._options(), seed=seed, report=report)

    def _options(self) -> FitOptions:
        from ..augmentation import Augmentation
        from ..setup import FitOptions

        v = self.values
        changes = (
            "shift", "rotate", "scale", "skew", "elastic", "smooth", "crop", "flip_horizontal", "flip_vertical", "cut",
        )  # fmt: skip
        return FitOptions(
            batch_size=v["batch_size"],
            least_steps=v["least_steps"],
            needed_steps=v["needed_steps"],
            validations=v["validations"],
            train_cases=v["train_cases"],
            plateau=v["plateau"] if self._own or v["schedule"] == "halving" else 0,
            halvings=0 if self._own else v["halvings"],
            patience=v["patience"],
            average=v["patience_average"],
            keep=v["keep"],
            loss=v["loss"],
            smoothing=v["smoothing"],
            augmentation=Augmentation(**{name: v[name] for name in changes}),
            device=v["device"],
            precision=v["precision"],
        )

    def _updater(self, setup: FitSetup) -> AbstractUpdater:
        if setup.loss is None:
            raise Unsuitable(
                f"task={setup.data.name!r}: the program's outputs have no loss, tensors of real numbers are required; "
                "use the trainer 'evolution'"
            )
        return _GradientUpdater(setup, dict(self.values), self._schedule)


class _GradientUpdater(AbstractUpdater):
    """One optimiser on one program."""

    def __init__(self, setup: FitSetup, values: Mapping[str, Any], schedule: Schedule) -> None:
        from ..optimisers.rules import AbstractRule, Adam, GradientDescent

        assert setup.loss is not None
        self.forward, self.loss, self.precision, self.schedule = setup.forward, setup.loss, setup.precision, schedule
        self.rate, self.clip, self.decay = values["rate"], values["clip"], values["weight_decay"]
        self.l2 = values["l2"] / setup.cases
        trained = {name: p for name, p in setup.program.named_parameters() if p.requires_grad}
        self.names, self.parameters = list(trained), list(trained.values())
        self.weights = [p for p in self.parameters if p.ndim > 1]
        self.norm: torch.Tensor | None = None
        self.norms: dict[str, torch.Tensor] = {}
        self.averaged = _Average(setup, values["average"]) if values["average"] > 0 else None
        self.adaptive = values["optimiser"] == "adamw"
        if self.adaptive:
            self.rules: list[AbstractRule] = [Adam(self.parameters, fused=True)]
        else:
            momentum, nesterov = values["momentum"], values["nesterov"] and values["momentum"] > 0
            # What SGD calls weight decay is the gradient of the l2 term; its kernel adds it at no cost.
            groups = (self.weights, self.l2), ([p for p in self.parameters if p.ndim <= 1], 0.0)
            self.rules = [GradientDescent(some, momentum, nesterov=nesterov, l2=l2) for some, l2 in groups]

    def step(self, inputs: tuple, targets: Batch, progress: TrainingProgress, measure: bool) -> torch.Tensor:
        import torch

        self.learning_rate = self.rate * self.schedule(progress)
        assert self.parameters, "a program without parameters takes no steps"
        for parameter in self.parameters:
            parameter.grad = None
        with self.precision.context():
            outputs = self.forward(*inputs)
        loss = self.loss(outputs, targets)
        if loss.requires_grad:  # not where a blend cannot give what was seen, whatever its nets say
            loss.backward()
        if measure or self.clip:
            self._measure(measure)
        if self.l2 and self.adaptive:
            moved = [w for w in self.weights if w.grad is not None]
            if moved:
                torch._foreach_add_([w.grad for w in moved], [w.detach() for w in moved], alpha=self.l2)
        if self.decay and self.weights:
            with torch.no_grad():
                torch._foreach_mul_(self.weights, 1.0 - self.learning_rate * self.decay)
        for rule in self.rules:
            rule.step(self.learning_rate)
        if self.averaged is not None:
            self.averaged.update(progress.step)
        return loss.detach()

    def _measure(self, each: bool) -> None:
        """Note the gradient's norm, and with ``each`` that of each parameter; clip the gradient where that is asked for."""
        import torch

        reached = {n: p.grad for n, p in zip(self.names, self.parameters, strict=True) if p.grad is not None}
        norms = torch._foreach_norm(list(reached.values())) if reached else ()
        self.norm = torch.linalg.vector_norm(torch.stack(norms)) if norms else torch.zeros(())
        if each:
            self.norms = dict(zip(reached, norms, strict=True))
        if self.clip:
            torch.nn.utils.clip_grads_with_norm_(self.parameters, self.clip, self.norm)

    @property
    def gradient_norm(self) -> float | None:
        return None if self.norm is None else float(self.norm)

    @property
    def gradient_norms(self) -> dict[str, float]:
        return {name: float(norm) for name, norm in self.norms.items()}

    @contextmanager
    def evaluation(self) -> Iterator[None]:
        if self.averaged is None:
            yield
        else:
            with self.averaged.swapped():
                yield


class _Average:
    """An exponential moving average of all floating parameters and buffers (Polyak and Juditsky 1992)."""

    def __init__(self, setup: FitSetup, fraction: float) -> None:
        state = setup.program.state_dict().values()
        self.live = [t.detach() for t in state if t.is_floating_point()]
        self.mean = [t.clone() for t in self.live]
        self.horizon = max(1.0, fraction * (setup.steps or 1_000))

    def update(self, step: int) -> None:
        """At first the plain mean of what was seen, later with the horizon."""
        import torch

        torch._foreach_lerp_(self.mean, self.live, 1.0 / min(step + 1.0, self.horizon))

    @contextmanager
    def swapped(self) -> Iterator[None]:
        kept = [t.clone() for t in self.live]
        self._write(self.mean)
        try:
            yield
        finally:
            self._write(kept)

    def _write(self, values: list[torch.Tensor]) -> None:
        for live, value in zip(self.live, values, strict=True):
            live.copy_(value)
