"""What the subcommands share: opening stores, models and tasks, printing results, tables and JSON, progress bars."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from library.records import Run, StoreError
from library.rules import LAST_MOMENT
from library.store import AbstractStore, open_store
from primitives.brief import plural
from primitives.syntax import show

from ..budget import BEGAN
from ..errors import TaskError
from ..evaluation.model import Model
from ..execution.executors import WorkerError
from ..exporting.files import JSON, JSON_LINES, check_file
from ..interruption import exit_code, orderly_end
from ..plugins import plugin_options
from ..progress import QUIET, printable
from ..reports.report import strict_json
from ..study.ending import Ending
from ..study.opening import Result, library_url, run_study
from ..study.stored import split_seed_of
from ..study.study import Study
from ..tasks.load import experiment_folders, load_tasks
from ..tasks.task import Task

if TYPE_CHECKING:
    from rich.text import Text


def open_library(url: str | None, *, create: bool = True) -> AbstractStore:
    """The store at a URL or the default one."""
    return open_store(library_url(url), create=create)


def print_text(text: str, err: bool = False) -> None:
    """A line for people on standard output, or standard error; see ``printable``."""
    typer.echo(printable(text), err=err)


def json_line(value: Any, indent: int | None = None) -> str:
    """JSON text of exactly this value; what cannot be seen is escaped, as JSON allows."""
    text = strict_json(value, indent)
    return "".join(each if each.isprintable() or each == "\n" else json.dumps(each)[1:-1] for each in text)


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json_line(value, indent=1) + "\n")


def print_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], title: str | None = None) -> None:
    """A table on standard output; plain text where that is no terminal."""
    from rich.console import Console
    from rich.table import Column, Table

    # Long ids go on in the next line: cut off they could not be told apart.
    headers = [Column(cell(name), overflow="fold") for name in columns]
    table = Table(*headers, title=None if title is None else cell(title), title_justify="left", show_edge=False)
    for row in rows:
        table.add_row(*(cell(value) for value in row))
    console = Console() if sys.stdout.isatty() else Console(width=160)
    console.print(table)


def cell(value: Any) -> Text:
    """A table cell, in which nothing is taken for markup: yes/no, short numbers, "–" for nothing."""
    from rich.text import Text

    if value is None:
        return Text("–")
    if isinstance(value, bool):
        return Text("yes" if value else "no")
    return Text(f"{value:.4g}" if isinstance(value, float) else printable(str(value)))


@contextmanager
def json_lines(path: str | None, option: str = "json") -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """A function that writes one JSON object a line to the file (``-``: standard output), as results come;
    ``option`` is how it was given. Raises StudyError, OSError."""
    if path is None:
        yield lambda row: None
        return
    if path == "-":

        def show(row: Mapping[str, Any]) -> None:
            sys.stdout.write(json_line(row) + "\n")
            sys.stdout.flush()

        yield show
        return
    check_file(path, "JSON lines", (*JSON_LINES, *JSON), option)
    with Path(path).open("ab", buffering=0) as stream:
        fresh = Path(path).is_file()  # a device or a pipe cannot be emptied

        def write(row: Mapping[str, Any]) -> None:
            nonlocal fresh
            try:
                if fresh:  # only now, so that a command which fails before its first result spoils no earlier file
                    stream.truncate(0)
                    fresh = False
                stream.write((strict_json(row) + "\n").encode())
            except OSError as error:
                raise OSError(error.errno, f"{error.strerror}; what was found is in the library", path) from error

        yield write


def shown_time(seconds: float) -> str:
    """A moment (seconds since 1970) in UTC, to the second; the number itself where the calendar has no such moment."""
    if not 0 <= seconds <= LAST_MOMENT:
        return f"no moment ({seconds:g})"
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _interval(result: Result) -> str:
    low, high = result.test_interval or (None, None)
    return "" if low is None or high is None else f" (95 % interval {low:.4f} to {high:.4f})"


def _scored(part: str, metric: str, score: float | None, undefined: str) -> str:
    """A score for people, or why there is none; "" where there is nothing to be said."""
    if score is None:
        return f", no {part} {metric} ({undefined})" if undefined else ""
    return f", {part} {metric} {score:.4f}"


def say(result: Result, alone: bool) -> None:
    """A result in a line or two on standard output."""
    state = str(result.outcome)
    right = {True: ", right on the tests", False: ", wrong on the tests", None: ""}[
        result.right if result.solved else None
    ]
    score = _scored("validation", result.metric, result.score, result.undefined)
    if result.folds:
        score += f" ({shown_folds(result.folds)})"
    elif result.validation_seen:
        score += (
            " (measured before the final training, which used the validation cases too)"
            if result.test_score is not None
            else " (trained on too)"
        )
    test = _scored("test", result.metric, result.test_score, result.test_undefined) + _interval(result)
    sure = "" if result.confidence is None else f", {result.confidence:.0%} sure"
    print_text(
        f"{result.name}: {state}{right}{score}{test}{sure}, {plural(result.evaluations, 'evaluation')}, {result.seconds:.1f} s"
    )
    if not result.evaluations and result.outcome is Ending.EXHAUSTED:
        print_text("  no program of the task's type was found that is made of the words alone; allow others (--words)")
    if result.program:
        print_text(f"  {result.program}".replace("\n", "\n  "))
    if result.expanded:
        print_text(f"  = {result.expanded}".replace("\n", "\n    "))
    if result.inference:
        print_text(f"  {result.inference}")
    _say_equation(result)
    if result.ensemble is not None:
        print_text(f"  {_shown_members(result)}")
    if alone:
        print_text(f"  run {result.run}")


def _say_equation(result: Result) -> None:
    """A formula as people write it, with the names of the columns that its examples came from; nothing of another program."""
    from primitives.source.mathematics import equation

    if result.model is None:
        return
    known = None if result.task is None else result.task.specification
    names, target = ((), "") if known is None else (known.inputs, known.output)
    written = equation(result.model.expanded, result.model.type, names, target)
    if written is not None:
        print_text(f"  {written}")


def _shown_members(result: Result) -> str:
    """Of what an ensemble is a blend, or why there is none, for people."""
    if not result.ensemble:
        return "no blend of several programs scored better on the validation part than this one alone"
    members = [
        f"{each.share:.3g} of ask {each.ask}" + ("" if each.score is None else f" ({each.score:.4f} alone)")
        for each in result.ensemble
    ]
    return f"a blend of {', '.join(members)}"


def shown_folds(count: object) -> str:
    """What a score that is a mean over so many folds is, for people."""
    return f"mean of {count} folds; the program is fitted to all of their cases"


def print_growth(results: list[Result], title: str | None = None) -> None:
    """The table of tasks: solved, right, seconds, terms, subroutines used."""
    rows = [
        [
            r.name,
            r.solved,
            r.right,
            f"{r.seconds:.2f}",
            f"{r.evaluations:,}",
            None if r.test_score is None else f"{r.metric} {r.test_score:.4g}",
            ", ".join(r.subroutines) or None,
        ]
        for r in results
    ]
    print_table(["task", "solved", "right", "seconds", "terms", "test", "subroutines"], rows, title)


REFUSED = "refused"
"""The outcome of what stands for a task and is none."""


def refusal(reason: str) -> dict[str, Any]:
    """The JSON row of a task that is refused; it is said on standard error too. ``reason`` is its name and, after a colon, why."""
    name, _, detail = reason.partition(": ")
    print_text(f"automl: {name}: refused: {detail}", err=True)
    return {"name": name, "solved": False, "right": None, "program": "", "outcome": REFUSED, "detail": detail}


def run_or_leave(begin: Callable[[], Study], library: str | None, *, whole: bool = True) -> Result:
    """Run the study that ``begin`` opens; when SIGINT, SIGTERM or SIGHUP ends it, say how to resume it and leave with the exit code
    that says so.

    whole: whether the command does nothing else, so that a budget of time counts from its start (default: yes).

    Raises WorkerError, which says how to resume it too.
    """
    runs: list[str] = []
    studies: list[Study] = []
    try:
        with orderly_end():
            study = begin()
            runs.append(study.record.id)
            studies.append(study)
            study.began = BEGAN.get() if whole else None
            result = run_study(study)
    except KeyboardInterrupt as signal:
        for study in studies:
            _say_best(study)
        raise typer.Exit(interrupted(runs, library, signal)) from None
    except WorkerError as error:
        raise WorkerError("\n".join([str(error), *how_to_resume(runs, library)])) from error
    _check_kept(result, library)
    return result


def _check_kept(result: Result, library: str | None) -> None:
    """Say on standard error where the run is in its library no more: a file that is deleted or cut short in the midst of a search is
    written to, as if nothing were, until it is closed."""
    if library_url(library).startswith("memory:"):
        return
    try:
        with open_library(library, create=False) as store:
            store.run(result.run)
    except StoreError as error:
        reason = str(error).splitlines()[0]
        print_text(
            f"automl: run={result.run} is in its library no more, which was deleted or damaged meanwhile ({reason}); what is printed here "
            "is all that is left: search again",
            err=True,
        )


def _say_best(study: Study) -> None:
    """The best program so far of a search that was interrupted, on standard error; nothing where there is none."""
    best = study.best()
    if best is not None:
        score = study.score(best)
        scored = "" if score is None else f", validation {study.data.metric} {score:.4f}"
        text = show(study.vocabulary.read(best.term))
        print_text(f"automl: best so far{scored}, after {plural(study.considered, 'evaluation')}: {text}", err=True)


def interrupted(runs: Sequence[str], library: str | None, signal: KeyboardInterrupt) -> int:
    """Say on standard error how to go on with the runs; the exit code."""
    lines = [f"automl: interrupted; {line}" for line in how_to_resume(runs, library)]
    print_text("\n".join(lines) or "automl: interrupted", err=True)
    return exit_code(signal)


def library_option(library: str | None) -> str:
    """The option of a command line to be copied that names the library as the user did, with a space before it; "" for the usual one."""
    return "" if library is None else f" --library {shlex.quote(library)}"


def how_to_resume(runs: Sequence[str], library: str | None) -> list[str]:
    """A line for each run: the command that goes on with it."""
    where = library_option(library) + plugin_options()
    return [f"resume with: automl runs resume {run}{where}" for run in runs]


def split_seed_for(run: Run | None, given: int | None) -> int:
    """The seed by which to divide data that a model is scored on: the one ``given``, or else that of the model's run."""
    return given if given is not None else 0 if run is None else split_seed_of(run)


