"""Whether compiled loops are in use. They pay in long searches only: loading takes half a second, and the first time on a machine
some seconds of compiling. Whether they are loaded changes no result."""

from __future__ import annotations

import logging
from pathlib import Path
from types import ModuleType

logger = logging.getLogger(__name__)

_found: ModuleType | None = None
_tried = False


def loops() -> ModuleType | None:
    """The compiled loops, if they have been loaded."""
    return _found


LONG, SOON = 100_000, 20_000
"""A search of more terms than these pays for the loading: where they must be compiled first, and where they were before."""


def load_after(terms: int) -> None:
    """Load them if a search has come to many terms."""
    if terms > SOON and not _tried and (terms > LONG or kept(Path(__file__).parent, "loops")):
        load()


def kept(folder: Path, module: str) -> bool:
    """Whether numba has kept compiled functions of a module beside it.

    folder: that the module is in.
    module: its name.
    """
    return any((folder / "__pycache__").glob(f"{module}.*.nbi"))


def load() -> bool:
    """Load them if numba is there; says whether they are in use."""
    global _found, _tried
    if not _tried:
        _tried = True
        try:
            from . import loops as module
        except ImportError as missing:
            logger.info("array expressions are used throughout: %s", missing)
        else:
            _found = module
    return _found is not None
