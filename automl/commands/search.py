"""``automl search``: a program for each task."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from json import dumps
from typing import Any

import typer

from library.store import AbstractStore
from primitives.brief import plural
from primitives.inference import IllTyped
from search.problem import ProblemError
from search.strategy import StrategyError

from ..budget import BEGAN
from ..errors import StudyError, TaskError
from ..execution.executors import WorkerError
from ..execution.workers.collecting import uncollected
from ..interruption import orderly_end
from ..progress import QUIET, progress_bar
from ..study.opening import Options, Progress, Result, library_url, open_study, possible_tasks
from ..study.parallel import search_many, side_by_side
from ..study.planning.limits import NAMES as BOUNDS
from ..study.planning.options import KEPT
from ..study.result import count_right
from ..study.study import Study
from ..tasks.load import lasting_text, load_tasks, resolve, with_option
from ..tasks.task import Task
from .common import (
    experiment_folders,
    how_to_resume,
    interrupted,
    json_lines,
    open_library,
    print_table,
    print_text,
    refusal,
    run_or_leave,
    say,
)
from .found import announce_comparison, check_comparable, compared, say_comparison, say_starts
from .options import (
    Ambiguous,
    Ask,
    BudgetTime,
    ClassWeights,
    Compare,
    Encoding,
    Ensemble,
    Evaluations,
    Examples,
    Fill,
    JsonFile,
    KeepWeights,
    LibraryUrl,
    LossName,
    MaxLatency,
    MaxMemory,
    MaxOperations,
    MaxParameters,
    Metric,
    ProgramType,
    Seed,
    Set,
    SkipBad,
    Space,
    SplitSeed,
    Start,
    Starts,
    Strategy,
    Target,
    TargetColumn,
    TaskName,
    Tolerate,
    Words,
    Workers,
    loss_metric,
    loss_settings,
    options_of,
)
from .sharing import MlflowUri, TensorBoardFolder, Tools, share
from .specified import DIAGNOSED, DIAGNOSIS, QUESTIONS, Follow, as_law, asked_again, check_follow, specified_text


def search(
    task: TaskName = None,
    example: Examples = None,
    type: ProgramType = None,
    tolerate: Tolerate = 0,
    fill: Fill = None,
    ask: Ask = False,
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
    ambiguous: Ambiguous = False,
    skip_bad: SkipBad = False,
    encoding: Encoding = None,
    class_weight: ClassWeights = None,
    metric: Metric = None,
    loss: LossName = None,
    compare: Compare = False,
    ensemble: Ensemble = 0,
    tensorboard: TensorBoardFolder = None,
    mlflow: MlflowUri = None,
) -> None:
    """Search a program for a task; a file of many tasks is one study each (with --workers several at a time where they are cheap).

    In place of a task there may be --example: inputs and output of each.

    Lines of such a file that are no task, and tasks that cannot be searched so, do not stop the others: they are named, and the exit code
    is 1.
    """
    tools = Tools(tensorboard, mlflow)
    tools.check()
    bounds = dict(zip(BOUNDS, (max_parameters, max_operations, max_memory, max_latency), strict=True))
    options = options_of(
        budget,
        evaluations,
        strategy,
        workers,
        seed,
        target,
        words,
        loss_settings(loss, set),
        starts,
        bounds,
        start or (),
        space,
        keep_weights,
        ensemble,
    )
    as_examples = fill is not None or ask or tolerate > 0 or type is not None
    task = specified_text(task, example or (), type, tolerate, as_examples)
    task = with_option(task, "skip_bad", "yes") if skip_bad else task
    task = with_option(task, "encoding", encoding) if encoding is not None else task
    task = with_option(task, "class_weight", class_weight) if class_weight is not None else task
    if loss is not None:
        read = load_tasks(task, target=target_column, seed=split_seed, search_path=experiment_folders())
        usual = loss_metric(loss, read)
        metric = usual if metric is None else metric
    task = with_option(task, "metric", metric) if metric is not None else task
    refused: list[str] = []
    with uncollected():
        tasks = load_tasks(
            task, target=target_column, seed=split_seed, search_path=experiment_folders(), refused=refused
        )
        plain = Options(options.budget, workers=options.workers, seed=options.seed)
        if options == plain and not (compare or loss or metric or class_weight):
            task, tasks = as_law(task, tasks, target_column, split_seed)
        tasks, impossible = possible_tasks(tasks, options, alone=len(tasks) == 1)
    if compare:
        check_comparable(tasks)
    if fill is not None or ask:
        check_follow(task, target_column, fill, tasks)
    bad = [*refused, *impossible]
    for _ in range(QUESTIONS):
        lasting = lasting_text(resolve(task, search_path=experiment_folders()))
        source = {"spec": lasting, "seed": split_seed, "target_column": target_column}
        given, rest = _with_rest(tasks, options)
        tolerant = partial(_tolerant, library=library)
        follow = Follow(task, target_column, fill, ask, tolerant, rest, json != "-")
        good = _search_and_say(tasks, given, source, library, json, ambiguous, bad, compare, tools, follow)
        if follow.more is None:
            break
        task = follow.more
        BEGAN.set(time.monotonic())  # it took a person's time to answer
        tasks = asked_again(task, target_column, split_seed)
    if not good or follow.wrong:
        raise typer.Exit(1)


def _with_rest(tasks: Sequence[Task], options: Options) -> tuple[Options, Options | None]:
    """The options of a search for a task of rows, and those of one for the rows that are wrong, should no program meet all; None for other
    tasks."""
    alone = tasks[0] if len(tasks) == 1 else None
    if alone is None or alone.specification is None or alone.data.tolerate or len(alone.data.train) < DIAGNOSED:
        return options, None
    budget = options.budget
    return replace(options, budget=budget.share(1 - DIAGNOSIS)), replace(options, budget=budget.share(DIAGNOSIS))


def _tolerant(task: Task, options: Options, library: str | None) -> Result:
    """The result of a search of its own, which is not said."""
    with open_library(library) as store:
        return run_or_leave(partial(open_study, task, store, options), library, whole=False)


def _search_and_say(
    tasks: Sequence[Task],
    options: Options,
    source: dict[str, Any],
    library: str | None,
    json: str | None,
    ambiguous: bool,
    refused: Sequence[str],
    compare: bool,
    tools: Tools,
    follow: Follow,
) -> bool:
    """Search each of the tasks; each result is written and said as it comes, after those that are ``refused``, each a reason, and where
    it is to be compared with what that gives; each run is given to the ``tools`` too. Whether none was refused, by them or here."""
    rows: list[Result] = []
    bad = 0
    names: list[str] = []
    with json_lines(json) as write:
        with uncollected():
            store = open_library(library)
        if json != "-" and not QUIET.get():
            say_notes(tasks)

        def refuse(reason: str) -> None:
            nonlocal bad
            bad += 1
            row = refusal(reason)
            names.append(row["name"])
            write(row)

        for reason in refused:
            refuse(reason)

        def take(result: Result, study: Study | None = None) -> None:
            nonlocal bad
            note(result, study)
            bad += not share(tools, store, result.run, library, err=json == "-")

        def note(result: Result, study: Study | None) -> None:
            rows.append(result)
            if json != "-":
                say(result, alone=len(tasks) == 1)
                if ambiguous:
                    say_alternatives(result)
                if len(tasks) == 1 and result.found is not None and (starts := result.starts()):
                    say_starts(starts, json=False)
            more = {} if study is None else follow.take(result, study.task)
            if not compare or study is None:
                write({**result.to_dict(), **more})
                return
            try:
                beside, code = compared(study, result, options)
            except BaseException:
                write(result.to_dict())  # what was found is not lost with what it was to be compared with
                raise
            write({**result.to_dict(), "comparison": [asdict(row) for row in beside]})
            if json != "-" and beside:
                say_comparison(beside)
            if code:
                raise typer.Exit(code)

        if side_by_side(tasks, options, store):
            _at_once(_Searches(tasks, options, source, library, store, compare), take)
        else:
            _one_by_one(_Searches(tasks, options, source, library, store, compare), take, refuse)
    if len(rows) + bad > 1 and json != "-":
        _summary(rows, bad, names)
    return not bad


@dataclass(frozen=True)
class _Searches:
    """What to search, how, where the tasks came from (to load them again), the library, as it was named and opened, and whether each
    result is to be compared."""

    tasks: Sequence[Task]
    options: Options
    source: dict[str, Any]
    library: str | None
    store: AbstractStore
    compare: bool


def _one_by_one(searches: _Searches, take: Callable[[Result, Study], None], refuse: Callable[[str], None]) -> None:
    """One task after another; those whose search cannot be begun are refused, but for one that is alone."""
    alone = len(searches.tasks) == 1
    for each in searches.tasks:
        with progress_bar(each.name) as progress:
            source = {**searches.source, "name": each.name}
            opened: list[Study] = []
            begin = partial(_opened, opened, searches, each, progress, source)
            try:
                result = run_or_leave(begin, searches.library, whole=alone)
            except TASK_ERRORS as error:
                if alone:
                    raise
                refuse(f"{each.name}: {error}")
                continue
        take(result, opened[0])


def _opened(
    opened: list[Study], searches: _Searches, task: Task, progress: Progress | None, source: dict[str, Any]
) -> Study:
    """The study of a task, which is put into ``opened`` too."""
    opened.append(open_study(task, searches.store, searches.options, progress=progress, source=source))
    if searches.compare:
        announce_comparison(opened[0])
    return opened[0]


def _at_once(searches: _Searches, take: Callable[[Result], None]) -> None:
    """Several tasks at a time; the results in the order of the tasks."""
    tasks, options, library, store = searches.tasks, searches.options, searches.library, searches.store
    runs: list[str] = []
    with progress_bar(plural(len(tasks), "task")) as progress:
        solved = total = 0

        def note(result: Result) -> None:
            nonlocal solved, total
            take(result)
            total += result.evaluations
            solved += result.solved
            if progress is not None:
                progress({"evaluations": total, "solved": solved})

        try:
            folders = [str(folder) for folder in experiment_folders()]
            with orderly_end():
                search_many(tasks, library_url(library), options, searches.source, note, runs.extend, folders)
        except KeyboardInterrupt as signal:
            raise typer.Exit(interrupted(_going(store, runs), library, signal)) from None
        except WorkerError as error:
            raise WorkerError("\n".join([str(error), *how_to_resume(_going(store, runs), library)])) from error


def _going(store: AbstractStore, runs: Sequence[str]) -> list[str]:
    """Those of the runs that were begun and have no end."""
    known = store.runs(state="interrupted", unreadable=lambda run, error: None)
    return [run.id for run in known if run.id in runs]


TASK_ERRORS = (StudyError, StrategyError, ProblemError, TaskError, IllTyped)
"""What says that a search cannot be begun for a task, where it may for others."""
SHOWN_NAMES = 20
"""Tasks that are named below the summary because they were refused."""
SHOWN_COLUMNS = 40
"""Columns of a table that are told before a search."""


def say_notes(tasks: Sequence[Task]) -> None:
    """What was done to the data of each task when it was read, and what its scores cannot say."""
    for each in tasks:
        for note in each.notes:
            print_text(f"{each.name}: {note}")
        columns = [] if each.preprocessing is None else each.preprocessing.describe()
        for summary in columns[:SHOWN_COLUMNS]:
            print_text(f"  {summary}")
        if len(columns) > SHOWN_COLUMNS:
            print_text(f"  and {plural(len(columns) - SHOWN_COLUMNS, 'column')} more (all with --json)")


def say_alternatives(result: Result) -> None:
    """The programs that meet all examples too, with an input on which each differs from the one given."""
    if result.solved and not result.alternatives:
        print_text("  no other program was found that meets all examples and differs")
    for each in result.alternatives:
        given = ", ".join(map(_written, each["inputs"]))
        one, other = _written(each["chosen_output"]), _written(each["output"])
        print_text(f"  alternative ({each['probability']:.1%}), which gives {other} instead of {one} for {given}:")
        print_text(f"    {each['program']}".replace("\n", "\n    "))


def _written(value: Any) -> str:
    if isinstance(value, dict) and list(value) == ["failure"]:
        return f"no value ({value['failure']})"
    return dumps(value, ensure_ascii=False)


def _summary(rows: list[Result], refused: int, names: Sequence[str]) -> None:
    """A table of all results; below it the ``names`` of what was refused."""
    solved = sum(row.solved for row in rows)
    right = count_right(row.right for row in rows)
    tested = sum(row.right is not None for row in rows)
    seconds = sum(row.seconds for row in rows)
    terms = sum(row.evaluations for row in rows)
    columns = ["tasks", "solved", "right", "with tests", "evaluations", "seconds"]
    row = [len(rows) + refused, solved, right, tested, f"{terms:,}", f"{seconds:.1f}"]
    print_table([*columns, *(["refused"] if refused else [])], [[*row, *([refused] if refused else [])]])
    if names:
        more = f" and {len(names) - SHOWN_NAMES} more" if len(names) > SHOWN_NAMES else ""
        print_text(f"refused: {'; '.join(names[:SHOWN_NAMES])}{more}")
