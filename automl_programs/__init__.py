"""The five packages of this project under one name, which no folder beside a user's script has.

A wheel installs them inside this package, and beside it a package ``automl`` that stands for the one in here. In a checkout they lie
beside this folder, and the names in here stand for them. So ``from automl_programs import automl`` gives the same module either way,
also where a script's own folder holds something else called ``automl``.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from .alias import stand_for

__all__ = ["automl", "experiments", "library", "primitives", "search"]

if not (Path(__file__).parent / "automl").is_dir():
    for _package in __all__:
        stand_for(f"{__name__}.{_package}", _package)


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")
    return importlib.import_module(f"{__name__}.{name}")
