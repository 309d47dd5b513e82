"""``automl runs`` and ``automl export``: what happened, going on with it, and writing what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from library.records import Run, StoreError
from library.store import AbstractStore
from library.vocabulary import Vocabulary
from primitives.brief import plural
from primitives.syntax import show

from ..budget import Budget, BudgetError
from ..config import write_config
from ..errors import TaskError
from ..evaluation.descriptions import readings_of
from ..exporting.files import ONNX, SOURCE, WEIGHTS, check_file
from ..growth.grow import is_growth, resume_growth
from ..progress import progress_bar
from ..study.ending import ending_of
from ..study.found.programs import LATENCY
from ..study.opening import open_study, resume_options
from ..study.planning.limits import as_options
from ..study.planning.schedule import SCHEDULE_CHANGES, Schedule
from ..study.stored import StoredResult, find_result, listed_result, split_seed_of, stored_model, task_of
from ..study.words import load_vocabulary
from .common import (
    experiment_folders,
    json_lines,
    open_library,
    print_json,
    print_table,
    print_text,
    run_named,
    run_of,
    run_or_leave,
    say,
    say_begun,
    shown_time,
)
from .found import found_programs, measured_latency, say_found, say_starts
from .growing import run_growth
from .options import AsJson, JsonFile, LibraryUrl, worker_number
from .sharing import export_run
from .subject import model_of_run, shown_model

MoreWorkers = Annotated[str | None, typer.Option("--workers", help="As for search; default: what it was started with.")]
EXPORTED = {"source": ("Python text", SOURCE), "weights": ("weights as safetensors", WEIGHTS), "onnx": ("ONNX", ONNX)}
"""What a program is written as, for people, and how its files end."""
app = typer.Typer(help="Searches that were run: list, show, resume, export.", no_args_is_help=True)
app.command("export")(export_run)


@app.command("list")
def list_(library: LibraryUrl = None, json: AsJson = False) -> None:
    """Every run: id, task, state, started, evaluations (terms considered, or candidates evaluated), its metric, and the validation and
    test score of its result."""
    store = open_library(library, create=False)
    damaged: dict[str, StoreError] = {}
    runs = {run.id: run for run in store.runs(unreadable=damaged.__setitem__)}
    rows: list[dict[str, Any]] = [dict(row) for row in store.run_list(damaged.__setitem__) if row["id"] in runs]
    for row in rows:
        run = runs[row["id"]]
        found = listed_result(store, run) if row["evaluations"] else {}
        row["evaluations"] = max(row["evaluations"], int(run.config.get("terms", 0)))
        row["ended"] = ending_of(run)
        row["best"], row["test"], row["metric"] = found.get("score"), found.get("test_score"), run.metric
    for name, error in damaged.items():
        print_text(f"automl: run={name!r} is left out, for its record is damaged: {error}", err=True)
    if json:
        print_json(rows)
        return
    columns = ["id", "task", "strategy", "state", "ended", "started", "evaluations", "metric", "best", "test"]
    print_table(
        columns,
        [[shown_time(row[c]) if c == "started" else row[c] for c in columns] for row in rows],
        plural(len(rows), "run"),
    )


@app.command("show")
def show_(run: str, library: LibraryUrl = None, json: AsJson = False) -> None:
    """One run: how it was started, how its evaluations ended, its result, and the programs that scored best on the way."""
    store = open_library(library, create=False)
    record = run_of(store, run)
    vocabulary = load_vocabulary(store, record.library or None)
    outcomes: dict[str, int] = {}
    for evaluation in store.evaluations(record.id):
        outcomes[evaluation.outcome] = outcomes.get(evaluation.outcome, 0) + 1
    result = find_result(store, record)
    best = _best_rows(store, record, vocabulary, result)
    if json:
        facts = {
            **record.to_dict(),
            "outcomes": outcomes,
            "best": best,
            "events": store.next_number(record.id),
            "ended": ending_of(record),
        }
        print_json({**facts, "result": None if result is None else result.to_dict()})
        return
    _say_run(record, outcomes, result, best)
    if result is not None and result.evaluation.weights is not None:
        for text in _found(store, record, vocabulary):
            print_text(f"\n{text}")


def _best_rows(
    store: AbstractStore, record: Run, vocabulary: Vocabulary, result: StoredResult | None
) -> list[dict[str, Any]]:
    """The program that is the result, and those that scored best on the way: five in all, at most."""
    first = [] if result is None else [result.evaluation]
    others = [each for each in store.best(record.id, 5) if result is None or each.ask != result.ask]
    return [
        {
            "ask": e.ask,
            "score": record.primary(e.scores),
            "parameters": e.parameters,
            "program": show(vocabulary.read(e.term)),
            "result": e in first,
        }
        for e in [*first, *others][:5]
    ]


def _budget(record: Run) -> str:
    """The budget of a run as the command takes it."""
    try:
        return str(Budget.from_json(record.budget)) if record.budget else "–"
    except BudgetError:
        return "–"


def _say_run(
    record: Run, outcomes: Mapping[str, int], result: StoredResult | None, best: Sequence[Mapping[str, Any]]
) -> None:
    """A run, its result and the programs that scored best, for people."""
    for name in ("id", "task", "strategy", "seed", "budget", "state", "metric", "direction"):
        print_text(f"{name:10} {_budget(record) if name == 'budget' else getattr(record, name)}")
    ended = ending_of(record)
    if ended is not None:  # a growth, and a run of before that was recorded, say it by their state
        print_text(f"{'ended':10} {ended}")
    print_text(f"{'started':10} {shown_time(record.started)}")
    if outcomes:
        print_text(f"{'outcomes':10} {', '.join(f'{count} {name}' for name, count in sorted(outcomes.items()))}")
    if result is not None:
        print_text(f"{'result':10} {shown_model(result.to_dict())}")
    for each in best:
        mark = " (the result)" if each["result"] else ""
        print_text(f"\nask {each['ask']}{mark}, {record.metric} {each['score']}, {each['parameters']} parameters\n  "
                   + str(each["program"]).replace("\n", "\n  "))  # fmt: skip


def _found(store: AbstractStore, record: Run, vocabulary: Vocabulary) -> list[str]:
    """What the small fitted words of a run's result have found; nothing where its weights are gone."""
    try:
        return readings_of(stored_model(store, record, vocabulary))
    except StoreError:
        return []


