"""Many tasks over time: search each with the library as it is, record, compress, promote, rewrite, revisit what was not solved."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from library.promotion import Rule
from library.records import Conflict, Subroutine
from library.stitch_code import symbols
from library.store import AbstractStore
from primitives.primitive import expand
from primitives.types import TensorType, arguments_of

from .budget import Budget, parse_budget
from .curriculum import Curriculum, Stage, load_curriculum
from .data import VALUES
from .errors import TaskError
from .harvest import Report, harvest
from .nets import promote_net
from .session import Options, Progress, Result, default_strategy, open_study, run_study
from .study import Schedule
from .task import AbstractTask

logger = logging.getLogger(__name__)
Tasks = Curriculum | AbstractTask | str | Path | Sequence["str | Path | AbstractTask"]
DEFAULT_BUDGET = Budget(seconds=60.0)


@dataclass(frozen=True, eq=False)
class Growth:
    """What growing came to: the last result of each task in the curriculum's order (``evaluations`` and ``seconds`` over all attempts),
    the subroutines promoted, the library's rows afterwards, seconds in all, and a report of each compression."""

    results: list[Result]
    promoted: list[Subroutine]
    library: list[dict[str, Any]]
    seconds: float
    compressions: list[Report] = field(default_factory=list)


def grow(
    tasks: Tasks,
    store: AbstractStore,
    *,
    options: Options | None = None,
    budget: str | int | float | Budget | None = None,
    frozen: bool = False,
    only: Collection[str] | None = None,
    every: int = 5,
    first: float = 0.1,
    revisit: bool = True,
    rule: Rule | None = None,
    progress: Progress | None = None,
    on_result: Callable[[Result], None] | None = None,
    search_path: Sequence[str | Path] = (),
    **given: Any,
) -> Growth:
    """Search the tasks one after another with the growing library of ``store``.

    ``budget`` is for each task (default: what its stage says, then that of ``options``, then 60 s); a strategy that ``options`` name goes
    before the stage's. Tasks that are not trained are searched in two passes, so that what the easy ones teach helps with the hard ones:
    first with the share ``first`` of the budget, compressing after ``every`` newly solved tasks, then those left with the rest,
    compressing after each. With ``revisit`` those still unsolved get one more attempt where the library has changed since. ``frozen``
    uses the library and changes no word of it; ``only`` names the tasks to search. ``on_result`` is told each task's result once it is
    final. ``given`` are further fields of Options.

    Everything found is in the store at once: after a KeyboardInterrupt (or worse) another ``grow`` with the same store starts with what
    was solved and promoted. With budgets counted in evaluations the same seed and library give the same programs. Raises TaskError.
    """
    options = options or Options(DEFAULT_BUDGET)
    try:
        options = replace(options, **{name: _plain(name, value) for name, value in given.items() if value is not None})
    except TypeError:
        raise TaskError(f"option={', '.join(given)}: the options are {', '.join(vars(options))}; correct it") from None
    curriculum = curriculum_of(tasks, seed=options.seed, search_path=search_path)
    chosen = None if budget is None else parse_budget(budget)
    grower = _Grower(store, options, chosen, frozen, every, first, revisit, rule, progress, on_result)
    return grower.run(curriculum, only)


def _plain(name: str, value: Any) -> Any:
    """An option as Options wants it, from what a declaration or a caller may say."""
    if name == "budget":
        return parse_budget(value)
    if name == "schedule" and isinstance(value, Mapping):
        return Schedule(**value)
    return tuple(value) if name == "words" and not isinstance(value, str) else value


