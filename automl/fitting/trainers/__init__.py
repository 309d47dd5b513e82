"""Trainers: ways to find a program's weights. One kind a file; ``trainer_kinds`` finds them, ``choose_trainer`` picks
one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from primitives.plugins import PluginKind, classes

from ..trainer import AbstractTrainer, EpochRecord, TrainingBudget, TrainingResult

if TYPE_CHECKING:
    import torch

    from ...tasks.data import ProblemData

__all__ = [
    "AbstractTrainer", "TrainingBudget", "EpochRecord", "TrainingResult", "choose_trainer", "make_trainer", "trainer_kinds",
]  # fmt: skip


TRAINERS: PluginKind[type[AbstractTrainer]] = PluginKind("trainer", __name__, classes(AbstractTrainer), "trainers")


def trainer_kinds() -> Mapping[str, type[AbstractTrainer]]:
    """Every trainer by name, found by scanning this folder. Raises PluginError where two have one name."""
    return TRAINERS.found()


def make_trainer(name: str, settings: Mapping[str, Any] | None = None) -> AbstractTrainer:
    """The trainer of that name; ValueError for an unknown name, SettingError for a setting that does not fit."""
    kinds = trainer_kinds()
    if name not in kinds:
        raise ValueError(f"trainer={name!r}: one of {', '.join(sorted(kinds))} is required; choose one of these")
    return kinds[name](**(settings or {}))


def choose_trainer(program: torch.nn.Module, data: ProblemData) -> AbstractTrainer:
    """The trainer, with its default settings, that suits the program best: each says so itself
    (``AbstractTrainer.suits``)."""
    kinds = trainer_kinds()
    best = max(sorted(kinds), key=lambda name: kinds[name].suits(program, data))
    return kinds[best]()
