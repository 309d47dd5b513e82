"""``automl search``, and the options that it shares with ``automl grow``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from json import dumps
from typing import Annotated, Any

import typer

from library.store import AbstractStore

from ..api import make_options
from ..study.opening import Options, Result, check_options, library_url, open_study, run_study
from ..study.parallel import at_a_time, search_many
from ..study.phases import Schedule
from ..study.study import Study
from ..tasks.curriculum import load_words
from ..tasks.load import load_tasks
from ..tasks.task import AbstractTask
from .common import experiment_folders, json_lines, open_library, print_table, progress_bar

Strategy = Annotated[
    str | None, typer.Option(help="enumerative, genetic, bayesian, random; default: what suits the task.")
]
BudgetText = Annotated[
    str, typer.Option("--budget", help="A time for each task (60s, 2m) or a number of evaluations (500).")
]
LibraryUrl = Annotated[
    str | None, typer.Option("--library", help="URL or file of the library; default sqlite:///automl.db.")
]
Workers = Annotated[str, typer.Option(help="Number of worker processes, or the address of a Ray cluster.")]
Seed = Annotated[int, typer.Option(help="Seed of the search.")]
JsonFile = Annotated[
    str | None, typer.Option("--json", help="Write one JSON object a task to this file (- for standard output).")
]
Target = Annotated[float | None, typer.Option(help="Stop when the validation score reaches this.")]
Words = Annotated[
    str | None,
    typer.Option(
        help="Words to use in place of the whole vocabulary: separated by commas, or a declared vocabulary (base_list)."
    ),
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        help="Option of the strategy (name=value), of the trainer (trainer=name, trainer.name=value) or the schedule "
        "(schedule.epochs=5).",
    ),
]
Ambiguous = Annotated[
    bool,
    typer.Option(
        "--ambiguous", help="Show other programs that meet all examples, each with an input where it differs."
    ),
]
TargetColumn = Annotated[str | None, typer.Option("--target-column", help="Column of a CSV file to predict.")]


def search(
    task: Annotated[
        str, typer.Argument(help="A name (digits, iris, …) or a path: JSON lines, npz, CSV, IDX or image folder.")
    ],
    strategy: Strategy = None,
    budget: BudgetText = "60s",
    library: LibraryUrl = None,
    workers: Workers = "1",
    seed: Seed = 0,
    json: JsonFile = None,
    target: Target = None,
    words: Words = None,
    set: Set = None,
    target_column: TargetColumn = None,
    ambiguous: Ambiguous = False,
) -> None:
    """Search a program for a task; a file of many tasks is one study each (with --workers several at a time where they are cheap)."""
    options = options_of(budget, strategy, workers, seed, target, words, set)
    tasks = load_tasks(task, target=target_column, seed=seed, search_path=experiment_folders())
    for each in tasks:
        check_options(options, each.search_view())
    source = {"spec": task, "seed": seed, "target_column": target_column}
    rows: list[Result] = []
    with json_lines(json) as write:
        store = open_library(library)

        def take(result: Result) -> None:
            rows.append(result)
            write(result.to_dict())
            if json != "-":
                say(result, alone=len(tasks) == 1)
                if ambiguous:
                    say_alternatives(result)

        if at_a_time(tasks, options, store) > 1:
            _at_once(tasks, library, options, source, take, store)
        else:
            for each in tasks:
                with progress_bar(each.name) as progress:
                    named = {**source, "name": each.name}
                    result = run_or_leave(open_study(each, store, options, progress=progress, source=named), library)
                take(result)
    if len(rows) > 1 and json != "-":
        _summary(rows)


def _at_once(
    tasks: Sequence[AbstractTask],
    library: str | None,
    options: Options,
    source: dict[str, Any],
    take: Callable[[Result], None],
    store: AbstractStore,
) -> None:
    """Several tasks at a time; the results in the order of the tasks."""
    runs: list[str] = []
    with progress_bar(f"{len(tasks)} tasks") as progress:
        solved = total = 0

        def note(result: Result) -> None:
            nonlocal solved, total
            take(result)
            total += result.evaluations
            solved += result.solved
            if progress is not None:
                progress({"evaluations": total, "best": float(solved)})

        try:
            folders = [str(folder) for folder in experiment_folders()]
            search_many(tasks, library_url(library), options, source, note, runs.extend, folders)
        except KeyboardInterrupt:
            going = [run.id for run in store.runs(state="running") if run.id in runs]
            raise typer.Exit(interrupted(going, library)) from None


def run_or_leave(study: Study, library: str | None) -> Result:
    """Run a study; when interrupted, say how to resume it and leave with exit code 130."""
    try:
        return run_study(study)
    except KeyboardInterrupt:
        raise typer.Exit(interrupted([study.record.id], library)) from None


def interrupted(runs: Sequence[str], library: str | None) -> int:
    """Say on standard error how to go on with the runs; the exit code."""
    where = "" if library is None else f" --library {library}"
    lines = "".join(f"automl: interrupted; resume with: automl runs resume {run}{where}\n" for run in runs)
    sys.stderr.write(lines or "automl: interrupted\n")
    return 130


def options_of(
    budget: str,
    strategy: str | None,
    workers: str,
    seed: int,
    target: float | None,
    words: str | None,
    settings: list[str] | None,
) -> Options:
    """Options from the texts of the command line. Raises BadParameter, BudgetError or StudyError."""
    given: dict[str, dict[str, Any]] = {"settings": {}, "trainer": {}, "schedule": {}}
    for text in settings or ():
        name, separator, value = text.partition("=")
        if not separator or not name:
            raise typer.BadParameter(f"--set {text!r}: needed name=value")
        group, _, inner = name.rpartition(".")
        if name == "trainer":
            group, inner = "trainer", "trainer"
        if group not in ("", "trainer", "schedule"):
            raise typer.BadParameter(f"--set {text!r}: needed name=value, trainer.name=value or schedule.name=value")
        given["settings" if group == "" else group][inner] = _value(value)
    changed = given.pop("schedule")
    chosen = None if words is None else load_words(words, search_path=experiment_folders())
    number = worker_number(workers)
    schedule = Schedule.from_dict(changed) if changed else None
    return make_options(
        budget, strategy=strategy, workers=number, seed=seed, target=target, words=chosen, schedule=schedule, **given
    )


def worker_number(text: str) -> int | str:
    """A number of workers, or an address as it is."""
    return int(text) if text.isdecimal() and len(text) < 10 else text


def _value(text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def say(result: Result, alone: bool) -> None:
    """A result in a line or two on standard output."""
    state = "solved" if result.solved else result.outcome
    right = {True: ", right on the tests", False: ", wrong on the tests", None: ""}[
        result.right if result.solved else None
    ]
    score = "" if result.score is None else f", validation {result.score:.4f}"
    test = "" if result.test_score is None else f", test {result.test_score:.4f}"
    sure = "" if result.confidence is None else f", {result.confidence:.0%} sure"
    typer.echo(
        f"{result.name}: {state}{right}{score}{test}{sure}, {result.evaluations:,} evaluations, {result.seconds:.1f} s"
    )
    if result.program:
        typer.echo(f"  {result.program}".replace("\n", "\n  "))
    if result.expanded:
        typer.echo(f"  = {result.expanded}".replace("\n", "\n    "))
    if alone:
        typer.echo(f"  run {result.run}")


def say_alternatives(result: Result) -> None:
    """The programs that meet all examples too, with an input on which each differs from the one given."""
    if result.solved and not result.alternatives:
        typer.echo("  no other program was found that meets all examples and differs")
    for each in result.alternatives:
        given = ", ".join(map(_written, each["inputs"]))
        one, other = _written(each["chosen_output"]), _written(each["output"])
        typer.echo(f"  alternative ({each['probability']:.1%}), which gives {other} instead of {one} for {given}:")
        typer.echo(f"    {each['program']}".replace("\n", "\n    "))


def _written(value: Any) -> str:
    if isinstance(value, dict):
        return f"no value ({value['failure']})"
    return dumps(value, ensure_ascii=False)


def _summary(rows: list[Result]) -> None:
    solved = sum(row.solved for row in rows)
    right = sum(row.right is True for row in rows)
    tested = sum(row.right is not None for row in rows)
    seconds = sum(row.seconds for row in rows)
    terms = sum(row.evaluations for row in rows)
    print_table(
        ["tasks", "solved", "right", "with tests", "evaluations", "seconds"],
        [[len(rows), solved, right, tested, f"{terms:,}", f"{seconds:.1f}"]],
    )