@app.command("leaderboard")
def leaderboard_(
    run: str,
    top: Annotated[int, typer.Option(min=1, help="How many to show.")] = 20,
    library: LibraryUrl = None,
    json: AsJson = False,
) -> None:
    """The distinct structures that a search found, the best program of each: programs that differ in settings and weights alone count as
    one."""
    store, record = run_named(run, library)
    found = found_programs(store, record)
    say_found(found.leaderboard(top), json)
    if not json and (starts := found.starts()):
        print_text("")
        say_starts(starts, json)


@app.command("starts")
def starts_(run: str, library: LibraryUrl = None, json: AsJson = False) -> None:
    """What each program that a search began with was worth to it: its score when it was tried, how much came of it, the best of that, and
    whether the result did."""
    store, record = run_named(run, library)
    say_starts(found_programs(store, record).starts(), json)


@app.command("front")
def front_(
    run: str,
    against: Annotated[
        str | None,
        typer.Option(
            help="parameters, operations, latency (measured now) or size; default: parameters, or size where there are none."
        ),
    ] = None,
    library: LibraryUrl = None,
    json: AsJson = False,
) -> None:
    """The Pareto front of a search: the programs than which none scores as well at less cost."""
    store, record = run_named(run, library)
    found = found_programs(store, record)
    measure = (
        partial(measured_latency, store, record, found, task_of(record).data.validation) if against == LATENCY else None
    )
    say_found(found.front(against, measure), json)


