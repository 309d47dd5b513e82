"""Whether compiled loops are in use. They pay in long searches only: loading takes half a second, and the first time on a machine
some seconds of compiling. Whether they are loaded changes no result."""

from __future__ import annotations

import logging
import math
from pathlib import Path
from types import ModuleType

logger = logging.getLogger(__name__)

_found: ModuleType | None = None
_tried = False
_machine: ModuleType | None = None


def loops() -> ModuleType | None:
    """The compiled loops, if they have been loaded."""
    return _found


LONG, SOON = 100_000, 20_000
"""A search of more terms than these pays for the loading: where they must be compiled first, and where they were before."""
COMPILING = 90.0
"""Seconds that a search must have left for the machine to be compiled; that takes five to ten, once on a machine."""


def load_after(terms: int) -> None:
    """Load them if a search has come to many terms."""
    if terms > SOON and not _tried and (terms > LONG or _compiled(Path(__file__).parent, "loops")):
        load()


def machine(left: float) -> ModuleType | None:
    """What runs the bodies of functions, where compiled loops are in use; None where it would have to be compiled first, unless that is
    worth it.

    left: seconds that the search has; with no end in sight it does not pay either, for then terms are counted and not seconds.
    """
    global _machine
    if _machine is None and _found is not None:
        from .machine import running

        if _compiled(Path(running.__file__).parent, "running") or COMPILING < left < math.inf:
            _machine = running
    return _machine


def _compiled(folder: Path, module: str) -> bool:
    """Whether numba has kept a module's functions beside it."""
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
