"""The workers of an executor and the jobs that they hold: who runs what, until when, and what becomes of a job whose worker died."""

from __future__ import annotations

import heapq
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, islice
from math import inf
from typing import Generic, assert_never

from primitives.values import Outcome

from .batching import BatchSize
from .briefing import Briefing
from .result import JobResult
from .transport import AbstractTransport, Broken, Died, Done, Message, Ready, Worker, WorkerError
from .wire import encode

RERUNS = 1  # of a job whose worker died, before the job is given up as lost
FAILED_STARTS = 3  # of workers in a row, before there are taken to be none
# The worker's own alarm ends what it can at the deadline; the driver ends the rest this much later.
GRACE_SECONDS = 0.5
# A batch holds short jobs only; one whose results come together and that takes this much longer than its longest
# deadline holds a job that hangs.
BATCH_GRACE_SECONDS = 1.0
START_SECONDS = 120.0


@dataclass(slots=True)
class _Task:
    id: int
    job: bytes
    deadline: float
    runs: int = 0  # that ended with the death of the worker
    alone: bool = False  # after its worker died or hung, so that it takes no other job down with it


@dataclass(slots=True, eq=False)
class _Member(Generic[Worker]):
    worker: Worker
    since: float  # when the first of its tasks began to run; until it is ready, when it was told its briefing
    ready: bool = False
    tasks: deque[_Task] = field(default_factory=deque)
    limit: float = inf  # when it has overstayed


