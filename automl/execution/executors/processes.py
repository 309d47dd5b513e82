"""Jobs run in spawned processes on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Unpack, final

from ..workers.child import Child
from ..workers.children import spawned
from .base import AbstractRosterExecutor, ExecutorOptions


@final
class ProcessExecutor(AbstractRosterExecutor[Child]):
    """`workers` spawned children, started when first needed and reused; each one dies with this process.

    A job over its deadline is interrupted, or its worker killed; a job whose worker died is run again on a fresh one.
    """

    name = "processes"
    smallest = "2"

    def __init__(self, function: str, context: Mapping[str, object], **options: Unpack[ExecutorOptions]) -> None:
        super().__init__(function, context, **options)
        self._roster = spawned(self._briefing, self.local_workers(str(self.workers)))

    @classmethod
    def accepts(cls, workers: str) -> bool:
        number = workers.removeprefix("processes:")
        return number.isdecimal() and int(number) >= (2 if number == workers else 1)

    @classmethod
    def workers_form(cls) -> str:
        return "a number from 2, or 'processes:N'"

    @classmethod
    def local_workers(cls, workers: str) -> int:
        return int(workers.removeprefix("processes:"))

    @classmethod
    def side_by_side(cls, workers: str) -> bool:
        return cls.local_workers(workers) > 1

    @classmethod
    def check(cls, workers: str) -> None:
        return

    def close(self) -> None:
        self._roster.close()
