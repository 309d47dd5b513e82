"""What every trainer is, what it may spend, and what it returns. Imports no torch, so that a driver can read the
settings."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from primitives.brief import brief_repr
from primitives.primitive import Setting, SettingError
from primitives.values import Outcome

if TYPE_CHECKING:
    import torch

    from ..tasks.data import ProblemData
    from .batches import Batch
    from .rates import TrainingProgress

OUTCOMES = (
    Outcome.OK, Outcome.DIVERGED, Outcome.OUT_OF_MEMORY, Outcome.TIMED_OUT, Outcome.STOPPED, Outcome.UNSUITABLE,
)  # fmt: skip


@dataclass(frozen=True)
class TrainingBudget:
    """What one training may spend; it ends with the first that is used up, and schedules are laid over all of it.

    ``epochs`` passes over the train part, ``steps`` updates, ``seconds`` of training. ``deadline`` is a moment of
    ``time.monotonic()`` at which training breaks off with the outcome ``timed out``. A result is reproducible
    only where neither ``seconds`` nor ``deadline`` ends it and ``seconds`` is None.
    """

    epochs: int | None = None
    steps: int | None = None
    seconds: float | None = None
    deadline: float | None = None

    def __post_init__(self) -> None:
        for name in ("epochs", "steps", "seconds"):
            value = getattr(self, name)
            if value is not None and not value >= 0:
                raise ValueError(f"{name}={value!r}: at least 0 is required; leave it out for no limit")
        if self.epochs is self.steps is self.seconds is self.deadline is None:
            raise ValueError(
                "epochs=None, steps=None, seconds=None, deadline=None: a budget needs one limit; give such as epochs=10"
            )


@dataclass(frozen=True)
class EpochRecord:
    """What was measured by the end of an epoch.

    ``train_loss`` is the mean over the epoch's batches as trained (augmented, regularised only by smoothing);
    ``validation_loss`` and ``validation_score`` (the task's metric) are None in an epoch without validation, or where
    undefined; ``gradient_norm`` is the Euclidean norm at the epoch's last step, before clipping (for evolution: of
    the estimate), ``gradient_norms`` the same by name of the parameter, empty where the trainer follows no gradient.
    ``measured_loss`` and ``train_score`` are what ``validation_loss`` and ``validation_score`` are, on cases of the
    train part (automl.fitting.setup.FitOptions.train_cases), so that the difference is what does not generalise.
    """

    epoch: int
    steps: int
    seconds: float
    train_loss: float
    validation_loss: float | None
    validation_score: float | None
    learning_rate: float
    gradient_norm: float | None
    measured_loss: float | None = None
    train_score: float | None = None
    gradient_norms: Mapping[str, float] = field(default_factory=dict)

    __repr__ = brief_repr

    def to_json(self) -> dict[str, object]:
        return {**vars(self), "gradient_norms": dict(self.gradient_norms)}


@dataclass(frozen=True)
class TrainingResult:
    """What became of one training. The program is left with ``weights``.

    ``outcome``: ``ok`` (budget used or early stopping), ``diverged`` (loss NaN or infinite), ``out of memory``,
    ``timed out`` (deadline), ``stopped`` (by ``report``), ``unsuitable`` (this trainer cannot train the program, for
    its outputs have no loss). ``weights`` are those of the best validation score (name -> tensor on the CPU; None
    where no validation was reached), ``best_score`` and ``scores`` what they gave. ``seconds`` is wall time with
    validation.
    """

    outcome: str
    detail: str = ""
    history: tuple[EpochRecord, ...] = ()
    best_score: float | None = None
    best_epoch: int | None = None
    scores: Mapping[str, float] = field(default_factory=dict)
    weights: Mapping[str, torch.Tensor] | None = None
    epochs: int = 0
    steps: int = 0
    seconds: float = 0.0
    device: str = "cpu"
    precision: str = "float32"

    __repr__ = brief_repr

    def __post_init__(self) -> None:
        if self.outcome not in OUTCOMES:
            raise ValueError(f"outcome={self.outcome!r}: must be one of {', '.join(OUTCOMES)}")


UNRECORDED = ("seconds",)
"""Columns that two trainings with one seed do not share."""


def columns(history: Sequence[Mapping[str, Any]]) -> dict[str, object]:
    """Rows of ``EpochRecord.to_json`` as one list a column, in six digits, None where nothing was measured or what was
    is not finite; ``gradient_norms`` is a dictionary of such lists by parameter. What an evaluation keeps of its
    training (library.records)."""
    names = [name for name in history[0] if name not in (*UNRECORDED, "gradient_norms")] if history else []
    found: dict[str, object] = {name: [_short(row.get(name)) for row in history] for name in names}
    norms = [row.get("gradient_norms") or {} for row in history]
    found["gradient_norms"] = {
        name: [_short(row.get(name)) for row in norms] for name in dict.fromkeys(name for row in norms for name in row)
    }
    return found


def _short(value: object) -> object:
    if not isinstance(value, float):
        return value
    return float(f"{value:.6g}") if math.isfinite(value) else None


Report = Callable[[EpochRecord], bool | None]
"""Called after each validation, while the program has the weights that were measured (averaged ones, where the trainer
averages); training ends with the outcome ``stopped`` when it returns True."""


class Unsuitable(ValueError):
    """The outputs have no form that the loss can compare with the targets: the outcome ``unsuitable``."""


class AbstractUpdater(ABC):
    """One way to change a program's weights batch by batch; the training loop (automl.fitting.fit) calls it and does all the
    rest."""

    learning_rate: float = 0.0

    @abstractmethod
    def step(self, inputs: tuple, targets: Batch, progress: TrainingProgress, measure: bool) -> torch.Tensor:
        """Update the weights once. Returns the loss, a detached scalar tensor; with ``measure`` the gradient norm is
        noted too."""

    @property
    @abstractmethod
    def gradient_norm(self) -> float | None:
        """The norm at the last step that was asked to ``measure``."""

    @property
    def gradient_norms(self) -> Mapping[str, float]:
        """The same for each parameter by name."""
        return {}

    def evaluation(self) -> AbstractContextManager[object]:
        """While it is entered the program holds the weights to validate and to keep (for example averaged ones)."""
        return nullcontext()


class AbstractTrainer(ABC):
    """Finds weights. ``settings`` declares what may be tuned, with ranges; unknown names and values out of range are
    refused."""

    name: ClassVar[str]
    settings: ClassVar[tuple[Setting, ...]]

    def __init__(self, **values: Any) -> None:
        known = {setting.name: setting for setting in self.settings}
        for given in values:
            if given not in known:
                raise SettingError(f"trainer={self.name!r}: setting {given!r} is not known; it has: {', '.join(known)}")
        self._values = {n: s.check(self.name, values.get(n, s.default)) for n, s in known.items()}

    @property
    def values(self) -> Mapping[str, Any]:
        """All settings with their values, in declared order."""
        return MappingProxyType(self._values)

    def to_json(self) -> dict[str, object]:
        """What decides a result beside program, data, budget and seed: for the cache key, and for ``make_trainer``."""
        return {"trainer": self.name, "settings": dict(self._values)}

    @classmethod
    @abstractmethod
    def suits(cls, program: torch.nn.Module, data: ProblemData) -> float:
        """How well this trainer suits the program on this data: 0 not at all, 1 perfectly."""

    @abstractmethod
    def fit(
        self,
        program: torch.nn.Module,
        data: ProblemData,
        budget: TrainingBudget,
        *,
        seed: int = 0,
        report: Report | None = None,
    ) -> TrainingResult:
        """Train ``program`` (a torch.nn.Module on batches) on the train part; contract in automl.fitting.fit.fit."""

    def __repr__(self) -> str:
        changed = {s.name: self._values[s.name] for s in self.settings if self._values[s.name] != s.default}
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in changed.items())})"
