"""Spawned children of this process as the workers of a roster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from multiprocessing.connection import wait as wait_for
from typing import final

from .briefing import Briefing
from .child import BriefingFile, Child
from .roster import Roster
from .transport import AbstractTransport, Died, Message


@final
class Children(AbstractTransport[Child]):
    """Each worker is a fresh interpreter on this machine that dies with this process."""

    one_by_one = True
    where = ""

    def __init__(self, briefing: Briefing) -> None:
        self._briefing = briefing
        self._file = BriefingFile(briefing)

    def start(self) -> Child:
        return Child(self._file)

    def brief(self, briefing: Briefing) -> None:
        self._file.close()
        self._briefing, self._file = briefing, BriefingFile(briefing)

    def tell(self, worker: Child) -> None:
        worker.brief(self._briefing)

    def send(self, worker: Child, jobs: Sequence[tuple[bytes, float]]) -> None:
        worker.send(list(jobs))

    def receive(self, workers: Sequence[Child], timeout: float | None) -> Iterator[tuple[Child, Message]]:
        ready = set(wait_for([worker.results for worker in workers], timeout))
        for worker in workers:
            if worker.results in ready:
                for message in _messages(worker):
                    yield worker, message

    def kill(self, worker: Child) -> None:
        worker.kill()

    def close(self) -> None:
        self._file.close()


def spawned(briefing: Briefing, workers: int) -> Roster[Child]:
    """A roster of up to ``workers`` children (at least 1), each started when it is first needed."""
    return Roster(Children(briefing), workers)


def _messages(worker: Child) -> Iterator[Message]:
    try:
        while worker.results.poll():
            yield worker.receive()
    except EOFError:
        yield Died(f"exit status {worker.kill()}")
