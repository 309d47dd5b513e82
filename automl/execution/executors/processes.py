"""Jobs run in spawned processes on this machine."""

from __future__ import annotations

from typing import Any, final

from ..workers.children import spawned
from .base import AbstractExecutor, JobResult, check_deadline


@final
class ProcessExecutor(AbstractExecutor):
    """`workers` spawned children, started when first needed and reused; each one dies with this process.

    A job over its deadline is interrupted, or its worker killed; a job whose worker died is run again on a fresh one.
    """

    name = "processes"
    smallest = "2"

    def __init__(self, function: str, context: dict[str, Any], **options: Any) -> None:
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

    @property
    def capacity(self) -> int:
        return self._roster.capacity

    @property
    def outstanding(self) -> int:
        return self._roster.outstanding

    def submit(self, job_id: int, job: dict[str, Any], deadline: float) -> None:
        self._roster.submit(job_id, job, check_deadline(deadline))

    def wait(self, timeout: float | None = None) -> list[tuple[int, JobResult]]:
        return self._roster.wait(timeout)

    def brief(self, context: dict[str, Any]) -> None:
        self._rebrief(context)
        self._roster.brief(self._briefing)

    def cancel(self) -> None:
        self._roster.cancel()

    def close(self) -> None:
        self._roster.close()
