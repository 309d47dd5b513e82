"""How a growth is to go: its plan, what it is given, what of that can be searched, and who is told of it on the way."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any

from library.promotion import Rule
from library.store import AbstractStore
from search.strategy import StrategyError

from ..budget import Budget
from ..errors import StudyError, TaskError
from ..study.opening import Options, Progress, possible_tasks, result_text, schedule_of
from ..study.parallel import options_to_json
from ..study.planning.beginning import begun_problem, written_out
from ..study.planning.options import with_given
from ..study.result import Result
from ..study.words import LibraryWords
from ..tasks.curriculum import PROGRAMS, Curriculum, Stage
from ..tasks.task import Task
from .clock import SHARE
from .learned_guidance import KINDS, GuidancePlan
from .outcome import Iteration


@dataclass(frozen=True)
class GrowthPlan:
    """How the tasks are gone through and what is learned on the way.

    frozen: use the library and change no word of it (default: no).
    only: names of the tasks to search (default: all).
    every: compress after so many newly solved tasks in the first pass (default: 5).
    first: the share of each task's budget that the first pass has, 0 for one pass only (default: 0.1).
    revisit: try unsolved tasks once more where the library has changed since (default: yes).
    rule: the bounds of promotion and demotion.
    learn_every: take out what stopped serving and learn where to look after so many tasks of the first iteration too, at the end of a
        stage; 0: at the end of each iteration alone (default: 0).
    iterations: how often to search, compress and learn; each further one revisits the tasks (default: 1).
    share: the share of the searches' budgets, where these are in seconds, that compression, trials, equivalence checks and learning may
        take beside them (default: 0.2).
    guidance: what later searches learn at the end of each iteration; a kind as text stands for a plan of that kind (default: off).

    Raises TaskError.
    """

    frozen: bool = False
    only: tuple[str, ...] | None = None
    every: int = 5
    first: float = 0.1
    revisit: bool = True
    rule: Rule = field(default_factory=Rule)
    learn_every: int = 0
    iterations: int = 1
    share: float = SHARE
    guidance: GuidancePlan = field(default_factory=lambda: GuidancePlan("off"))

    def __post_init__(self) -> None:
        if isinstance(self.guidance, str):
            object.__setattr__(self, "guidance", GuidancePlan(self.guidance))
        if self.only is not None:
            object.__setattr__(self, "only", tuple(sorted(self.only)))
        if self.rule is None:
            object.__setattr__(self, "rule", Rule())
        if self.guidance.kind not in KINDS:
            raise TaskError(f"guidance={self.guidance.kind!r}: needed one of {', '.join(KINDS)}")
        if not 0 <= self.share <= 100:
            raise TaskError(
                f"share={self.share!r}: needed a number from 0 to 100, such as 0.2 for a fifth of the searches' budgets"
            )
        if self.learn_every < 0:
            raise TaskError(f"learn_every={self.learn_every}: needed a number of tasks, or 0")
        if self.iterations < 1:
            raise TaskError(f"iterations={self.iterations}: needed at least 1")

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> GrowthPlan:
        """The plan whose ``asdict`` is given. Raises TypeError for fields that are not known."""
        return cls(**{**given, "rule": Rule(**given["rule"]), "guidance": GuidancePlan(**given["guidance"])})


@dataclass(frozen=True)
class Begun:
    """A growth that begins or goes on: its run's id, how many of its tasks have been searched already, and in which of its iterations
    it is, from 1."""

    run: str
    tasks: int
    searched: int = 0
    iteration: int = 1
    iterations: int = 1


@dataclass(frozen=True)
class Listeners:
    """Who is told what, in the process that grows.

    progress: the state of the search that is running, a mapping with ``task``, ``evaluations``, ``best``, ``done`` and ``tasks``.
    on_begin: that the growth begins or goes on.
    on_result: each task's result, once it is final; where a growth goes on, those of finished tasks too.
    on_iteration: how the library stands after each iteration.
    """

    progress: Progress | None = None
    on_begin: Callable[[Begun], None] | None = None
    on_result: Callable[[Result], None] | None = None
    on_iteration: Callable[[Iteration], None] | None = None


@dataclass(frozen=True)
class Setup:
    """All that decides a growth beside the library: tasks, options of their searches, a budget for each that goes before the stages',
    and the plan."""

    curriculum: Curriculum
    options: Options
    budget: Budget | None
    plan: GrowthPlan

    def __post_init__(self) -> None:
        for stage in self.curriculum.stages:
            self.stage_options(stage)

    def stage_options(self, stage: Stage) -> Options:
        """The options for a stage's searches: what the caller asked for, then what the stage declares. Raises TaskError."""
        options = self.options
        try:
            options = with_given(options, stage.options)
        except (TypeError, StudyError) as error:
            raise TaskError(f"stage={stage.name!r}: options={dict(stage.options)!r}: {error}; correct it") from None
        chosen = self.budget or (options.budget if stage.budget is None else stage.budget)
        return replace(options, budget=chosen, strategy=self.options.strategy or stage.strategy or options.strategy)

    def to_json(self) -> dict[str, Any]:
        """Plain data from which the growth can be begun or gone on with; tasks as references with digests."""
        return {
            "name": self.curriculum.name,
            "stages": [
                {
                    "name": stage.name,
                    "budget": None if stage.budget is None else _budget_text(stage.budget),
                    "strategy": stage.strategy,
                    "options": dict(stage.options),
                    "tasks": [
                        {"name": task.name, "digest": task.digest, "source": dict(stage.sources.get(task.name, {}))}
                        for task in stage.tasks
                    ],
                }
                for stage in self.curriculum.stages
            ],
            "options": options_to_json(self.options),
            "budget": None if self.budget is None else self.budget.to_json(),
            "plan": _plan_json(self.plan),
        }

    def digest(self) -> str:
        """The same for growths of the same tasks with the same arguments, wherever the tasks lie and however many workers search."""
        given = self.to_json()
        del given["options"]["workers"]
        for stage in given["stages"]:
            for task in stage["tasks"]:
                del task["source"]
        return hashlib.sha256(json.dumps(given, sort_keys=True, default=str).encode()).hexdigest()


