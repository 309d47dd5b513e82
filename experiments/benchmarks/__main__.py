"""All benchmarks one after another, each in a process of its own.

    python -m experiments.benchmarks [--only NAME]... [--quick] [--results FOLDER]

Every module of this folder with a ``main`` is a benchmark. Each writes ``FOLDER/NAME.json``, by default beneath
``experiments/results``. ``--quick`` runs them with small settings, which show that they run and nothing more. Ends with
1 where one failed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from primitives.plugins import module_names

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]
RESULTS = Path("experiments") / "results"
QUICK: dict[str, tuple[str, ...]] = {
    "blend": ("--digits-budget", "20s", "--budget", "20s", "--lists", "50"),
    "bookkeeping": ("--candidates", "300"),
    "calibration": ("experiments/curricula/starter.jsonl", "--every", "3", "--evaluations", "5000"),
    "columns": (
        "--terms",
        "100000",
        "--programs",
        "300",
        "--rounds",
        "1",
        "--budget",
        "20000 evaluations",
        "--limit",
        "3",
    ),
    "compiled": ("--rounds", "3"),
    "curve_stopping": ("--seeds", "2", "--evaluations", "2", "--epochs", "2", "--alone", "1", "--arms", "none,median"),
    "dashboard": ("--evaluations", "1000", "--words", "200", "--rounds", "1"),
    "digit_lists": (
        "--digits",
        "digits?seed=11",
        "--rules",
        "sum",
        "--evaluations",
        "2",
        "--count",
        "300",
        "--long",
        "20",
        "--lists",
        "50",
    ),
    "digits": ("--budget", "10s", "--seeds", "11"),
    "driver": ("--candidates", "300", "--workers", "20"),
    "few_examples": (
        *("--examples", "2", "--seeds", "1", "--budget", "6 evaluations", "--known", "600", "--test", "100"),
        *("--known-budget", "10s", "--nets", "20"),
    ),
    "formulas": ("--set", "nguyen", "--only", "Nguyen-1,Nguyen-8", "--seconds", "2", "--rivals", "deap"),
    "images": ("--tasks", "digits", "--budget", "8s"),
    "inheritance": ("--seeds", "1", "--evaluations", "12", "--programs", "3", "--alone", "1"),
    "introductory": ("--only", "gcd,substitution cipher", "--budget", "2s", "--examples", "20"),
    "library_gain": (
        *(
            "--tasks",
            "experiments/curricula/starter.jsonl",
            "--limit",
            "6",
            "--budget",
            "20000 evaluations",
            "--learn-budget",
            "20000 evaluations",
        ),
        *("--iterations", "2"),
    ),
    "memory": (
        "experiments/curricula/starter.jsonl?limit=4",
        "--memory",
        "32",
        "--budget",
        "20000 evaluations",
        "--every",
        "2",
        "--streamed",
        "600000",
    ),
    "mnist_add": ("--digits", "1,15", "--pairs", "40", "--epochs", "1"),
    "pace": ("--rows", "200", "--budgets", "5s", "--pictures", "0"),
    "passes": ("--nets", "two_convolutions", "--epochs", "1"),
    "recipes": ("--thirds", "1"),
    "reinvention": ("--seeds", "1", "--evaluations", "6", "--epochs", "1"),
    "resilience": ("--kills", "2"),
    "stepping_stones": (
        *("--families", "2", "--terms", "0", "--limit", "3", "--iterations", "1"),
        *("--budget", "5000 evaluations", "--learn-budget", "5000 evaluations"),
    ),
    "stream": ("--tasks", "20", "--size", "10"),
    "supernet": ("--seeds", "1", "--paths", "4", "--ranked", "4", "--alone", "1"),
    "synthesis": ("experiments/curricula/starter.jsonl?limit=5", "--budget", "2s"),
    "tables": (
        *("--tables", "wine,few", "--folds", "2", "--seeds", "1", "--budget", "5s", "--jobs", "1"),
        *("--cells", os.devnull),
    ),
    "together": ("--seeds", "1", "--epochs", "1", "--examples", "2"),
    "trainer": ("--rounds", "1"),
    "unsolved": ("--kinds", "lists", "--shapes", "10x5", "--budget", "1s"),
}
"""Small settings; a benchmark that is not here runs with its defaults."""


def benchmarks() -> list[str]:
    """Names of the modules of this folder that have a ``main``."""
    names = [name.rpartition(".")[2] for name in module_names(__package__)]
    return [name for name in names if "\ndef main(" in (HERE / f"{name}.py").read_text(encoding="utf-8")]


def command(name: str, folder: Path, quick: bool) -> list[str]:
    """How a benchmark is run; ``folder`` as seen from the project's root."""
    given = [*QUICK.get(name, ())] if quick else []
    if name == "columns":
        given += ["--plot", str(folder / "solved_against_terms.png")]
    return [sys.executable, "-m", f"{__package__}.{name}", *given, "--json", str(folder / f"{name}.json")]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", action="append", choices=benchmarks(), metavar="NAME", help=", ".join(benchmarks()))
    options.add_argument("--quick", action="store_true")
    options.add_argument("--results", type=Path, default=RESULTS, metavar="FOLDER")
    given = options.parse_args()
    folder = given.results if given.results == RESULTS else given.results.resolve()
    (PROJECT / folder).mkdir(parents=True, exist_ok=True)
    path = os.pathsep.join(part for part in (str(PROJECT), os.environ.get("PYTHONPATH", "")) if part)
    failed = []
    for name in given.only or benchmarks():
        started = time.monotonic()
        print(f"{name} …", flush=True)
        ended = subprocess.run(
            command(name, folder, given.quick),
            cwd=PROJECT,
            env={**os.environ, "PYTHONPATH": path},
            stdout=subprocess.DEVNULL,
            check=False,
        )
        state = f"wrote {folder / name}.json" if ended.returncode == 0 else f"failed with exit code {ended.returncode}"
        print(f"{name}: {state}, {time.monotonic() - started:.0f} s", flush=True)
        failed += [name] if ended.returncode else []
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
