"""``automl demo``: grow the starter curriculum, keep its library, and say how to look at it."""

from __future__ import annotations

import shlex
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from library.store import AbstractStore, open_store

from ..errors import TaskError
from ..growth.grow import Begun, Growth, Listeners
from ..growth.journal import is_growth, is_running
from ..growth.plan import GrowthPlan
from ..interface.library import Library
from ..interruption import exit_code, orderly_end
from ..progress import progress_bar
from ..study.opening import Options, Result
from ..study.result import count_right
from ..tasks.curriculum import Curriculum, load_curriculum
from .common import experiment_folders, json_lines, print_growth, print_table, print_text, say
from .options import JsonFile, Seed, Workers, options_of

BESIDE = ("", "-journal", "-shm", "-wal")
"""What SQLite writes for a store: its path with each of these."""


def demo(
    curriculum: Annotated[str, typer.Argument(help="The curriculum to grow.")] = "starter",
    library: Annotated[
        str,
        typer.Option("--library", help="The file that the library is left in; that of an earlier demo is replaced."),
    ] = "demo.db",
    compare: Annotated[
        bool, typer.Option("--compare", help="Search the same tasks again without the library, which takes as long.")
    ] = False,
    workers: Workers = "2",
    seed: Seed = 0,
    json: JsonFile = None,
) -> None:
    """Grow the starter curriculum with a fresh library, show the library, and say how to look at it."""
    loaded = load_curriculum(curriculum, search_path=experiment_folders())
    options = options_of("60s", None, None, workers, seed, None, None, None)
    with json_lines(json) as write, fresh_library(library, loaded.name) as store:
        started = time.monotonic()
        growth = _grown(loaded, store, options, write, library)
        elapsed = time.monotonic() - started
        control = _control(loaded, growth, options, write) if compare else None
        print_growth(growth.results, "With the growing library")
        _show_library(store)
        if control is not None:
            _compare(growth.results, control)
        print_text(f"growing took {elapsed:.0f} s in all")
        print_text("\n".join(["", *next_commands(store, library)]))


def fresh_library(path: str, curriculum: str) -> AbstractStore:
    """An empty library at a path.

    path: the file; one that a demo of this curriculum left there and that nothing else was added to is deleted.
    curriculum: the name of what is going to be grown.

    Raises TaskError where there is anything else, StoreError where there is a file that is no store.
    """
    if "://" in path or path == "memory:":
        raise TaskError(f"library={path!r}: the path of a file is required, to leave the library there")
    file = Path(path).expanduser()
    if file.exists():
        with open_store(str(file), create=False) as store:
            reason = _why_kept(store, curriculum)
        if reason:
            raise TaskError(
                f"library={path!r} {reason}, so that it is kept; give another file (--library FILE), or remove it"
            )
        for end in BESIDE:
            Path(f"{file}{end}").unlink(missing_ok=True)
        shutil.rmtree(f"{file}.blobs", ignore_errors=True)
    return open_store(str(file))


def _why_kept(store: AbstractStore, curriculum: str) -> str:
    """What a store has that is not of one demo that has ended; "" where there is nothing."""
    runs = store.runs()
    growths = [run for run in runs if is_growth(run)]
    own = {event.payload.get("run") for growth in growths for event in store.events(growth.id)}
    for run in runs:
        if run.id not in own and (run not in growths[:1] or run.task != f"growth of {curriculum}"):
            return f"has what no demo left there (run {run.id}: {run.task})"
        if is_growth(run) and is_running(run):
            return "is being grown by another process"
    return "has subroutines that no demo promoted" if store.subroutines(state=None) and not runs else ""


def _grown(
    curriculum: Curriculum,
    store: AbstractStore,
    options: Options,
    write: Callable[[Mapping[str, Any]], None],
    path: str,
) -> Growth:
    """The growth; where it is interrupted, how to go on is said. Raises typer.Exit then."""
    from ..growth.grow import grow

    begun: list[Begun] = []
    try:
        with orderly_end(), progress_bar("with the library") as progress:
            told = Listeners(progress, begun.append, _teller(write, "library"))
            return grow(curriculum, store, options=options, listeners=told)
    except KeyboardInterrupt as signal:
        on = f"; go on with: automl runs resume {begun[0].run} --library {shlex.quote(path)}" if begun else ""
        print_text(f"automl: interrupted{on}", err=True)
        raise typer.Exit(exit_code(signal)) from None


def _control(
    curriculum: Curriculum, growth: Growth, options: Options, write: Callable[[Mapping[str, Any]], None]
) -> list[Result]:
    """The tasks that are not trained, without a library."""
    from ..growth.grow import grow

    print_text("\nThe same tasks without the library (nothing is promoted; trained tasks are not repeated):")
    again = {r.name for r in growth.results if r.structures <= 1 or not r.parameters}
    with tempfile.TemporaryDirectory(prefix="automl-demo-") as folder:
        with open_store(str(Path(folder) / "control.db")) as empty:
            told = Listeners(on_result=_teller(write, "none"))
            plan = GrowthPlan(frozen=True, only=tuple(sorted(again)))
            return grow(curriculum, empty, options=options, plan=plan, listeners=told).results


def _teller(write: Callable[[Mapping[str, Any]], None], library: str) -> Callable[[Result], None]:
    def tell(result: Result) -> None:
        write({**result.to_dict(), "library": library})
        say(result, alone=False)
        if result.structures > 1 and result.parameters:
            print_text(f"  {result.structures} distinct structures were tried")

    return tell


def _show_library(store: AbstractStore) -> None:
    library = Library(store)
    rows = [
        [row["name"], row["type"], row["kind"], row["uses"], len(row["tasks"]), row["description"]]
        for row in library.list()
    ]
    print_table(["subroutine", "type", "kind", "uses", "tasks", "what it is"], rows, "\nThe library")


def next_commands(store: AbstractStore, path: str) -> list[str]:
    """The lines that say where the library is and the commands to look at it."""
    where = f"--library {shlex.quote(path)}"
    rows = sorted(Library(store).list(), key=lambda row: (-row["uses"], row["name"]))
    show = [f"    automl library show {shlex.quote(rows[0]['name'])} {where}"] if rows else []
    listed = [f"    automl library list {where}", *show, f"    automl runs list {where}"]
    return [f"The library is in {path}. Look at it with:", *listed]


def _compare(grown: list[Result], control: list[Result]) -> None:
    both = {r.name for r in control}
    rows = []
    for title, results in (("with the library", [r for r in grown if r.name in both]), ("without", control)):
        rows.append(
            [title, len(results), sum(r.solved for r in results), count_right(r.right for r in results),
             f"{sum((r.solved and r.first_evaluations) or r.evaluations for r in results):,}", f"{sum(r.evaluations for r in results):,}",
             f"{sum(r.seconds for r in results):.1f}"]
        )  # fmt: skip
    print_table(
        ["", "tasks", "solved", "right", "terms to the first program", "terms", "seconds"],
        rows,
        "\nThe same tasks with and without the library",
    )
