"""Words, tasks, trainers, strategies, stores, executors and pages from outside: what their modules import, and how a search is given them.

A module of your own declares them as the modules of this project do, with what can be had from here::

    from automl.plugins import Undefined, word

    @word("collatz", "int -> int")
    def collatz(n):
        "The next number of the Collatz sequence."
        return n // 2 if n % 2 == 0 else 3 * n + 1

Then ``automl search … --plugins my_words.py``, ``automl.search(…, plugins=["my_words.py"])``, or an entry point of an installed package in
the group ``automl.words`` (``automl.tasks``, ``automl.trainers``, ``automl.strategies``, ``automl.stores``, ``automl.executors``,
``automl.pages``, ``automl.columns``).
See docs/plugins.md.
"""

from __future__ import annotations

import importlib
import inspect
import shlex
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from primitives.plugins import PluginKind
from primitives.plugins.outside import Outside, PluginError, announce, forget, register, registered

from .errors import StudyError

if TYPE_CHECKING:
    from library.records import Run

_ROOT = __package__.removesuffix("automl").removesuffix(".")
"""The package that the five packages lie in: none in a checkout."""
_HOMES = {
    # words
    ".primitives.morphing.declared": ("Channels", "Morphing"),
    ".primitives.primitive": ("Parameter", "Setting"),
    ".primitives.words": ("geometric", "known_words", "word"),
    ".primitives.columns.kernels.registry": ("kernel",),
    ".primitives.lazy": ("torch",),
    ".primitives.values": ("Failure", "Graph", "Overflow", "Some", "Table", "TooLarge", "Undefined", "check_int", "check_size"),
    # tasks and their sources
    ".automl.errors": ("TaskError",),
    ".automl.tasks.cases.parts": ("Part", "RaggedArray"),
    ".automl.tasks.data": ("ProblemData",),
    ".automl.tasks.kinds.examples": ("examples_from_json", "examples_task"),
    ".automl.tasks.kinds.labelled": ("labelled_task",),
    ".automl.tasks.load": ("Reference", "Source"),
    ".automl.tasks.columns.base": ("AbstractColumn", "ColumnSummary"),
    ".automl.tasks.columns.cells": ("CellLevels",),
    ".automl.tasks.columns.kind": ("ColumnKind", "FittedColumn", "TrainRows"),
    ".automl.tasks.measure": ("Measure",),
    ".automl.tasks.split": ("Split",),
    ".automl.tasks.task": ("Task", "TaskKind"),
    # pages of an inspection
    ".automl.reports.inspection.page": ("Inspected", "Page", "Section", "ShownTable"),
    ".automl.reports.pictures": ("Curves", "Grid", "Matrix"),
    # trainers
    ".automl.fitting.fit": ("fit",),
    ".automl.fitting.setup": ("FitOptions",),
    ".automl.fitting.trainer": ("AbstractTrainer", "AbstractUpdater", "TrainingBudget", "TrainingResult", "Unsuitable"),
    # strategies
    ".search.generation.candidates": ("Seen", "fresh", "sample"),
    ".search.generation.grammar": ("Grammar",),
    ".search.problem": ("Problem",),
    ".search.randomness": ("Draws",),
    ".search.strategy": ("AbstractStrategy", "Feedback", "Option", "Proposal", "StrategyError"),
    # stores
    ".library.records": ("Conflict", "Direction", "Evaluation", "Event", "Run", "Solution", "StoreError", "Subroutine", "Use"),
    ".library.store": ("AbstractStore",),
    # executors
    ".automl.execution.executors.base": ("AbstractExecutor", "JobResult", "WorkerError"),
}  # fmt: skip
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}
__all__ = sorted([*_HOME_OF, "PluginError", "use_plugins"])
_KINDS = {
    ".primitives.words": "WORDS",
    ".primitives.columns.kernels.registry": "KERNELS",
    ".automl.tasks.task": "TASKS",
    ".automl.tasks.load": "SOURCES",
    ".automl.tasks.measure": "MEASURES",
    ".automl.tasks.columns.kind": "COLUMNS",
    ".automl.reports.inspection.page": "PAGES",
    ".automl.fitting.trainers": "TRAINERS",
    ".search.strategies": "STRATEGIES",
    ".library.store": "STORES",
    ".automl.execution.executors": "EXECUTORS",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(_module(_HOME_OF[name]), name)


def kinds() -> list[PluginKind[Any]]:
    """Every kind of plug-in that a module from outside may hold."""
    return [getattr(_module(name), kind) for name, kind in _KINDS.items()]


def _module(name: str) -> ModuleType:
    return importlib.import_module(name, _ROOT) if _ROOT else importlib.import_module(name[1:])


def use_plugins(given: Iterable[str | Path]) -> tuple[Outside, ...]:
    """Import modules that hold plug-ins, for the rest of this process and all workers that it starts.

    Args:
        given: Paths of Python files, or dotted names of modules that can be imported. A file that has changed since takes the place of
            what it held.

    Returns:
        A record for each: how it was named, its module, path and digest.

    Raises:
        PluginError: One cannot be imported, holds no plug-in, or has one with a name that is taken. What was not refused stays.
    """
    found = []
    for each in given:
        before = registered()
        outside = register(str(each))
        try:
            _check(outside)
        except PluginError:
            if outside not in before:
                forget(outside)
            raise
        found.append(outside)
    return tuple(found)


def _check(outside: Outside) -> None:
    """Raises PluginError where the module holds no plug-in, or one whose name is taken."""
    module = importlib.import_module(outside.module)
    own = [kind for kind in kinds() if kind.own(module)]
    if not own and not _functions(module):
        known = ", ".join(dict.fromkeys(kind.what for kind in kinds()))
        raise PluginError(
            f"plugins={outside.given!r}: it holds no plug-in; needed at its top level one or more of: {known}, or a function of "
            "(y_true, y_pred) for a metric (docs/plugins.md)"
        )
    for kind in own:
        kind.found()


def _functions(module: ModuleType) -> list[str]:
    """The names of the functions of the module itself that take two arguments, which may be metrics."""
    found = []
    for name, value in vars(module).items():
        if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_"):
            taken = [each for each in inspect.signature(value).parameters.values() if each.default is each.empty]
            found += [name] if len(taken) == 2 else []
    return found


def described() -> list[dict[str, str]]:
    """What a run keeps of the modules from outside: how each was named, and its digest. Raises PluginError."""
    for group in dict.fromkeys(kind.group for kind in kinds()):
        announce(group)
    return [outside.described() for outside in registered()]


def require_plugins(run: Run) -> None:
    """Raises StudyError, which says what is missing, where a run was started with modules from outside that are not here now as they
    were then."""
    present = {each["digest"]: each["given"] for each in described()}
    by_name = {Path(given).name: digest for digest, given in present.items()}
    for each in run.config.get("plugins", ()):
        given, digest = each["given"], each["digest"]
        if digest in present:
            continue
        other = by_name.get(Path(given).name)
        option = f"--plugins {shlex.quote(given)}"
        if other is None:
            raise StudyError(f"run={run.id!r} was started with {option} (digest {digest[:12]}): give it again")
        raise StudyError(
            f"run={run.id!r} was started with {option} of digest {digest[:12]}, but here it has {other[:12]}: restore "
            "that version, or start a new search"
        )


def plugin_options() -> str:
    """The options of the command line that name what the user gave, each with a space before it; for hints."""
    return "".join(f" --plugins {shlex.quote(outside.given)}" for outside in registered())
