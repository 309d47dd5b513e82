"""``automl grow``: a stream of tasks with a growing library."""

from __future__ import annotations

from ..growth.clock import SHARE
from ..growth.grow import Growth, GrowthPlan, Listeners
from ..growth.learned_guidance import GuidancePlan
from ..study.planning.limits import NAMES as BOUNDS
from ..study.planning.options import KEPT
from ..tasks.curriculum import load_curriculum
from .common import experiment_folders, open_library
from .growing import run_growth
from .options import (
    Anew,
    BudgetTime,
    Evaluations,
    Frozen,
    GrowthLog,
    Guidance,
    Iterations,
    JsonFile,
    KeepWeights,
    LearnEvery,
    LibraryUrl,
    MaxLatency,
    MaxMemory,
    MaxOperations,
    MaxParameters,
    Seed,
    Set,
    Share,
    Space,
    SplitSeed,
    Start,
    Starts,
    Strategy,
    Target,
    TargetColumn,
    Tasks,
    Words,
    Workers,
    options_of,
)


def grow(
    tasks: Tasks,
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
    starts: Starts = "auto",
    start: Start = None,
    space: Space = None,
    max_parameters: MaxParameters = None,
    max_operations: MaxOperations = None,
    max_memory: MaxMemory = None,
    max_latency: MaxLatency = None,
    keep_weights: KeepWeights = KEPT,
    target_column: TargetColumn = None,
    frozen: Frozen = False,
    iterations: Iterations = 2,
    learn_every: LearnEvery = 0,
    guidance: Guidance = "model",
    share: Share = SHARE,
    growth_log: GrowthLog = None,
    anew: Anew = False,
) -> None:
    """Wake (search each task with the library), abstract (compress, promote, rewrite, demote), dream (learn where to look), and again.

    Lines of a file that are no task, and tasks that cannot be searched so, do not stop the others: they are named, and the exit code is 1.
    A growth that was ended and is begun again with the same arguments and library goes on at the first task that was not finished.
    """
    from ..growth.grow import grow as growth_of

    bounds = dict(zip(BOUNDS, (max_parameters, max_operations, max_memory, max_latency), strict=True))
    options = options_of(
        budget,
        evaluations,
        strategy,
        workers,
        seed,
        target,
        words,
        set,
        starts,
        bounds,
        start or (),
        space,
        keep_weights,
    )
    curriculum = load_curriculum(tasks, target=target_column, seed=split_seed, search_path=experiment_folders())
    plan = GrowthPlan(
        frozen=frozen, learn_every=learn_every, iterations=iterations, share=share, guidance=GuidancePlan(guidance)
    )
    store = open_library(library)

    asked = None if budget is None and evaluations is None else options.budget

    def growing(listeners: Listeners) -> Growth:
        return growth_of(curriculum, store, budget=asked, options=options, plan=plan, listeners=listeners, anew=anew)

    run_growth(growing, library, json, growth_log)