def stored_run(name: str, library: str | None) -> tuple[AbstractStore, Run]:
    """The run of that name, where a saved model would do too, and the library that has it. Raises TaskError."""
    try:
        store = open_library(library, create=False)
        return store, run_of(store, name)
    except StoreError as error:
        raise TaskError(
            f"model={name!r}: a folder with model.json, or a run of the library, is required ({error}); correct the name"
        ) from None


def run_named(name: str, library: str | None) -> tuple[AbstractStore, Run]:
    """The run of that name and the library that has it. Raises StoreError."""
    store = open_library(library, create=False)
    return store, run_of(store, name)


def run_of(store: AbstractStore, name: str) -> Run:
    """The run with that id, or the only one whose id begins so. Raises StoreError."""
    ids = [run.id for run in store.runs(unreadable=lambda run, error: None)]
    found = [each for each in ids if name and each.startswith(name)]
    if name not in ids and len(found) > 1:
        raise StoreError(
            f"run={name!r} is the beginning of {len(found)} ids ({', '.join(found[:5])}); give more of one"
        )
    return store.run(found[0] if name not in ids and found else name)


def say_begun(text: str) -> None:
    """Say on standard error what a command is about to do that takes a while, unless it is to be quiet."""
    if not QUIET.get():
        print_text(f"automl: {text} …", err=True)


def saved_model(name: str) -> Model | None:
    """The model of a folder, or None where it is none."""
    folder = model_folder(name)
    return Model.load(folder) if (folder / "model.json").is_file() else None


def model_folder(name: str) -> Path:
    """The folder that a model's name means: itself, or the one that its model.json lies in."""
    return Path(name).parent if name.endswith("model.json") else Path(name)


def one_task(spec: str, seed: int, target: str | None, model: Model) -> Task:
    """The only task of a source, read as the model takes it. Raises TaskError."""
    tasks = load_tasks(spec, target=target, seed=seed, search_path=experiment_folders(), prepared=model.preprocessing)
    if len(tasks) != 1:
        raise TaskError(f"data={spec!r} holds {len(tasks)} tasks: one is required; name it with ?name=NAME")
    return tasks[0]
