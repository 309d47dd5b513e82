"""Many tasks over time: wake (search each with the library as it is), abstract (compress, promote, rewrite, demote), dream (re-estimate
the grammar, train the recognition model), and again with what was not solved (Ellis et al. 2021)."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from library.records import Run
from library.store import AbstractStore

from ..budget import DEFAULT_BUDGET, Budget, BudgetText, parse_budget, stored_budget
from ..errors import StudyError, TaskError
from ..study.opening import Options, plain_option
from ..study.parallel import options_from_json
from ..study.planning.limits import NAMES as BOUNDS
from ..study.planning.options import with_given
from ..tasks.curriculum import Curriculum, Stage, load_curriculum
from ..tasks.load import load_tasks
from ..tasks.task import Task
from .grower import Grower
from .journal import is_growth, new_growth, unfinished_growth
from .outcome import Growth, Iteration
from .plan import Begun, GrowthPlan, Listeners, Setup, possible_setup, written_setup

__all__ = [
    "Begun", "Growth", "GrowthPlan", "Iteration", "Listeners", "curriculum_of", "grow", "is_growth", "resume_growth",
]  # fmt: skip
logger = logging.getLogger(__name__)
Tasks = Curriculum | Task | str | Path | Sequence["str | Path | Task"]


def grow(
    tasks: Tasks,
    store: AbstractStore,
    *,
    budget: BudgetText | None = None,
    evaluations: int | None = None,
    options: Options | None = None,
    plan: GrowthPlan | None = None,
    listeners: Listeners | None = None,
    anew: bool = False,
    search_path: Sequence[str | Path] = (),
    split_seed: int = 0,
    **given: Any,
) -> Growth:
    """What searching the tasks one after another with the growing library of a store comes to.

    tasks: a curriculum, or tasks as objects or as references that ``automl grow`` takes.
    store: the library, in which everything found is kept at once.
    budget: the time of each task, such as ``"60s"`` (default: what its stage says, then that of ``options``, then 60 s).
    evaluations: the number of evaluations of each task (default: not bounded); with a time whichever comes first.
    options: how each search is run; a strategy that they name goes before the stage's.
    plan: how the tasks are gone through and what is learned on the way.
    listeners: who is told of results on the way.
    anew: begin at the first task even where a growth with the same tasks and arguments was ended before it was finished (default: go
        on with it, at its first task that was not finished).
    search_path: folders in which named experiments are looked for.
    split_seed: divides the data of tasks that are loaded here (default: 0).
    given: single fields of Options, GrowthPlan or Listeners, such as ``seed=1``, ``iterations=2``, ``guidance="model"``, and bounds on
        programs, such as ``max_parameters=8000``.

    Tasks that are not trained are searched in two passes, so that what the easy ones teach helps with the hard ones: first with a share
    of the budget, compressing after every few newly solved tasks, then those left with the rest, compressing after each. Each iteration
    beyond the first revisits all tasks: the unsolved with their whole budget, the solved with as much as they took (a tenth of the budget
    at most), for a shorter program. With several iterations or with guidance words that stopped paying are demoted.

    With ``workers`` in the options tasks of an enumeration are searched several at a time, where the store is one that other processes
    can open and the tasks came by reference; which words help whom then depends on timing. With budgets counted in evaluations the same
    seed and library give the same programs, however often the growth was ended and gone on with. Raises TaskError, StudyError.
    """
    options, plan, listeners = _with_fields(
        [options or Options(DEFAULT_BUDGET), plan or GrowthPlan(), listeners or Listeners()], given
    )
    curriculum = curriculum_of(tasks, seed=split_seed, search_path=search_path)
    setup = Setup(curriculum, options, _budget(budget, evaluations), plan)
    setup = possible_setup(written_setup(setup, store), store)
    refused = setup.curriculum.refused
    for reason in refused:
        logger.warning("refused: %s", reason)
    earlier = None if anew else unfinished_growth(store, setup)
    growth = Grower(store, setup, listeners, earlier or new_growth(store, setup)).run()
    return replace(growth, refused=refused)


def _budget(budget: BudgetText | None, evaluations: int | None) -> Budget | None:
    return None if budget is None and evaluations is None else parse_budget(budget, evaluations)


def _with_fields(parts: list[Any], given: Mapping[str, Any]) -> list[Any]:
    """The data classes with the given fields, each in the first that has it; None changes nothing."""
    names = [
        [each.name for each in fields(part)] + (list(BOUNDS) if isinstance(part, Options) else []) for part in parts
    ]
    for name in given:
        if not any(name in known for known in names):
            every = ", ".join(each for known in names for each in known)
            raise TaskError(f"option={name} is not known; there are: {every}; correct it")
    for position, part in enumerate(parts):
        mine = {name: value for name, value in given.items() if value is not None and name in names[position]}
        if isinstance(part, Options):
            parts[position] = with_given(part, mine)
        else:
            parts[position] = replace(part, **{name: plain_option(name, value) for name, value in mine.items()})
    return parts


def resume_growth(
    store: AbstractStore,
    run: Run,
    *,
    workers: int | str | None = None,
    listeners: Listeners | None = None,
    search_path: Sequence[str | Path] = (),
) -> Growth:
    """What a stored growth comes to when it goes on; one that is finished comes to what it did.

    store: the library that it grows.
    run: its run in the store.
    workers: as in Options (default: one).
    listeners: who is told of results, those of finished tasks too.
    search_path: folders in which named experiments are looked for.

    Raises StudyError where its tasks cannot be loaded or are others now.
    """
    if not is_growth(run):
        raise StudyError(f"run={run.id!r} is a search and no growth; resume it as a search")
    kept = run.config["setup"]
    options = replace(options_from_json(kept["options"]), workers=workers or run.config.get("workers", 1))
    stages = tuple(_stage(run, stage, search_path) for stage in kept["stages"])
    budget = None if kept["budget"] is None else Budget.from_json(kept["budget"])
    setup = Setup(Curriculum(kept["name"], stages), options, budget, GrowthPlan.from_json(kept["plan"]))
    return Grower(store, setup, listeners or Listeners(), run).run()


def _stage(run: Run, kept: Mapping[str, Any], search_path: Sequence[str | Path]) -> Stage:
    """A stage as a growth keeps it, its tasks loaded again. Raises StudyError."""
    loaded: dict[str, dict[str, Task]] = {}
    tasks = []
    for each in kept["tasks"]:
        source = each["source"]
        if "spec" not in source:
            raise StudyError(
                f"run={run.id!r}: its task {each['name']!r} was made in Python, so it cannot be loaded here; call automl.grow with the "
                "same tasks and arguments"
            )
        key = f"{source['spec']} {source.get('seed', 0)} {source.get('target_column')}"
        if key not in loaded:
            found = load_tasks(
                source["spec"],
                target=source.get("target_column"),
                seed=source.get("seed", 0),
                search_path=search_path,
                refused=[],
            )
            loaded[key] = {task.name: task for task in found}
        task = loaded[key].get(each["name"])
        if task is None or task.digest != each["digest"]:
            raise StudyError(
                f"run={run.id!r}: task={each['name']!r} of {source['spec']!r} is gone or has changed since the growth began; restore it, "
                "or begin a new growth"
            )
        tasks.append(task)
    sources = {each["name"]: each["source"] for each in kept["tasks"]}
    budget = None if kept["budget"] is None else stored_budget(kept["budget"])
    return Stage(kept["name"], tuple(tasks), budget, kept["strategy"], kept["options"], sources)


def curriculum_of(tasks: Tasks, *, seed: int = 0, search_path: Sequence[str | Path] = ()) -> Curriculum:
    """A curriculum from one, from tasks, or from references as ``automl grow`` takes them. Raises TaskError."""
    if isinstance(tasks, Curriculum):
        return tasks
    each = [tasks] if isinstance(tasks, (str, Path, Task)) else list(tasks)
    if not each:
        raise TaskError("tasks=[]: at least one task or curriculum is required; name one")
    stages: list[Stage] = []
    refused: list[str] = []
    for one in each:
        if isinstance(one, Task):
            stages.append(Stage(one.name, (one,)))
            continue
        try:
            found = load_curriculum(str(one), seed=seed, search_path=search_path)
        except TaskError as error:
            if len(each) == 1:
                raise
            refused.append(f"{one}: {error}")
        else:
            stages.extend(found.stages)
            refused.extend(found.refused)
    if not stages:
        raise TaskError(refused[0])
    names = [task.name for stage in stages for task in stage.tasks]
    twice = next((name for position, name in enumerate(names) if name in names[:position]), None)
    if twice is not None:
        raise TaskError(f"task={twice!r} occurs twice: names must differ; rename or remove one")
    if all(isinstance(one, Task) for one in each):  # one stage, so that they share its passes
        return Curriculum("tasks", (Stage("tasks", tuple(task for stage in stages for task in stage.tasks)),))
    name = " + ".join(str(getattr(one, "name", one)) for one in each)
    return Curriculum(name, tuple(stages), refused=tuple(refused))
