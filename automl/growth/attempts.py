"""The searches of a growth: one task or several at a time, each search a study of its own, and what is made of its result at once."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from library.compression.stitch_code import symbols
from library.records import StoreError, Subroutine
from library.store import AbstractStore
from primitives.definitions import expand
from primitives.types import TensorType, arguments_of

from ..study.opening import Options, Progress, Result, open_study, run_study, stored_model
from ..study.parallel import begun_run, result_from_json, result_to_json, search_many, side_by_side
from ..study.reuse.parts import is_part, promote_parts
from ..study.words import LibraryWords
from ..tasks.data import VALUES
from ..tasks.task import Task
from .clock import SEARCH, TimeAllowance
from .journal import GrowthJournal, Payload
from .net_promotion import promote_net
from .outcome import combined
from .plan import Listeners, Setup

logger = logging.getLogger(__name__)
Found = Callable[[Task, Result], None]
HELD = 50
"""Results that are held with their programs while a growth goes on, the latest: each of them has the vocabulary of its time with it."""


class Attempts:
    """Searches tasks and keeps the result of each: ``results`` by task, over all attempts; ``seen``, the library that each was last
    searched with; ``promoted``, the nets that became words; ``fresh``, how many programs were found since the last compression."""

    def __init__(
        self,
        store: AbstractStore,
        setup: Setup,
        listeners: Listeners,
        journal: GrowthJournal,
        allowance: TimeAllowance,
        words: LibraryWords,
    ) -> None:
        self.store, self.setup, self.listeners = store, setup, listeners
        self.journal, self.allowance, self.words = journal, allowance, words
        stages = setup.curriculum.stages
        self.sources = {name: how for stage in stages for name, how in stage.sources.items()}
        self.results: dict[str, Result] = {}
        self.seen: dict[str, str] = {}
        self.promoted: list[Subroutine] = []
        self.fresh = 0
        self._without_model: set[str] = set()
        """Tasks whose result is held without the program that it had: it was read from the log, or is older than HELD others."""

    def search(self, tasks: Sequence[Task], options: Options, found: Found) -> None:
        """Search the tasks, several at a time where that can be; ``found`` is told each result, in the tasks' order."""
        if not tasks:
            return
        names = self.journal.step("group", "", lambda: lambda: {"together": self._together(tasks, options)})["together"]
        group = [task for task in tasks if task.name in names]
        if group:
            self._search_together(group, replace(options, trainer={}), found)
        for task in tasks:
            if task.name not in names:
                found(task, self.attempt(task, options))

    def _together(self, tasks: Sequence[Task], options: Options) -> list[str]:
        """The names of the tasks that are searched several at a time; none where they are searched one by one."""
        able = [task for task in tasks if task.name in self.sources and task.data.target == VALUES]
        if not side_by_side(able, replace(options, trainer={}), self.store):
            return []
        return [task.name for task in able]

    def attempt(self, task: Task, options: Options) -> Result:
        """One study of the task; its result takes the place of an earlier one, whose cost is added."""
        if task.data.target == VALUES:
            options = replace(options, trainer={})  # a mixed curriculum's trainer is for its nets
        run = self._begin(task, options)
        return self._keep(task, lambda: self._studied(task, options, run), options)

    def _search_together(self, tasks: Sequence[Task], options: Options, found: Found) -> None:
        runs = {task.name: self._begin(task, options) for task in tasks}
        left = list(tasks)
        while left and self.journal.replaying:
            task = left.pop(0)
            found(task, self._from_log(task))
        named = {task.name: task for task in left}

        def take(result: Result) -> None:
            task = named[result.name]
            found(task, self._keep(task, lambda: result, options))

        if left:
            with self.allowance.clock.doing(SEARCH):
                search_many(
                    left, self.store.url, options, {"seed": options.seed}, take,
                    sources={name: self.sources[name] for name in named}, runs=[runs[name] for name in named],
                )  # fmt: skip

    def _begin(self, task: Task, options: Options) -> str:
        """The id of the run of a study that is about to begin; a growth that goes on goes on with that run."""

        def begin() -> Payload:
            return {"run": uuid.uuid4().hex[:12], "library": self.store.snapshot()}

        self.allowance.grant(options.budget)
        begun = self.journal.step("begin", task.name, lambda: begin)
        self.seen[task.name] = begun["library"]
        return str(begun["run"])

    def _studied(self, task: Task, options: Options, run: str) -> Result:
        with self.allowance.clock.doing(SEARCH):
            study = open_study(
                task, self.store, options, run=begun_run(self.store, run), run_id=run, progress=self._progress(task),
                source=self.sources.get(task.name), library=self.words,
            )  # fmt: skip
            return run_study(study)

    def _keep(self, task: Task, search: Callable[[], Result], options: Options) -> Result:
        """The result of all attempts so far, with that of ``search`` as the last one; its effects and its place in the log are one."""
        if self.journal.replaying:
            return self._from_log(task)

        def work() -> Callable[[], Payload]:
            result = search()
            return lambda: self._take(task, result, options)

        self.journal.step("search", task.name, work)
        return self.results[task.name]

    def _take(self, task: Task, result: Result, options: Options) -> Payload:
        """Note the result of an attempt."""
        if task.name in self.results:
            result = combined(self._with_model(self.results[task.name]), result, task.data.direction)
        self._hold(result)
        promoted: list[Subroutine] = []
        if result.solved:
            self.fresh += 1
            self._credit(result)
            if not self.setup.plan.frozen and isinstance(arguments_of(task.type)[1], TensorType):
                promoted = self._promote_net(task, result, options)
        return {
            "result": result_to_json(result),
            "model": result.model is not None,
            "nets": [[net.name, net.digest] for net in promoted],
        }

    def _hold(self, result: Result) -> None:
        """Keep a result, the latest, and let the program of one go that is HELD results older."""
        self.results.pop(result.name, None)  # so that it is the last
        self.results[result.name] = result
        self._without_model.discard(result.name)
        *_, oldest = islice(reversed(self.results.values()), HELD + 1)
        if len(self.results) > HELD and oldest.model is not None:
            self.results[oldest.name] = replace(oldest, model=None)
            self._without_model.add(oldest.name)

    def _from_log(self, task: Task) -> Result:
        """The same without its effects on the store, which are there."""

        def impossible() -> Any:
            raise AssertionError("the step is in the log")

        entry = self.journal.step("search", task.name, impossible)
        self.results[task.name] = result_from_json(entry["result"])
        self.fresh += self.results[task.name].solved
        if entry["model"]:
            self._without_model.add(task.name)
        older = [] if entry.get("net") is None else [entry["net"]]  # of a growth that promoted no parts yet
        self.promoted += [self.store.subroutine(*each) for each in entry.get("nets", older)]
        return self.results[task.name]

    def _with_model(self, result: Result) -> Result:
        """A result that was read from the log with its program, where the store still has all of it."""
        run = begun_run(self.store, result.run)
        if result.name not in self._without_model or run is None:
            return result
        self._without_model.discard(result.name)
        try:
            return replace(result, model=stored_model(self.store, run, self.words.vocabulary()))
        except StoreError as error:
            logger.warning("task=%r: its program cannot be read again: %s", result.name, error)
            return result

    def finished(self) -> dict[str, Result]:
        """The results by task, with their programs."""
        return {name: self._with_model(result) for name, result in self.results.items()}

    def _progress(self, task: Task) -> Progress | None:
        if self.listeners.progress is None:
            return None
        tell, done, total = self.listeners.progress, len(self.results), len(self.setup.curriculum.tasks)
        return lambda state: tell({**state, "task": task.name, "done": done, "tasks": total})

    def _credit(self, result: Result) -> None:
        """Add to what subroutines saved: the symbols by which this program would be longer with one written out, and of parts of nets the
        seconds that their training took."""
        if result.model is not None:
            vocabulary, term = result.model.vocabulary, result.model.term
        else:  # it was found by a worker
            vocabulary = self.words.vocabulary()
            term = vocabulary.read(self.store.solutions(result.name, result.run)[-1].term)
        words = vocabulary.all_words
        length = symbols(term, words)
        saved: Mapping[str, float] = {
            record.digest: float(record.provenance.get("seconds", 0.0))
            if is_part(record)
            else float(max(0, symbols(expand(term, {record.name: words[record.name]}), words) - length))
            for record in vocabulary.subroutines_in(term)
        }
        if saved:
            self.store.add_uses((), saved)

    def _promote_net(self, task: Task, result: Result, options: Options) -> list[Subroutine]:
        """The net of a solved task and its parts, as far as they became words."""
        rule = self.setup.plan.rule
        record, decision = promote_net(self.store, task, result, options.target, rule)
        logger.info("task=%r: %s", task.name, "; ".join(decision.reasons))
        if record is None:
            return []
        parts, verdicts = promote_parts(self.store, task, record, result.seconds, rule)
        for name, verdict in verdicts.items():
            logger.info("task=%r: part %s: %s", task.name, name, "; ".join(verdict.reasons))
        self.promoted += [record, *parts]
        return [record, *parts]
