"""Workers that only pretend to work: each job takes a time that is drawn, on a clock that nobody waits for."""

from __future__ import annotations

import hashlib
import heapq
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any, final

from automl.execution.executors.base import AbstractRosterExecutor, JobResult
from automl.execution.workers.briefing import Briefing
from automl.execution.workers.roster import Roster
from automl.execution.workers.transport import AbstractTransport, Died, Done, Message, Ready
from automl.execution.workers.wire import decode
from primitives.values import Outcome

Answer = Callable[[Mapping[str, Any]], dict[str, object]]
"""From a job to what the evaluator would return."""


def hashed(job: Mapping[str, Any]) -> dict[str, object]:
    """An evaluation of a job's one candidate whose score below a half is a hash of its text."""
    score = int(hashlib.sha256(job["candidates"][0]["term"].encode()).hexdigest()[:8], 16) / 2**33
    scores = {"accuracy": score, "error": 1 - score, "distance": 1 - score}
    return {"evaluations": [{"outcome": Outcome.OK, "scores": scores, "cases": [1 - score] * 8}]}


@final
class SimulatedWorkers(AbstractTransport[int]):
    """Workers by number, whose messages come in the order in which they would: the next one is there at once.

    answer: what becomes of a job.
    seconds: how long the next job takes.
    lost: the share of jobs during which their worker dies (default: none).
    seed: decides which (default: 0).
    """

    one_by_one = True
    where = ""

    def __init__(self, answer: Answer, seconds: Callable[[], float], lost: float = 0.0, seed: int = 0) -> None:
        self.own = 0.0
        """Processor seconds that went into pretending."""
        self.now = 0.0
        """The simulated clock, in seconds."""
        self._answer, self._seconds, self._lost = answer, seconds, lost
        self._rng = random.Random(seed)
        self._workers, self._numbers = count(), count()
        self._alive: set[int] = set()
        self._coming: list[tuple[float, int, int, Message]] = []

    def start(self) -> int:
        worker = next(self._workers)
        self._alive.add(worker)
        self.tell(worker)
        return worker

    def brief(self, briefing: Briefing) -> None:
        pass

    def tell(self, worker: int) -> None:
        self._say(self.now, worker, Ready())

    def send(self, worker: int, jobs: Sequence[tuple[bytes, float]]) -> None:
        began, at = time.process_time(), self.now
        for job, deadline in jobs:
            taken = self._seconds()
            at += min(taken, deadline)
            if self._rng.random() < self._lost:
                self._say(at, worker, Died("it was lost"))
                break
            late = taken > deadline
            value = None if late else self._answer(decode(job))
            self._say(at, worker, Done((JobResult(Outcome.TIMED_OUT if late else Outcome.OK, value, taken),)))
        self.own += time.process_time() - began

    def receive(self, workers: Sequence[int], timeout: float | None) -> Iterator[tuple[int, Message]]:
        while self._coming:
            self.now, _, worker, message = heapq.heappop(self._coming)
            if worker in self._alive:
                yield worker, message
                return

    def kill(self, worker: int) -> None:
        self._alive.discard(worker)

    def close(self) -> None:
        self._coming.clear()

    def _say(self, at: float, worker: int, message: Message) -> None:
        heapq.heappush(self._coming, (at, next(self._numbers), worker, message))


@final
class SimulatedExecutor(AbstractRosterExecutor[int]):
    """A roster of simulated workers, as many as a number says.

    workers: how many.
    simulated: what they do.
    """

    name = "simulated"
    smallest = "1"

    def __init__(self, workers: int, simulated: SimulatedWorkers) -> None:
        super().__init__("", {}, workers=workers, memory=None)
        self.simulated = simulated
        self._roster = Roster(simulated, workers)
        self.submitted = 0
        self.most = 0
        """Jobs that were outstanding at a time, at most."""

    def submit(self, job_id: int, job: Mapping[str, object], deadline: float) -> None:
        super().submit(job_id, job, deadline)
        self.submitted += 1
        self.most = max(self.most, self.outstanding)

    @classmethod
    def accepts(cls, workers: str) -> bool:
        return workers.isdecimal() and int(workers) > 0

    @classmethod
    def workers_form(cls) -> str:
        return "a number from 1"

    @classmethod
    def local_workers(cls, workers: str) -> int:
        return int(workers)

    @classmethod
    def side_by_side(cls, workers: str) -> bool:
        return int(workers) > 1

    @classmethod
    def check(cls, workers: str) -> None:
        return

    def close(self) -> None:
        self._roster.close()
