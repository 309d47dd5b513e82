"""Grow programs. Nothing heavy is imported before it is used.

Searching
    search(task, budget)                    the best program for one task, as a Result
    grow(tasks, budget)                     many tasks with a library that grows on the way, as a Growth
    ProgramClassifier, ProgramRegressor     the search on tables as estimators of scikit-learn: fit, predict, score
    Library(url)                            what was kept: subroutines, solutions, history
Tasks
    load_tasks(reference)                   the tasks that a name, a file or a folder stands for
    Task                                    one task: its data, held-out part, split and preprocessing
    examples_task, labelled_task            a task made of examples, or of arrays with labels
    table_task(frame, column)               a task made of a table: a pandas frame, or X and y
Programs that were found
    Model                                   a program with its weights and preprocessing: predict, save, load, source
    inspect_model(model, task)              what it gets wrong and how it can be fooled
    diagnose(model, task)                   train against held-out scores, calibration, curves
    baselines                               hand-designed systems as programs
Words, trainers, strategies of your own
    use_plugins(paths)                      make modules of yours known; automl.plugins has what they import
    plugins, testing                        what such modules import; the suites that they must meet
Errors and version
    __version__                             the version that is installed
    TaskError, StudyError, PluginError      bad tasks, bad settings of a search, bad modules of yours
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import time
from pathlib import Path
from typing import Any

LOADED = time.monotonic()
"""When this package was loaded: for a command the moment from which its budget of time counts."""

_HOMES = {
    "api": ("Library", "grow", "search"),
    "errors": ("StudyError", "TaskError"),
    "estimators.classifier": ("ProgramClassifier",),
    "estimators.regressor": ("ProgramRegressor",),
    "evaluation.model": ("Model",),
    "plugins": ("PluginError", "use_plugins"),
    "reports.diagnosis": ("diagnose",),
    "reports.inspection": ("inspect_model",),
    "tasks.kinds.examples": ("examples_task",),
    "tasks.kinds.labelled": ("labelled_task",),
    "tasks.load": ("load_tasks",),
    "tasks.tables.task": ("table_task",),
    "tasks.task": ("Task",),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}
_MODULES = ("baselines", "plugins", "testing")
__all__ = sorted([*_HOME_OF, *_MODULES, "__version__"])
_SIBLINGS = ("primitives", "library", "search", "experiments")
_BESIDE = __name__.removesuffix("automl")
"""What stands before the names of the four packages beside this one: nothing in a checkout, a common name where installed."""


def _folder(package: str) -> Path | None:
    """The folder or file that `import package` would read; None where there is none."""
    loaded = sys.modules.get(package)
    spec = loaded.__spec__ if loaded is not None else importlib.util.find_spec(package)
    if spec is None:
        return None
    if spec.submodule_search_locations:
        return Path(next(iter(spec.submodule_search_locations))).resolve()
    return Path(spec.origin).resolve() if spec.origin else None


def _check_siblings() -> None:
    """Raises ImportError where another folder or module stands before one of the four packages beside this one."""
    home = Path(__file__).resolve().parent.parent
    for package in _SIBLINGS:
        found = _folder(_BESIDE + package)
        if found is not None and found != home / package:
            raise ImportError(
                f"package={package!r} is taken from {found}, but automl needs the one at {home / package}: "
                "rename the other, or take its folder off sys.path (the current folder counts)"
            )


_check_siblings()


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return importlib.import_module(".circumstances", __name__).installed_version()
    if name in _MODULES:
        return importlib.import_module(f".{name}", __name__)
    if name not in _HOME_OF:
        raise AttributeError(f"module 'automl' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(importlib.import_module(f".{_HOME_OF[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
