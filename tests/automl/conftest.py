"""Two small strategies whose proposals depend on what they were told, tiny tasks, and stores that die at a given write."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from automl.budget import Budget
from automl.cli import main
from automl.study.opening import Options
from automl.study.planning.schedule import Schedule
from automl.tasks.kinds.examples import examples_task
from automl.tasks.task import Task, task_kinds
from automl.testing.commands import REVERSED, SORTED, TOTAL, lines_of
from library.store import AbstractStore
from primitives.syntax import parse
from search.randomness import Draws
from search.reports import Hit, Progress
from search.strategy import AbstractStrategy, Feedback, Option, Proposal

WRITES = ("create_run", "update_run", "append", "record", "add_solution", "add_uses", "promote", "adopt", "snapshot")


class Climber(AbstractStrategy):
    """Adds a number near that of the best so far: what it asks depends on every tell."""

    name = "climber"
    batch = 4
    OPTIONS = (Option("last", 10**6, "the ask after which the space is exhausted"),)

    def setup(self) -> None:
        self.best = (float("inf"), 0, 0)
        self.told = 0

    def propose(self, number: int, draws: Draws) -> Proposal | None:
        if number >= self.options["last"]:
            return None
        step = self.best[1] + draws.integers(-3, 4) + self.told % 2
        text = f"(lambda (xs) (map (lambda (x) (+ x {step})) xs))"
        return Proposal(
            parse(text, self.problem.words), parent=self.best[2], info={"operator": "step", "by": (step, 1)}
        )

    def learn(self, proposal: Proposal, feedback: Feedback) -> None:
        self.told += 1
        step = int(proposal.text.split("+ $0 ")[1].split(")")[0])
        error = feedback.scores.get("distance", float("inf"))
        if error < self.best[0]:
            self.best = (error, step, proposal.number)


class Widths(AbstractStrategy):
    """Two-layer nets whose first width is near that of the best so far, from its weights."""

    name = "widths"
    batch = 3

    def setup(self) -> None:
        self.best: tuple[float, int, int | None] = (-1.0, 5, None)

    def propose(self, number: int, draws: Draws) -> Proposal | None:
        width = max(2, self.best[1] + draws.integers(-2, 3))
        text = f"(lambda (x) (dense :units 3 @2 (relu (dense :units {width} @1 (flatten x)))))"
        parent = self.best[2]
        inherit = {} if parent is None else {"1": (parent, "1"), "2": (parent, "2")}
        return Proposal(parse(text, self.problem.words), parent=parent, info={"operator": "widen", "inherit": inherit})

    def learn(self, proposal: Proposal, feedback: Feedback) -> None:
        score = feedback.scores.get("accuracy", -1.0)
        if score > self.best[0]:
            width = int(proposal.text.split(":units ")[2].split()[0])
            self.best = (score, width, proposal.number)


class Counter(AbstractStrategy):
    """A fused strategy: counts up; two hits come, of which only the second solves (the first meets two thirds)."""

    name = "counter"
    fused = True

    def propose(self, number: int, draws: Draws) -> Proposal | None:
        return None

    def learn(self, proposal: Proposal, feedback: Feedback) -> None:
        raise AssertionError("a fused strategy is not told")

    def run(self, deadline: float | None = None, max_terms: int | None = None) -> Iterator[Progress | Hit]:
        for terms in range(1, 1 + (max_terms or 40)):
            if terms in (10, 30):
                step = 3 if terms == 30 else 4
                yield Hit(parse(f"(lambda (xs) (map (lambda (x) (+ x {step})) xs))", self.problem.words), terms)
            else:
                yield Progress(terms)


class Fixed(AbstractStrategy):
    """Proposes the programs that ``Fixed.texts`` holds, one after another."""

    name = "fixed"
    texts: tuple[str, ...] = ()
    batch = 2

    def propose(self, number: int, draws: Draws) -> Proposal | None:
        return Proposal(parse(self.texts[number], self.problem.words)) if number < len(self.texts) else None

    def learn(self, proposal: Proposal, feedback: Feedback) -> None:
        """Nothing."""


@pytest.fixture
def strategies(monkeypatch: pytest.MonkeyPatch) -> Mapping[str, type[AbstractStrategy]]:
    """The strategies of this file, in place of those that are found."""
    found = MappingProxyType({kind.name: kind for kind in (Climber, Widths, Counter, Fixed)})
    monkeypatch.setattr("search.strategies.find_strategies", lambda: found)
    monkeypatch.setattr("automl.study.opening.find_strategies", lambda: found)
    monkeypatch.setattr(Fixed, "texts", ())
    return found


@pytest.fixture
def plus_three() -> Task:
    lists = [[0, 1], [5], [], [7, -4, 2]]
    cases = [((xs,), [x + 3 for x in xs]) for xs in lists]
    return examples_task("plus three", "list(int) -> list(int)", cases, [(([9],), [12])])


@pytest.fixture
def impossible() -> Task:
    """No program of the strategies above solves it."""
    cases = [(([n, 2 * n],), [n * n * n + 1]) for n in range(2, 6)]
    return examples_task("impossible", "list(int) -> list(int)", cases)


@pytest.fixture
def blobs() -> Task:
    return task_kinds()["labelled"].sample(0)


class Killed(BaseException):
    """The process died here."""


class Mortal:
    """A store that dies at its ``at``-th write: before it is made, or (``after``) when it was made. Then nothing works any more."""

    def __init__(self, store: AbstractStore, at: int, after: bool) -> None:
        self._store, self._at, self._after = store, at, after
        self.writes = 0
        self.dead = False

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        if name not in WRITES:
            return found

        def write(*arguments: Any, **named: Any) -> Any:
            if self.dead:
                raise Killed
            self.writes += 1
            self.dead = self.writes == self._at
            if self.dead and not self._after:
                raise Killed
            result = found(*arguments, **named)
            if self.dead:
                raise Killed
            return result

        return write


@pytest.fixture
def mortal() -> Callable[[AbstractStore, int, bool], Mortal]:
    return Mortal


@pytest.fixture
def killed() -> type[BaseException]:
    return Killed


@pytest.fixture
def quick() -> Callable[..., Options]:
    """Options with trainings of an instant; ``budget`` in evaluations, or ``seconds``."""

    def make(budget: int | None = None, seconds: float | None = None, **given: Any) -> Options:
        schedule = Schedule(epochs=1, refine_epochs=2, refine=0.5, deadline=given.pop("deadline", 20.0))
        return Options(Budget(seconds, budget), schedule=schedule, **given)

    return make


@pytest.fixture
def record_of() -> Callable[[AbstractStore, str], dict[str, Any]]:
    """A run's log and evaluations, times apart."""

    def read(store: AbstractStore, run: str) -> dict[str, Any]:
        events = [(e.number, e.kind, e.ask, e.payload) for e in store.events(run)]
        evaluations = [
            {key: value for key, value in e.to_dict().items() if key not in ("run", "seconds")}
            for e in store.evaluations(run)
        ]
        solutions = [(s.term, s.right, s.weights, s.evaluations) for s in store.solutions(run=run)]
        return {"events": events, "evaluations": evaluations, "solutions": solutions}

    return read


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("three.jsonl").write_text(lines_of([REVERSED, SORTED, TOTAL]))
    Path("one.jsonl").write_text(lines_of([REVERSED]))
    return tmp_path


@pytest.fixture(autouse=True)
def logged_as_before():
    """A command that was run in this process, quiet or verbose, changes nothing for the next test."""
    root = logging.getLogger()
    level, levels = root.level, [(each, each.level) for each in root.handlers]
    yield
    root.setLevel(level)
    for each, its in levels:
        each.setLevel(its)


@pytest.fixture
def automl(capsys):
    """Run the command in this process: exit code, standard output, standard error."""

    def run(*arguments):
        capsys.readouterr()
        with pytest.raises(SystemExit) as caught:
            main([str(each) for each in arguments])
        found = capsys.readouterr()
        return int(caught.value.code or 0), found.out, found.err

    return run


@pytest.fixture
def process(project_root):
    """Starts the command in a process of its own."""

    def start(*arguments, **options):
        environment = {**os.environ, "PYTHONPATH": str(project_root), "OMP_NUM_THREADS": "1", "COLUMNS": "100"}
        command = [sys.executable, "-m", "automl", *map(str, arguments)]
        return subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
        )

    return start
