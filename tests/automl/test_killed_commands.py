"""Commands that are killed or asked to end, for real: nothing is lost, and the same command goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from library.records import Run
from library.store import open_store

INPUTS: list[list[int]] = [[], [3, 1, 2], [-4, 0, 5, 5], [7], [-1, -2, 8, 2, 6]]
FUNCTIONS: dict[str, Callable[[list[int]], Any]] = {
    "reversed": lambda xs: xs[::-1],
    "sorted": sorted,
    "unknown": lambda xs: [x % 7 * len(xs) + 13 for x in xs],
}
PATIENCE = 60.0
"""Seconds until a test gives up: a busy machine takes long."""


@pytest.fixture
def tasks(tmp_path: Path) -> Path:
    """A file of three tasks, of which the last takes a search its whole budget."""
    file = tmp_path / "tasks.jsonl"
    rows = [
        {"name": name, "type": "list(int) -> list(int)", "examples": [{"inputs": [xs], "output": function(xs)} for xs in INPUTS]}
        for name, function in FUNCTIONS.items()
    ]  # fmt: skip
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return file


def start(*arguments: str) -> subprocess.Popen[str]:
    """The command as a process that heeds signals, though whoever runs the tests may ignore some (as nohup does)."""
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "signal.signal(signal.SIGHUP, signal.SIG_DFL); from automl.cli import main; main()"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip


def runs_of(library: Path) -> list[Run]:
    with open_store(str(library), create=False) as store:
        return list(store.runs())


def wait_for(process: subprocess.Popen[str], library: Path, reached: Callable[[list[Run]], bool]) -> None:
    """Wait until the library's runs are as ``reached`` says."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if library.exists() and library.stat().st_size and reached(runs_of(library)):
            return
        if process.poll() is not None:
            raise AssertionError(f"it ended by itself: {process.communicate()}")
        time.sleep(0.2)
    raise AssertionError("it did not come that far")


def grow(tasks: Path, library: Path, budget: str) -> list[str]:
    return [
        "grow", str(tasks), "--library", str(library), "--budget", budget, "--guidance", "off", "--iterations", "1",
        "--strategy", "enumerative", "--words", "reverse,sort,tail,map,+",
    ]  # fmt: skip


def hard_one_is_searched(runs: list[Run]) -> bool:
    return any(run.task == "unknown" and run.state == "running" for run in runs) and len(runs) >= 4


@pytest.mark.slow
def test_a_growth_that_was_killed_goes_on(tasks: Path, tmp_path: Path) -> None:
    library = tmp_path / "library.db"
    killed = start(*grow(tasks, library, "40s"))
    wait_for(killed, library, hard_one_is_searched)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    before = {run.id: run.state for run in runs_of(library)}
    (growth,) = [run for run in runs_of(library) if run.strategy == "growth"]
    assert before[growth.id] == "running" and list(before.values()).count("finished") == 2
    again = start("runs", "resume", growth.id, "--library", str(library))
    wait_for(again, library, lambda runs: all(run.config.get("process", {}).get("pid") != killed.pid for run in runs))
    again.send_signal(signal.SIGINT)
    out, err = again.communicate(timeout=PATIENCE)
    assert again.returncode == 130, err
    assert "going on with growth" in out and "reversed: solved" in out
    assert f"automl runs resume {growth.id} --library {library}" in err
    after = runs_of(library)
    assert [run.id for run in after] == list(before), "no task was searched once more"
    assert {run.task: run.state for run in after}["sorted"] == "finished"
    assert {run.id: run.state for run in after}[growth.id] == "interrupted"


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGHUP, marks=pytest.mark.slow)])
def test_a_growth_that_is_asked_to_end_says_how_to_go_on(number: signal.Signals, tasks: Path, tmp_path: Path) -> None:
    library = tmp_path / "library.db"
    asked = start(*grow(tasks, library, "40s"))
    wait_for(asked, library, hard_one_is_searched)
    asked.send_signal(number)
    _, err = asked.communicate(timeout=PATIENCE)
    assert asked.returncode == 128 + number, err
    assert "automl runs resume" in err and "Traceback" not in err
    states = [run.state for run in runs_of(library)]
    assert states.count("interrupted") == 2 and states.count("finished") == 2 and len(states) == 4


def test_a_search_that_was_killed_goes_on(tasks: Path, tmp_path: Path) -> None:
    library, result = tmp_path / "library.db", tmp_path / "result.json"
    words = [
        "--words",
        "reverse,sort,tail,map,+,*,filter,<,take,drop",
        "--strategy",
        "genetic",
        "--library",
        str(library),
    ]
    killed = start("search", f"{tasks}?task=unknown", "--evaluations", "120", *words)

    def has_told(runs: list[Run]) -> bool:
        with open_store(str(library), create=False) as store:
            return any(len(store.evaluations(run.id)) > 20 for run in runs)

    wait_for(killed, library, has_told)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    (run,) = runs_of(library)
    with open_store(str(library), create=False) as store:
        before = store.events(run.id)
    assert run.state == "running" and 20 < len(before)
    again = start("runs", "resume", run.id, "--library", str(library), "--json", str(result))
    _, err = again.communicate(timeout=PATIENCE)
    assert again.returncode == 0, err
    assert json.loads(result.read_text(encoding="utf-8"))["evaluations"] == 120
    with open_store(str(library), create=False) as store:
        assert store.events(run.id)[: len(before)] == before and store.run(run.id).state == "finished"


@pytest.mark.parametrize(
    ("number", "arguments"),
    [
        (signal.SIGINT, ("--strategy", "genetic")),
        (signal.SIGTERM, ("--strategy", "genetic", "--workers", "2")),
        (signal.SIGHUP, ("--strategy", "enumerative")),
    ],
)
def test_a_search_that_is_asked_to_end_says_how_to_go_on(
    number: signal.Signals, arguments: tuple[str, ...], tasks: Path, tmp_path: Path
) -> None:
    library = tmp_path / "library.db"
    asked = start("search", f"{tasks}?task=unknown", "--budget", "60s", "--library", str(library), *arguments)
    wait_for(asked, library, lambda runs: any(run.state == "running" for run in runs))
    time.sleep(1.0)
    asked.send_signal(number)
    _, err = asked.communicate(timeout=PATIENCE)
    (run,) = runs_of(library)
    assert asked.returncode == 128 + number, err
    assert f"automl runs resume {run.id} --library {library}" in err and "Traceback" not in err
    assert run.state == "interrupted"


@pytest.mark.slow
def test_searches_side_by_side_that_are_asked_to_end_say_how_to_go_on(tasks: Path, tmp_path: Path) -> None:
    library = tmp_path / "library.db"
    words = ("--words", "reverse,sort,tail,map,+,*,filter,<,take,drop")
    asked = start("search", str(tasks), "--budget", "60s", "--library", str(library), "--workers", "2", *words)
    wait_for(asked, library, lambda runs: any(run.task == "unknown" and run.state == "running" for run in runs))
    time.sleep(1.0)
    asked.send_signal(signal.SIGTERM)
    _, err = asked.communicate(timeout=PATIENCE)
    assert asked.returncode == 128 + signal.SIGTERM, err
    left = [run.id for run in runs_of(library) if run.state != "finished"]
    assert left and all(f"automl runs resume {run} --library {library}" in err for run in left), err
