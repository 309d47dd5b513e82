"""What a task of a long stream costs as its library grows: seconds, memory, look-ups in the store, and the words offered to each search.

    python -m experiments.benchmarks.stream [--tasks 1000] [--guidance grammar] [--seed 0] [--json FILE] [--folder FOLDER]

`automl grow` goes through a stream of lists, texts, tables, pictures and blends that is as difficult at its end as at its beginning
(``experiments/curricula/streams.py``), with a library in an SQLite file. A *hundred* is that many tasks one after the other; of each are
told, in processor seconds a task (with those of the processes that it begins, whatever else the machine does): ``seconds`` of all,
``store`` within calls of the store, and how many such ``calls``; seconds by the ``clock``; then ``rss_mib`` at its end, how many words of
the library the searches were ``offered`` by kind (the mean, and the ``most``), and how many tasks were ``solved`` and ``right``
on tests. ``ratio`` is the last hundred's seconds over the second's. At the end every task's record is looked up: a finished run of this
task, and where it is solved a program that meets its examples when it is read again; ``wrong_records`` are the others.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from automl.growth.grow import GrowthPlan, Listeners, grow
from automl.study import opening
from automl.study.result import Result
from automl.tasks.data import VALUES
from experiments.curricula.streams import BLOCK, write
from library.store import AbstractStore, open_store
from primitives.definitions import Definition
from search.problem import Problem

from .common import parser, report, resident
from .driver import Stopwatch

HUNDRED = 100
LEARNED = 50
"""Tasks after which it is learned from them, and words that stopped serving are taken out."""


def spent() -> float:
    """Processor seconds of this process and of those that it began and that have ended."""
    return sum(os.times()[:4])


class StreamWatch:
    """Notes what has been spent at each result, and at each search what it is offered."""

    def __init__(self, store: AbstractStore) -> None:
        self.store, self.looking, self.calls = store, Stopwatch(), 0
        self.marks: list[dict[str, float]] = []
        self.offered: list[tuple[str, int, int]] = []
        self.results: list[Result] = []

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Time the calls of the store and count the words of each problem within the block."""
        kept = opening.begun_problem

        def noted(task: Any, *given: Any) -> Problem:
            problem = kept(task, *given)
            learned = sum(isinstance(word, Definition) for word in problem.words.values())
            self.offered.append((task.name.split()[0], learned, len(problem.words)))
            return problem

        for name in STORE_CALLS:
            setattr(self.store, name, self._counted(getattr(self.store, name)))
        opening.begun_problem = noted  # type: ignore[assignment]
        try:
            yield
        finally:
            opening.begun_problem = kept

    def _counted(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*given: Any, **named: Any) -> Any:
            self.calls += 1
            return self.looking.timed(lambda: call(*given, **named))()

        return counted

    def take(self, result: Result) -> None:
        """Note what has been spent by the time that a result is told."""
        self.results.append(result)
        self.marks.append(self.mark())

    def mark(self) -> dict[str, float]:
        """What has been spent so far."""
        return {
            "seconds": spent(), "clock": time.perf_counter(), "store": self.looking.seconds, "calls": self.calls,
            "rss_mib": resident() / 2**20, "searches": len(self.offered),
        }  # fmt: skip

    def rows(self, size: int, begun: dict[str, float]) -> list[dict[str, Any]]:
        """A row for each ``size`` tasks.

        begun: a mark of the beginning.
        """
        found, before = [], begun
        for end in range(size, len(self.marks) + 1, size):
            mark, results = self.marks[end - 1], self.results[end - size : end]
            row = {
                name: round((mark[name] - before[name]) / size, 4) for name in ("seconds", "clock", "store", "calls")
            }
            offered: dict[str, list[int]] = {}
            for kind, learned, _ in self.offered[int(before["searches"]) : int(mark["searches"])]:
                offered.setdefault(kind, []).append(learned)
            found.append({
                "tasks": end, **row, "rss_mib": round(mark["rss_mib"], 1),
                "offered": {kind: round(sum(each) / len(each), 1) for kind, each in sorted(offered.items())},
                "most": max(each for counts in offered.values() for each in counts),
                "solved": sum(r.solved for r in results), "right": sum(bool(r.right) for r in results),
                "terms": sum(r.evaluations for r in results),
                "by_kind": _by_kind(results),
            })  # fmt: skip
            before = mark
        return found


