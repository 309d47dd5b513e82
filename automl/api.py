"""What users import: ``automl.search``, ``automl.grow``, ``automl.Library``."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from library.records import Evaluation

from .budget import BudgetText
from .interface.given import aim, one_task
from .interface.library import Library
from .interface.options import make_options
from .plugins import use_plugins
from .progress import progress_bar
from .study.opening import Progress, Result, open_study, run_study
from .study.result import conclude
from .tasks.load import experiment_folders
from .tasks.task import Task

if TYPE_CHECKING:
    import pandas

    from .growth.learned_guidance import GuidancePlan
    from .growth.outcome import Growth, Iteration
    from .growth.plan import GrowthPlan
    from .study.planning.schedule import Schedule
    from .tasks.cases.class_weights import ClassWeight
    from .tasks.own_metric import MetricFunction


logger = logging.getLogger(__name__)


def search(
    task: str | Path | Task | pandas.DataFrame | tuple[Any, Any],
    budget: BudgetText | None = None,
    *,
    evaluations: int | None = None,
    strategy: str | None = None,
    library: str | Path | Library | None = "memory:",
    workers: int | str = 1,
    seed: int = 0,
    split_seed: int = 0,
    target: float | str | None = None,
    metric: str | MetricFunction | None = None,
    direction: str | None = None,
    probabilities: bool = False,
    class_weight: ClassWeight | None = None,
    layout: str | None = None,
    words: Sequence[str] | None = None,
    starts: str | Sequence[str | Path] = "auto",
    space: str | Path | None = None,
    max_parameters: int | str | None = None,
    max_operations: int | str | None = None,
    max_memory: int | str | None = None,
    max_latency: str | timedelta | None = None,
    keep_weights: int = 20,
    ensemble: int = 0,
    settings: Mapping[str, object] | None = None,
    trainer: Mapping[str, object] | None = None,
    plugins: Sequence[str | Path] = (),
    progress: Progress | None = None,
    on_evaluation: Callable[[Evaluation], None] | None = None,
    should_stop: Callable[[Mapping[str, object]], bool] | None = None,
    quiet: bool = False,
) -> Result:
    """The best program that a search finds for one task, as a Result.

    task: a name (``"digits"``), a path, data as ``(X, y)`` or ``(frame, "column")``, a frame alone, or a task object.
    budget: a time (``"60s"``, a timedelta); with ``evaluations`` too, whichever comes first; with neither 60 s.
    evaluations: the number of terms considered or candidates trained.
    strategy: the name of one (default: what suits the task).
    library: offers its subroutines as words and keeps the record of the run: a URL, a file or an open Library (default: in memory, so
        that nothing is written and nothing is kept; None: ``automl.db``, which the command writes).
    workers: processes, or the address of a Ray cluster (default: 1).
    seed: of the search (default: 0).
    split_seed: by which the data of a task given by name is divided into train, validation and test part (default: 0).
    target: the validation score that is enough, or beside a frame the name of its column of targets (default: the task's own score).
    metric: the name of a metric, or a function of your own ``(y_true, y_pred) -> float`` (docs/tables.md; default: accuracy, R²).
    direction: of a function of your own: ``maximize`` or ``minimize`` (default: ``maximize``).
    probabilities: whether it is told the probabilities of the labels rather than answers (default: no).
    class_weight: how much a case of each class counts in training: ``balanced``, ``none``, or a weight by label (default:
        each 1, but ``balanced`` where the metric counts classes alike).
    layout: what the axes of arrays are, such as ``series`` for [n, steps] or [n, channels, steps] (docs/data.md; default: by their sizes).
    words: the primitives that programs may use (default: all).
    starts: what the search begins with: ``auto`` (declared programs, of series and where the time for many pictures is planned) or
        ``none``; or a list of programs of yours (texts, files with one, runs of the library, whose results are meant), which come before
        these; ``none`` in it leaves the declared ones out (default: ``auto``).
    space: a program with free parts (its text, or a file with it), which are all that is filled: ``?name``, ``(choice f g)``, and settings
        such as ``:units (range 16 512)`` (default: all programs of the type are searched).
    max_parameters: the most trainable numbers that a program may have (default: any).
    max_operations: the most multiply-adds of one case, forward (default: any).
    max_memory: the most bytes of a program's weights and of what a forward pass of one case holds, such as ``"10MB"`` (default: any).
    max_latency: the longest time of one inference of one case on this machine, such as ``"5ms"`` (default: any).
    keep_weights: of so many of the best candidates of each phase the weights stay in the library, beside those of parents; 0: of all
        (default: 20).
    ensemble: of how many programs at most the result is a blend, where that is better on the validation part (default: 0, of none).
    settings: options of the strategy, by name.
    trainer: ``trainer`` and its settings, by name.
    plugins: Python files, or dotted names of modules, with words, tasks, trainers or strategies of your own, known from then on in this
        process (docs/plugins.md).
    progress: told how far it is, in place of a line on the terminal.
    on_evaluation: told of each evaluation once it is recorded.
    should_stop: asked with the state of the search (``evaluations``, ``seconds``, ``best``, ``metric``); once it answers yes the search
        ends with what it has.
    quiet: show no line on how far it is (default: on a terminal or in a notebook it is shown).

    Ctrl-C ends it with the best program so far, its outcome ``interrupted``; KeyboardInterrupt is raised where there is none yet.
    Raises TaskError, BudgetError, StudyError, StrategyError, StoreError, PluginError.
    """
    began = time.monotonic()
    use_plugins(plugins)
    if isinstance(target, str):
        task, target = (task, target), None
    options = make_options(
        budget,
        evaluations,
        strategy=strategy,
        workers=workers,
        seed=seed,
        target=target,
        words=words,
        starts=starts,
        space=None if space is None else str(space),
        max_parameters=max_parameters,
        max_operations=max_operations,
        max_memory=max_memory,
        max_latency=max_latency,
        keep_weights=keep_weights,
        ensemble=ensemble,
        settings=settings,
        trainer=trainer,
    )
    lasting = str(library.url if isinstance(library, Library) else library) != "memory:" or workers != 1
    chosen, source = one_task(task, split_seed, aim(metric, direction, probabilities, class_weight, layout, lasting))
    opened = library if isinstance(library, Library) else Library(library)
    try:
        with progress_bar(chosen.name, quiet or progress is not None) as shown:
            study = open_study(chosen, opened.store, options, progress=progress or shown, source=source)
            study.on_evaluation, study.should_stop, study.began = on_evaluation, should_stop, began
            try:
                return run_study(study)
            except KeyboardInterrupt:
                if study.best() is None:
                    raise
                logger.warning(
                    "%s: interrupted after %d evaluations; this is the best so far", chosen.name, study.considered
                )
                return conclude(study, study.best())
    finally:
        if opened is not library:
            opened.close()


def grow(
    tasks: Sequence[str | Path | Task] | str | Path,
    budget: BudgetText | None = None,
    *,
    evaluations: int | None = None,
    library: str | Path | Library | None = "memory:",
    plugins: Sequence[str | Path] = (),
    strategy: str | None = None,
    workers: int | str | None = None,
    seed: int | None = None,
    split_seed: int = 0,
    target: float | None = None,
    words: Sequence[str] | None = None,
    starts: str | Sequence[str | Path] | None = None,
    space: str | Path | None = None,
    max_parameters: int | str | None = None,
    max_operations: int | str | None = None,
    max_memory: int | str | None = None,
    max_latency: str | timedelta | None = None,
    keep_weights: int | None = None,
    settings: Mapping[str, object] | None = None,
    trainer: Mapping[str, object] | None = None,
    schedule: Schedule | None = None,
    plan: GrowthPlan | None = None,
    frozen: bool | None = None,
    only: Collection[str] | None = None,
    every: int | None = None,
    first: float | None = None,
    revisit: bool | None = None,
    learn_every: int | None = None,
    iterations: int | None = None,
    share: float | None = None,
    guidance: str | GuidancePlan | None = None,
    anew: bool = False,
    search_path: Sequence[str | Path] = (),
    on_result: Callable[[Result], None] | None = None,
    on_iteration: Callable[[Iteration], None] | None = None,
    progress: Progress | None = None,
    quiet: bool = False,
) -> Growth:
    """A stream of tasks searched with a growing library (search, record, compress, promote, rewrite, revisit), as a Growth: a result a
    task, what was promoted, and the library's list.

    tasks: a curriculum (its name or TOML file), or tasks and what ``search`` takes for one, in their order.
    budget: time for each task, such as ``"60s"``; default as for ``search``.
    evaluations: terms considered, or candidates trained, for each task; with a budget too, whichever comes first.
    library: what grows: a URL, a file or an open Library (default: in memory; None: ``automl.db``).
    plugins: Python files, or dotted names of modules, with words, tasks, trainers or strategies of your own.
    strategy: the name of one (default: what suits each task).
    workers: processes, or the address of a Ray cluster (default: 1).
    seed: of the searches (default: 0).
    split_seed: by which the data of tasks given by name is divided (default: 0).
    target: the validation score that is enough (default: the task's own).
    words: the primitives that programs may use (default: all).
    starts: what each search begins with, as for ``search``; tasks that a program of yours does not fit are refused (default: ``auto``).
    space: a program with free parts, as for ``search``; tasks that it does not fit are refused.
    max_parameters: the most trainable numbers that a program may have (default: any).
    max_operations: the most multiply-adds of one case, forward (default: any).
    max_memory: the most bytes of a program's weights and of what a forward pass of one case holds, such as ``"10MB"`` (default: any).
    max_latency: the longest time of one inference of one case on this machine, such as ``"5ms"`` (default: any).
    keep_weights: of so many of the best candidates of each phase of a search the weights stay in the library; 0: of all (default: 20).
    settings: options of the strategy, by name.
    trainer: ``trainer`` and its settings, by name.
    schedule: how evaluations of nets are spread over a budget (default: ``Schedule()``).
    plan: how the tasks are gone through and what is learned on the way (default: ``GrowthPlan()``); what follows changes its fields.
    frozen: use the library and change no word of it.
    only: names of the tasks to search.
    every: compress after so many newly solved tasks in the first pass.
    first: the share of each task's budget that the first pass has, from 0 (one pass only) to 1.
    revisit: try unsolved tasks once more where the library has changed since.
    learn_every: demote and learn after so many tasks of the first iteration too, for long streams.
    iterations: how often to search, compress and learn, at least 1.
    share: the share of the searches' budgets in seconds that all else may take beside them.
    guidance: what later searches learn: ``off``, ``grammar``, ``model``, or a plan.
    anew: begin at the first task even where this growth was begun before (default: go on where it was ended).
    search_path: folders of named experiments, beside the current one.
    on_result: told of each task's result.
    on_iteration: told of each iteration.
    progress: told how far it is, in place of a line on the terminal.
    quiet: show no such line (default: on a terminal or in a notebook it is shown).

    Raises TaskError, BudgetError, StudyError, StrategyError, StoreError, PluginError.
    """
    from .growth.grow import grow as run_growth

    use_plugins(plugins)
    opened = library if isinstance(library, Library) else Library(library)
    try:
        with progress_bar("grow", quiet or progress is not None) as shown:
            return run_growth(
                tasks, opened.store, budget=budget, evaluations=evaluations, plan=plan, anew=anew,
                search_path=[*search_path, *experiment_folders()],
                split_seed=split_seed, strategy=strategy, workers=workers, seed=seed, target=target, words=words, starts=starts,
                space=None if space is None else str(space), max_parameters=max_parameters, max_operations=max_operations,
                max_memory=max_memory, max_latency=max_latency, keep_weights=keep_weights, settings=settings,
                trainer=trainer, schedule=schedule, frozen=frozen, only=only, every=every, first=first, revisit=revisit,
                learn_every=learn_every, iterations=iterations, share=share,
                guidance=guidance, on_result=on_result, on_iteration=on_iteration,
                progress=progress or shown,
            )  # fmt: skip
    finally:
        if opened is not library:
            opened.close()
