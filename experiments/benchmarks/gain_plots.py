"""Pictures of library gain: tasks solved against terms and against time with and without the library, and the library's growth.

    python -m experiments.benchmarks.gain_plots [library_gain_*.json]... [--folder experiments/results]

Reads what ``library_gain`` wrote; each file NAME.json gives NAME_solved.png and NAME_growth.png.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .synthesis import PROJECT

RESULTS = PROJECT / "experiments" / "results"
ARMS = (("with", "with the library"), ("without", "without"), ("control", "random subtrees"))


def curve(rows: Sequence[Mapping[str, Any]], key: str) -> tuple[list[float], list[int]]:
    """What each solved task took, sorted, and how many were solved within it."""
    costs = sorted(max(row[key], 1e-3) for row in rows if row["solved"])
    return costs, list(range(1, len(costs) + 1))


def draw_solved(figures: Mapping[str, Any], path: Path) -> None:
    """Held-out tasks solved within so many terms, and within so many seconds, for each arm."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 4), layout="constrained")
    for axes, key, label in zip(
        figure.subplots(1, 2), ("terms", "seconds"), ("terms a task", "seconds a task"), strict=True
    ):
        for arm, name in ARMS:
            if arm in figures:
                axes.step(*curve(figures[arm], key), where="post", label=name)
        axes.set(xscale="log", xlabel=label, ylabel=f"held-out tasks solved, of {figures['held_out']}")
        axes.set_ylim(0, figures["held_out"])
        axes.legend(loc="lower right")
    figure.suptitle(f"{figures['tasks']}, words: {figures['vocabulary']}, {figures['budget']} a task")
    figure.savefig(path, dpi=110)


def draw_growth(figures: Mapping[str, Any], path: Path) -> None:
    """Tasks solved and words in the library after each iteration of learning."""
    from matplotlib.figure import Figure

    rows = figures["learning"]["iterations"]
    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    numbers = [row["number"] for row in rows]
    axes.plot(numbers, [row["solved"] for row in rows], marker="o", label="tasks solved")
    axes.plot(numbers, [row["in_library"] for row in rows], marker="s", label="words in the library")
    axes.set(xlabel="iteration", xticks=numbers, title=f"{figures['tasks']}, words: {figures['vocabulary']}")
    axes.set_ylim(bottom=0)
    axes.legend()
    figure.savefig(path, dpi=110)


def draw(source: Path, folder: Path) -> list[Path]:
    """The pictures of one result, beside the name of its file."""
    figures = json.loads(source.read_text(encoding="utf-8"))["figures"]
    made = []
    if any(arm in figures for arm, _ in ARMS):
        made.append(folder / f"{source.stem}_solved.png")
        draw_solved(figures, made[-1])
    if figures.get("learning", {}).get("iterations"):
        made.append(folder / f"{source.stem}_growth.png")
        draw_growth(figures, made[-1])
    return made


def draw_all() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("files", nargs="*", type=Path)
    options.add_argument("--folder", type=Path, default=RESULTS)
    given = options.parse_args()
    for file in given.files or sorted(RESULTS.glob("library_gain_*.json")):
        for path in draw(file, given.folder):
            print(path)


if __name__ == "__main__":
    draw_all()
