"""``automl demo``: grow the starter curriculum, then measure what the same tasks cost without the library."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from library.store import AbstractStore, open_store

from ..api import Library
from ..study.opening import Result
from ..tasks.curriculum import load_curriculum
from .common import experiment_folders, json_lines, print_growth, print_table, print_text, progress_bar, say
from .options import JsonFile, Seed, Workers, options_of


def demo(
    curriculum: Annotated[str, typer.Argument(help="The curriculum to grow.")] = "starter",
    workers: Workers = "2",
    seed: Seed = 0,
    json: JsonFile = None,
) -> None:
    """Grow the starter curriculum with a fresh library, show the library, and measure the same tasks without it."""
    from ..growth.grow import grow

    loaded = load_curriculum(curriculum, search_path=experiment_folders())
    options = options_of("60s", None, workers, seed, None, None, None)
    with tempfile.TemporaryDirectory(prefix="automl-demo-") as folder, json_lines(json) as write:
        grown = open_store(f"sqlite:///{Path(folder) / 'library.db'}")
        empty = open_store(f"sqlite:///{Path(folder) / 'control.db'}")
        started = time.monotonic()
        with progress_bar("with the library") as progress:
            growth = grow(loaded, grown, options=options, progress=progress, on_result=_teller(write, "library"))
        elapsed = time.monotonic() - started
        print_text("\nThe same tasks without the library (nothing is promoted; trained tasks are not repeated):")
        reused = [r.name for r in growth.results if r.structures <= 1 or not r.parameters]
        control = grow(
            loaded,
            empty,
            options=options,
            frozen=True,
            only=set(reused),
            on_result=_teller(write, "none"),
        )
        print_growth(growth.results, "With the growing library")
        _show_library(grown)
        _compare(growth.results, control.results, elapsed)
        grown.close()
        empty.close()


def _teller(write: Any, library: str) -> Any:
    def tell(result: Result) -> None:
        write({**result.to_dict(), "library": library})
        say(result, alone=False)
        if result.structures > 1 and result.parameters:
            print_text(f"  {result.structures} distinct structures were tried")

    return tell


def _show_library(store: AbstractStore) -> None:
    library = Library(store)
    rows = [
        [row["name"], row["type"], row["kind"], row["uses"], len(row["tasks"]), row["description"]]
        for row in library.list()
    ]
    print_table(["subroutine", "type", "kind", "uses", "tasks", "what it is"], rows, "\nThe library")


def _compare(grown: list[Result], control: list[Result], elapsed: float) -> None:
    both = {r.name for r in control}
    rows = []
    for title, results in (("with the library", [r for r in grown if r.name in both]), ("without", control)):
        rows.append(
            [title, len(results), sum(r.solved for r in results), sum(r.right is True for r in results),
             f"{sum((r.solved and r.first_evaluations) or r.evaluations for r in results):,}", f"{sum(r.evaluations for r in results):,}",
             f"{sum(r.seconds for r in results):.1f}"]
        )  # fmt: skip
    print_table(
        ["", "tasks", "solved", "right", "terms to the first program", "terms", "seconds"],
        rows,
        "\nThe same tasks with and without the library",
    )
    print_text(f"growing took {elapsed:.0f} s in all")
