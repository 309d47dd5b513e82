"""Where vectorised meanings are found: ``@kernel("name")`` in a module of this folder, or ``columns=`` of the Primitive itself.

A kernel takes a Frame and one column of codes an argument, all of one length, and returns the column of results with FAIL where the
word fails. A word may have several: one ``of`` the very type that its first argument has comes before the one for any type. A word
without a kernel is lifted from its scalar meaning.
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
    *names: str,
    lazy: bool = False,
    feeds_back: bool = False,
    suits: Callable[[Type], bool] | None = None,
    of: Type | None = None,
) -> Callable[[Kernel], Kernel]:
    """Declare the kernel of one or several words.

    names: of the words.
    lazy, feeds_back: see Operation.
    suits: whether it serves a type of the first argument (default: it serves any).
    of: the one type of the first argument that it serves, beside the words' kernel for other types (default: none in particular).
    """

    def declare(function: Kernel) -> Kernel:
        entry = KernelEntry(function, lazy, feeds_back, suits)
        function.__dict__.setdefault("kernels", []).extend((_key(name, of), entry) for name in names)
        return function

    return declare


def _key(name: str, of: Type | None) -> str:
    """What a kernel is known by; no name of a word holds a space."""
    return name if of is None else f"{name} of {of}"


KERNELS: PluginKind[KernelEntry] = PluginKind("kernel", __package__, marked("kernels"), "words")


def find_kernel(name: str, first: Type | None = None) -> KernelEntry | None:
    """The kernel of a word, if there is one.

    name: of the word.
    first: the type of its first argument, which the kernel serves (default: the kernel that is declared for no type in particular).
    """
    found = KERNELS.found()
    if first is None:
        return found.get(name)
    entry = found.get(_key(name, first)) or found.get(name)
    return entry if entry is None or entry.suits is None or entry.suits(first) else None
