"""Grow programs: `automl.search`, `automl.grow`, `automl.Library`. Nothing heavy is imported before it is used."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Any

__all__ = ["Library", "baselines", "grow", "search"]

_EXPORTS = {"Library": ".api", "grow": ".api", "search": ".api"}
_MODULES = ("baselines",)
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
    if name in _MODULES:
        return importlib.import_module(f".{name}", __name__)
    if name not in _EXPORTS:
        raise AttributeError(f"module 'automl' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(importlib.import_module(_EXPORTS[name], __name__), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
