"""Many tasks at a time, each a study of its own in a worker process. Plain data goes in and comes out."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from library.store import AbstractStore, open_store

from ..budget import Budget
from ..errors import EvaluationBug
from ..execution.executors import open_executor
from ..execution.executors.base import OK
from ..tasks.data import VALUES
from ..tasks.load import load_tasks
from ..tasks.task import Task
from .opening import Options, check_options, default_strategy, find_strategies, open_study, run_study
from .phases import Schedule
from .result import Result

SEARCH = f"{__name__}:search_job"
GRACE = 60.0
"""Seconds beyond its budget in which a search must load its task and test what it found."""
LONGEST = 1e8


def at_a_time(tasks: Sequence[Task], options: Options, store: AbstractStore) -> int:
    """How many of the tasks to search at a time: ``workers`` where each is a fused search, which uses one core; else 1."""
    if len(tasks) < 2 or not isinstance(options.workers, int) or not store.persistent:
        return 1
    known = find_strategies()
    for task in tasks:
        data = task.search_view()
        check_options(options, data)
        if data.target != VALUES or not known[options.strategy or default_strategy(data)].fused:
            return 1
    return min(options.workers, len(tasks))


def search_many(
    tasks: Sequence[Task],
    url: str,
    options: Options,
    source: Mapping[str, Any],
    on_result: Callable[[Result], None],
    on_start: Callable[[Sequence[str]], None] = lambda runs: None,
    search_path: Sequence[str] = (),
    sources: Mapping[str, Mapping[str, Any]] = {},
) -> None:
    """Search ``options.workers`` tasks at a time; ``on_result`` gets each Result in the tasks' order, without its model and history.

    ``url`` is the store's, ``source`` how to load the tasks again (``spec``, ``seed``, ``target_column``), ``sources`` the same for
    single tasks, by name, where they differ. ``on_start`` is told the ids
    of all runs first. What was running when this is interrupted can be resumed one by one.
    """
    runs = [uuid.uuid4().hex[:12] for _ in tasks]
    on_start(runs)
    context = {
        "url": url,
        "source": dict(source),
        "search_path": [str(folder) for folder in search_path],
        "options": _plain(options),
    }
    deadline = LONGEST if options.budget.seconds is None else options.budget.seconds + GRACE
    done: dict[int, Result] = {}
    given = 0
    with open_executor(SEARCH, context, workers=f"processes:{options.workers}") as executor:
        for number, (task, run) in enumerate(zip(tasks, runs)):
            job = {"name": task.name, "run": run, "source": dict(sources.get(task.name, {}))}
            executor.submit(number, job, deadline)
        while given < len(tasks):
            for number, result in executor.wait(1.0):
                if result.outcome == "error":
                    raise EvaluationBug(
                        f"task={tasks[number].name!r}, run={runs[number]}: the search failed\n{result.detail}"
                    )
                value = result.value if result.outcome == OK else None
                done[number] = (
                    _result(value) if value else _lost(tasks[number], runs[number], result.outcome, result.seconds)
                )
            while given in done:
                on_result(done.pop(given))
                given += 1


def search_job(context: Mapping[str, Any], job: Mapping[str, Any]) -> dict[str, Any]:
    """One task's search in a worker: a Result's plain fields."""
    source = {**context["source"], **job.get("source", {})}
    tasks = _tasks(source["spec"], source.get("target_column"), source["seed"], tuple(context["search_path"]))
    store = open_store(context["url"])
    try:
        study = open_study(
            tasks[job["name"]],
            store,
            _options(context["options"]),
            run_id=job["run"],
            source={**source, "name": job["name"]},
        )
        result = run_study(study)
        return {
            each.name: getattr(result, each.name) for each in fields(Result) if each.name not in ("model", "history")
        }
    finally:
        store.close()


_loaded: dict[tuple[Any, ...], dict[str, Task]] = {}


def _tasks(spec: str, target: str | None, seed: int, search_path: tuple[str, ...]) -> dict[str, Task]:
    """The tasks of a reference by name, read once a worker."""
    key = (spec, target, seed, search_path)
    if key not in _loaded:
        _loaded[key] = {task.name: task for task in load_tasks(spec, target=target, seed=seed, search_path=search_path)}
    return _loaded[key]


def _plain(options: Options) -> dict[str, Any]:
    given = {each.name: getattr(options, each.name) for each in fields(Options)}
    for name in ("trainer", "settings", "weights"):
        given[name] = dict(given[name])
    schedule = None if options.schedule is None else asdict(options.schedule)
    return {**given, "budget": options.budget.to_json(), "schedule": schedule, "workers": 1}


def _options(given: Mapping[str, Any]) -> Options:
    schedule = given["schedule"]
    return Options(
        **{
            **given,
            "budget": Budget.from_json(given["budget"]),
            "schedule": None if schedule is None else Schedule.from_dict(schedule),
        }  # fmt: skip
    )


def _result(value: Mapping[str, Any]) -> Result:
    lists = {name: tuple(value[name]) for name in ("subroutines", "alternatives")}
    return Result(**{**value, "model": None, **lists})


def _lost(task: Task, run: str, outcome: str, seconds: float) -> Result:
    right = False if task.test() is not None else None
    return Result(task.name, run, False, right, "", None, None, None, 0, seconds, outcome, 0, ())
