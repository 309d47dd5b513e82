"""A metric that is a user's own function: its name, how it is found again by that, and what it is told."""

from __future__ import annotations

import inspect
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np

from primitives.plugins import PluginError
from primitives.plugins.outside import Outside, register, registered

from ..errors import TaskError
from .metrics import UndefinedScore

MetricFunction: TypeAlias = Callable[..., float]
"""``(y_true [n], y_pred [n]) -> score``: labels as they were given, or numbers in the units of the data ([n, k] for several); for
``y_pred`` [n, classes], the probability of each label in order, where it asked for these. ValueError where it is undefined."""

_HERE: dict[str, MetricFunction] = {}


def is_function(name: str) -> bool:
    """Whether the name of a metric is that of a function, rather than of a Measure."""
    return ":" in name or name in _HERE


def metric_name(function: MetricFunction, lasting: bool) -> str:
    """The name under which ``function_named`` finds the function.

    lasting: whether it must be found in other processes too: ``module:function``, which needs a function at the top level of a module that
        can be imported anew. Otherwise any function will do, for the life of this process.

    Raises TaskError where it is no such function.
    """
    if not callable(function):
        raise TaskError(f"metric={function!r}: a name, or a function of (y_true, y_pred), is required")
    if lasting:
        return _lasting_name(function)
    known = next((name for name, each in _HERE.items() if each is function), None)
    if known is None:
        plain = f"{getattr(function, '__name__', 'function')}()"
        known = next(name for number in range(1, len(_HERE) + 2) if (name := _numbered(plain, number)) not in _HERE)
        _HERE[known] = function
    return known


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name}#{number}"


def _lasting_name(function: MetricFunction) -> str:
    name, module = str(getattr(function, "__qualname__", "")), str(getattr(function, "__module__", ""))
    there = getattr(sys.modules.get(module), name, None) if name.isidentifier() else None
    if there is not function or module == "__main__":
        raise TaskError(
            f"metric={name or repr(function)} of {module or 'no module'}: a search that is kept in a library, or has worker processes, "
            "must find it again: a function at the top level of a module of its own is required; move it into a file, or search in memory "
            "(library='memory:') with one worker"
        )
    known = next((each for each in registered() if each.module == module), None)
    try:
        outside = known or register(_importable(module))
    except PluginError as error:
        raise TaskError(f"metric={name} of {module}: {error}") from None
    return f"{_module_name(outside)}:{name}"


def _importable(module: str) -> str:
    """What ``--plugins`` takes for the module: the path of a file alone, or the dotted name."""
    path = getattr(sys.modules[module], "__file__", None)
    return str(path) if path and "." not in module and Path(path).name != "__init__.py" else module


def _module_name(outside: Outside) -> str:
    return Path(outside.path).stem if outside.text else outside.module


def function_named(name: str) -> MetricFunction:
    """The function of that name. Raises TaskError where its module was not given, or has none."""
    if name in _HERE:
        return _HERE[name]
    outside, inner = _origin(name), name.rpartition(":")[2]
    found = None if outside is None else getattr(sys.modules[outside.module], inner, None)
    if not callable(found):
        module = name.rpartition(":")[0]
        lacks = f"no module {module!r} was given" if outside is None else f"{outside.given} has no function {inner!r}"
        raise TaskError(f"metric={name!r}: {lacks}; give the module that has it by --plugins (plugins=[…] in Python)")
    function: MetricFunction = found
    return function


def _origin(name: str) -> Outside | None:
    module = name.rpartition(":")[0]
    return next((each for each in registered() if module in (_module_name(each), each.module, each.given)), None)


def metric_version(name: str) -> str:
    """The digest of the module that a metric's function is of; "" for any other metric."""
    outside = _origin(name) if is_function(name) else None
    return "" if outside is None else outside.digest


def asked(
    name: str, function: MetricFunction, y_true: np.ndarray, y_pred: np.ndarray, weights: np.ndarray | None = None
) -> float:
    """What the function says; one that has an argument ``sample_weight`` is told the ``weights`` [n] of the cases, where they have any.
    Raises UndefinedScore where it has no value, TaskError where it fails otherwise, or gives no number."""
    told = {} if weights is None or not _takes_weights(function) else {"sample_weight": weights}
    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            value = function(y_true, y_pred, **told)
    except (ValueError, ArithmeticError) as error:
        raise UndefinedScore(f"no value of {name} ({_first_line(error)})") from error
    except Exception as error:
        raise TaskError(f"metric={name!r}: it raised {type(error).__name__}: {error}; mend the function") from error
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise TaskError(f"metric={name!r}: it gave {str(value)[:60]!r}: a number is required; mend the function")
    if not np.isfinite(value):
        why = f"; {_first_line(said[0].message)}" if said else ""
        raise UndefinedScore(f"no value of {name} (it gave {value}{why})")
    return float(value)


def _takes_weights(function: MetricFunction) -> bool:
    try:
        return "sample_weight" in inspect.signature(function).parameters
    except (TypeError, ValueError):  # what is written in C may not say
        return False


def _first_line(said: Exception | Warning | str, most: int = 160) -> str:
    return (str(said).splitlines() or [type(said).__name__])[0][:most]


def told_targets(targets: np.ndarray, labels: Sequence[object]) -> np.ndarray:
    """Classes [n] as labels, numbers [n, 1] as [n]."""
    if labels:
        return np.array(labels)[targets]
    return targets[:, 0] if targets.ndim == 2 and targets.shape[1] == 1 else targets
