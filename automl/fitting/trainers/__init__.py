"""Trainers: ways to find a program's weights. One kind a file; ``trainer_kinds`` finds them, ``choose_trainer`` picks
one."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from ..trainer import AbstractTrainer, Budget, EpochRecord, TrainingResult

if TYPE_CHECKING:
    from ...tasks.data import ProblemData

__all__ = [
    "AbstractTrainer", "Budget", "EpochRecord", "TrainingResult", "choose_trainer", "make_trainer", "trainer_kinds",
]  # fmt: skip


@cache
def trainer_kinds() -> Mapping[str, type[AbstractTrainer]]:
    """Every trainer by name, found by scanning this folder; two files with one name are an error."""
    kinds: dict[str, type[AbstractTrainer]] = {}
    for module_info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{module_info.name}")
        for _, found in inspect.getmembers(module, inspect.isclass):
            if (
                not issubclass(found, AbstractTrainer)
                or inspect.isabstract(found)
                or found.__module__ != module.__name__
            ):
                continue
            if found.name in kinds:
                raise RuntimeError(
                    f"name={found.name!r} is taken by {kinds[found.name].__module__} and {found.__module__}: "
                    "names must differ; rename one"
                )
            kinds[found.name] = found
    return kinds


def make_trainer(name: str, settings: Mapping[str, Any] | None = None) -> AbstractTrainer:
    """The trainer of that name; ValueError for an unknown name, SettingError for a setting that does not fit."""
    kinds = trainer_kinds()
    if name not in kinds:
        raise ValueError(f"trainer={name!r}: one of {', '.join(sorted(kinds))} is required; choose one of these")
    return kinds[name](**(settings or {}))


def choose_trainer(program: Any, data: ProblemData) -> AbstractTrainer:
    """The trainer, with its default settings, that suits the program best: each says so itself
    (``AbstractTrainer.suits``)."""
    kinds = trainer_kinds()
    best = max(sorted(kinds), key=lambda name: kinds[name].suits(program, data))
    return kinds[best]()
