"""What is kept: records, stores, weights, the vocabulary, and the abstractions found over solved programs."""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    "records": (
        "Change",
        "Conflict",
        "Evaluation",
        "Event",
        "GuideRecord",
        "Run",
        "Solution",
        "StoreError",
        "Subroutine",
        "Use",
    ),
    "store": ("AbstractStore", "open_store"),
    "blobs": ("Blobs",),
    "exchange": ("export_library", "import_library"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}
__all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_HOME_OF[name]}", __name__), name)
