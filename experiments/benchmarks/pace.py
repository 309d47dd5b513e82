"""How soon a search on a table has a first answer, and how well its budget is held, from the command's start to its end.

    python -m experiments.benchmarks.pace [--rows 200,10000,100000] [--budgets 5s,15s,60s] [--pictures 300]

Each search is a process of its own: ``first`` is when an evaluation with a score is in the library, ``useful`` when one that is no constant
is, ``over`` how much longer than its budget it ran (negative: shorter). ``call`` is ``automl.search`` in Python, timed around the call. A
machine that does other things too shows that alone.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from automl.budget import parse_budget

from .common import parser, report

COLUMNS = 20
POLL_SECONDS = 0.02
CALL = """
import sys, time, pandas
frame, started = pandas.read_csv(sys.argv[1]), time.monotonic()
import automl
found = automl.search((frame, "target"), sys.argv[2], quiet=True)
print(time.monotonic() - started, found.score)
"""


def write_table(path: Path, rows: int, seed: int) -> None:
    """A CSV of numbers with a class that two of them tell together."""
    rng = np.random.Generator(np.random.PCG64([seed, rows]))
    x = rng.normal(size=(rows, COLUMNS))
    target = np.where(x[:, 0] + x[:, 1] * x[:, 2] + 0.5 * rng.normal(size=rows) > 0, "yes", "no")
    lines = [",".join([*(f"c{index}" for index in range(COLUMNS)), "target"])]
    lines += [",".join([*(f"{value:.5f}" for value in row), said]) for row, said in zip(x, target, strict=True)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_pictures(folder: Path, count: int, seed: int) -> None:
    """Grey pictures of 16 × 16 in a folder for each of two classes: bright on the left, or on the right."""
    from PIL import Image

    rng = np.random.Generator(np.random.PCG64([seed, count]))
    for number in range(count):
        side = number % 2
        picture = rng.integers(0, 120, size=(16, 16), dtype=np.uint8)
        picture[:, 8 * side : 8 * side + 8] += 80
        (folder / ("left", "right")[side]).mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(folder / ("left", "right")[side] / f"{number}.png")


def timed_command(task: str, budget: str, folder: Path) -> dict[str, object]:
    """One ``automl search`` from its start to its end."""
    log, library = folder / "search.log", folder / "search.db"
    for path in (log, library):
        path.unlink(missing_ok=True)
    command = [sys.executable, "-m", "automl", "search", task, "--budget", budget, "--library", f"sqlite:///{library}"]
    started = time.monotonic()
    process = subprocess.Popen(
        [*command, "--log-file", str(log)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    moments: list[float] = []
    while process.poll() is None:
        scored = _scored(log)
        moments += [time.monotonic() - started] * (scored - len(moments))
        time.sleep(POLL_SECONDS)
    total = time.monotonic() - started
    said = (process.stdout.read() if process.stdout is not None else "").strip().splitlines()
    return {
        "first": _rounded(moments, 0), "useful": _rounded(moments, 1), "evaluations": _scored(log), "seconds": round(total, 2),
        "over": round(total - _seconds(budget), 2), "exit": process.returncode,
        "result": next((line for line in said if ", validation " in line), said[-1] if said else ""),
    }  # fmt: skip


def timed_call(path: Path, budget: str) -> dict[str, object]:
    """One ``automl.search`` in Python, the call alone."""
    done = subprocess.run([sys.executable, "-c", CALL, str(path), budget], capture_output=True, text=True, check=False)
    if done.returncode:
        return {"exit": done.returncode, "result": done.stderr.strip()[-300:]}
    seconds, score = map(float, done.stdout.split())
    return {"seconds": round(seconds, 2), "over": round(seconds - _seconds(budget), 2), "exit": 0, "score": score}


def _scored(log: Path) -> int:
    """How many evaluations with a score a log tells of; each is logged once it is in the library."""
    return log.read_text(encoding="utf-8").count(": ok, ") if log.is_file() else 0


def _rounded(moments: Sequence[float], index: int) -> float | None:
    return round(moments[index], 2) if len(moments) > index else None


def _seconds(budget: str) -> float:
    seconds = parse_budget(budget).seconds
    assert seconds is not None, "a time"
    return seconds


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--rows", default="200,10000,100000")
    options.add_argument("--budgets", default="5s,15s,60s")
    options.add_argument("--pictures", type=int, default=300, help="how many; 0: none")
    given = options.parse_args()
    started, figures = time.perf_counter(), {}
    with TemporaryDirectory() as name:
        folder = Path(name)
        for budget in given.budgets.split(","):
            for rows in map(int, given.rows.split(",")):
                path = folder / f"rows{rows}.csv"
                write_table(path, rows, given.seed)
                figures[f"{rows} rows, {budget}"] = timed_command(f"{path}:target", budget, folder)
                figures[f"{rows} rows, {budget}, call"] = timed_call(path, budget)
            if given.pictures:
                write_pictures(folder / "pictures", given.pictures, given.seed)
                figures[f"{given.pictures} pictures, {budget}"] = timed_command(
                    str(folder / "pictures"), budget, folder
                )
    report("pace", figures, seed=given.seed, started=started, path=given.json)


if __name__ == "__main__":
    main()
