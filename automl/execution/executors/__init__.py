"""Executors: where evaluations run. Each is a class in a file of this folder, found by scanning."""

from __future__ import annotations

from collections.abc import Mapping

from primitives.plugins import PluginKind, classes

from .base import AbstractExecutor, JobResult, WorkerError

__all__ = ["AbstractExecutor", "JobResult", "WorkerError", "executor_kind", "executors", "open_executor"]


EXECUTORS: PluginKind[type[AbstractExecutor]] = PluginKind("executor", __name__, classes(AbstractExecutor), "executors")


def executors() -> Mapping[str, type[AbstractExecutor]]:
    """The executors found in this folder, by name. Raises PluginError where two have one name."""
    return EXECUTORS.found()


def executor_kind(workers: int | str) -> type[AbstractExecutor]:
    """The executor that `workers` asks for: 1 serial, a number from 2 processes, otherwise Ray (see its module).

    Raises ValueError where no executor takes `workers`.
    """
    for kind in executors().values():
        if kind.accepts(str(workers)):
            return kind
    forms = "; ".join(f"{kind.workers_form()} ({name})" for name, kind in executors().items())
    raise ValueError(f"workers={workers!r}: must be {forms}")


def open_executor(
    function: str,
    context: Mapping[str, object],
    *,
    workers: int | str = 1,
    threads: int = 1,
    memory: int | str | None = "share",
    prepare: str = "",
) -> AbstractExecutor:
    """An executor of the kind that `workers` asks for.

    Arguments as for AbstractExecutor. Raises ValueError where no executor takes `workers`.
    """
    return executor_kind(workers)(function, context, workers=workers, threads=threads, memory=memory, prepare=prepare)
