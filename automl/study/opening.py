"""Opening studies: from a task, a library and options, or from a stored run that is to go on."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

from library.records import Run
from library.store import AbstractStore
from library.vocabulary import Vocabulary
from search.bounds import UNBOUNDED, Bounds
from search.problem import Problem
from search.strategies import find_strategies, make_strategy
from search.strategy import AbstractStrategy, StrategyError

from ..budget import Budget
from ..errors import StudyError
from ..evaluation.evaluate import begin, evaluate_job, warm
from ..evaluation.prepared import WorkerContext, context_of
from ..execution.executors import executor_kind, executors, open_executor
from ..execution.executors.base import AbstractExecutor
from ..execution.threads import wait_patiently
from ..execution.workers.guard import can_interrupt, path_of
from ..fitting.trainers import trainer_kinds
from ..plugins import described, require_plugins
from ..tasks.cases.folds import FOLDS
from ..tasks.data import VALUES, ProblemData
from ..tasks.metrics import INTEGERS
from ..tasks.specifications.specification import COLUMNS
from ..tasks.task import Task
from .found.ensemble import add_ensemble, check_ensemble, ensemble_schedule
from .guides import latest_guide, load_guide
from .planning.beginning import begun_names, begun_problem, begun_texts, written_out
from .planning.options import Options, plain_option
from .planning.schedule import ENSEMBLE, SCHEDULE_CHANGES, Schedule, usual_schedule
from .planning.starts import BEGUN_TERMS, BEGUN_WITH, NONE, texts_of_starts
from .planning.ways import RECIPE, finished_runs, way_recipe
from .problem import build_problem, default_strategy, is_fused
from .result import Result, conclude
from .stored import check_unchanged, load_model, result_of, stored_model
from .study import Study
from .words import LibraryWords

__all__ = [
    "DEFAULT_LIBRARY", "Options", "Progress", "Result", "build_problem", "check_options", "check_unchanged", "conclude", "default_strategy",
    "library_url", "load_model", "new_run", "open_study", "plain_option", "possible_tasks", "result_text", "resume_options", "run_study",
    "schedule_of", "stored_model",
]  # fmt: skip
DEFAULT_LIBRARY = "sqlite:///automl.db"
BLEND_SAMPLE = 6
"""Cases on arrays that one enumeration must meet; nets err now and then, so it meets one sample after another."""
POPULATION = 6
"""Programs of a population in planned time, at least."""
EVALUATE, BEGIN, WARM = path_of(evaluate_job), path_of(begin), path_of(warm)
Progress = Callable[[Mapping[str, object]], None]


def library_url(text: str | Path | None) -> str:
    """The URL of a library: None is ``automl.db`` in the current folder."""
    return DEFAULT_LIBRARY if text is None else str(text)


def possible_tasks(tasks: Sequence[Task], options: Options, *, alone: bool = False) -> tuple[list[Task], list[str]]:
    """Those of the tasks that can be searched with the options, and for each of the others its name and the reason, with a colon between.
    Of one task ``alone`` its strategy is not tried, for opening its study does that. Raises StudyError or StrategyError, the first reason,
    where none can be."""
    possible: list[Task] = []
    refused: list[tuple[str, StudyError | StrategyError]] = []
    kinds: dict[tuple[str, str], StudyError | StrategyError | None] = {}
    for task in tasks:
        kind = (task.data.kind, task.data.target)
        try:
            check_options(options, task.data)
            if kind not in kinds and not alone:
                kinds[kind] = _refusal(task, options)
            if (known := kinds.get(kind)) is not None:
                raise known
        except (StudyError, StrategyError) as error:
            refused.append((task.name, error))
        else:
            possible.append(task)
    if refused and not possible:
        raise refused[0][1]
    return possible, [f"{name}: {error}" for name, error in refused]


def _refusal(task: Task, options: Options) -> StrategyError | None:
    """Why the strategy takes no task of this kind, or its settings are refused; None where all is well."""
    problem = build_problem(task, Vocabulary(), options)
    try:
        make_strategy(options.strategy_for(task.data), problem, options.settings)
    except StrategyError as error:
        return error
    return None


def check_options(options: Options, data: ProblemData) -> None:
    """Refuse what a study of this task would refuse later: before a store is opened and a run begun. Raises StudyError or
    StrategyError."""
    kinds = executors().values()
    if not any(kind.accepts(str(options.workers)) for kind in kinds):
        forms = "; ".join(kind.workers_form() for kind in kinds)
        raise StudyError(f"workers={options.workers!r}: needed {forms}")
    check_ensemble(options.ensemble, data)
    if options.ensemble and options.bounds != UNBOUNDED:
        raise StudyError(
            f"ensemble={options.ensemble} with bounds on programs: a blend needs as much as all of its parts together; leave one out"
        )
    if data.target != VALUES:
        _check_trainer(options.trainer)
    elif options.trainer:
        raise StudyError(
            f"trainer={dict(options.trainer)}: task={data.name!r} is not trained; leave the trainer's settings out"
        )
    known = find_strategies()
    name = options.strategy_for(data)
    if name not in known:
        raise StudyError(f"strategy={name!r} is not known; needed one of {', '.join(sorted(known))}")
    if options.space is not None and known[name].fused:
        others = ", ".join(sorted(each for each, kind in known.items() if not kind.fused))
        raise StudyError(f"strategy={name!r} fills no free parts (space): needed one of {others}")
    if options.programs and known[name].fused:
        others = ", ".join(sorted(each for each, kind in known.items() if not kind.fused))
        raise StudyError(f"strategy={name!r} begins with no program (start): needed one of {others}")


def _check_trainer(given: Mapping[str, object]) -> None:
    """The trainer's name and settings: of the named trainer, or else of any."""
    kinds = trainer_kinds()
    settings = {key: value for key, value in given.items() if key != "trainer"}
    name = given.get("trainer")
    if name is not None and name not in kinds:
        raise StudyError(f"trainer={name!r} is not known; needed one of {', '.join(sorted(kinds))}")
    for key, value in settings.items():
        candidates = [kind for kind in kinds.values() if name in (None, kind.name)]
        takers = [kind for kind in candidates if key in {setting.name for setting in kind.settings}]
        if not takers:
            names = ", ".join(dict.fromkeys(setting.name for kind in candidates for setting in kind.settings))
            raise StudyError(f"trainer.{key} is not a setting of a trainer; there are: {names}")
        for kind in takers:
            kind(**{key: value})


