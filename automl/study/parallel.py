"""Many tasks at a time, each a study of its own in a worker process. Plain data goes in and comes out."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from library.records import Run, StoreError
from library.store import AbstractStore, open_store
from primitives.values import Outcome
from search.bounds import Bounds

from ..budget import Budget
from ..errors import EvaluationBug
from ..execution.executors import WorkerError, executor_kind, open_executor
from ..execution.executors.base import AbstractExecutor
from ..tasks.data import VALUES
from ..tasks.load import load_tasks
from ..tasks.task import Task
from .ending import Ending
from .opening import Options, check_options, find_strategies, open_study, run_study
from .planning.schedule import Schedule
from .result import Result

SEARCH, ENTER = f"{__name__}:search_job", f"{__name__}:enter"
GRACE = 60.0
"""Seconds beyond its budget in which a search must load its task and test what it found."""
LONGEST = 1e8


def side_by_side(tasks: Sequence[Task], options: Options, store: AbstractStore) -> bool:
    """Whether to search several of the tasks at a time: where there are workers for it, and each is a fused search, which uses one
    core of one of them. Raises StudyError or StrategyError."""
    if len(tasks) < 2 or not store.persistent:
        return False
    known = find_strategies()
    for task in tasks:
        data = task.data
        check_options(options, data)
        if data.target != VALUES or not known[options.strategy_for(data)].fused:
            return False
    return executor_kind(options.workers).side_by_side(str(options.workers))


def search_many(
    tasks: Sequence[Task],
    url: str,
    options: Options,
    source: Mapping[str, object],
    on_result: Callable[[Result], None],
    on_start: Callable[[Sequence[str]], None] = lambda runs: None,
    search_path: Sequence[str] = (),
    sources: Mapping[str, Mapping[str, object]] = {},
    runs: Sequence[str] = (),
) -> None:
    """Search several tasks at a time; ``on_result`` gets each Result in the tasks' order, without its model and history.

    tasks: what to search.
    url: the store's.
    options: those of every search; ``workers`` is how many run at a time, and where, as an executor takes it.
    source: how to load the tasks again (``spec``, ``seed``, ``target_column``).
    on_result: told of each search when those before it are told of.
    on_start: told the ids of all runs first.
    search_path: folders of named experiments.
    sources: ``source`` of single tasks, by name, where it differs.
    runs: the ids of the runs, one a task (default: new ones); one that the store has goes on.

    What was running when this is interrupted is marked so and can be gone on with. Raises EvaluationBug; WorkerError where the
    workers cannot be had, or are lost all at once.
    """
    runs = list(runs) or [uuid.uuid4().hex[:12] for _ in tasks]
    on_start(runs)
    context = {"url": url, "source": dict(source), "search_path": [str(folder) for folder in search_path]}
    context |= {"options": options_to_json(options), "folder": os.getcwd()}
    deadline = LONGEST if options.budget.seconds is None else options.budget.seconds + GRACE
    try:
        with open_executor(SEARCH, context, workers=options.workers, prepare=ENTER) as executor:
            for number, (task, run) in enumerate(zip(tasks, runs, strict=True)):
                job = {"name": task.name, "run": run, "source": dict(sources.get(task.name, {}))}
                executor.submit(number, job, deadline)
            _take_in_order(executor, tasks, runs, on_result)
    except (KeyboardInterrupt, WorkerError):
        _mark_interrupted(url, runs)
        raise


def _take_in_order(
    executor: AbstractExecutor,
    tasks: Sequence[Task],
    runs: Sequence[str],
    on_result: Callable[[Result], None],
) -> None:
    done: dict[int, Result] = {}
    given = 0
    while given < len(tasks):
        for number, result in executor.wait(1.0):
            if result.outcome == "error":
                raise EvaluationBug(
                    f"task={tasks[number].name!r}, run={runs[number]}: the search failed\n{result.detail}"
                )
            value = result.value if result.outcome == Outcome.OK else None
            done[number] = (
                result_from_json(value) if value else _lost(tasks[number], runs[number], result.outcome, result.seconds)
            )
        while given in done:
            on_result(done.pop(given))
            given += 1


def _mark_interrupted(url: str, runs: Sequence[str]) -> None:
    """Note of the runs that were going on that they are so no more; their workers have ended."""
    with open_store(url) as store:
        for run in store.runs(state="running", unreadable=lambda run, error: None):
            if run.id in runs:
                store.update_run(run.id, state="interrupted")


def enter(context: Mapping[str, Any]) -> None:
    """Go where the driver is, so that relative paths mean the same here. Raises OSError where this machine lacks the folder."""
    os.chdir(context["folder"])


def search_job(context: Mapping[str, Any], job: Mapping[str, Any]) -> dict[str, object]:
    """One task's search in a worker: a Result's plain fields."""
    source = {**context["source"], **job.get("source", {})}
    tasks = _tasks(source["spec"], source.get("target_column"), source["seed"], tuple(context["search_path"]))
    store = open_store(context["url"], create=False)  # the driver has it open: elsewhere it would be another one
    try:
        study = open_study(
            tasks[job["name"]],
            store,
            options_from_json(context["options"]),
            run=begun_run(store, job["run"]),
            run_id=job["run"],
            source={**source, "name": job["name"]},
        )
        return result_to_json(run_study(study))
    finally:
        store.close()


_loaded: dict[tuple[object, ...], dict[str, Task]] = {}


def _tasks(spec: str, target: str | None, seed: int, search_path: tuple[str, ...]) -> dict[str, Task]:
    """The tasks of a reference by name, read once a worker."""
    key = (spec, target, seed, search_path)
    if key not in _loaded:
        _loaded[key] = {
            task.name: task for task in load_tasks(spec, target=target, seed=seed, search_path=search_path, refused=[])
        }
    return _loaded[key]


def options_to_json(options: Options) -> dict[str, object]:
    """Options as plain data, but for the workers: a search in a worker has one."""
    given = {each.name: getattr(options, each.name) for each in fields(Options)}
    for name in ("trainer", "settings", "weights"):
        given[name] = dict(given[name])
    schedule = asdict(options.schedule) if isinstance(options.schedule, Schedule) else options.schedule
    bounds = asdict(options.bounds)
    return {**given, "budget": options.budget.to_json(), "schedule": schedule, "bounds": bounds, "workers": 1}


def options_from_json(given: Mapping[str, Any]) -> Options:
    """The options whose ``options_to_json`` is given."""
    return Options(
        **{
            **given,
            "budget": Budget.from_json(given["budget"]),
            "bounds": Bounds(**given["bounds"]),
        }  # fmt: skip
    )


def begun_run(store: AbstractStore, run: str) -> Run | None:
    """The run of that id, if the store has it."""
    try:
        return store.run(run)
    except StoreError:
        return None


def result_to_json(result: Result) -> dict[str, object]:
    """A result as plain data, without its model, history and all else that was found."""
    plain = {
        each.name: getattr(result, each.name)
        for each in fields(Result)
        if each.name not in ("model", "history", "task", "found")
    }
    return {**plain, "outcome": str(result.outcome)}


def result_from_json(value: Mapping[str, Any]) -> Result:
    """The result whose ``result_to_json`` is given."""
    lists = {name: tuple(value[name]) for name in ("subroutines", "alternatives")}
    return Result(**{**value, "model": None, "outcome": Ending(value["outcome"]), **lists})


def _lost(task: Task, run: str, outcome: str, seconds: float) -> Result:
    right = False if task.test is not None and task.data.target == VALUES else None
    return Result(
        name=task.name, run=run, solved=False, right=right, program="", model=None, score=None, test_score=None, evaluations=0,
        seconds=seconds, outcome=Ending(outcome), parameters=0, subroutines=(),
    )  # fmt: skip
