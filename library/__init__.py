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

from typing import Any

from primitives.lazy import Facade

_FACADE = Facade(
    __name__,
    {
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
    },
)
__all__ = _FACADE.names


def __getattr__(name: str) -> Any:
    return _FACADE.get(name)
