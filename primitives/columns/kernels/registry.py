"""Where vectorised meanings are found: ``@kernel("name")`` in a module of this folder, or ``columns=`` of the Primitive itself.

A kernel takes a Frame and one column of codes an argument, all of one length, and returns the column of results with FAIL where the
word fails. A word without a kernel is lifted from its scalar meaning.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...plugins import PluginKind, marked
from ...types import Type
from ..frame import Kernel


@dataclass(frozen=True)
class KernelEntry:
    """A kernel and how it is called; see Operation."""

    kernel: Kernel
    lazy: bool = False
    feeds_back: bool = False
    suits: Callable[[Type], bool] | None = None
    """Whether the kernel serves the type of its first argument; where it does not, the scalar meaning does."""


def kernel(
    *names: str, lazy: bool = False, feeds_back: bool = False, suits: Callable[[Type], bool] | None = None
) -> Callable[[Kernel], Kernel]:
    """Declare the kernel of one or several words."""

    def declare(function: Kernel) -> Kernel:
        entry = KernelEntry(function, lazy, feeds_back, suits)
        function.__dict__.setdefault("kernels", []).extend((name, entry) for name in names)
        return function

    return declare


KERNELS: PluginKind[KernelEntry] = PluginKind("kernel", __package__, marked("kernels"), "words")


def find_kernel(name: str) -> KernelEntry | None:
    """The kernel of the word, if there is one."""
    return KERNELS.found().get(name)
