"""Search strategies, one a file; every file here is found by scanning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from primitives.plugins import PluginKind, classes

from ..problem import Problem
from ..strategy import AbstractStrategy, StrategyError

STRATEGIES: PluginKind[type[AbstractStrategy]] = PluginKind(
    "strategy", __name__, classes(AbstractStrategy), "strategies"
)


def find_strategies() -> Mapping[str, type[AbstractStrategy]]:
    """Strategy classes by name. Raises PluginError where two have one name."""
    return STRATEGIES.found()


def make_strategy(name: str, problem: Problem, options: Mapping[str, Any] | None = None) -> AbstractStrategy:
    """A strategy on a problem.

    name: one of ``find_strategies()``.
    problem: what is asked for.
    options: by the names that the strategy declares (default: its defaults).

    Raises StrategyError where the name or an option is not known, or a value does not fit.
    """
    strategies = find_strategies()
    if name not in strategies:
        raise StrategyError(f"strategy={name!r} is not known; use one of {', '.join(sorted(strategies))}")
    return strategies[name](problem, options)
