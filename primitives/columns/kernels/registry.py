"""Where vectorised meanings are kept: ``@kernel("name")`` in a module ``kernels_*.py``, or ``columns=`` of the Primitive itself.

A kernel takes a Frame and one column of codes an argument, all of one length, and returns the column of results with FAIL where the
word fails. A word without a kernel is lifted from its scalar meaning.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

from ...types import Type
from ..frame import Kernel


@dataclass(frozen=True)
class Entry:
    """A kernel and how it is called; see Operation."""

    kernel: Kernel
    lazy: bool = False
    feeds_back: bool = False
    suits: Callable[[Type], bool] | None = None
    """Whether the kernel serves the type of its first argument; where it does not, the scalar meaning does."""


_ENTRIES: dict[str, Entry] = {}


def kernel(
    *names: str, lazy: bool = False, feeds_back: bool = False, suits: Callable[[Type], bool] | None = None
) -> Callable[[Kernel], Kernel]:
    """Declare the kernel of one or several words."""

    def declare(function: Kernel) -> Kernel:
        for name in names:
            if name in _ENTRIES:
                raise ValueError(f"kernel={name!r} is declared twice; remove one")
            _ENTRIES[name] = Entry(function, lazy, feeds_back, suits)
        return function

    return declare


@functools.cache
def _load() -> dict[str, Entry]:
    package = importlib.import_module(__package__)
    for module in sorted(module.name for module in pkgutil.iter_modules(package.__path__)):
        importlib.import_module(f"{__package__}.{module}")
    return _ENTRIES


def find_kernel(name: str) -> Entry | None:
    """The kernel of the word, if there is one."""
    return _load().get(name)
