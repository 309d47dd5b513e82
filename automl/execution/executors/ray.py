"""Jobs run in Ray actors: on this machine, or on the cluster at an address. The only module that imports Ray."""

from __future__ import annotations

import logging
import os
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, final

from ..workers.actor import Evaluator
from ..workers.batching import BatchSize
from ..workers.briefing import import_path
from ..workers.pool import GRACE_SECONDS, RERUNS, START_SECONDS
from ..workers.result import unpack_result
from ..workers.sentinel import Sentinel, descendants
from ..workers.wire import encode
from .base import LOST, TIMED_OUT, AbstractExecutor, Result, WorkerError, check_deadline

# A batch holds short jobs only; one that takes this much longer than its longest deadline holds one that hangs.
_BATCH_GRACE_SECONDS = 1.0


@dataclass(slots=True)
class _Task:
    id: int
    job: bytes
    deadline: float
    runs: int = 0
    alone: bool = False  # after it was in a batch that hung or died


@dataclass(slots=True)
class _Member:
    actor: Any
    pending: Any = None  # the reference of the call that runs now
    ready: bool = False
    since: float = 0.0
    tasks: list[_Task] = field(default_factory=list)

    def must_finish_by(self) -> float:
        if not self.ready:
            return self.since + START_SECONDS
        grace = GRACE_SECONDS if len(self.tasks) == 1 else _BATCH_GRACE_SECONDS
        return self.since + max(task.deadline for task in self.tasks) + grace if self.tasks else float("inf")


