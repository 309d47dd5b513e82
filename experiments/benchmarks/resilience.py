"""kill -9 of the driver at random moments, then resume: the record must equal that of an uninterrupted run.

    python -m experiments.benchmarks.resilience --kills 20

Deterministic mode: events and evaluations (times apart) are compared with an undisturbed run. Time budget: whatever had finished
before each kill must be in the final record, once. After each kill no process of the run may be left.
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
from pathlib import Path
from typing import Any

from library.store import open_store

from .common import parser, report

COMMAND = [sys.executable, "-m", "automl"]


def record_of(url: str) -> dict[str, Any]:
    """A run's log and evaluations without times and ids."""
    store = open_store(url)
    run = store.runs()[0]
    events = [[e.number, e.kind, e.ask, {k: v for k, v in e.payload.items() if k != "elapsed"}] for e in store.events(run.id)]
    evaluations = [{k: v for k, v in e.to_dict().items() if k not in ("run", "seconds")} for e in store.evaluations(run.id)]
    store.close()
    return {"id": run.id, "state": run.state, "events": events, "evaluations": evaluations}


def start(arguments: list[str], folder: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2]), "OMP_NUM_THREADS": "1"}
    quiet: Any = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    return subprocess.Popen([*COMMAND, *arguments], cwd=folder, env=environment, start_new_session=True, **quiet)


def left_over(marker: str) -> list[str]:
    """Command lines of live processes whose environment or arguments name the folder of this test."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                text = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if marker.encode() in text and state != "Z":
                found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
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


def trial(task: str, budget: str, strategy: str, workers: str, seed: int, rng: random.Random, longest: float) -> dict[str, Any]:
    """One search, killed at random moments until it gets through, resumed each time."""
    with tempfile.TemporaryDirectory(prefix="automl-kill-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'library.db'}"
        os.environ["AUTOML_MARKER"] = str(folder)
        search = ["search", task, "--budget", budget, "--strategy", strategy, "--workers", workers, "--seed", str(seed), "--library", url]
        process = start(search, folder)
        run, kills, seen = wait_for_run(url, process), 0, set()
        while True:
            try:
                process.wait(timeout=rng.uniform(0.05, longest))
                break
            except subprocess.TimeoutExpired:
                os.kill(process.pid, signal.SIGKILL)
                process.wait()
                kills += 1
            time.sleep(1.5)
            left = left_over(str(folder))
            if left:
                raise AssertionError(f"left running after kill -9: {left}")
            seen |= {(e["ask"], e["term"]) for e in record_of(url)["evaluations"]}
            longest *= 1.15
            process = start(["runs", "resume", run, "--library", url], folder)
        if process.returncode != 0:
            raise AssertionError(f"exit {process.returncode}: {process.stderr.read().decode() if process.stderr else ''}")
        found = record_of(url)
        asks = [e["ask"] for e in found["evaluations"]]
        assert len(asks) == len(set(asks)), "an ask was recorded twice"
        assert seen <= {(e["ask"], e["term"]) for e in found["evaluations"]}, "a finished evaluation was lost"
        return {**found, "kills": kills}


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--kills", type=int, default=20)
    options = arguments.parse_args()
    started = time.perf_counter()
    rng = random.Random(options.seed)
    cases = [("starter.jsonl?task=sum of squares", "3000", "genetic", "1"), ("iris", "24", "genetic", "2")]
    rows, total = [], 0
    while total < options.kills:
        task, budget, strategy, workers = cases[len(rows) % len(cases)]
        plain = trial(task, budget, strategy, workers, options.seed, rng, 1e6)
        killed = trial(task, budget, strategy, workers, options.seed, rng, 3.0)
        same = all(plain[key] == killed[key] for key in ("events", "evaluations"))
        total += killed["kills"]
        rows.append({"task": task, "strategy": strategy, "workers": workers, "kills": killed["kills"], "same record": same,
                     "evaluations": len(killed["evaluations"])})  # fmt: skip
        print(json.dumps(rows[-1]), flush=True)
    timed = trial("iris", "20s", "genetic", "2", options.seed, rng, 6.0)
    rows.append({"task": "iris", "budget": "20s", "kills": timed["kills"], "evaluations": len(timed["evaluations"]), "lost": 0, "twice": 0})
    print(json.dumps(rows[-1]), flush=True)
    report("resilience", {"kills": total, "rows": rows}, seed=options.seed, started=started, path=options.json)


if __name__ == "__main__":
    main()
