"""The loop of a growth: search, compress, learn, and again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from functools import cached_property

from library.records import Conflict, Run, Subroutine
from library.store import AbstractStore

from ..budget import Budget
from ..study.guides import keep
from ..study.opening import Options, Result
from ..study.result import count_right
from ..study.words import LibraryWords
from ..tasks.curriculum import Stage
from ..tasks.data import VALUES
from ..tasks.task import Task
from .attempts import Attempts
from .clock import COMPRESSION, TRIALS, Clock, TimeAllowance
from .compression_step import prepare_compression
from .equivalence import Sample
from .journal import GrowthJournal, Payload
from .learned_guidance import learn_from
from .outcome import CompressionReport, Growth, Iteration
from .plan import Begun, Listeners, Setup
from .retention import demote_unused
from .snapshot import RECENT, LibrarySnapshot
from .trials import begin_trials, end_trials, families_of

logger = logging.getLogger(__name__)
SHORT, MANY = 5, 48
"""Symbols of the shortest programs of a stage that become words on trial for the next ones, and how many do: stages of a curriculum build
on each other, more than tasks of one stage do."""
TRIED = 2
"""Later stages that a word on trial may wait for one of them to use it."""
NEW = 0.05
"""Newly solved tasks, as a share of all that were solved, for which these are compressed anew."""


class Grower:
    """One growth, from its first task, or from where its log ends, to what it comes to."""

    def __init__(self, store: AbstractStore, setup: Setup, listeners: Listeners, run: Run) -> None:
        self.store, self.setup, self.plan, self.listeners = store, setup, setup.plan, listeners
        self.clock = Clock()
        self.allowance = TimeAllowance(self.clock, self.plan.share)
        self.journal = GrowthJournal(store, run, self.clock)
        self.words = LibraryWords(store)
        self.runs: dict[str, Run] = {}
        self.attempts = Attempts(store, setup, listeners, self.journal, self.allowance, self.words)
        self.tasks = {task.name: task for task in setup.curriculum.tasks}
        self.reports: list[CompressionReport] = []
        self.history: list[Iteration] = []
        self.rested = 0
        """Tasks that had been searched when it was last learned from them in the middle of an iteration."""

    @property
    def results(self) -> dict[str, Result]:
        return self.attempts.results

    @property
    def promoted(self) -> list[Subroutine]:
        return self.attempts.promoted

    def run(self) -> Growth:
        """Grow to the end; KeyboardInterrupt leaves a growth that can be gone on with."""
        with self.journal:
            if self.listeners.on_begin is not None:
                searched, concluded = self.journal.subjects("search"), self.journal.subjects("learn")
                iterations = self.plan.iterations
                self.listeners.on_begin(
                    Begun(
                        self.journal.run.id, len(self._chosen()), len(searched), min(len(concluded) + 1, iterations), iterations
                    )
                )  # fmt: skip
            self._run()
        results = self.attempts.finished()
        rows = [dict(row) for row in self.store.library_list()]
        return Growth(
            [results[name] for name in self.tasks if name in results], self.promoted, rows, self.clock.total(), self.reports,
            self.history, self.journal.run.id, self.clock.seconds(),
        )  # fmt: skip

    def _chosen(self) -> list[Task]:
        return [task for task in self.tasks.values() if self.plan.only is None or task.name in self.plan.only]

    def _run(self) -> None:
        chosen = {task.name for task in self._chosen()}
        stages = [(stage, [t for t in stage.tasks if t.name in chosen]) for stage in self.setup.curriculum.stages]
        for number in range(1, self.plan.iterations + 1):
            before = len(self.promoted)
            for place, (stage, tasks) in enumerate(stages):
                if number == 1:
                    self._stage(stage, tasks)
                else:
                    self._revisit(tasks, self.setup.stage_options(stage))
                self._try_words(stage, stages[place + 1 :])
                if number == 1:
                    self._rest(before)
            self._conclude(number, before)

    def _stage(self, stage: Stage, tasks: list[Task]) -> None:
        """A stage in passes: all tasks with a first share of the budget, what is left with the rest, and once more what is still left
        and was searched with another library."""
        if not tasks:
            return
        options = self.setup.stage_options(stage)
        waiting = self._first_pass(tasks, options)
        self._compress()
        left = [task for task in waiting if self._in_passes(task)]
        self._search(left, replace(options, budget=options.budget.share(1 - self.plan.first)), 1)
        self._search([task for task in waiting if task not in left], options, self.plan.every)
        self._compress()
        if self.plan.iterations > 1:  # the next one revisits
            return
        for task in tasks:
            if self.results[task.name].solved:
                continue
            if self.plan.revisit and self._has_changed_since(task):
                logger.info("task=%r: another attempt with the library as it is now", task.name)
                self.attempts.attempt(task, options)
                self._compress()
            self._tell(self.results[task.name])

    def _rest(self, before: int) -> None:
        """Demote and learn in the middle of the first iteration, where so many tasks were searched since the last time."""
        done = len(self.results)
        if self.plan.frozen or not 0 < self.plan.learn_every <= done - self.rested:
            return
        self.rested = done
        with self.clock.doing(TRIALS):
            demoted = self.journal.step("rest", str(done), lambda: self._demote_unused)["demoted"]
        self.journal.step("guide", str(done), lambda: self._learn(1, before, demoted))

    def _demote_unused(self) -> Payload:
        return {"demoted": list(demote_unused(self.store, self.plan.rule, self._library()))}

    def _try_words(self, stage: Stage, later: Sequence[tuple[Stage, Sequence[Task]]]) -> None:
        """Offer the programs of a stage to the next ones as words on trial, where the growth comes back to say which of them stay."""
        if self.plan.iterations == 1 or self.plan.frozen:
            return
        if not any(self._in_passes(task) for _, tasks in later for task in tasks):
            return

        def change() -> Payload:
            return {"tried": [record.name for record in self._try_all(self._library())]}

        with self.clock.doing(TRIALS):
            self.journal.step("try", stage.name, lambda: change)

    def _has_changed_since(self, task: Task) -> bool:
        """Whether the library is another than the one that the task was last searched with."""
        now = self.journal.step("look", task.name, lambda: lambda: {"library": self.store.snapshot()})["library"]
        return bool(now != self.attempts.seen[task.name])

    def _search(self, tasks: Sequence[Task], options: Options, every: int) -> None:
        """Search the tasks, compressing after so many newly solved ones; several at a time where that can be."""
        self.attempts.search(tasks, options, lambda task, result: self._finish(result, every))

    def _first_pass(self, tasks: list[Task], options: Options) -> list[Task]:
        """Try the tasks with a share of their budget; those that need more. What is trained, and all where nothing can be learned from
        the others, is left for the second pass."""
        early = [task for task in tasks if self._in_passes(task)]
        enumerated = [task for task in early if _enumerates(task, options)]
        short = replace(options, budget=options.budget.share(self.plan.first))
        self._search(enumerated, replace(short, settings={"unconfirmed": False, **options.settings}), self.plan.every)
        self._search([task for task in early if task not in enumerated], short, self.plan.every)
        return [task for task in tasks if task not in early or not self.results[task.name].solved]

    def _revisit(self, tasks: Sequence[Task], options: Options) -> None:
        """Unsolved tasks once more with their whole budget, then the solved ones with as much as they took, if they are not trained."""
        left = [task for task in tasks if not self.results[task.name].solved]
        self._search(left, options, self.plan.every)
        self._compress()
        for task in tasks:
            result = self.results[task.name]
            if task in left or task.data.target != VALUES:
                continue
            self.attempts.attempt(task, replace(options, budget=_shorter(options.budget, result)))
        self._compress()

    def _conclude(self, number: int, before: int) -> None:
        """Demote, learn and note where things stand after an iteration; tell what no later one revisits."""
        self._compress(last=True)
        last = number == self.plan.iterations
        if self.plan.iterations > 1 and last:
            for result in self.results.values():
                if not result.solved:
                    self._tell(result)
        if self.plan.iterations == 1 and self.plan.guidance.kind == "off":
            return
        demoted: list[str] = []
        if not self.plan.frozen:
            with self.clock.doing(TRIALS):
                demoted = self.journal.step("demote", str(number), lambda: lambda: self._demote(last))["demoted"]
        learned = self.journal.step("learn", str(number), lambda: self._learn(number, before, demoted))
        iteration = Iteration.from_dict(learned["iteration"])
        self.history.append(iteration)
        if self.listeners.on_iteration is not None:
            self.listeners.on_iteration(iteration)

    def _demote(self, last: bool) -> Payload:
        """Take out what stopped paying; between iterations solved programs are words on trial, and at the end what served one family of
        tasks only goes too."""
        library = self._library()
        demoted = list(demote_unused(self.store, self.plan.rule, library))
        if demoted:
            library = library.later()
        tasks, stages = self.tasks.values(), self.setup.curriculum.stages
        if self.plan.iterations > 1 and last:
            latest = [task.name for stage in stages[max(1, len(stages) - TRIED) :] for task in stage.tasks]
            if len(stages) > 1:
                self._try_all(library)
                library = library.later()
            ended = end_trials(
                self.store, families_of(stages), latest=latest, tasks=tasks, allowance=self.allowance, snapshot=library
            )
            demoted += [record.name for record in ended]
        elif self.plan.iterations > 1:
            begin_trials(self.store, tasks, allowance=self.allowance, snapshot=library)
        return {"demoted": demoted}

    def _try_all(self, library: LibrarySnapshot) -> list[Subroutine]:
        """Put the programs of the stages so far on trial, as they are and general."""
        return begin_trials(
            self.store,
            self.tasks.values(),
            least=SHORT,
            count=MANY,
            as_they_are=True,
            allowance=self.allowance,
            snapshot=library,
        )

    def _learn(self, number: int, before: int, demoted: Sequence[str]) -> Callable[[], Payload]:
        """Learn from what is solved; what keeps that, with the record of the iteration."""
        learned, seed = None, self.setup.options.seed
        library = self._library()
        if not self.plan.frozen:
            learned = learn_from(
                self.store, self.tasks, plan=self.plan.guidance, seed=seed, allowance=self.allowance, snapshot=library
            )
        results = self.results.values()
        iteration = Iteration(
            number, len(results), sum(r.solved for r in results), count_right(r.right for r in results),
            sum(r.evaluations for r in results), round(sum(r.seconds for r in results), 3), round(self.clock.total(), 3),
            len(library.vocabulary.active), tuple(each.name for each in self.promoted[before:]), tuple(demoted),
            {} if learned is None else learned.training,
        )  # fmt: skip

        def change() -> Payload:
            if not self.plan.frozen:
                guide = None if learned is None else learned.guide
                keep(self.store, library.vocabulary, guide, iteration.to_dict(), seed=seed)
            return {"iteration": iteration.to_dict()}

        return change

    @cached_property
    def _sample(self) -> Sample:
        """Inputs of the tasks by which words are compared."""
        return Sample(self.tasks.values())

    def _library(self) -> LibrarySnapshot:
        """The library as a step that begins now sees it, to its end."""
        return LibrarySnapshot(self.store, self.words, self.runs)

    def _in_passes(self, task: Task) -> bool:
        return self.plan.first > 0 and self.plan.revisit and not self.plan.frozen and task.data.target == VALUES

    def _finish(self, result: Result, every: int) -> None:
        if result.solved:
            self._tell(result)
        if self.attempts.fresh >= every and self._may_compress():
            self._compress()

    def _may_compress(self) -> bool:
        """Whether there is time for a compression within a pass; at the end of a pass there is one in any case."""
        if self.journal.replaying:
            return self.journal.next_step() == "compress"
        return self.allowance.left() > 0

    def _is_worth_compressing(self) -> bool:
        """Whether there are enough new programs beside those that are compressed with them, so that each of many costs no more than each
        of few."""
        if self.journal.replaying:
            return self.journal.next_step() == "compress"
        solved = sum(result.solved for result in self.results.values())
        return self.attempts.fresh >= NEW * min(solved, RECENT)

    def _tell(self, result: Result) -> None:
        if self.listeners.on_result is not None:
            self.listeners.on_result(result)

    def _compress(self, last: bool = False) -> None:
        """Compress what was found since the last time, if that is enough to be worth it; the ``last`` time whatever there is."""
        if self.plan.frozen or not self.attempts.fresh or not (last or self._is_worth_compressing()):
            return
        self.attempts.fresh = 0
        with self.clock.doing(COMPRESSION):
            try:
                found = self.journal.step("compress", "", self._compression)
            except Conflict as conflict:  # another growth with this store was first
                logger.info("compressing again: %s", conflict)
                found = self.journal.step("compress", "", self._compression)
        refused = {name: tuple(reasons) for name, reasons in found["report"]["refused"].items()}
        lists = {name: tuple(found["report"][name]) for name in ("found", "promoted")}
        self.reports.append(CompressionReport(**{**found["report"], **lists, "refused": refused}))
        promoted = [self.store.subroutine(name, digest) for name, digest in found["words"]]
        self.promoted.extend(promoted)
        if promoted:
            logger.info("promoted %s", ", ".join(record.name for record in promoted))

    def _compression(self) -> Callable[[], Payload]:
        prepared = prepare_compression(
            self.store, self.tasks, self.plan.rule, self.allowance, self._library(), self._sample
        )

        def change() -> Payload:
            report, promoted = prepared()
            return {"report": asdict(report), "words": [[record.name, record.digest] for record in promoted]}

        return change


def _enumerates(task: Task, options: Options) -> bool:
    return options.strategy_for(task.data) == "enumerative"


def _shorter(budget: Budget, result: Result) -> Budget:
    """A budget for a look at a solved task: what it took, and no more than a tenth of the whole."""
    count, seconds = budget.evaluations, budget.seconds
    return Budget(
        None if seconds is None else min(max(result.seconds, 0.5), 0.1 * seconds),
        None if count is None else max(1, min(result.evaluations, round(0.1 * count))),
    )
