"""What is kept: records, stores, weights, the vocabulary, and the abstractions found over solved programs.

Stores
    open_store(url)                         a store in memory, in an SQLite file or in a database
    AbstractStore                           what every store promises
    Blobs                                   weights by the digest of their content
    StoreError, Conflict                    bad data or an unknown id; another writer was first
Records
    Run, Event, Evaluation                  a search, an entry of its log, what came of one program
    Solution, Subroutine, Use, Change       a program that solved a task, a word of the library, who uses it, what happened to it
    GuideRecord, Direction                  what was learned for later searches; whether a score is to be high or low
Words
    Vocabulary                              primitives and subroutines as one set of words
    compress(corpus, words)                 what solved programs share, as a Compression
    export_library, import_library          a library as one file, and back
"""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    "weights.blobs": ("Blobs",),
    "compression.abstraction": ("Compression",),
    "compression.compress": ("compress",),
    "exchange": ("export_library", "import_library"),
    "records": (
        "Change",
        "Conflict",
        "Direction",
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
    "vocabulary": ("Vocabulary",),
}  # fmt: skip
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}
__all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(importlib.import_module(f".{_HOME_OF[name]}", __name__), name)
