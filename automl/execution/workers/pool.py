"""A pool of spawned children that are reused, killed when a job overstays, and replaced when they die."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from multiprocessing.connection import wait as wait_for

from .batching import BatchSize
from .briefing import Briefing
from .child import BROKEN, READY, BriefingFile, Child
from .result import LOST, TIMED_OUT, Result
from .wire import encode

RERUNS = 3  # of a job whose worker died, before the job is given up as lost
# The child's own alarm ends what it can at the deadline; the driver ends the rest this much later.
GRACE_SECONDS = 0.5
START_SECONDS = 120.0


class WorkerError(RuntimeError):
    """Workers cannot be started: the function cannot be imported, or the process dies before its first job."""


@dataclass(slots=True)
class _Task:
    id: int
    job: bytes
    deadline: float
    runs: int = 0


@dataclass(slots=True)
class _Member:
    child: Child
    since: float  # when the first of its tasks began to run; until it is ready, when it was spawned
    ready: bool = False
    tasks: deque[_Task] = field(default_factory=deque)

    def must_finish_by(self) -> float:
        if not self.ready:
            return self.since + START_SECONDS
        return self.since + self.tasks[0].deadline + GRACE_SECONDS if self.tasks else float("inf")


class Pool:
    """Runs jobs in up to `workers` children, started when first needed. Results come in any order."""

    def __init__(self, briefing: Briefing, workers: int) -> None:
        if workers < 1:
            raise ValueError(f"workers={workers}: must be at least 1")
        self._briefing: BriefingFile | None = BriefingFile(briefing)
        self._workers = workers
        self._members: list[_Member] = []
        self._waiting: deque[_Task] = deque()
        self._failed_starts = 0
        self._batch = BatchSize()

    @property
    def capacity(self) -> int:
        """Jobs that may usefully be outstanding now: one batch a worker."""
        return self._workers * self._batch()

    @property
    def outstanding(self) -> int:
        """Jobs submitted and neither delivered nor cancelled."""
        return len(self._waiting) + sum(len(member.tasks) for member in self._members)

    def submit(self, job_id: int, job: dict, deadline: float) -> None:
        """Queues a job and starts it if a worker is free. Raises TypeError where the job is not plain data."""
        if self._briefing is None:
            raise RuntimeError(f"job_id={job_id}: the pool is closed; open another")
        self._waiting.append(_Task(job_id, encode(job), deadline))

    def wait(self, timeout: float | None) -> list[tuple[int, Result]]:
        """The results that have come, waiting up to `timeout` seconds (None: as long as needed) for the first.

        Empty when the time is over or nothing is outstanding. Raises WorkerError.
        """
        until = float("inf") if timeout is None else time.monotonic() + timeout
        while True:
            self._dispatch()
            done = self._collect(until)
            if done or not self.outstanding or time.monotonic() >= until:
                self._dispatch()
                return done

    def brief(self, briefing: Briefing) -> None:
        """Gives every worker a new briefing, for the jobs submitted from now on; none may be outstanding."""
        if self._briefing is None:
            raise RuntimeError("the pool is closed; open another")
        assert not self.outstanding
        self._briefing.close()
        self._briefing = BriefingFile(briefing)
        for member in list(self._members):
            try:
                member.child.brief(briefing)
            except OSError:
                self._remove(member)
            else:
                member.ready, member.since = False, time.monotonic()

    def cancel(self) -> None:
        """Drops every job that is not delivered; a worker that runs one is killed."""
        self._waiting.clear()
        for member in [member for member in self._members if member.tasks]:
            self._remove(member)

    def close(self) -> None:
        """Ends every child and waits for it. Idempotent."""
        self._waiting.clear()
        for member in list(self._members):
            self._remove(member)
        if self._briefing is not None:
            self._briefing.close()
            self._briefing = None

    def _dispatch(self) -> None:
        idle = sum(1 for member in self._members if not member.tasks)
        while len(self._members) < self._workers and idle < len(self._waiting):
            assert self._briefing is not None
            self._members.append(_Member(Child(self._briefing), time.monotonic()))
            idle += 1
        for member in list(self._members):
            if member.ready and not member.tasks and self._waiting:
                self._assign(member)

    def _assign(self, member: _Member) -> None:
        # A job that has cost a worker goes alone, so that it takes no other job down with it.
        share = -(-len(self._waiting) // self._workers)
        count = 1 if self._waiting[0].runs else min(self._batch(), share)
        while self._waiting and len(member.tasks) < count and not (member.tasks and self._waiting[0].runs):
            member.tasks.append(self._waiting.popleft())
        member.since = time.monotonic()
        try:
            member.child.send([(task.job, task.deadline) for task in member.tasks])
        except OSError:
            self._died(member, [])

    def _collect(self, until: float) -> list[tuple[int, Result]]:
        done: list[tuple[int, Result]] = []
        by_connection = {member.child.results: member for member in self._members}
        first = min([until, *(member.must_finish_by() for member in self._members)])
        pause = None if first == float("inf") else max(0.0, first - time.monotonic())
        if not by_connection:
            return done
        for connection in wait_for(list(by_connection), pause):
            self._drain(by_connection[connection], done)  # type: ignore[index]
        for member in list(self._members):
            if time.monotonic() >= member.must_finish_by() and not member.child.results.poll():
                self._overstayed(member, done)
        return done

    def _drain(self, member: _Member, done: list[tuple[int, Result]]) -> None:
        try:
            while member.child.results.poll():
                kind, content = member.child.receive()
                if kind == BROKEN:
                    raise WorkerError(f"a worker could not start:\n{content}")
                if kind == READY:
                    member.ready, self._failed_starts = True, 0
                else:
                    done.append((member.tasks.popleft().id, content))
                    self._batch.observe(content.seconds)
                member.since = time.monotonic()
        except EOFError:
            self._died(member, done)

    def _died(self, member: _Member, done: list[tuple[int, Result]]) -> None:
        seconds = time.monotonic() - member.since
        status = self._remove(member)
        if not member.ready:
            self._failed_starts += 1
            if self._failed_starts > RERUNS:
                raise WorkerError(f"{self._failed_starts} workers died before their first job; exit status {status}")
        elif member.tasks:
            member.tasks[0].runs += 1
            if member.tasks[0].runs > RERUNS:
                task = member.tasks.popleft()
                detail = f"the worker died (exit status {status}) in each of {task.runs} runs"
                done.append((task.id, Result(LOST, seconds=seconds, detail=detail)))
        self._waiting.extendleft(reversed(member.tasks))

    def _overstayed(self, member: _Member, done: list[tuple[int, Result]]) -> None:
        self._remove(member)
        if not member.ready:
            raise WorkerError(f"a worker was not ready after {START_SECONDS:g} s")
        task = member.tasks.popleft()
        seconds = time.monotonic() - member.since
        detail = f"its worker was killed {GRACE_SECONDS:g} s after deadline={task.deadline:g} s"
        done.append((task.id, Result(TIMED_OUT, seconds=seconds, detail=detail)))
        self._waiting.extendleft(reversed(member.tasks))

    def _remove(self, member: _Member) -> int:
        self._members.remove(member)
        return member.child.kill()