STORE_CALLS = (
    "runs", "run", "events", "append", "record", "evaluations", "best", "cached", "add_solution", "solutions", "guides", "guide",
    "promote", "demote", "subroutines", "subroutine", "snapshot", "snapshot_words", "uses", "add_uses", "history", "names",
    "create_run", "update_run",
)  # fmt: skip
"""What searches and growths ask of a store."""


def _by_kind(results: list[Result]) -> dict[str, dict[str, float]]:
    """Of each kind of task how many were solved, and seconds of search each by the clock."""
    kinds: dict[str, list[Result]] = {}
    for result in results:
        kinds.setdefault(result.name.split()[0], []).append(result)
    return {
        kind: {
            "solved": sum(r.solved for r in each) / len(each),
            "seconds": round(sum(r.seconds for r in each) / len(each), 3),
        }
        for kind, each in sorted(kinds.items())
    }


def measure(folder: Path, tasks: int, guidance: str, seed: int, size: int) -> dict[str, Any]:
    """The rows of a stream of so many tasks, their ratio, and what its records are like."""
    curriculum = write(folder, tasks, seed)
    with open_store(f"sqlite:///{folder}/library.db") as store:
        watch = StreamWatch(store)
        begun: list[dict[str, float]] = []

        def begin(_: object) -> None:
            begun.append(watch.mark())

        def take(result: Result) -> None:
            watch.take(result)
            if len(watch.marks) % size == 0:
                print(json.dumps(watch.rows(size, begun[0])[-1]), file=sys.stderr, flush=True)

        with watch.watching():
            growth = grow(
                str(curriculum), store, plan=GrowthPlan(guidance=guidance, learn_every=LEARNED), seed=seed,  # type: ignore[arg-type]
                listeners=Listeners(on_begin=begin, on_result=take),
            )  # fmt: skip
        rows = watch.rows(size, begun[0])
        first = rows[min(1, len(rows) - 1)]["seconds"]
        clock = {name: round(spent, 1) for name, spent in growth.clock.items()}
        return {
            "tasks": len(growth.results), "ratio": round(rows[-1]["seconds"] / first, 3), "rows": rows, "clock": clock,
            "wrong_records": wrong_records(store, growth.results),
        }  # fmt: skip


def wrong_records(store: AbstractStore, results: list[Result]) -> list[str]:
    """The tasks whose record is not right, with the reason."""
    wrong = []
    for result in results:
        run = store.run(result.run)
        if run.state != "finished" or run.task != result.name:
            wrong.append(f"{result.name}: its run is {run.state} and on {run.task!r}")
        elif result.solved and not _is_kept(store, result):
            wrong.append(f"{result.name}: it is solved, and its record has no program that meets it")
    return wrong


def _is_kept(store: AbstractStore, result: Result) -> bool:
    """Whether the store has a solution of a solved task, and its program, read again, meets the examples where the task has such."""
    if not store.solutions(result.name, result.run) or result.model is None or result.task is None:
        return False
    data = result.task.data
    return data.target != VALUES or data.is_solved(data.score(result.model.outputs(data.train), data.train))


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--tasks", type=int, default=1000, help=f"rounded up to whole blocks of {BLOCK}")
    arguments.add_argument("--guidance", default="grammar", choices=("off", "grammar", "model"))
    arguments.add_argument("--size", type=int, default=HUNDRED, help="tasks a row")
    arguments.add_argument("--folder", type=Path, help="where stream and library are left (default: nowhere)")
    given = arguments.parse_args()
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as spare:
        folder = given.folder or Path(spare)
        figures = measure(folder, given.tasks, given.guidance, given.seed, given.size)
    report("stream", figures, seed=given.seed, started=started, path=given.json)


if __name__ == "__main__":
    main()
