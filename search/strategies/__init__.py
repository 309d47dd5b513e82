"""Search strategies, one a file; every file here is found by scanning."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ..problem import Problem
from ..strategy import AbstractStrategy, StrategyError


@functools.cache
def find_strategies() -> Mapping[str, type[AbstractStrategy]]:
    """Strategy classes by name; a name that two files use is an error."""
    found: dict[str, type[AbstractStrategy]] = {}
    for module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
        for value in vars(importlib.import_module(f"{__name__}.{module}")).values():
            if not (isinstance(value, type) and issubclass(value, AbstractStrategy)):
                continue
            if value.__module__ != f"{__name__}.{module}" or "name" not in vars(value):
                continue
            if value.name in found:
                raise StrategyError(
                    f"strategy={value.name!r} is declared in {found[value.name].__module__} and in {value.__module__}; rename one"
                )
            found[value.name] = value
    return MappingProxyType(found)


def make_strategy(name: str, problem: Problem, options: Mapping[str, Any] | None = None) -> AbstractStrategy:
    """A strategy by name; StrategyError names those that exist."""
    strategies = find_strategies()
    if name not in strategies:
        raise StrategyError(f"strategy={name!r} is not known; use one of {', '.join(sorted(strategies))}")
    return strategies[name](problem, options)
