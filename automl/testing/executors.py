"""What every executor must do: results of jobs whatever becomes of them, within deadlines and memory, and workers that are reused."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from primitives.plugins.outside import forget, register, registered

from ..execution.executors.base import AbstractExecutor, JobResult
from .executor_jobs import ProbeContext

FUNCTION = f"{__package__}.executor_jobs:run"
PREPARE = f"{__package__}.executor_jobs:prepare"
CONTEXT: ProbeContext = {"base": 10, "array": np.arange(6, dtype=np.float32).reshape(2, 3)}
MEMORY = 1 << 29
HUGE = 100 * 10**9


def finish(executor: AbstractExecutor, within: float = 60.0) -> dict[int, JobResult]:
    """Everything outstanding, each delivered once."""
    found: dict[int, JobResult] = {}
    until = time.monotonic() + within
    while executor.outstanding:
        assert time.monotonic() < until, f"{executor.outstanding} jobs outstanding after {within} s"
        for job_id, result in executor.wait(1.0):
            assert job_id not in found
            found[job_id] = result
    assert executor.wait(0.0) == []
    return found


def one(executor: AbstractExecutor, job: dict[str, object], deadline: float = 30.0) -> JobResult:
    executor.submit(0, job, deadline)
    return finish(executor)[0]


def works(executor: AbstractExecutor) -> bool:
    return one(executor, {"do": "add", "x": 1}).value == sums(1)


def sums(x: int) -> dict[str, object]:
    return {"sum": 10 + x, "pair": (x, [x]), "table": {1: "one"}, "raw": b"\x00\xff"}


class ExecutorSuite:
    """Tests for an executor. A subclass gives it by a fixture ``kind`` of the scope "class", a subclass of AbstractExecutor."""

    @pytest.fixture(scope="class")
    def kind(self) -> type[AbstractExecutor]:
        """The executor to be tested."""
        raise NotImplementedError('give the executor by a fixture `kind` of the scope "class"')

    @pytest.fixture(scope="class")
    def shared(self, kind: type[AbstractExecutor]) -> Iterator[AbstractExecutor]:
        """One executor for all tests."""
        with kind(FUNCTION, CONTEXT, workers=kind.smallest, memory=MEMORY, prepare=PREPARE) as executor:
            yield executor

    @pytest.fixture
    def executor(self, shared: AbstractExecutor) -> Iterator[AbstractExecutor]:
        """It, left as it was found."""
        yield shared
        shared.cancel()
        shared.brief(CONTEXT)

    def test_same_results_for_the_same_jobs_in_any_order(self, executor: AbstractExecutor) -> None:
        expected = {x: sums(x) for x in range(50)}
        for numbers in (range(50), reversed(range(50))):
            for x in numbers:
                executor.submit(x, {"do": "add", "x": x}, 30.0)
            found = finish(executor)
            assert {x: result.value for x, result in found.items()} == expected
            assert {result.outcome for result in found.values()} == {"ok"}

    def test_values_arrive_as_they_were_sent(self, executor: AbstractExecutor) -> None:
        value = {"tuple": (1, (2.5, None)), "list": [True, "é\ud800"], "big": 2**80, 3: b"", "nan": float("nan")}
        result = one(executor, {"do": "echo", "value": value})
        assert result.value is not None
        assert repr(result.value["value"]) == repr(value)
        array = result.value["context"]
        assert isinstance(array, np.ndarray) and array.dtype == np.float32 and np.array_equal(array, CONTEXT["array"])
        array += 1  # what arrives may be written to

    def test_a_loop_without_end_is_timed_out(self, executor: AbstractExecutor) -> None:
        started = time.monotonic()
        result = one(executor, {"do": "loop"}, 0.3)
        assert result.outcome == "timed out" and result.value is None
        assert 0.3 <= result.seconds < 3.0
        assert "deadline=0.3" in result.detail
        assert time.monotonic() - started < 30.0
        assert works(executor)

    def test_a_call_that_never_returns_to_python_is_timed_out(self, executor: AbstractExecutor) -> None:
        executor.submit(0, {"do": "hang", "unsafe": True}, 0.3)
        for x in range(1, 5):
            executor.submit(x, {"do": "add", "x": x}, 30.0)
        found = finish(executor)
        assert found[0].outcome == "timed out"
        assert [found[x].value for x in range(1, 5)] == [sums(x) for x in range(1, 5)]

    def test_an_alarm_that_the_job_swallows_still_counts(self, executor: AbstractExecutor) -> None:
        assert one(executor, {"do": "swallow"}, 0.3).outcome == "timed out"

    @pytest.mark.parametrize("way", ["allocate", "allocate_array", "allocate_tensor", "allocate_slowly"])
    def test_allocating_100_gigabytes_is_out_of_memory(self, executor: AbstractExecutor, way: str) -> None:
        result = one(executor, {"do": way, "bytes": HUGE})
        assert result.outcome == "out of memory"
        assert "512 MiB" in result.detail
        assert works(executor)

    @pytest.mark.parametrize(("way", "words"), [("fail", "a bug of ours"), ("exit", "SystemExit: 3")])
    def test_an_exception_is_loud(self, executor: AbstractExecutor, way: str, words: str) -> None:
        result = one(executor, {"do": way})
        assert result.outcome == "error"
        assert words in result.detail and f"in do_{way}" in result.detail
        assert works(executor)

    @pytest.mark.parametrize(
        ("way", "words"), [("strange", "_thread.lock cannot be sent"), ("list", "must return a dict")]
    )
    def test_a_return_that_is_not_plain_data_is_loud(self, executor: AbstractExecutor, way: str, words: str) -> None:
        result = one(executor, {"do": way})
        assert result.outcome == "error" and words in result.detail

    def test_what_is_not_plain_data_is_refused(self, executor: AbstractExecutor) -> None:
        with pytest.raises(TypeError, match="cannot be sent to a worker"):
            executor.submit(0, {"do": "add", "x": object()}, 30.0)
        with pytest.raises(TypeError, match=r"context\['deep'\]\[1\]: type=builtins.object cannot be sent"):
            executor.brief({"deep": [1, object()]})
        for deadline in (0.0, -1.0, float("nan")):
            with pytest.raises(ValueError, match="deadline="):
                executor.submit(0, {"do": "add", "x": 1}, deadline)
        assert executor.outstanding == 0

    def test_a_job_whose_worker_was_killed_is_run_again(self, executor: AbstractExecutor, tmp_path: Path) -> None:
        job = {"do": "die", "times": 1, "file": str(tmp_path / "runs"), "unsafe": True}
        executor.submit(0, job, 60.0)
        for x in range(1, 9):
            executor.submit(x, {"do": "add", "x": x}, 30.0)
        found = finish(executor)
        assert found[0].value == {"runs": 2}
        assert [found[x].value for x in range(1, 9)] == [sums(x) for x in range(1, 9)]

    def test_a_job_that_always_kills_its_worker_is_lost(self, executor: AbstractExecutor, tmp_path: Path) -> None:
        job = {"do": "die", "times": 99, "file": str(tmp_path / "runs"), "unsafe": True}
        result = one(executor, job, 60.0)
        assert result.outcome == "lost" and result.value is None
        assert "each of 2 runs" in result.detail
        assert len((tmp_path / "runs").read_text().split()) == 2
        assert works(executor)

    def test_workers_are_reused_and_take_a_new_context(self, executor: AbstractExecutor) -> None:
        def processes() -> set[object]:
            for number in range(40):
                executor.submit(number, {"do": "context"}, 30.0)
            found = finish(executor)
            assert {result.value["base"] for result in found.values() if result.value} == {base}
            return {result.value["process"] for result in found.values() if result.value}

        base = 10
        before = processes()
        assert len(before) <= 2
        base = 20
        executor.brief({**CONTEXT, "base": base})
        # A worker that had no job yet in the first round may take one in the second.
        assert len(before | processes()) <= 2

    def test_preparing_costs_no_job_its_deadline(self, executor: AbstractExecutor) -> None:
        for base in (30, 40):
            executor.brief({**CONTEXT, "base": base, "slow": 0.4})
            for number in range(4):
                executor.submit(number, {"do": "prepared"}, 0.2)
            assert [result.value for result in finish(executor).values()] == [{"last": base}] * 4

    def test_a_new_context_waits_for_the_jobs_of_the_old(self, executor: AbstractExecutor) -> None:
        executor.submit(0, {"do": "add", "x": 1}, 30.0)
        with pytest.raises(RuntimeError, match="outstanding=1"):
            executor.brief(CONTEXT)

    def test_torch_computes_with_one_thread(self, executor: AbstractExecutor) -> None:
        assert one(executor, {"do": "threads"}).value == {"threads": 1}

    def test_workers_have_the_modules_from_outside(self, executor: AbstractExecutor, tmp_path: Path) -> None:
        file = tmp_path / "mine.py"
        try:
            for factor in (3, 4):  # and the changed one after a change
                file.write_text(
                    f"from automl.plugins import word\n@word('times', 'int -> int')\ndef f(x): return {factor} * x\n"
                )
                register(str(file))
                executor.brief(CONTEXT)
                for number, unsafe in enumerate((False, True)):
                    executor.submit(number, {"do": "apply", "word": "times", "x": 5, "unsafe": unsafe}, 30.0)
                values = [result.value or {} for _, result in sorted(finish(executor).items())]
                assert [value.get("value") for value in values] == [5 * factor, 5 * factor]
                assert values[1]["process"] != os.getpid()
        finally:
            for outside in registered():
                if outside.path == str(file):
                    forget(outside)

    def test_cancelled_jobs_are_never_delivered(self, executor: AbstractExecutor) -> None:
        for number in range(4):
            executor.submit(number, {"do": "hang", "unsafe": True}, 100.0)
        executor.wait(0.2)
        executor.cancel()
        assert executor.outstanding == 0
        assert works(executor)

    def test_waiting_with_nothing_to_wait_for_returns(self, executor: AbstractExecutor) -> None:
        assert executor.wait(None) == []
        assert executor.capacity >= 1