def curriculum_of(tasks: Tasks, *, seed: int = 0, search_path: Sequence[str | Path] = ()) -> Curriculum:
    """A curriculum from one, from tasks, or from references as ``automl grow`` takes them. Raises TaskError."""
    if isinstance(tasks, Curriculum):
        return tasks
    each = [tasks] if isinstance(tasks, (str, Path, AbstractTask)) else list(tasks)
    if not each:
        raise TaskError("tasks=[]: at least one task or curriculum is required; name one")
    stages: list[Stage] = []
    for one in each:
        if isinstance(one, AbstractTask):
            stages.append(Stage(one.name, (one,)))
        else:
            stages.extend(load_curriculum(str(one), seed=seed, search_path=search_path).stages)
    names = [task.name for stage in stages for task in stage.tasks]
    twice = next((name for position, name in enumerate(names) if name in names[:position]), None)
    if twice is not None:
        raise TaskError(f"task={twice!r} occurs twice: names must differ; rename or remove one")
    if all(isinstance(one, AbstractTask) for one in each):  # one stage, so that they share its passes
        return Curriculum("tasks", (Stage("tasks", tuple(task for stage in stages for task in stage.tasks)),))
    return Curriculum(" + ".join(str(getattr(one, "name", one)) for one in each), tuple(stages))


