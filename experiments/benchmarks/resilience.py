"""kill -9 of the driver and of workers at random moments, then resume: the record must equal that of an undisturbed run.

    python -m experiments.benchmarks.resilience --kills 20

Deterministic mode: events and evaluations (times apart) are compared with an undisturbed run. Time budget: whatever had been recorded
before each kill must be in the final record, once. After each kill of a driver no process of the run may be left.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import automl
from library.store import open_store

from .common import parser, report

COMMAND = [sys.executable, "-m", automl.__name__]
HARD = "hard.jsonl"
FUSED = "starter.jsonl?task=dot%20product"
GONE_SECONDS = 5.0
"""How soon after its driver every worker must be gone."""


@dataclass(frozen=True)
class Case:
    """A search: what is searched how, and the longest time (seconds) until the next kill."""

    task: str
    budget: str
    strategy: str
    workers: str
    longest: float
    victims: str = "driver"
    extra: tuple[str, ...] = ()


SHORT = ("--set", "schedule.epochs=4", "--set", "schedule.refine_epochs=8")
CASES = (
    Case(HARD, "400 evaluations", "genetic", "1", 4.0),
    Case("iris", "80 evaluations", "genetic", "2", 8.0, extra=SHORT),
    Case(FUSED, "300000 evaluations", "enumerative", "1", 3.0),
    Case("iris", "80 evaluations", "random", "2", 3.0, "workers", SHORT),
)
TIMED = Case("iris", "20s", "genetic", "2", 8.0, extra=SHORT)


def record_of(url: str) -> dict[str, Any]:
    """A run's log and evaluations without times and ids."""
    store = open_store(url)
    run = store.runs()[0]
    events = [
        [e.number, e.kind, e.ask, {k: v for k, v in e.payload.items() if k != "elapsed"}] for e in store.events(run.id)
    ]
    evaluations = [
        {k: v for k, v in e.to_dict().items() if k not in ("run", "seconds")} for e in store.evaluations(run.id)
    ]
    store.close()
    return {"id": run.id, "state": run.state, "events": events, "evaluations": evaluations}


def start(arguments: list[str], folder: Path) -> subprocess.Popen[bytes]:
    hard: dict[str, Any] = {"name": "hard", "type": "list(int) -> list(int)", "examples": []}
    hard["examples"] = [{"inputs": [[n, n * n, 3]], "output": [n**3 % 101, n]} for n in range(2, 10)]
    (folder / HARD).write_text(json.dumps(hard) + "\n", encoding="utf-8")
    home = str(Path(__file__).resolve().parents[2])
    environment = {**os.environ, "AUTOML_MARKER": str(folder), "PYTHONPATH": home, "OMP_NUM_THREADS": "1"}
    quiet: Any = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    return subprocess.Popen([*COMMAND, *arguments], cwd=folder, env=environment, start_new_session=True, **quiet)


def processes(marker: str) -> dict[int, str]:
    """Command lines by id of live processes whose environment or arguments name the folder of this test."""
    found: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                text = (entry / "environ").read_bytes() + b"\0\0" + (entry / "cmdline").read_bytes().rstrip(b"\0")
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if marker.encode() in text and state != "Z":
                found[int(entry.name)] = text.rpartition(b"\0\0")[2].replace(b"\0", b" ").decode(errors="replace")
    return found


def wait_for_run(url: str, process: subprocess.Popen[bytes], limit: float = 60.0) -> str:
    """The id of the first run in the store, once there is one."""
    deadline = time.monotonic() + limit
    path = Path(url.removeprefix("sqlite:///"))
    while time.monotonic() < deadline and process.poll() is None:
        if path.exists():
            try:
                store = open_store(url)
                runs = store.runs()
                store.close()
                if runs:
                    return runs[0].id
            except ValueError:
                pass
        time.sleep(0.02)
    error = process.stderr.read().decode() if process.stderr else ""
    raise RuntimeError(f"the search did not start: {error[-500:]}")