class Roster(Generic[Worker]):
    """Runs jobs on up to ``workers`` workers of one transport; they are reused, killed when a job overstays, and replaced
    when they die. Results come in any order. What a result costs here does not grow with the number of workers.

    eager: whether all workers are started at once; otherwise each when it is first needed.
    Raises ValueError where there is no worker, and what the transport raises where workers cannot be started.
    """

    def __init__(self, transport: AbstractTransport[Worker], workers: int, *, eager: bool = False) -> None:
        if workers < 1:
            raise ValueError(f"workers={workers}: must be at least 1")
        self._transport = transport
        self._workers = workers
        self._eager = eager
        self._closed = False
        self._members: dict[Worker, _Member[Worker]] = {}
        self._free: dict[Worker, _Member[Worker]] = {}  # ready and without a job
        self._at_work: dict[Worker, _Member[Worker]] = {}
        self._running = 0  # jobs that workers hold
        self._limits: list[
            tuple[float, int, _Member[Worker]]
        ] = []  # a heap; what says otherwise than its member is over
        self._numbers = count()
        self._waiting: deque[_Task] = deque()
        self._done: list[tuple[int, JobResult]] = []
        self._failed_starts = 0
        self._batch = BatchSize()
        self._dispatch()

    @property
    def capacity(self) -> int:
        """Jobs that may usefully be outstanding now: one batch a worker."""
        return self._workers * self._batch()

    @property
    def outstanding(self) -> int:
        """Jobs submitted and neither delivered nor cancelled."""
        return len(self._waiting) + self._running + len(self._done)

    def submit(self, job_id: int, job: Mapping[str, object], deadline: float) -> None:
        """Queues a job, to run for ``deadline`` seconds at most. Raises TypeError where the job is not plain data,
        RuntimeError after close()."""
        if self._closed:
            raise RuntimeError(f"job_id={job_id}: the executor is closed; open another")
        self._waiting.append(_Task(job_id, encode(job), deadline))

    def wait(self, timeout: float | None) -> list[tuple[int, JobResult]]:
        """The results that have come, waiting up to `timeout` seconds (None: as long as needed) for the first.

        Empty when the time is over or nothing is outstanding. Raises WorkerError.
        """
        until = inf if timeout is None else time.monotonic() + timeout
        while True:
            self._dispatch()
            self._collect(until)
            if self._done or not self.outstanding or time.monotonic() >= until:
                self._dispatch()
                done, self._done = self._done, []
                return done

    def brief(self, briefing: Briefing) -> None:
        """Gives every worker a new briefing, for the jobs submitted from now on; none may be outstanding."""
        if self._closed:
            raise RuntimeError("the executor is closed; open another")
        assert not self.outstanding
        self._transport.brief(briefing)
        for member in list(self._members.values()):
            try:
                self._transport.tell(member.worker)
            except OSError:
                self._remove(member)
            else:
                member.ready, member.since = False, time.monotonic()
                self._changed(member)

    def cancel(self) -> None:
        """Drops every job that is not delivered; a worker that runs one is killed."""
        self._waiting.clear()
        self._done.clear()
        for member in list(self._at_work.values()):
            self._remove(member)

    def close(self) -> None:
        """Ends every worker. Idempotent."""
        self._closed = True
        self._waiting.clear()
        self._done.clear()
        for member in list(self._members.values()):
            self._remove(member)
        self._transport.close()

    def _dispatch(self) -> None:
        taken = self._closed
        while not taken:
            idle = len(self._members) - len(self._at_work)
            while len(self._members) < self._workers and (self._eager or idle < len(self._waiting)):
                member = _Member(self._transport.start(), time.monotonic())
                self._members[member.worker] = member
                self._changed(member)
                idle += 1
            free = list(islice(self._free.values(), len(self._waiting)))
            # One that refused is replaced at once: with nobody at work nothing would ever come to be waited for.
            taken = all(self._assign(member) for member in free if self._waiting)

    def _assign(self, member: _Member[Worker]) -> bool:
        """Whether the worker took the jobs that it was given."""
        share = -(-len(self._waiting) // self._workers)
        most = 1 if self._waiting[0].alone else min(self._batch(), share)
        while self._waiting and len(member.tasks) < most and not (member.tasks and self._waiting[0].alone):
            member.tasks.append(self._waiting.popleft())
        self._running += len(member.tasks)
        member.since = time.monotonic()
        self._changed(member)
        try:
            self._transport.send(member.worker, [(task.job, task.deadline) for task in member.tasks])
        except OSError as error:
            self._died(member, str(error))
            return False
        return True

    def _collect(self, until: float) -> None:
        if not self.outstanding or self._done:
            return
        first = min(until, self._first_limit())
        self._take(list(self._members), None if first == inf else max(0.0, first - time.monotonic()))
        late = self._late()
        if late:
            self._take([member.worker for member in late], 0.0)  # a last look: what has come meanwhile counts
        for member in late:
            if member.worker in self._members and time.monotonic() >= member.limit:
                self._overstayed(member)

    def _take(self, workers: Sequence[Worker], timeout: float | None) -> None:
        for worker, message in self._transport.receive(workers, timeout):
            if worker in self._members:
                self._heard(self._members[worker], message)

    def _heard(self, member: _Member[Worker], message: Message) -> None:
        match message:
            case Ready():
                member.ready, self._failed_starts, member.since = True, 0, time.monotonic()
                self._changed(member)
            case Broken(reason):
                raise WorkerError(f"a worker could not start:\n{reason}")
            case Done(results):
                for result in results:
                    self._done.append((member.tasks.popleft().id, result))
                    self._batch.observe(result.seconds)
                self._running -= len(results)
                member.since = time.monotonic()
                self._changed(member)
            case Died(reason):
                self._died(member, reason)
            case _:
                assert_never(message)

    def _changed(self, member: _Member[Worker]) -> None:
        """Note what a member does now, and until when it may."""
        for members, belongs in ((self._free, member.ready and not member.tasks), (self._at_work, bool(member.tasks))):
            if belongs:
                members[member.worker] = member
            else:
                members.pop(member.worker, None)
        member.limit = self._must_finish_by(member)
        if member.limit < inf:
            heapq.heappush(self._limits, (member.limit, next(self._numbers), member))
        if len(self._limits) > 4 * len(self._members) + 64:
            self._limits = [
                (each.limit, next(self._numbers), each) for each in self._members.values() if each.limit < inf
            ]
            heapq.heapify(self._limits)

    def _holds(self, limit: float, member: _Member[Worker]) -> bool:
        """Whether the member is still here and the limit its own."""
        return self._members.get(member.worker) is member and member.limit == limit

    def _first_limit(self) -> float:
        while self._limits and not self._holds(self._limits[0][0], self._limits[0][2]):
            heapq.heappop(self._limits)
        return self._limits[0][0] if self._limits else inf

    def _late(self) -> list[_Member[Worker]]:
        """Those who have overstayed; each is told once, unless it begins anew."""
        now, late = time.monotonic(), []
        while self._first_limit() <= now:
            late.append(heapq.heappop(self._limits)[2])
        return late

    def _must_finish_by(self, member: _Member[Worker]) -> float:
        if not member.ready:
            return member.since + START_SECONDS
        if not member.tasks:
            return inf
        suspects = self._suspects(member)
        grace = GRACE_SECONDS if len(suspects) == 1 else BATCH_GRACE_SECONDS
        return member.since + max(task.deadline for task in suspects) + grace

    def _suspects(self, member: _Member[Worker]) -> list[_Task]:
        """The tasks one of which runs now."""
        return list(member.tasks)[: 1 if self._transport.one_by_one else None]

    def _died(self, member: _Member[Worker], reason: str) -> None:
        seconds = time.monotonic() - member.since
        self._remove(member)
        if not member.ready:
            self._failed_starts += 1
            if self._failed_starts > FAILED_STARTS:
                raise WorkerError(f"{self._failed_starts} workers died before their first job; {reason}")
        else:
            for task in self._suspects(member):
                task.runs, task.alone = task.runs + 1, True
        lost = [task for task in member.tasks if task.runs > RERUNS]
        for task in lost:
            detail = f"the worker died ({reason}) in each of {task.runs} runs"
            self._done.append((task.id, JobResult(Outcome.LOST, seconds=seconds, detail=detail)))
        self._waiting.extendleft(task for task in reversed(member.tasks) if task not in lost)

    def _overstayed(self, member: _Member[Worker]) -> None:
        self._remove(member)
        if not member.ready:
            raise WorkerError(f"a worker was not ready after {START_SECONDS:g} s{self._transport.where}")
        suspects = self._suspects(member)
        if len(suspects) == 1:
            task, seconds = member.tasks.popleft(), time.monotonic() - member.since
            detail = f"its worker was killed {GRACE_SECONDS:g} s after deadline={task.deadline:g} s"
            self._done.append((task.id, JobResult(Outcome.TIMED_OUT, seconds=seconds, detail=detail)))
        for task in suspects:
            task.alone = True
        self._waiting.extendleft(reversed(member.tasks))

    def _remove(self, member: _Member[Worker]) -> None:
        for members in (self._members, self._free, self._at_work):
            members.pop(member.worker, None)
        self._running -= len(member.tasks)
        self._transport.kill(member.worker)
