"""The loop of a growth: what ``growth.grow`` does with its curriculum."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from library.compression.stitch_code import symbols
from library.promotion import Rule
from library.records import Conflict, Subroutine
from library.store import AbstractStore
from primitives.primitive import expand
from primitives.types import TensorType, arguments_of

from ..budget import Budget, parse_budget
from ..errors import TaskError
from ..study.guides import keep
from ..study.opening import Options, Progress, Result, default_strategy, load_vocabulary, open_study, run_study
from ..study.parallel import at_a_time, search_many
from ..study.study import Schedule
from ..tasks.curriculum import Curriculum, Stage
from ..tasks.data import VALUES
from ..tasks.task import Task
from .compression_step import Report, harvest
from .learned_guidance import Plan, learn_from
from .net_promotion import promote_net
from .retention import upkeep
from .trials import begin_trials, end_trials, families_of

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Iteration:
    """How the library stood after one iteration: tasks solved and right so far, terms and seconds of searches so far (``elapsed``:
    seconds by the clock, learning included), active words, what was promoted and demoted in it, and the record of the model's training."""

    number: int
    tasks: int
    solved: int
    right: int
    terms: int
    seconds: float
    elapsed: float
    library: int
    promoted: tuple[str, ...] = ()
    demoted: tuple[str, ...] = ()
    training: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return {
            **asdict(self),
            "promoted": list(self.promoted),
            "demoted": list(self.demoted),
            "training": dict(self.training),
        }


@dataclass(frozen=True, eq=False)
class Growth:
    """What growing came to: the last result of each task in the curriculum's order (``evaluations`` and ``seconds`` over all attempts),
    the subroutines promoted, the library's rows afterwards, seconds in all, a report of each compression, and one of each iteration."""

    results: list[Result]
    promoted: list[Subroutine]
    library: list[dict[str, Any]]
    seconds: float
    compressions: list[Report] = field(default_factory=list)
    iterations: list[Iteration] = field(default_factory=list)


