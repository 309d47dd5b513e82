"""How a roster reaches its workers: what a kind of worker must offer, and the messages that come from one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from primitives.brief import brief_repr

from .briefing import Briefing
from .result import JobResult


class WorkerError(RuntimeError):
    """Workers cannot be had: the function cannot be imported, a process dies before its first job, the cluster is gone."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The worker has taken the briefing that it was told last and waits for jobs."""


@dataclass(frozen=True, slots=True)
class Broken:
    """The worker could not take its briefing; ``reason`` is the traceback."""

    reason: str


@dataclass(frozen=True, slots=True)
class Done:
    """The results of the jobs that were sent first and had none yet, in the order in which they were sent."""

    results: tuple[JobResult, ...]

    __repr__ = brief_repr


@dataclass(frozen=True, slots=True)
class Died:
    """The worker is gone; ``reason`` is its exit status or what is known of its end."""

    reason: str


Message = Ready | Broken | Done | Died
Worker = TypeVar("Worker", bound=Hashable)
"""A transport's handle on one worker."""


class AbstractTransport(ABC, Generic[Worker]):
    """Starts workers of one kind, sends them jobs, and collects what they answer. It decides nothing.

    one_by_one: whether a result is told as soon as its job is done; otherwise those of one ``send`` come together.
    where: what to look at when a worker is not ready in time, for a message.
    """

    one_by_one: bool
    where: str

    @abstractmethod
    def start(self) -> Worker:
        """A new worker that was told the current briefing; its ``Ready`` comes later. Raises WorkerError."""

    @abstractmethod
    def brief(self, briefing: Briefing) -> None:
        """Replaces the briefing of workers that are started or told from now on."""

    @abstractmethod
    def tell(self, worker: Worker) -> None:
        """Tells a worker the current briefing; its ``Ready`` comes later. Raises OSError where the worker is dead."""

    @abstractmethod
    def send(self, worker: Worker, jobs: Sequence[tuple[bytes, float]]) -> None:
        """Sends (encoded job, deadline in seconds) pairs, which run in this order. Raises OSError where it is dead."""

    @abstractmethod
    def receive(self, workers: Sequence[Worker], timeout: float | None) -> Iterable[tuple[Worker, Message]]:
        """The messages that have come; waits up to ``timeout`` seconds (None: as long as needed) for the first.

        It may return earlier and empty-handed. Raises WorkerError where no worker can be reached any more.
        """

    @abstractmethod
    def kill(self, worker: Worker) -> None:
        """Ends a worker, whatever it does. Idempotent."""

    @abstractmethod
    def close(self) -> None:
        """Lets go of what all workers share. Idempotent."""