@final
class RayExecutor(AbstractExecutor):
    """One actor a worker, reused and replaced when it dies or overstays; short jobs travel in batches.

    'ray' or 'ray:N' starts a Ray of this process's own, which close() ends; an address joins a cluster, where this
    project must be importable on the nodes (installed, or at the same path on a shared disk). A Ray that the process
    has joined already is used as it is and left running.
    """

    name = "ray"
    smallest = "ray:2"

    def __init__(self, function: str, context: dict[str, Any], **options: Any) -> None:
        super().__init__(function, context, **options)
        import ray

        self._ray = ray
        self._sentinel: Sentinel | None = None
        self._owned = not ray.is_initialized()
        self._closed = False
        self._waiting: deque[_Task] = deque()
        self._failed_starts = 0
        self._batch = BatchSize()
        if self._owned:
            self._join(str(self.workers))
        self._workers = self._count(str(self.workers))
        self._briefing_ref = ray.put(self._briefing.to_bytes())
        self._members = [self._start() for _ in range(self._workers)]

    @classmethod
    def accepts(cls, workers: str) -> bool:
        host, colon, port = workers.rpartition(":")
        if workers in ("ray", "auto") or workers.startswith("ray://"):
            return True
        return bool(colon) and bool(host) and host != "processes" and port.isdecimal() and int(port) > 0

    @classmethod
    def workers_form(cls) -> str:
        return "'ray', 'ray:N', 'auto' or a cluster's address HOST:PORT"

    @classmethod
    def local_workers(cls, workers: str) -> int:
        return _local_count(workers) or os.cpu_count() or 1

    @property
    def capacity(self) -> int:
        return self._workers * self._batch()

    @property
    def outstanding(self) -> int:
        return len(self._waiting) + sum(len(member.tasks) for member in self._members)

    def submit(self, job_id: int, job: dict[str, Any], deadline: float) -> None:
        if self._closed:
            raise RuntimeError(f"job_id={job_id}: the executor is closed; open another")
        self._waiting.append(_Task(job_id, encode(job), check_deadline(deadline)))

    def wait(self, timeout: float | None = None) -> list[tuple[int, Result]]:
        until = float("inf") if timeout is None else time.monotonic() + timeout
        while True:
            self._dispatch()
            done = self._collect(until)
            if done or not self.outstanding or time.monotonic() >= until:
                self._dispatch()
                return done

    def brief(self, context: dict[str, Any]) -> None:
        self._rebrief(context)
        self._briefing_ref = self._ray.put(self._briefing.to_bytes())
        for member in self._members:
            self._tell(member)

    def cancel(self) -> None:
        self._waiting.clear()
        for member in [member for member in self._members if member.tasks]:
            member.tasks.clear()
            self._replace(member)

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._waiting.clear()
        for member in self._members:
            self._ray.kill(member.actor)
        self._members.clear()
        self._briefing_ref = None
        if self._owned:
            self._ray.shutdown()
            self._ray._private.worker._worker_logs_enabled = True
        if self._sentinel is not None:
            self._sentinel.close()

    def _join(self, workers: str) -> None:
        local = _local_count(workers)
        quiet = {"include_dashboard": False, "num_cpus": local * self.threads} if local else {"address": workers}
        # Without these Ray writes a token into the home folder, reports usage, and warns about both.
        os.environ.setdefault("RAY_AUTH_MODE", "disabled")
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
        with _python_path(import_path()):
            self._ray.init(**quiet, log_to_driver=False, logging_level=logging.ERROR, configure_logging=False)
        # What Ray tells of dead workers goes to standard output, log_to_driver or not; here it is the job's outcome.
        self._ray._private.worker._worker_logs_enabled = False
        if local:
            self._sentinel = Sentinel()
            self._guard()

    def _guard(self) -> None:
        """Has the sentinel end what Ray has started up to now, should this process be killed."""
        if self._sentinel is not None:
            self._sentinel.guard(descendants(os.getpid()))

    def _count(self, workers: str) -> int:
        local = _local_count(workers) if self._owned else None
        if local:
            return local
        return max(1, int(self._ray.cluster_resources().get("CPU", 1)) // self.threads)

    def _start(self) -> _Member:
        options: dict[str, Any] = {"num_cpus": self.threads, "max_restarts": 0, "max_task_retries": 0}
        if self._sentinel is None:
            options["runtime_env"] = {"env_vars": {"PYTHONPATH": import_path()}}
        member = _Member(self._ray.remote(Evaluator).options(**options).remote())
        self._tell(member)
        return member

    def _tell(self, member: _Member) -> None:
        member.pending, member.ready = member.actor.brief.remote(self._briefing_ref), False
        member.since = time.monotonic()

    def _replace(self, member: _Member) -> None:
        self._ray.kill(member.actor)
        self._members[self._members.index(member)] = self._start()

    def _dispatch(self) -> None:
        for member in self._members:
            if member.ready and not member.tasks and self._waiting:
                share = -(-len(self._waiting) // self._workers)
                count = 1 if self._waiting[0].alone else min(self._batch(), share)
                while self._waiting and len(member.tasks) < count and not (member.tasks and self._waiting[0].alone):
                    member.tasks.append(self._waiting.popleft())
                jobs, deadlines = [task.job for task in member.tasks], [task.deadline for task in member.tasks]
                member.pending, member.since = member.actor.run.remote(jobs, deadlines), time.monotonic()

    def _collect(self, until: float) -> list[tuple[int, Result]]:
        done: list[tuple[int, Result]] = []
        if not self.outstanding:
            return done
        pending = {member.pending: member for member in self._members if member.pending is not None}
        first = min([until, *(member.must_finish_by() for member in pending.values())])
        pause = None if first == float("inf") else max(0.0, first - time.monotonic())
        self._ray.wait(list(pending), num_returns=1, timeout=pause)
        finished, _ = self._ray.wait(list(pending), num_returns=len(pending), timeout=0)
        for reference in finished:
            self._receive(pending[reference], reference, done)
        for reference, member in pending.items():
            if reference not in finished and time.monotonic() >= member.must_finish_by():
                self._overstayed(member, done)
        return done

    def _receive(self, member: _Member, reference: Any, done: list[tuple[int, Result]]) -> None:
        try:
            answer = self._ray.get(reference)
        except self._ray.exceptions.RayActorError as error:
            self._died(member, str(error), done)
            return
        member.pending = None
        if not member.ready:
            if answer[1]:
                raise WorkerError(f"a worker could not start:\n{answer[1]}")
            member.ready, self._failed_starts = True, 0
            self._guard()
            return
        for task, message in zip(member.tasks, answer):
            result = unpack_result(message)
            self._batch.observe(result.seconds)
            done.append((task.id, result))
        member.tasks.clear()

    def _died(self, member: _Member, reason: str, done: list[tuple[int, Result]]) -> None:
        seconds = time.monotonic() - member.since
        if not member.ready:
            self._failed_starts += 1
            if self._failed_starts > RERUNS:
                raise WorkerError(f"{self._failed_starts} workers died before their first job: {reason}")
        for task in member.tasks:
            task.runs, task.alone = task.runs + 1, True
            if task.runs > RERUNS:
                detail = f"the worker died in each of {task.runs} runs: {reason.splitlines()[0]}"
                done.append((task.id, Result(LOST, seconds=seconds, detail=detail)))
        self._waiting.extendleft(task for task in reversed(member.tasks) if task.runs <= RERUNS)
        self._replace(member)

    def _overstayed(self, member: _Member, done: list[tuple[int, Result]]) -> None:
        if not member.ready:
            raise WorkerError(f"a worker was not ready after {START_SECONDS:g} s: does the cluster have free CPUs?")
        if len(member.tasks) == 1:
            task, seconds = member.tasks[0], time.monotonic() - member.since
            detail = f"its worker was killed {GRACE_SECONDS:g} s after deadline={task.deadline:g} s"
            done.append((task.id, Result(TIMED_OUT, seconds=seconds, detail=detail)))
        else:
            for task in member.tasks:
                task.alone = True
            self._waiting.extendleft(reversed(member.tasks))
        self._replace(member)


def _local_count(workers: str) -> int | None:
    """How many workers a Ray of our own gets; None where `workers` is a cluster's address."""
    if workers == "ray":
        return os.cpu_count() or 1
    number = workers.removeprefix("ray:")
    return int(number) if number != workers and number.isdecimal() else None


@contextmanager
def _python_path(path: str) -> Iterator[None]:
    """Sets PYTHONPATH in the body, for the processes that start in it."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = path
    try:
        yield
    finally:
        os.environ.pop("PYTHONPATH") if before is None else os.environ.update(PYTHONPATH=before)
