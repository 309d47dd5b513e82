"""What a worker is told once, before its first job."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from primitives.plugins.outside import accept

from .guard import Function, resolve, run_job, torch_threads, total_memory
from .result import JobResult
from .wire import decode, encode


@dataclass(frozen=True, slots=True)
class Briefing:
    """function: "module:function"; context: its first argument; threads, memory (bytes a job may add): a worker's.

    prepare: "module:function", called with the context before the first job and outside every deadline; "" for none.
    """

    function: str
    context: Mapping[str, object]
    threads: int = 1
    memory: int | None = None
    prepare: str = ""
    plugins: tuple[dict[str, object], ...] = ()
    """The modules from outside that the driver knows, as ``Outside.to_dict`` gives them."""

    def __post_init__(self) -> None:
        if self.threads < 1:
            raise ValueError(f"threads={self.threads}: must be at least 1")
        if self.memory is not None and self.memory < 1:
            raise ValueError(f"memory={self.memory}: must be a positive number of bytes, or None for no limit")

    def to_bytes(self) -> bytes:
        """For the way to a worker. Raises TypeError where the context is not plain data."""
        return encode({name: getattr(self, name) for name in self.__dataclass_fields__})

    def run(self, function: Function, job: bytes, deadline: float) -> JobResult:
        """Runs one encoded job with the function that `open` gave, within `deadline` seconds."""
        return run_job(function, self.context, decode(job), deadline=deadline, memory=self.memory, threads=self.threads)

    def open(self) -> Function:
        """Imports the plug-ins and the function and prepares for its jobs. Raises what the imports and `prepare` raise."""
        for plugin in self.plugins:
            accept(plugin)
        function = resolve(self.function)
        if self.prepare:
            with torch_threads(self.threads):
                resolve(self.prepare)(self.context)
        return function

    @staticmethod
    def from_bytes(message: bytes) -> Briefing:
        """The briefing that `to_bytes` wrote."""
        return Briefing(**decode(message))


def default_memory(workers: int) -> int | None:
    """The bytes that a job of one of `workers` may add: a fair share of four fifths of the machine."""
    total = total_memory()
    return None if total is None else int(0.8 * total / max(workers, 1))


def import_path() -> str:
    """This process's module search path as PYTHONPATH, so that a worker finds what was imported here."""
    entries = [os.path.abspath(entry) if entry else os.getcwd() for entry in sys.path if isinstance(entry, str)]
    return os.pathsep.join(dict.fromkeys(entries))