@dataclass
class Grower:
    """One growth, from its first task to what it came to; the fields are those of ``growth.grow``."""

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
    iterations: int = 1
    plan: Plan = field(default_factory=lambda: Plan("off"))
    on_iteration: Callable[[Iteration], None] | None = None
    tasks: dict[str, Task] = field(default_factory=dict)
    sources: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    results: dict[str, Result] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)
    """The library that each task was last searched with."""
    promoted: list[Subroutine] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    history: list[Iteration] = field(default_factory=list)
    fresh: int = 0
    """Programs found since the last compression."""

    def run(self, curriculum: Curriculum, only: Collection[str] | None) -> Growth:
        started = time.monotonic()
        self.tasks = {task.name: task for task in curriculum.tasks}
        self.sources = {name: how for stage in curriculum.stages for name, how in stage.sources.items()}
        stages = [(stage, [t for t in stage.tasks if only is None or t.name in only]) for stage in curriculum.stages]
        for number in range(1, self.iterations + 1):
            before = len(self.promoted)
            for stage, tasks in stages:
                if number == 1:
                    self._stage(stage, tasks)
                else:
                    self._revisit(tasks, self._options(stage))
            self._conclude(number, before, started)
        results = [self.results[task.name] for task in curriculum.tasks if task.name in self.results]
        rows = [dict(row) for row in self.store.library_list()]
        return Growth(results, self.promoted, rows, time.monotonic() - started, self.reports, self.history)

    def _stage(self, stage: Stage, tasks: list[Task]) -> None:
        """A stage in passes: all tasks with a first share of the budget, what is left with the rest, and once more what is still left
        and was searched with another library."""
        if not tasks:
            return
        options = self._options(stage)
        waiting = self._first_pass(tasks, options)
        self._compress()
        left = [task for task in waiting if self._in_passes(task)]
        self._search(left, replace(options, budget=_part(options.budget, 1 - self.first)), 1)
        self._search([task for task in waiting if task not in left], options, self.every)
        self._compress()
        if self.iterations > 1:  # the next one revisits
            return
        for task in tasks:
            if self.results[task.name].solved:
                continue
            if self.revisit and self.store.snapshot() != self.seen[task.name]:
                logger.info("task=%r: another attempt with the library as it is now", task.name)
                self._attempt(task, options)
                self._compress()
            self._tell(self.results[task.name])

    def _first_pass(self, tasks: list[Task], options: Options) -> list[Task]:
        """Try the tasks with a share of their budget; those that need more. What is trained, and all where nothing can be learned from
        the others, is left for the second pass."""
        early = [task for task in tasks if self._in_passes(task)]
        enumerated = [task for task in early if _enumerates(task, options)]
        short = replace(options, budget=_part(options.budget, self.first))
        self._search(enumerated, replace(short, settings={"hurry": False, **options.settings}), self.every)
        self._search([task for task in early if task not in enumerated], short, self.every)
        return [task for task in tasks if task not in early or not self.results[task.name].solved]

    def _search(self, tasks: Sequence[Task], options: Options, every: int) -> None:
        """Search the tasks, compressing after so many newly solved ones; several at a time where that can be."""
        for group in self._groups(tasks, options):
            if len(group) == 1:
                self._finish(group[0], self._attempt(group[0], options), every)
                continue
            for task in group:
                self.seen[task.name] = self.store.snapshot()
            named = {task.name: task for task in group}

            def take(result: Result, named: Mapping[str, Task] = named) -> None:
                task = named[result.name]
                self._finish(task, self._take(task, result, options), every)

            sources = {task.name: self.sources[task.name] for task in group}
            plain = replace(options, trainer={})
            search_many(group, self.store.url, plain, {"seed": options.seed}, take, sources=sources)

    def _groups(self, tasks: Sequence[Task], options: Options) -> list[list[Task]]:
        """The tasks in groups that are searched at a time: all, or one by one."""
        together = [task for task in tasks if task.name in self.sources and task.search_view().target == VALUES]
        if at_a_time(together, replace(options, trainer={}), self.store) < 2:
            return [[task] for task in tasks]
        return [together, *([task] for task in tasks if task not in together)]

    def _revisit(self, tasks: Sequence[Task], options: Options) -> None:
        """Unsolved tasks once more with their whole budget, then the solved ones with as much as they took, if they are not trained."""
        left = [task for task in tasks if not self.results[task.name].solved]
        self._search(left, options, self.every)
        self._compress()
        for task in tasks:
            result = self.results[task.name]
            if task in left or task.search_view().target != VALUES:
                continue
            self._attempt(task, replace(options, budget=_shorter(options.budget, result)))
        self._compress()

    def _conclude(self, number: int, before: int, started: float) -> None:
        """Demote, learn and note where things stand after an iteration; tell what no later one revisits."""
        last = number == self.iterations
        if self.iterations > 1 and last:
            for result in self.results.values():
                if not result.solved:
                    self._tell(result)
        if self.iterations == 1 and self.plan.kind == "off":
            return
        demoted = [] if self.frozen else self._demote(last)
        learned = None if self.frozen else learn_from(self.store, self.tasks, plan=self.plan, seed=self.options.seed)
        results = self.results.values()
        iteration = Iteration(
            number, len(results), sum(r.solved for r in results), sum(r.right is True for r in results),
            sum(r.evaluations for r in results), round(sum(r.seconds for r in results), 3), round(time.monotonic() - started, 3),
            len(self.store.subroutines()), tuple(each.name for each in self.promoted[before:]), tuple(demoted),
            {} if learned is None else learned.training,
        )  # fmt: skip
        self.history.append(iteration)
        if not self.frozen:
            guide = None if learned is None else learned.guide
            keep(self.store, load_vocabulary(self.store), guide, iteration.to_dict(), seed=self.options.seed)
        if self.on_iteration is not None:
            self.on_iteration(iteration)

    def _demote(self, last: bool) -> list[str]:
        """Take out what stopped paying; between iterations solved programs are words on trial, and at the end what served one family of
        tasks only goes too."""
        demoted = list(upkeep(self.store, self.rule))
        if self.iterations > 1 and last:
            demoted += [record.name for record in self._end_trials()]
        elif self.iterations > 1:
            begin_trials(self.store, self.tasks.values())
        return demoted

    def _end_trials(self) -> list[Subroutine]:
        return end_trials(self.store, families_of(self.tasks.values()), tasks=self.tasks.values())

    def _in_passes(self, task: Task) -> bool:
        return self.first > 0 and self.revisit and not self.frozen and task.search_view().target == VALUES

    def _finish(self, task: Task, result: Result, every: int) -> None:
        if result.solved:
            self._tell(result)
        if self.fresh >= every:
            self._compress()

    def _options(self, stage: Stage) -> Options:
        """The options for a stage: what the caller asked for, then what the stage declares."""
        options = self.options
        try:
            options = replace(options, **{name: plain_option(name, value) for name, value in stage.options.items()})
        except TypeError as error:
            raise TaskError(f"stage={stage.name!r}: options={dict(stage.options)!r}: {error}; correct it") from None
        chosen = self.budget or (options.budget if stage.budget is None else parse_budget(stage.budget))
        return replace(options, budget=chosen, strategy=self.options.strategy or stage.strategy or options.strategy)

    def _attempt(self, task: Task, options: Options) -> Result:
        """One study of the task; its result takes the place of an earlier one, whose cost is added."""
        if task.search_view().target == VALUES:
            options = replace(options, trainer={})  # a mixed curriculum's trainer is for its nets
        self.seen[task.name] = self.store.snapshot()
        study = open_study(task, self.store, options, progress=self._progress(task), source=self.sources.get(task.name))
        return self._take(task, run_study(study), options)

    def _take(self, task: Task, result: Result, options: Options) -> Result:
        """Note the result of an attempt."""
        earlier = self.results.get(task.name)
        if earlier is not None:
            result = replace(
                result if _better(result, earlier, task.search_view().direction) else earlier,
                evaluations=earlier.evaluations + result.evaluations,
                seconds=earlier.seconds + result.seconds,
                structures=earlier.structures + result.structures,
                first_evaluations=_first(earlier, result, "evaluations"),
                first_seconds=_first(earlier, result, "seconds"),
            )
        self.results[task.name] = result
        if result.solved:
            self.fresh += 1
            self._credit(result)
            if not self.frozen and isinstance(arguments_of(task.type)[1], TensorType):
                self._promote_net(task, result, options)
        return result

    def _progress(self, task: Task) -> Progress | None:
        if self.progress is None:
            return None
        tell, done, total = self.progress, len(self.results), len(self.tasks)
        return lambda state: tell({**state, "task": task.name, "done": done, "tasks": total})

    def _tell(self, result: Result) -> None:
        if self.on_result is not None:
            self.on_result(result)

    def _credit(self, result: Result) -> None:
        """Add to what subroutines saved: the symbols by which this program would be longer with one written out."""
        if result.model is not None:
            vocabulary, term = result.model.vocabulary, result.model.term
        else:  # it was found by a worker
            vocabulary = load_vocabulary(self.store)
            term = vocabulary.read(self.store.solutions(result.name, result.run)[-1].term)
        words = vocabulary.all_words
        length = symbols(term, words)
        saved = {
            record.digest: float(max(0, symbols(expand(term, {record.name: words[record.name]}), words) - length))
            for record in vocabulary.subroutines_in(term)
        }
        if saved:
            self.store.add_uses((), saved)

    def _promote_net(self, task: Task, result: Result, options: Options) -> None:
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