def _plan_json(plan: GrowthPlan) -> dict[str, Any]:
    """A plan as growths have always kept it: what came later is there where it is used."""
    given: dict[str, Any] = json.loads(json.dumps(asdict(plan)))
    return {name: value for name, value in given.items() if name != "learn_every" or value}


def _budget_text(budget: Budget) -> str:
    """A stage's budget as growths have always kept it: digests of growths that were begun before stay the same."""
    return str(budget.evaluations) if budget.seconds is None else str(budget)


def written_setup(setup: Setup, store: AbstractStore) -> Setup:
    """The setup with the programs to begin with, and spaces, as texts, so that neither a file nor a run is needed to go on with it.

    setup: of a growth.
    store: has the runs that are named.

    Raises StudyError for what is no program.
    """
    stages = tuple(_written_stage(setup, stage, store) for stage in setup.curriculum.stages)
    curriculum = replace(setup.curriculum, stages=stages)
    return replace(setup, curriculum=curriculum, options=written_out(setup.options, partial(result_text, store)))


def _written_stage(setup: Setup, stage: Stage, store: AbstractStore) -> Stage:
    named = {name.replace("-", "_") for name in stage.options} & set(PROGRAMS)
    if not named:
        return stage
    options = written_out(setup.stage_options(stage), partial(result_text, store))
    kept: dict[str, Any] = {
        name: value for name, value in stage.options.items() if name.replace("-", "_") not in PROGRAMS
    }
    if "starts" in named:
        kept["starts"] = options.starts
    if options.programs:
        kept["programs"] = list(options.programs)
    if options.space is not None:
        kept["space"] = options.space
    return replace(stage, options=kept)


def possible_setup(setup: Setup, store: AbstractStore) -> Setup:
    """The setup without the tasks that cannot be searched with the options of their stages; those are refused.

    setup: of a growth, ``written_setup``.
    store: has the words of the searches.

    Raises StudyError or StrategyError where nothing is left.
    """
    words = LibraryWords(store)
    stages: list[Stage] = []
    refused: list[str] = []
    first: StudyError | StrategyError | None = None
    for stage in setup.curriculum.stages:
        options = setup.stage_options(stage)
        try:
            kept, reasons = possible_tasks(stage.tasks, options)
            kept, more = _fitting(kept, options, store, words)
        except (StudyError, StrategyError) as error:
            first = first or error
            kept, reasons, more = [], [f"{task.name}: {error}" for task in stage.tasks], []
        refused += [*reasons, *more]
        if kept:
            stages.append(replace(stage, tasks=tuple(kept)))
    if first is not None and not stages:
        raise first
    if not refused:
        return setup
    every = (*setup.curriculum.refused, *refused)
    return replace(setup, curriculum=replace(setup.curriculum, stages=tuple(stages), refused=every))


def _fitting(
    tasks: Sequence[Task], options: Options, store: AbstractStore, words: LibraryWords
) -> tuple[list[Task], list[str]]:
    """Those of the tasks that the programs to begin with, the space and the bounds fit, and why the others are refused. Raises
    StudyError where they fit none."""
    if not (options.programs or options.space is not None or options.bounds.by_shape):
        return list(tasks), []
    kept: list[Task] = []
    refused: list[tuple[str, StudyError]] = []
    vocabulary = words.vocabulary(store.snapshot(), options.words)
    for task in tasks:
        try:
            begun_problem(task, vocabulary, options, schedule_of(options, task.data))
        except StudyError as error:
            refused.append((task.name, error))
        else:
            kept.append(task)
    if refused and not kept:
        raise refused[0][1]
    return kept, [f"{name}: {error}" for name, error in refused]
