"""Jobs run in this process, one at a time, inside wait(); those that are unsafe run in a spawned child."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Unpack, final

from ..workers.child import Child
from ..workers.children import spawned
from ..workers.guard import Function, can_interrupt, run_job
from ..workers.result import pack_result, unpack_result
from ..workers.roster import Roster
from ..workers.wire import decode, encode
from .base import AbstractExecutor, ExecutorOptions, JobResult, WorkerError, check_deadline


@final
class SerialExecutor(AbstractExecutor):
    """Needs no other process for safe jobs. A deadline interrupts Python code: a single long operation of a library, as on a large
    tensor, ends first, where other executors kill its worker. Memory beyond the limit is refused.

    Where a deadline cannot be kept in process (wait() outside the main thread, or no alarm signals), every job runs
    in the child.
    """

    name = "serial"
    smallest = "1"

    def __init__(self, function: str, context: Mapping[str, object], **options: Unpack[ExecutorOptions]) -> None:
        super().__init__(function, context, **options)
        self._function: Function | None = None
        self._waiting: deque[tuple[int, Mapping[str, object], float]] = deque()
        self._pool: Roster[Child] | None = None
        self._closed = False

    @classmethod
    def accepts(cls, workers: str) -> bool:
        return workers in ("1", "serial")

    @classmethod
    def workers_form(cls) -> str:
        return "1 or 'serial'"

    @classmethod
    def local_workers(cls, workers: str) -> int:
        return 1

    @classmethod
    def side_by_side(cls, workers: str) -> bool:
        return False

    @classmethod
    def check(cls, workers: str) -> None:
        return

    @property
    def capacity(self) -> int:
        return 1

    @property
    def outstanding(self) -> int:
        return len(self._waiting) + (self._pool.outstanding if self._pool else 0)

    def submit(self, job_id: int, job: Mapping[str, object], deadline: float) -> None:
        if self._closed:
            raise RuntimeError(f"job_id={job_id}: the executor is closed; open another")
        self._waiting.append((job_id, decode(encode(job)), check_deadline(deadline)))

    def wait(self, timeout: float | None = None) -> list[tuple[int, JobResult]]:
        if self._pool is not None and self._pool.outstanding:
            return self._pool.wait(timeout)
        if not self._waiting:
            return []
        job_id, job, deadline = self._waiting.popleft()
        if job.get("unsafe") or not can_interrupt():
            if self._pool is None:
                self._pool = spawned(self._briefing, 1)
            self._pool.submit(job_id, job, deadline)
            return self._pool.wait(timeout)
        briefing = self._briefing
        if self._function is None:
            self._function = self._open()
        result = run_job(
            self._function,
            briefing.context,
            job,
            deadline=deadline,
            memory=briefing.memory,
            threads=briefing.threads,
        )
        # As if it had travelled: what would fail or change on the way to another process does so here too.
        return [(job_id, unpack_result(pack_result(result)))]

    def _open(self) -> Function:
        try:
            return self._briefing.open()
        except Exception as error:
            raise WorkerError(f"function={self._briefing.function!r} cannot be made ready: {error!r}") from error

    def brief(self, context: Mapping[str, object]) -> None:
        self._rebrief(context)
        self._function = None
        if self._pool is not None:
            self._pool.brief(self._briefing)

    def cancel(self) -> None:
        self._waiting.clear()
        if self._pool is not None:
            self._pool.cancel()

    def close(self) -> None:
        self._closed = True
        self._waiting.clear()
        if self._pool is not None:
            self._pool.close()
            self._pool = None
