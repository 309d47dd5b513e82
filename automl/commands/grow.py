"""``automl grow``: a stream of tasks with a growing library."""

from __future__ import annotations

from typing import Annotated

import typer

from ..curriculum import load_curriculum
from ..session import Result
from .common import experiment_folders, json_lines, open_library, print_table, progress_bar
from .search import (
    BudgetText,
    JsonFile,
    LibraryUrl,
    Seed,
    Set,
    Strategy,
    Target,
    TargetColumn,
    Words,
    Workers,
    options_of,
    say,
)


def grow(
    tasks: Annotated[
        list[str], typer.Argument(help="A curriculum (name or .toml), or tasks as `automl search` takes them.")
    ],
    strategy: Strategy = None,
    budget: Annotated[str | None, typer.Option("--budget", help=BudgetText.__metadata__[0].help)] = None,  # type: ignore[attr-defined]
    library: LibraryUrl = None,
    workers: Workers = "1",
    seed: Seed = 0,
    json: JsonFile = None,
    target: Target = None,
    words: Words = None,
    set: Set = None,
    target_column: TargetColumn = None,
    frozen: Annotated[bool, typer.Option("--frozen", help="Use the library but promote nothing.")] = False,
) -> None:
    """Search each task with the current library, compress what was solved, promote, rewrite, revisit the unsolved."""
    from ..growth import grow as run_growth

    options = options_of(budget or "60s", strategy, workers, seed, target, words, set)
    curriculum = load_curriculum(tasks, target=target_column, seed=seed, search_path=experiment_folders())
    store = open_library(library)
    with json_lines(json) as write, progress_bar("grow") as progress:

        def note(result: Result) -> None:
            write(result.to_dict())
            if json != "-":
                say(result, alone=False)

        growth = run_growth(
            curriculum, store, options=options, budget=budget, frozen=frozen, progress=progress, on_result=note
        )
    if json == "-":
        return
    print_growth(growth.results)
    if growth.promoted:
        typer.echo(f"promoted: {', '.join(record.name for record in growth.promoted)}")


def print_growth(results: list[Result], title: str | None = None) -> None:
    """The table of tasks: solved, right, seconds, terms, subroutines used."""
    rows = [
        [
            r.name,
            r.solved,
            r.right,
            f"{r.seconds:.2f}",
            f"{r.evaluations:,}",
            r.test_score,
            ", ".join(r.subroutines) or None,
        ]
        for r in results
    ]
    print_table(["task", "solved", "right", "seconds", "terms", "test", "subroutines"], rows, title)
