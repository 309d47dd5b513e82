from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from automl.execution.executors import open_executor
from automl.execution.workers.batching import LARGEST_BATCH, BatchSize
from automl.execution.workers.briefing import Briefing
from automl.execution.workers.child import Child
from automl.execution.workers.children import spawned
from automl.execution.workers.result import JobResult
from automl.execution.workers.roster import Roster
from automl.execution.workers.sentinel import Sentinel, descendants
from automl.execution.workers.transport import AbstractTransport, Died, Done, Message, Ready, WorkerError
from automl.execution.workers.wire import decode

JOBS = """
import os, time

def here(context, job):
    time.sleep(job.get("seconds", 0))
    return {"process": os.getpid()}
"""


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "pool_jobs.py").write_text(JOBS)
    (tmp_path / "dying_jobs.py").write_text("import os\nos._exit(7)\n")
    (tmp_path / "broken_jobs.py").write_text("1 / 0\n")
    sys.path.insert(0, str(tmp_path))
    yield tmp_path
    sys.path.remove(str(tmp_path))


def drain(pool: Roster[Child]) -> dict[int, JobResult]:
    found: dict[int, JobResult] = {}
    while pool.outstanding:
        found.update(pool.wait(10.0))
    return found


def test_a_driver_that_is_away_times_nothing_out(jobs: Path) -> None:
    pool = spawned(Briefing("pool_jobs:here", {}), 1)
    try:
        for number in range(4):
            pool.submit(number, {"seconds": 0.05}, 0.4)
        while len(found := dict(pool.wait(10.0))) < 1:
            pass
        time.sleep(1.5)  # longer than every deadline together with the grace
        found.update(drain(pool))
        assert {result.outcome for result in found.values()} == {"ok"}
    finally:
        pool.close()


def test_wait_keeps_to_its_timeout(jobs: Path) -> None:
    pool = spawned(Briefing("pool_jobs:here", {}), 1)
    try:
        pool.submit(0, {"seconds": 30}, 60.0)
        assert pool.wait(0.2) == [] and pool.outstanding == 1
    finally:
        pool.close()


@pytest.mark.parametrize(
    ("function", "words"),
    [("dying_jobs:here", "died before their first job; exit status 7"), ("broken_jobs:here", "ZeroDivisionError")],
)
def test_workers_that_cannot_start_are_loud(jobs: Path, function: str, words: str) -> None:
    pool = spawned(Briefing(function, {}), 2)
    try:
        pool.submit(0, {}, 60.0)
        with pytest.raises(WorkerError, match=words):
            drain(pool)
    finally:
        pool.close()


def test_an_idle_worker_that_was_killed_is_replaced(jobs: Path) -> None:
    pool = spawned(Briefing("pool_jobs:here", {}), 1)
    try:
        pool.submit(0, {}, 10.0)
        first = drain(pool)[0].value
        assert first is not None
        os.kill(first["process"], signal.SIGKILL)
        pool.submit(1, {}, 10.0)
        second = drain(pool)[1].value
        assert second is not None and second["process"] != first["process"]
    finally:
        pool.close()


def test_serial_outside_the_main_thread_runs_its_jobs_in_a_child(jobs: Path) -> None:
    found: list[JobResult] = []

    def work() -> None:
        with open_executor("pool_jobs:here", {}, workers=1) as executor:
            executor.submit(0, {}, 10.0)
            found.extend(result for _, result in executor.wait(None))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found[0].outcome == "ok"
    assert found[0].value is not None and found[0].value["process"] != os.getpid()


def test_batches_grow_while_jobs_are_short_and_end_with_the_first_long_one() -> None:
    size = BatchSize()
    assert size() == 1
    for _ in range(200):
        size.observe(1e-5)
    assert size() == LARGEST_BATCH
    size.observe(1.0)
    assert size() == 1


@pytest.mark.parametrize(("name", "value"), [("threads", 0), ("memory", 0), ("memory", -5)])
def test_settings_of_a_worker_are_checked(name: str, value: int) -> None:
    with pytest.raises(ValueError, match=f"{name}={value}"):
        Briefing("pool_jobs:here", {}, **{name: value})
    with pytest.raises(ValueError, match="workers=0"):
        spawned(Briefing("pool_jobs:here", {}), 0)


