"""Every executor that is found in automl/execution/executors meets the suite; and what only a driver of its own can show."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from automl.execution.executors import AbstractExecutor, WorkerError, executors, open_executor
from automl.execution.workers.briefing import import_path
from automl.execution.workers.sentinel import descendants
from automl.testing import ExecutorSuite
from automl.testing.executors import CONTEXT, FUNCTION, finish

KINDS = sorted(executors())


class TestExecutors(ExecutorSuite):
    @pytest.fixture(scope="class", params=KINDS)
    def kind(self, request: pytest.FixtureRequest) -> type[AbstractExecutor]:
        return executors()[request.param]


DRIVER = """
import sys, time
from automl.execution.executors import open_executor
executor = open_executor("automl.testing.executor_jobs:run", {}, workers=sys.argv[1], memory=1 << 30)
executor.submit(0, {"do": "sleep", "seconds": 0.01, "unsafe": True}, 100.0)
while not executor.wait(1.0):
    pass
for number in range(4):
    executor.submit(number, {"do": "hang", "unsafe": True}, 100.0)
executor.wait(0.5)
print("running", flush=True)
while True:
    executor.wait(1.0)
"""


# Ray takes seconds to begin and to end.
DEATHS = [
    pytest.param(kind, how, marks=pytest.mark.slow if kind == "ray" else ())
    for how in (signal.SIGKILL, signal.SIGINT)
    for kind in KINDS
]


@pytest.mark.parametrize(("kind", "how"), DEATHS)
def test_nothing_outlives_its_driver(kind: str, how: signal.Signals) -> None:
    environment = {**os.environ, "PYTHONPATH": import_path()}
    command = [sys.executable, "-c", DRIVER, executors()[kind].smallest]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    ) as driver:
        assert driver.stdout is not None
        assert driver.stdout.readline() == b"running\n"
        below = descendants(driver.pid)
        assert below
        driver.send_signal(how)
        driver.wait(timeout=20)
        until = time.monotonic() + 10.0
        while below.items() & running().items():
            assert time.monotonic() < until, f"still running: {below.items() & running().items()}"
            time.sleep(0.05)


def running() -> dict[int, str]:
    """Every process of this machine that has not ended (one that ended but was not waited for does not count)."""
    found = {}
    for pid, started in descendants(0).items():
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if state not in "ZX":
            found[pid] = started
    return found


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "ray"])
def test_closing_twice_is_closing_and_leaves_nothing(kind: str) -> None:
    before = descendants(os.getpid())
    executor = open_executor(FUNCTION, CONTEXT, workers=executors()[kind].smallest)
    executor.submit(0, {"do": "add", "x": 1, "unsafe": True}, 30.0)
    finish(executor)
    executor.submit(1, {"do": "hang", "unsafe": True}, 30.0)
    executor.wait(0.1)
    executor.close()
    executor.close()
    assert descendants(os.getpid()).keys() <= before.keys()
    with pytest.raises(RuntimeError, match="closed"):
        executor.submit(2, {"do": "add", "x": 1}, 30.0)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "ray"])
def test_a_function_that_cannot_be_imported_is_loud(kind: str) -> None:
    with pytest.raises(WorkerError, match="no_such_function"):
        with open_executor(
            "automl.testing.executor_jobs:no_such_function", {}, workers=executors()[kind].smallest
        ) as executor:
            executor.submit(0, {}, 30.0)
            executor.wait(30.0)


def test_every_text_for_workers_means_one_executor() -> None:
    meant = {"1": "serial", "serial": "serial", "2": "processes", "16": "processes", "processes:1": "processes"}
    meant |= {"ray": "ray", "ray:4": "ray", "auto": "ray", "ray://head:10001": "ray", "10.0.0.1:6379": "ray"}
    for text, name in meant.items():
        assert [kind.name for kind in executors().values() if kind.accepts(text)] == [name]
    for text in ("0", "-1", "two", "", "processes:0", ":", "ray:", "ray:0", "ray:x"):
        with pytest.raises(ValueError, match="workers="):
            open_executor(FUNCTION, {}, workers=text)