@dataclass
class _Grower:
    store: AbstractStore
    options: Options
    budget: Budget | None
    frozen: bool
    every: int
    first: float
    revisit: bool
    rule: Rule | None
    progress: Progress | None
    on_result: Callable[[Result], None] | None
    tasks: dict[str, AbstractTask] = field(default_factory=dict)
    sources: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    results: dict[str, Result] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)
    """The library that each task was last searched with."""
    promoted: list[Subroutine] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    fresh: int = 0
    """Programs found since the last compression."""

    def run(self, curriculum: Curriculum, only: Collection[str] | None) -> Growth:
        started = time.monotonic()
        self.tasks = {task.name: task for task in curriculum.tasks}
        self.sources = {name: how for stage in curriculum.stages for name, how in stage.sources.items()}
        for stage in curriculum.stages:
            self._stage(stage, [task for task in stage.tasks if only is None or task.name in only])
        results = [self.results[task.name] for task in curriculum.tasks if task.name in self.results]
        rows = [dict(row) for row in self.store.library_list()]
        return Growth(results, self.promoted, rows, time.monotonic() - started, self.reports)

    def _stage(self, stage: Stage, tasks: list[AbstractTask]) -> None:
        """A stage in passes: all tasks with a first share of the budget, what is left with the rest, and once more what is still left
        and was searched with another library."""
        if not tasks:
            return
        options = self._options(stage)
        waiting = [task for task in tasks if not self._first_pass(task, options)]
        self._compress()
        for task in waiting:
            every = 1 if self._in_passes(task) else self.every
            self._finish(task, self._attempt(task, self._rest(task, options)), every)
        self._compress()
        for task in tasks:
            if self.results[task.name].solved:
                continue
            if self.revisit and self.store.snapshot() != self.seen[task.name]:
                logger.info("task=%r: another attempt with the library as it is now", task.name)
                self._attempt(task, options)
                self._compress()
            self._tell(self.results[task.name])

    def _first_pass(self, task: AbstractTask, options: Options) -> bool:
        """Try the task with a share of its budget; whether it needs no more. What is trained, and all where nothing can be learned from
        the others, is left for the second pass."""
        if not self._in_passes(task):
            return False
        settings = {"hurry": False, **options.settings} if _enumerates(task, options) else options.settings
        result = self._attempt(task, replace(options, budget=_part(options.budget, self.first), settings=settings))
        self._finish(task, result, self.every)
        return result.solved

    def _in_passes(self, task: AbstractTask) -> bool:
        return self.first > 0 and self.revisit and not self.frozen and task.search_view().target == VALUES

    def _rest(self, task: AbstractTask, options: Options) -> Options:
        return replace(options, budget=_part(options.budget, 1 - self.first)) if self._in_passes(task) else options

    def _finish(self, task: AbstractTask, result: Result, every: int) -> None:
        if result.solved:
            self._tell(result)
        if self.fresh >= every:
            self._compress()

    def _options(self, stage: Stage) -> Options:
        """The options for a stage: what the caller asked for, then what the stage declares."""
        options = self.options
        try:
            options = replace(options, **{name: _plain(name, value) for name, value in stage.options.items()})
        except TypeError as error:
            raise TaskError(f"stage={stage.name!r}: options={dict(stage.options)!r}: {error}; correct it") from None
        chosen = self.budget or (options.budget if stage.budget is None else parse_budget(stage.budget))
        return replace(options, budget=chosen, strategy=self.options.strategy or stage.strategy or options.strategy)

    def _attempt(self, task: AbstractTask, options: Options) -> Result:
        """One study of the task; its result takes the place of an earlier one, whose cost is added."""
        if task.search_view().target == VALUES:
            options = replace(options, trainer={})  # a mixed curriculum's trainer is for its nets
        self.seen[task.name] = self.store.snapshot()
        study = open_study(task, self.store, options, progress=self._progress(task), source=self.sources.get(task.name))
        result = run_study(study)
        earlier = self.results.get(task.name)
        if earlier is not None:
            result = replace(
                result if _better(result, earlier, study.data.direction) else earlier,
                evaluations=earlier.evaluations + result.evaluations,
                seconds=earlier.seconds + result.seconds,
                structures=earlier.structures + result.structures,
            )
        self.results[task.name] = result
        if result.solved:
            self.fresh += 1
            self._credit(result)
            if not self.frozen and isinstance(arguments_of(task.type)[1], TensorType):
                self._promote_net(task, result, options)
        return result

    def _progress(self, task: AbstractTask) -> Progress | None:
        if self.progress is None:
            return None
        tell, done, total = self.progress, len(self.results), len(self.tasks)
        return lambda state: tell({**state, "task": task.name, "done": done, "tasks": total})

    def _tell(self, result: Result) -> None:
        if self.on_result is not None:
            self.on_result(result)

    def _credit(self, result: Result) -> None:
        """Add to what subroutines saved: the symbols by which this program would be longer with one written out."""
        assert result.model is not None
        words, term = result.model.vocabulary.all_words, result.model.term
        length = symbols(term, words)
        saved = {
            record.digest: float(max(0, symbols(expand(term, {record.name: words[record.name]}), words) - length))
            for record in result.model.vocabulary.subroutines_in(term)
        }
        if saved:
            self.store.add_uses((), saved)

    def _promote_net(self, task: AbstractTask, result: Result, options: Options) -> None:
        record, decision = promote_net(self.store, task, result, options.target, self.rule)
        if record is not None:
            self.promoted.append(record)
        logger.info("task=%r: %s", task.name, "; ".join(decision.reasons))

    def _compress(self) -> None:
        """Harvest what was found since the last time, if anything."""
        fresh, self.fresh = self.fresh, 0
        if self.frozen or not fresh:
            return
        try:
            report, promoted = harvest(self.store, self.tasks, self.rule)
        except Conflict as conflict:  # another growth with this store was first
            logger.info("compressing again: %s", conflict)
            report, promoted = harvest(self.store, self.tasks, self.rule)
        self.reports.append(report)
        self.promoted.extend(promoted)
        if promoted:
            logger.info("promoted %s", ", ".join(record.name for record in promoted))


def _enumerates(task: AbstractTask, options: Options) -> bool:
    return (options.strategy or default_strategy(task.search_view())) == "enumerative"


def _part(budget: Budget, share: float) -> Budget:
    """A share of a budget."""
    if budget.evaluations is not None:
        return Budget(evaluations=max(1, round(budget.evaluations * share)))
    return Budget(seconds=(budget.seconds or 0.0) * share)


def _better(new: Result, old: Result, direction: str) -> bool:
    """Whether a later attempt's result is to be shown in place of the earlier one's."""
    if new.solved or new.score is None or old.score is None:
        return new.solved or old.score is None
    return new.score >= old.score if direction.startswith("max") else new.score <= old.score