def check_gone(folder: Path) -> None:
    """Nothing of the run may live on for long."""
    deadline = time.monotonic() + GONE_SECONDS
    while processes(str(folder)):
        if time.monotonic() > deadline:
            raise AssertionError(f"left running after kill -9: {processes(str(folder))}")
        time.sleep(0.05)


def arguments_of(case: Case, seed: int, url: str) -> list[str]:
    options = {"budget": case.budget, "strategy": case.strategy, "workers": case.workers, "seed": seed, "library": url}
    return [
        "search",
        case.task,
        *(part for name, value in options.items() for part in (f"--{name}", str(value))),
        *case.extra,
    ]


def strike(case: Case, process: subprocess.Popen[bytes], folder: Path, rng: random.Random) -> int:
    """Kill the driver, or one of its workers. Returns how many processes were killed."""
    if case.victims == "driver":
        process.kill()
        process.wait()
        check_gone(folder)
        return 1
    workers = sorted(
        number
        for number, line in processes(str(folder)).items()
        if f"{automl.__name__}.execution.workers.child" in line
    )
    if workers:
        os.kill(rng.choice(workers), signal.SIGKILL)
    return len(workers[:1])


def trial(case: Case, seed: int, rng: random.Random, most: int) -> dict[str, Any]:
    """One search, struck at random moments (at most ``most`` times) until it gets through, resumed each time."""
    with tempfile.TemporaryDirectory(prefix="automl-kill-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'library.db'}"
        process = start(arguments_of(case, seed, url), folder)
        run = wait_for_run(url, process)
        kills, seen = 0, set()
        while process.poll() is None:
            try:
                process.wait(timeout=rng.uniform(0.05, case.longest) if kills < most else None)
            except subprocess.TimeoutExpired:
                kills += strike(case, process, folder, rng)
            if process.returncode == -signal.SIGKILL:
                seen |= {(e["ask"], e["term"]) for e in record_of(url)["evaluations"]}
                process = start(["runs", "resume", run, "--library", url], folder)
        if process.returncode != 0:
            raise AssertionError(
                f"exit {process.returncode}: {process.stderr.read().decode() if process.stderr else ''}"
            )
        check_gone(folder)
        found = record_of(url)
        asks = [e["ask"] for e in found["evaluations"]]
        if len(asks) != len(set(asks)):
            raise AssertionError("an ask was recorded twice")
        if not seen <= {(e["ask"], e["term"]) for e in found["evaluations"]}:
            raise AssertionError("what was recorded before a kill is lost")
        return {**found, "kills": kills}


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--kills", type=int, default=20, help="of drivers, in deterministic mode; at least")
    options = arguments.parse_args()
    started = time.perf_counter()
    rng = random.Random(options.seed)
    rows: list[dict[str, Any]] = []
    plain = {case: trial(case, options.seed, rng, 0) for case in CASES}
    while sum(row["kills"] for row in rows if row["of"] == "driver") < options.kills:
        for case in CASES:
            # A pool gives up when four workers in a row die before their first job, so fewer of them are killed.
            killed = trial(case, options.seed, rng, most=6 if case.victims == "driver" else 3)
            same = all(plain[case][key] == killed[key] for key in ("events", "evaluations", "state"))
            rows.append(_row(case, killed) | {"same record": same})
            print(json.dumps(rows[-1]), flush=True)
            if not same:
                raise AssertionError("the record differs from that of the undisturbed run")
    rows.append(_row(TIMED, trial(TIMED, options.seed, rng, most=6)) | {"lost": 0, "twice": 0})
    print(json.dumps(rows[-1]), flush=True)
    total = {who: sum(row["kills"] for row in rows if row["of"] == who) for who in ("driver", "workers")}
    report("resilience", {"kills": total, "rows": rows}, seed=options.seed, started=started, path=options.json)


def _row(case: Case, found: dict[str, Any]) -> dict[str, Any]:
    shown = {"task": case.task, "budget": case.budget, "strategy": case.strategy, "workers": case.workers}
    return {**shown, "of": case.victims, "kills": found["kills"], "evaluations": len(found["evaluations"])}


if __name__ == "__main__":
    main()