def _enumerates(task: Task, options: Options) -> bool:
    return (options.strategy or default_strategy(task.search_view())) == "enumerative"


def _part(budget: Budget, share: float) -> Budget:
    """A share of a budget."""
    if budget.evaluations is not None:
        return Budget(evaluations=max(1, round(budget.evaluations * share)))
    return Budget(seconds=(budget.seconds or 0.0) * share)


def _shorter(budget: Budget, result: Result) -> Budget:
    """A budget for a look at a solved task: what it took, and no more than a tenth of the whole."""
    if budget.evaluations is not None:
        return Budget(evaluations=max(1, min(result.evaluations, round(0.1 * budget.evaluations))))
    return Budget(seconds=min(max(result.seconds, 0.5), 0.1 * (budget.seconds or 0.0)))


def _first(earlier: Result, later: Result, what: str) -> Any:
    """The evaluations or seconds, over all attempts, until the first program was found."""
    before, now = getattr(earlier, f"first_{what}"), getattr(later, f"first_{what}")
    return before if before is not None or now is None else getattr(earlier, what) + now


def _better(new: Result, old: Result, direction: str) -> bool:
    """Whether a later attempt's result is to be shown in place of the earlier one's."""
    if (
        new.solved and old.solved and new.model is not None and old.model is not None
    ):  # another program, met all the same
        return new.model.term.size < old.model.term.size
    if new.solved or new.score is None or old.score is None:
        return new.solved or old.score is None
    return new.score >= old.score if direction.startswith("max") else new.score <= old.score


def plain_option(name: str, value: Any) -> Any:
    """An option as Options wants it, from what a declaration or a caller may say."""
    if name == "budget":
        return parse_budget(value)
    if name == "schedule" and isinstance(value, Mapping):
        return Schedule(**value)
    return tuple(value) if name == "words" and not isinstance(value, str) else value
