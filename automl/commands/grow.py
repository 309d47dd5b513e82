"""``automl grow``: a stream of tasks with a growing library."""

from __future__ import annotations

from typing import Annotated

import typer

from ..growth.grower import Iteration
from ..study.opening import Result
from ..tasks.curriculum import load_curriculum
from .common import experiment_folders, json_lines, open_library, print_growth, print_table, progress_bar, say
from .options import (
    BudgetText,
    JsonFile,
    LibraryUrl,
    Seed,
    Set,
    SplitSeed,
    Strategy,
    Target,
    TargetColumn,
    Words,
    Workers,
    options_of,
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
    split_seed: SplitSeed = 0,
    json: JsonFile = None,
    target: Target = None,
    words: Words = None,
    set: Set = None,
    target_column: TargetColumn = None,
    frozen: Annotated[bool, typer.Option("--frozen", help="Use the library but promote nothing.")] = False,
    iterations: Annotated[
        int, typer.Option(min=1, help="How often to wake, abstract and dream; each one revisits what is not solved.")
    ] = 2,
    guidance: Annotated[
        str,
        typer.Option(
            help="What later searches learn from solved programs: off, grammar (how often words are used), or model "
            "(a recognition model trained on the tasks and on dreams)."
        ),
    ] = "model",
    growth_log: Annotated[
        str | None, typer.Option("--growth-log", help="Write one JSON object an iteration to this file.")
    ] = None,
) -> None:
    """Wake (search each task with the library), abstract (compress, promote, rewrite, demote), dream (learn where to look), and again."""
    from ..growth.grow import grow as run_growth

    options = options_of(budget or "60s", strategy, workers, seed, target, words, set)
    curriculum = load_curriculum(tasks, target=target_column, seed=split_seed, search_path=experiment_folders())
    store = open_library(library)
    with json_lines(json) as write, json_lines(growth_log) as log, progress_bar("grow") as progress:

        def note(result: Result) -> None:
            write(result.to_dict())
            if json != "-":
                say(result, alone=False)

        growth = run_growth(
            curriculum, store, options=options, budget=budget, frozen=frozen, progress=progress, on_result=note,
            iterations=iterations, guidance=guidance, on_iteration=lambda one: log(one.to_dict()),
        )  # fmt: skip
    if json == "-":
        return
    print_growth(growth.results)
    print_iterations(growth.iterations)
    if growth.promoted:
        typer.echo(f"promoted: {', '.join(record.name for record in growth.promoted)}")


def print_iterations(iterations: list[Iteration]) -> None:
    """The table of iterations: how the library stood after each."""
    rows = [
        [
            each.number,
            f"{each.solved} of {each.tasks}",
            each.right,
            f"{each.terms:,}",
            f"{each.elapsed:.1f}",
            each.library,
            ", ".join(each.demoted) or None,
        ]
        for each in iterations
    ]
    if rows:
        print_table(["iteration", "solved", "right", "terms", "seconds", "words", "demoted"], rows)