def open_study(
    task: Task, store: AbstractStore, options: Options, *, run: Run | None = None, run_id: str | None = None,
    progress: Progress | None = None, source: Mapping[str, object] | None = None, library: LibraryWords | None = None,
) -> Study:  # fmt: skip
    """A study ready to run.

    task: what to find a program for.
    store: where the run is recorded; its library offers the words.
    options: how to search.
    run: a run of the store, to be gone on with (default: a new one).
    run_id: the id of a new run (default: one is drawn).
    progress: told how far the search is, now and then.
    source: how to load the task again, as the run keeps it.
    library: the words of the store, where several studies share them (default: they are read).

    Raises StudyError, StrategyError, StoreError or WorkerError, and begins no run then.
    """
    data = task.data
    check_options(options, data)
    executor_kind(options.workers).check(str(options.workers))
    if run is not None:
        require_plugins(run)
        check_unchanged(run, task)
        if not run.config.get(FOLDS):  # begun before there were folds: it goes on as it began
            task = replace(task, data=replace(data, folds=None))
            data = task.data
    with store.batch():  # the run sees the library of one moment, and where anything is refused nothing is kept
        snapshot = store.snapshot() if run is None else run.library
        vocabulary = (library or LibraryWords(store)).vocabulary(snapshot, options.words)
        guidance = _guidance(store, options, data, run)
        schedule = schedule_of(options, data)
        given = options.programs
        options = written_out(options, partial(result_text, store))
        guide = load_guide(store, guidance, vocabulary)
        problem = begun_problem(
            task, vocabulary, options, schedule, guide, None if run is None else texts_of_starts(run.config)
        )
        strategy = _strategy(options, problem, data, vocabulary, schedule.is_planned)
        if run is None:
            names = begun_names(problem, given, options.programs, vocabulary)
            begun = {BEGUN_WITH: names, BEGUN_TERMS: begun_texts(problem, vocabulary)}
            config = {**_config(options, schedule, task, source), "guidance": guidance, **begun}
            recipe = way_recipe(finished_runs(store), data) if schedule.is_planned else None
            if recipe is not None:
                config[RECIPE] = recipe.to_json()
            record = new_run(task, strategy.name, options.seed, options.budget, snapshot, config, run_id)
        else:
            record = run
    context = context_of(data, vocabulary, options.trainer, words=problem.used, bounds=options.bounds)
    executor = None if is_fused(strategy, data) else evaluator(options.workers, context)
    if run is None:
        record = _created(store, record, executor)  # only now, so that none is begun where there are no workers
    return Study(
        task,
        store,
        record,
        vocabulary,
        strategy,
        executor,
        options.budget,
        schedule,
        context,
        options.target,
        progress,
        keep_weights=options.keep_weights,
    )


def result_text(store: AbstractStore, run: str) -> str:
    """The program that is the result of a run, as its text.

    store: that has the run.
    run: its id.

    Raises StoreError, or StudyError where it has none.
    """
    return result_of(store, store.run(run)).evaluation.term


def schedule_of(options: Options, data: ProblemData) -> Schedule:
    """How the trainings of a search are spread: as its options say, or else as suits its data and its budget.

    options: of the search.
    data: of its task.
    """
    if isinstance(options.schedule, Schedule):
        schedule = options.schedule
    else:
        schedule = replace(usual_schedule(data, options.budget), **(options.schedule or {}))
    return ensemble_schedule(schedule, options.ensemble, options.budget.seconds) if options.ensemble else schedule