@app.command("config")
def config_(run: str, library: LibraryUrl = None) -> None:
    """Print the options that a search was started with, as a TOML file for `automl search --config`."""
    record = run_of(open_library(library, create=False), run)
    if is_growth(record):
        raise TaskError(f"run={run!r} is a growth: a search is required; begin the growth again by its own command")
    typer.echo(write_config(options_of_run(record)), nl=False)


def options_of_run(record: Run) -> dict[str, object]:
    """The options of the command that would search as the run did, by name. Raises TaskError where its task was made in Python."""
    source = record.config.get("task") or {}
    if "spec" not in source:
        raise TaskError(
            f"run={record.id!r}: its task was made in Python, so no command searches it; use the Python API"
        )
    options = resume_options(record)
    whole, usual = record.config.get("schedule", {}), vars(Schedule())
    schedule = record.config.get(SCHEDULE_CHANGES, {key: value for key, value in whole.items() if value != usual[key]})
    settings = {
        **options.settings,
        **{name if name == "trainer" else f"trainer.{name}": value for name, value in options.trainer.items()},
        **{f"schedule.{name}": value for name, value in schedule.items()},
    }
    seconds = options.budget.seconds
    return {
        "task": source["spec"],
        "budget": None if seconds is None else f"{seconds:.12g}s",
        "evaluations": options.budget.evaluations,
        "strategy": options.strategy,
        "workers": str(options.workers),
        "seed": options.seed,
        "split-seed": split_seed_of(record),
        "target": options.target,
        "words": None if options.words is None else ",".join(options.words),
        "starts": options.starts,
        "start": list(options.programs),
        "space": options.space,
        **as_options(options.bounds),
        "keep-weights": options.keep_weights,
        "ensemble": options.ensemble,
        "target-column": source.get("target_column"),
        "set": [
            f"{name}={str(value).lower() if isinstance(value, bool) else value}" for name, value in settings.items()
        ],
    }


@app.command()
def resume(run: str, library: LibraryUrl = None, workers: MoreWorkers = None, json: JsonFile = None) -> None:
    """Go on with a run that was interrupted or killed, by replay of its log. Shows the result of one that is finished."""
    store = open_library(library, create=False)
    record = run_of(store, run)
    if is_growth(record):
        number = None if workers is None else worker_number(workers)
        folders = experiment_folders()
        run_growth(
            lambda listeners: resume_growth(store, record, workers=number, listeners=listeners, search_path=folders), library, json
        )  # fmt: skip
        return
    options = resume_options(record)
    if workers is not None:
        options = replace(options, workers=worker_number(workers))
    task = task_of(record)
    with json_lines(json) as write:
        with progress_bar(task.name) as progress:
            begin = partial(open_study, task, store, options, run=record, progress=progress)
            result = run_or_leave(begin, library)
        write(result.to_dict())
        if json != "-":
            say(result, alone=True)


def export(
    run: str,
    file: Annotated[str, typer.Argument(help="The file to write.")],
    to: Annotated[str, typer.Option("--to", help="source (Python text), weights (safetensors) or onnx.")],
    library: LibraryUrl = None,
) -> None:
    """Write the result of a run: as stand-alone source (its weights beside it), its weights, or ONNX."""
    if to not in EXPORTED:
        raise typer.BadParameter(
            f"--to {to!r}: needed source, weights or onnx; `automl runs export` writes evaluations"
        )
    check_file(file, *EXPORTED[to])
    subject = model_of_run(run, library)
    model, written = subject.model, [Path(file)]
    if to == "source":
        written = model.export_source(file)
    elif to == "weights":
        model.export_weights(file)
    else:
        say_begun(f"writing run {run} as ONNX, which takes up to a minute")
        model.export_onnx(file)
    print_text(shown_model(subject.about))
    for path in written:
        print_text(f"written to {path}")