def test_the_sentinel_ends_what_it_guards_and_nothing_else() -> None:
    import subprocess

    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    guarded, other = subprocess.Popen(command), subprocess.Popen(command)
    try:
        started = descendants(os.getpid())
        sentinel = Sentinel()
        # The second entry has a process that runs, but the start time of an earlier one of its number.
        sentinel.guard({guarded.pid: started[guarded.pid], other.pid: "1"})
        sentinel.close()
        sentinel.close()
        assert guarded.wait(timeout=10) == -signal.SIGKILL
        assert other.poll() is None
    finally:
        for process in (guarded, other):
            process.kill()
            process.wait()


class Puppets(AbstractTransport[str]):
    """Workers that do what a script says: each entry is the answer to one batch; no entry left, no answer."""

    where = ": a hint"

    def __init__(self, script: list[str], one_by_one: bool) -> None:
        self.one_by_one = one_by_one
        self.script = script
        self.sent: list[list[str]] = []
        self.messages: list[tuple[str, Message]] = []
        self.killed: list[str] = []
        self.started = 0

    def start(self) -> str:
        self.started += 1
        name = f"worker {self.started}"
        self.messages.append((name, Ready()))
        return name

    def brief(self, briefing: Briefing) -> None:
        raise NotImplementedError

    def tell(self, worker: str) -> None:
        raise NotImplementedError

    def send(self, worker: str, jobs: Sequence[tuple[bytes, float]]) -> None:
        self.sent.append([decode(job)["name"] for job, _ in jobs])
        step = self.script.pop(0) if self.script else "hang"
        if step == "refuse":
            raise OSError("broken pipe")
        if step == "die":
            self.messages.append((worker, Died("exit status 9")))
        if step == "answer":
            self.messages.append((worker, Done(tuple(JobResult("ok", {}, 1e-4) for _ in jobs))))

    def receive(self, workers: Sequence[str], timeout: float | None) -> list[tuple[str, Message]]:
        come = [(worker, message) for worker, message in self.messages if worker in workers]
        self.messages = [pair for pair in self.messages if pair not in come]
        if not come:
            assert timeout is not None, "nothing will ever come"
            time.sleep(timeout)
        return come

    def kill(self, worker: str) -> None:
        self.killed.append(worker)

    def close(self) -> None:
        self.killed.append("all")


def outcomes(roster: Roster[str]) -> dict[int, str]:
    found: dict[int, str] = {}
    while roster.outstanding:
        found.update((number, result.outcome) for number, result in roster.wait(None))
    return found


def test_a_job_at_which_every_worker_refuses_is_lost_not_forgotten() -> None:
    puppets = Puppets(["refuse"] * 9, one_by_one=True)
    roster = Roster(puppets, 1)
    roster.submit(7, {"name": "a"}, 5.0)
    assert outcomes(roster) == {7: "lost"}
    assert len(puppets.killed) == 2


@pytest.mark.parametrize(("one_by_one", "after"), [(True, [["a"], ["b", "c"]]), (False, [["a"], ["b"], ["c"]])])
@pytest.mark.parametrize("end", ["die", "hang"])
def test_only_jobs_that_may_have_cost_a_worker_go_alone(one_by_one: bool, after: list[list[str]], end: str) -> None:
    puppets = Puppets(["answer", end, "answer", "answer", "answer"], one_by_one)
    roster = Roster(puppets, 1)
    for _ in range(200):
        roster._batch.observe(1e-4)  # short jobs, so that they travel together
    roster.submit(0, {"name": "first"}, 5.0)
    assert outcomes(roster) == {0: "ok"}
    for number, name in enumerate("abc"):
        roster.submit(number, {"name": name}, 0.01)
    found = outcomes(roster)
    assert puppets.sent[:2] == [["first"], ["a", "b", "c"]]
    if one_by_one and end == "hang":  # then it is known which one hung
        assert found == {0: "timed out", 1: "ok", 2: "ok"} and puppets.sent[2:] == after[1:]
    else:
        assert found == {0: "ok", 1: "ok", 2: "ok"} and puppets.sent[2:] == after


def test_eager_workers_start_at_once_and_none_after_the_end() -> None:
    puppets = Puppets([], one_by_one=True)
    assert Roster(Puppets([], one_by_one=True), 3).outstanding == 0
    roster = Roster(puppets, 3, eager=True)
    assert puppets.started == 3
    roster.close()
    roster.close()
    assert roster.wait(None) == [] and puppets.started == 3
    assert puppets.killed == ["worker 1", "worker 2", "worker 3", "all", "all"]


def test_waiting_with_nothing_outstanding_returns(jobs: Path) -> None:
    roster = spawned(Briefing("pool_jobs:here", {}), 1)
    try:
        roster.submit(0, {}, 10.0)
        assert len(drain(roster)) == 1
        assert roster.wait(None) == []
    finally:
        roster.close()