def evaluator(workers: int | str, context: WorkerContext) -> AbstractExecutor:
    """An executor of candidates, opened with what prepares a worker for them; in this process some of that can wait for the first job."""
    wait_patiently()
    here = can_interrupt() and not executor_kind(workers).side_by_side(str(workers))
    return open_executor(EVALUATE, context, workers=workers, prepare=BEGIN if here else WARM)


def _created(store: AbstractStore, record: Run, executor: AbstractExecutor | None) -> Run:
    """The run as the store has it; where it takes none, the workers are let go."""
    try:
        return store.create_run(record)
    except BaseException:
        if executor is not None:
            executor.close()
        raise


def _strategy(
    options: Options, problem: Problem, data: ProblemData, vocabulary: Vocabulary, planned: bool
) -> AbstractStrategy:
    """The strategy that the options name, or that suits the task; an enumeration by what nets say of pictures samples its examples, and in
    planned time, which is enough for few candidates, a population is small."""
    name = options.strategy_for(data, vocabulary)
    kind = find_strategies()[name]
    usual: dict[str, object] = {"sample": BLEND_SAMPLE} if kind.fused and data.target == INTEGERS else {}
    if planned and any(option.name == "population" for option in kind.OPTIONS):
        usual["population"] = max(POPULATION, len(problem.starts))
    return make_strategy(name, problem, {**usual, **options.settings})


def new_run(
    task: Task,
    strategy: str,
    seed: int,
    budget: Budget,
    library: str,
    config: Mapping[str, object],
    run_id: str | None = None,
) -> Run:
    """The record of a run that starts now."""
    return Run(
        id=run_id or uuid.uuid4().hex[:12], task=task.name, strategy=strategy, seed=seed, budget=budget.to_json(), state="running",
        config=dict(config), library=library, started=time.time(), metric=task.metric, direction=task.direction.value,
    )  # fmt: skip


def _guidance(store: AbstractStore, options: Options, data: ProblemData, run: Run | None) -> str:
    """The run that kept the guide for a study: the latest one, or for a study that goes on that which it began with."""
    if run is not None:
        return str(run.config.get("guidance", ""))
    name = options.strategy_for(data)
    offered = "guidance" in {option.name for option in find_strategies()[name].OPTIONS}
    wanted = offered and data.target == VALUES and options.settings.get("guidance") != "off"
    return latest_guide(store) if wanted else ""


def _config(options: Options, schedule: Schedule, task: Task, source: Mapping[str, object] | None) -> dict[str, object]:
    """What a run keeps of how it was started, and what its programs need to run without the task's data."""
    prepared, split, data, known = task.preprocessing, task.split, task.data, task.specification
    return {
        COLUMNS: [] if known is None else [*known.inputs, known.output],
        "type": str(task.type), "preprocessing": None if prepared is None else prepared.to_json(),
        "split": None if split is None else {**split.to_json(), "digest": task.split_digest},
        "task": dict(source or {}), "digest": task.digest, "target": options.target,
        FOLDS: 0 if data.folds is None else data.folds.count,
        "words": None if options.words is None else list(options.words), "trainer": dict(options.trainer),
        "settings": dict(options.settings), "weights": dict(options.weights), "schedule": vars(schedule),
        "starts": options.starts, "programs": list(options.programs), "space": options.space, "bounds": asdict(options.bounds),
        "keep_weights": options.keep_weights, ENSEMBLE: options.ensemble, "workers": str(options.workers), "plugins": described(),
        **({} if isinstance(options.schedule, Schedule) else {SCHEDULE_CHANGES: dict(options.schedule or {})}),
    }  # fmt: skip


def run_study(study: Study) -> Result:
    """Run a study to its end, test the best program, and keep it where it solves the task."""
    try:
        best = study.run()
    finally:
        if study.executor is not None:
            study.executor.close()
    count = int(study.record.config.get(ENSEMBLE, 0))
    if count and best is not None:
        add_ensemble(study, count)
        best = study.best()
    return conclude(study, best)


def resume_options(run: Run) -> Options:
    """The options that a stored run was started with."""
    config = run.config
    words = config.get("words")
    return Options(
        budget=Budget.from_json(run.budget), strategy=run.strategy, workers=worker_number(config.get("workers", "1")), seed=run.seed,
        target=config.get("target"), words=None if words is None else tuple(words), trainer=config.get("trainer", {}),
        settings=config.get("settings", {}), weights=config.get("weights", {}), schedule=Schedule.from_dict(config.get("schedule", {})),
        starts=config.get("starts", NONE), programs=tuple(config.get("programs", ())), space=config.get("space"),
        bounds=Bounds(**config.get("bounds", {})), keep_weights=config.get("keep_weights", 0), ensemble=int(config.get(ENSEMBLE, 0)),
    )  # fmt: skip


def worker_number(text: str) -> int | str:
    """A number of workers, or an address as it is."""
    return int(text) if text.isdecimal() and len(text) < 10 else text
