"""``automl grow``: a stream of tasks with a growing library."""

from __future__ import annotations

from typing import Annotated

import typer

from ..growth.clock import SHARE
from ..growth.grow import Growth, GrowthPlan, Listeners
from ..growth.learned_guidance import GuidancePlan
from ..tasks.curriculum import load_curriculum
from .common import experiment_folders, open_library
from .growing import run_growth
from .options import (
    BudgetTime,
    Evaluations,
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
    budget: BudgetTime = None,
    evaluations: Evaluations = None,
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
    share: Annotated[
        float,
        typer.Option(
            help="What is done beside the searches (compression, trials, learning) may take this share of their budgets in seconds."
        ),
    ] = SHARE,
    growth_log: Annotated[
        str | None, typer.Option("--growth-log", help="Write one JSON object an iteration to this file.")
    ] = None,
    anew: Annotated[
        bool, typer.Option("--anew", help="Begin at the first task even where this growth was begun before and ended.")
    ] = False,
) -> None:
    """Wake (search each task with the library), abstract (compress, promote, rewrite, demote), dream (learn where to look), and again.

    A growth that was ended and is begun again with the same arguments and library goes on at the first task that was not finished.
    """
    from ..growth.grow import grow as growth_of

    options = options_of(budget, evaluations, strategy, workers, seed, target, words, set)
    curriculum = load_curriculum(tasks, target=target_column, seed=split_seed, search_path=experiment_folders())
    plan = GrowthPlan(frozen=frozen, iterations=iterations, share=share, guidance=GuidancePlan(guidance))
    store = open_library(library)

    asked = None if budget is None and evaluations is None else options.budget

    def growing(listeners: Listeners) -> Growth:
        return growth_of(curriculum, store, budget=asked, options=options, plan=plan, listeners=listeners, anew=anew)

    run_growth(growing, library, json, growth_log)
