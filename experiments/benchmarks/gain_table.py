"""The library's gain as a table: without a library, with the learned one, and with as many random parts of solved programs.

    python -m experiments.benchmarks.gain_table [FILE …]

Reads result files of ``experiments.benchmarks.library_gain`` (default: those under ``experiments/results``) and prints Markdown. Terms and
seconds are those to the first program; an unsolved task counts at its whole budget. *On the tasks that both solve* compares an arm with
the search without a library on those tasks alone. Where a task has no tests, nobody knows whether its program is right: ``–``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from primitives.brief import plural

from .library_gain import summary
from .synthesis import PROJECT

RESULTS = PROJECT / "experiments" / "results"
ARMS = (("without", "without"), ("with", "with the library"), ("control", "with random parts"))
HEAD = (
    "held-out tasks, budget each",
    "arm",
    "solved",
    "right",
    "terms",
    "seconds",
    "terms, both solve",
    "seconds, both solve",
)

Row = Mapping[str, Any]


def solved_by_both(rows: Sequence[Row], others: Sequence[Row]) -> list[tuple[Row, Row]]:
    """Pairs of rows of the tasks that are solved in both."""
    by_task = {row["task"]: row for row in others if row["solved"]}
    return [(row, by_task[row["task"]]) for row in rows if row["solved"] and row["task"] in by_task]


def lines(figures: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The cells of each arm that the result has."""
    found: list[tuple[str, ...]] = []
    for key, title in ARMS:
        if key not in figures:
            continue
        part, pairs = summary(figures[key]), solved_by_both(figures[key], figures["without"])
        name = f"{part['tasks']} {figures['tasks']} tasks, {figures['vocabulary']} words, {figures['budget']}"
        right = "–" if part["right"] is None else f"{part['right']} of {part['with_tests']}"
        both = "" if key == "without" else f"{plural(len(pairs), 'task')}: {_against(pairs, 'terms')}"
        seconds = "" if key == "without" else _against(pairs, "seconds")
        found.append(
            (name, title, str(part["solved"]), right, _large(part["terms"]), f"{part['seconds']:.0f}", both, seconds)
        )
    return found


def _against(pairs: Sequence[tuple[Row, Row]], key: str) -> str:
    own, other = sum(row[key] for row, _ in pairs), sum(row[key] for _, row in pairs)
    return f"{_large(own)} against {_large(other)}"


def _large(number: float) -> str:
    return f"{number / 1e6:.1f} M" if number >= 1e5 else f"{number:.0f}"


def table(paths: Sequence[Path]) -> str:
    """Markdown; one line an arm of each file."""
    rows = [HEAD, ("---",) * len(HEAD)]
    for path in paths:
        rows += lines(json.loads(path.read_text(encoding="utf-8"))["figures"])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def run() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("files", nargs="*", type=Path, default=sorted(RESULTS.glob("library_gain_*.json")))
    print(table(options.parse_args().files))


if __name__ == "__main__":
    run()
