"""Executors: where evaluations run. Every module here that is not `base` holds one, found by its file."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Any

from .base import AbstractExecutor, Result, WorkerError

__all__ = ["AbstractExecutor", "Result", "WorkerError", "executors", "open_executor"]


@cache
def executors() -> dict[str, type[AbstractExecutor]]:
    """The executors found in this folder, by name. Raises ValueError where two carry one name."""
    found: dict[str, type[AbstractExecutor]] = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(__path__) if info.name != "base"):
        importlib.import_module(f"{__name__}.{module}")
    for kind in AbstractExecutor.__subclasses__():
        if kind.__module__.startswith(f"{__name__}."):
            if kind.name in found:
                raise ValueError(f"name={kind.name!r}: two executors carry it, {found[kind.name]} and {kind}")
            found[kind.name] = kind
    return dict(sorted(found.items()))


def open_executor(
    function: str,
    context: dict[str, Any],
    *,
    workers: int | str = 1,
    threads: int = 1,
    memory: int | str | None = "share",
    prepare: str = "",
) -> AbstractExecutor:
    """The executor that `workers` asks for: 1 serial, a number from 2 processes, otherwise Ray (see its module).

    Arguments as for AbstractExecutor. Raises ValueError where no executor takes `workers`.
    """
    for kind in executors().values():
        if kind.accepts(str(workers)):
            return kind(function, context, workers=workers, threads=threads, memory=memory, prepare=prepare)
    forms = "; ".join(f"{kind.workers_form()} ({name})" for name, kind in executors().items())
    raise ValueError(f"workers={workers!r}: must be {forms}")
