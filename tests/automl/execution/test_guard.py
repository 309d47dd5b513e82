from __future__ import annotations

import os
import resource
import signal
import threading
import time
from typing import Any

import pytest

from automl.execution.workers.guard import resolve, run_job, torch_threads, total_memory, unhurried

Dict = dict[str, Any]


def guarded(function: Any, *, deadline: float = 10.0, memory: int | None = 1 << 30) -> Any:
    return run_job(function, {}, {}, deadline=deadline, memory=memory, threads=1)


def test_a_job_leaves_alarms_limits_and_threads_as_they_were() -> None:
    import torch

    def mine(number: int, frame: object) -> None:
        raise AssertionError("an alarm rang after the job")

    previous, timer = signal.signal(signal.SIGALRM, mine), signal.setitimer(signal.ITIMER_REAL, 100.0, 7.0)
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    limit = resource.getrlimit(resource.RLIMIT_DATA)

    def loop(context: Dict, job: Dict) -> Dict:
        while True:
            pass

    def fail(context: Dict, job: Dict) -> Dict:
        raise ValueError

    try:
        for function in (loop, fail, lambda context, job: {}):
            guarded(function, deadline=0.1)
            assert signal.getsignal(signal.SIGALRM) is mine
            delay, interval = signal.getitimer(signal.ITIMER_REAL)
            assert 80.0 < delay < 99.99 and interval == 7.0
            assert resource.getrlimit(resource.RLIMIT_DATA) == limit
            assert torch.get_num_threads() == 2
    finally:
        signal.signal(signal.SIGALRM, previous)
        signal.setitimer(signal.ITIMER_REAL, *timer)
        torch.set_num_threads(threads)


def test_deadlines_hold_over_many_short_jobs() -> None:
    """The alarm may land anywhere, also between a job's last step and the end of its guard: never outside."""

    def busy(context: Dict, job: Dict) -> Dict:
        until = time.perf_counter() + 0.002
        while time.perf_counter() < until:
            pass
        return {"done": True}

    outcomes = [guarded(busy, deadline=0.002 + step * 1e-6).outcome for step in range(-100, 200)]
    assert set(outcomes) <= {"ok", "timed out"}
    time.sleep(0.3)  # an alarm left over would ring here


def test_what_an_interrupted_job_raises_instead_is_still_a_time_out() -> None:
    def translate(context: Dict, job: Dict) -> Dict:
        try:
            time.sleep(10)
        except BaseException as error:
            raise RuntimeError("translated") from error
        return {}

    assert guarded(translate, deadline=0.05).outcome == "timed out"


def test_no_limit_on_memory_is_no_limit() -> None:
    before = resource.getrlimit(resource.RLIMIT_DATA)
    seen = []

    def look(context: Dict, job: Dict) -> Dict:
        seen.append(resource.getrlimit(resource.RLIMIT_DATA))
        return {}

    assert guarded(look, memory=None).outcome == "ok"
    assert guarded(look, memory=1 << 30).outcome == "ok"
    assert seen[0] == before and seen[1] != before


def test_ctrl_c_is_not_an_outcome() -> None:
    def interrupted(context: Dict, job: Dict) -> Dict:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        guarded(interrupted)


def test_outside_the_main_thread_a_job_runs_without_an_alarm() -> None:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(guarded(lambda context, job: {"x": 1})))
    thread.start()
    thread.join()
    assert found[0].value == {"x": 1}


def test_threads_are_set_for_libraries_that_the_job_loads(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.delitem(sys.modules, "torch", raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    with torch_threads(3):
        assert os.environ["OMP_NUM_THREADS"] == os.environ["MKL_NUM_THREADS"] == "3"
    assert os.environ["OMP_NUM_THREADS"] == "7" and "MKL_NUM_THREADS" not in os.environ


@pytest.mark.parametrize("path", ["json", "json:", ":dumps", ""])
def test_a_path_that_is_not_module_and_function_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="must be 'module:function'"):
        resolve(path)


def test_a_path_names_a_function() -> None:
    import json

    assert resolve("json:dumps") is json.dumps
    with pytest.raises(TypeError, match="must be callable"):
        resolve("json:__name__")


def test_the_machine_has_memory() -> None:
    total = total_memory()
    assert total is not None and total > 1 << 28


def test_what_is_unhurried_is_not_interrupted_and_does_not_count() -> None:
    def slow_start(context: Dict, job: Dict) -> Dict:
        with unhurried():
            time.sleep(0.6)
        return {"done": True}

    assert guarded(slow_start, deadline=0.3).outcome == "ok"


def test_a_deadline_goes_on_after_what_was_unhurried() -> None:
    def endless(context: Dict, job: Dict) -> Dict:
        with unhurried():
            time.sleep(0.05)
        while True:
            time.sleep(0.01)

    assert guarded(endless, deadline=0.3).outcome == "timed out"


def test_unhurried_alone_is_nothing() -> None:
    with unhurried():
        pass
