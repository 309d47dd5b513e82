"""What every executor is: a place where jobs run. The study decides which jobs, and in which order results count."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from types import TracebackType
from typing import ClassVar, Generic, Self, TypedDict

from primitives.plugins.outside import registered

from ..workers.briefing import Briefing, default_memory
from ..workers.result import JobResult
from ..workers.roster import Roster
from ..workers.transport import Worker, WorkerError
from ..workers.wire import require_plain

__all__ = ["AbstractExecutor", "JobResult", "WorkerError"]


class ExecutorOptions(TypedDict, total=False):
    """The arguments of an executor that have defaults, as AbstractExecutor describes them."""

    workers: int | str
    threads: int
    memory: int | str | None
    prepare: str


class AbstractExecutor(ABC):
    """Runs `function(context, job) -> dict` on jobs, here or elsewhere.

    function: "module:function"; it is imported where the jobs run. context: plain data, sent once a worker.
    workers: how many, as text or number, or an address, in a form that `accepts` takes. threads: numeric threads a
    worker. memory: bytes that one job may add to its worker; "share" is a worker's share of the machine, None no limit.
    prepare: "module:function", called with the context in each worker before its first job, outside every deadline
    (slow imports, decoding); "" for none.
    Raises TypeError where the context is not plain data, WorkerError (here or in wait) where workers cannot be started.

    A job's outcome is a JobResult; wait() raises nothing for it. Jobs run at least once: one whose worker died is run
    again (once), so the function must not count on running once. Use as a context manager, or close().
    """

    name: ClassVar[str]
    smallest: ClassVar[str]  # the `workers` of a small executor of this kind on this machine

    def __init__(
        self,
        function: str,
        context: Mapping[str, object],
        *,
        workers: int | str = 1,
        threads: int = 1,
        memory: int | str | None = "share",
        prepare: str = "",
    ) -> None:
        if not self.accepts(str(workers)):
            raise ValueError(f"workers={workers!r}: the executor {self.name!r} takes {self.workers_form()}")
        if isinstance(memory, str) and memory != "share":
            raise ValueError(f"memory={memory!r}: must be a number of bytes, 'share' or None")
        self.workers = workers
        self.threads = threads
        limit = default_memory(self.local_workers(str(workers))) if isinstance(memory, str) else memory
        require_plain(context, "context")
        self._briefing = Briefing(function, context, threads, limit, prepare, _plugins())

    @classmethod
    @abstractmethod
    def accepts(cls, workers: str) -> bool:
        """Whether this executor is meant by `--workers WORKERS`. At most one executor accepts a text."""

    @classmethod
    @abstractmethod
    def workers_form(cls) -> str:
        """The texts that `accepts` takes, for a message."""

    @classmethod
    @abstractmethod
    def local_workers(cls, workers: str) -> int:
        """How many workers share one machine's memory."""

    @property
    def is_here(self) -> bool:
        """Whether all its workers are on this machine."""
        return True

    @classmethod
    @abstractmethod
    def side_by_side(cls, workers: str) -> bool:
        """Whether several jobs run at a time."""

    @classmethod
    @abstractmethod
    def check(cls, workers: str) -> None:
        """Raises WorkerError, within seconds, where it can be told beforehand that the workers cannot be had."""

    @property
    @abstractmethod
    def capacity(self) -> int:
        """Jobs that may usefully be outstanding now. It follows the jobs' length, so no record may depend on it."""

    @property
    @abstractmethod
    def outstanding(self) -> int:
        """Jobs submitted whose results are not delivered."""

    @abstractmethod
    def submit(self, job_id: int, job: Mapping[str, object], deadline: float) -> None:
        """Queues a job: plain data, and the seconds that it may run (counted from its start, not from here).

        `job["unsafe"]` true: it may hang outside Python or end its process, so it must run in one that can be killed.
        Raises TypeError where the job is not plain data (where it travels), RuntimeError after close().
        """

    @abstractmethod
    def wait(self, timeout: float | None = None) -> list[tuple[int, JobResult]]:
        """Results that have come, in any order, each delivered once; waits up to `timeout` seconds for the first.

        None waits as long as needed. Empty when the time is over or nothing is outstanding. Jobs move, and deadlines
        are kept, inside this call: call it often. Raises WorkerError where workers cannot be started.
        """

    @abstractmethod
    def brief(self, context: Mapping[str, object]) -> None:
        """Replaces the context, so that the next study reuses the workers. RuntimeError while jobs are outstanding."""

    @abstractmethod
    def cancel(self) -> None:
        """Drops every job whose result is not delivered, and stops those that run."""

    @abstractmethod
    def close(self) -> None:
        """Stops everything this executor started and waits for its end. Idempotent."""

    def _rebrief(self, context: Mapping[str, object]) -> None:
        if self.outstanding:
            raise RuntimeError(f"outstanding={self.outstanding}: wait for the jobs, or cancel() them, before brief()")
        require_plain(context, "context")
        self._briefing = replace(self._briefing, context=context, plugins=_plugins())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AbstractRosterExecutor(AbstractExecutor, Generic[Worker]):
    """An executor whose jobs run on a roster of workers; a subclass makes the roster and ends it."""

    _roster: Roster[Worker]

    @property
    def capacity(self) -> int:
        return self._roster.capacity

    @property
    def outstanding(self) -> int:
        return self._roster.outstanding

    def submit(self, job_id: int, job: Mapping[str, object], deadline: float) -> None:
        self._roster.submit(job_id, job, check_deadline(deadline))

    def wait(self, timeout: float | None = None) -> list[tuple[int, JobResult]]:
        return self._roster.wait(timeout)

    def brief(self, context: Mapping[str, object]) -> None:
        self._rebrief(context)
        self._roster.brief(self._briefing)

    def cancel(self) -> None:
        self._roster.cancel()


def _plugins() -> tuple[dict[str, object], ...]:
    """What workers need to have the modules from outside that this process has."""
    return tuple(outside.to_dict() for outside in registered())


def check_deadline(deadline: float) -> float:
    """The deadline as a float; ValueError unless it is a positive number of seconds."""
    if not deadline > 0:
        raise ValueError(f"deadline={deadline!r}: must be a positive number of seconds")
    return min(float(deadline), 1e9)
