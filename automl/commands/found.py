"""What the subcommands say of the programs that a search found beside its result. No subcommand itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from library.records import Evaluation, Run, StoreError
from library.store import AbstractStore
from primitives.notation.types import parse_type
from search.strategy import START

from ..errors import TaskError
from ..interruption import exit_code, orderly_end
from ..study.found.programs import FoundProgram, FoundPrograms, StartWorth
from ..study.opening import Options, Result
from ..study.planning.starts import names_of_starts
from ..study.state import Standing
from ..study.stored import find_result, stored_model
from ..study.study import Study
from ..study.words import load_vocabulary
from ..tasks.cases.parts import Part
from ..tasks.metrics import ANSWERS, INTEGERS, VALUES
from ..tasks.task import Task
from .common import print_json, print_table, print_text, say_begun

if TYPE_CHECKING:
    from ..comparison.compare import ComparisonRow

SHOWN_PROGRAM = 70
"""Characters of a program in a table."""


def found_programs(store: AbstractStore, record: Run) -> FoundPrograms:
    """What a stored search has found. Raises TaskError for a growth."""
    from ..growth.grow import is_growth

    if is_growth(record):
        raise TaskError(
            f"run={record.id!r} is a growth: a search is required; name one of its runs (`automl runs list`)"
        )
    standing = Standing.of(record)
    standing.restore(store.events(record.id), store.evaluations(record.id))
    result = find_result(store, record)
    vocabulary = load_vocabulary(store, record.library or None)
    return FoundPrograms(
        standing,
        vocabulary,
        parse_type(record.config["type"]),
        None if result is None else result.ask,
        names_of_starts(record.config),
    )


def measured_latency(
    store: AbstractStore, record: Run, found: FoundPrograms, part: Part, evaluation: Evaluation
) -> float | None:
    """Milliseconds for a case by the program of an evaluation with its weights; None where these are gone."""
    from ..study.found.latency import latency

    try:
        return latency(stored_model(store, record, found.vocabulary, evaluation), part)
    except StoreError:
        return None


def say_found(rows: Sequence[FoundProgram], json: bool) -> None:
    """Programs as a table, or as JSON. What stands in no row has no column."""
    if json:
        print_json([asdict(row) for row in rows])
        return
    if not rows:
        print_text("no program with a score was found")
        return
    columns: dict[str, list[Any]] = {
        "rank": [f"{row.rank}{'*' if row.is_result else ''}" for row in rows],
        "ask": [row.ask for row in rows],
        f"validation {rows[0].metric}": [f"{row.score:.4f}" for row in rows],
        "folds": [row.folds or None for row in rows],
        "parameters": [f"{row.parameters:,}" if row.parameters else None for row in rows],
        "operations": [None if row.operations is None else f"{row.operations:,}" for row in rows],
        "size": [row.size for row in rows],
        "ms a case": [None if row.latency is None else f"{row.latency:.3g}" for row in rows],
        "seconds": [f"{row.seconds:.1f}" for row in rows],
        "trained": [row.phase for row in rows],
        "from": [_shown_origin(row) for row in rows],
        "program": [_one_line(row.program) for row in rows],
    }
    shown = {name: cells for name, cells in columns.items() if any(each is not None for each in cells)}
    print_table(list(shown), list(zip(*shown.values(), strict=True)))
    if any(row.is_result for row in rows):
        longest = "" if rows[0].is_result else ", the best of those that were trained longest"
        print_text(f"* the result of the search{longest}")
    if len({row.folds > 0 for row in rows}) > 1:
        print_text(
            "scores with a number of folds are means over these, the others of the validation part alone: not to be compared"
        )


def say_starts(rows: Sequence[StartWorth], json: bool) -> None:
    """What programs that a search began with were worth to it, as a table, or as JSON."""
    if json:
        print_json([asdict(row) for row in rows])
        return
    if not rows:
        print_text("the search began with no program")
        return
    columns = ["began with", "ask", f"validation {rows[0].metric}", "came of it", "best of these", "ask of that"]
    print_table(
        columns,
        [
            [
                f"{row.name}{'*' if row.in_result else ''}",
                row.ask,
                _rounded(row.score),
                row.descendants,
                _rounded(row.best),
                row.best_ask,
            ]
            for row in rows
        ],
    )
    if any(row.in_result for row in rows):
        print_text("* the result of the search is this or descends from it")


def _shown_origin(row: FoundProgram) -> str | None:
    """What a program came from, with those that the search began with behind what was made of them; None where nothing is known."""
    begun = f" ({', '.join(row.starts)})" if row.starts and not row.origin.startswith(START) else ""
    return f"{row.origin}{begun}" or None


def _rounded(score: float | None) -> str | None:
    return None if score is None else f"{score:.4f}"


def _one_line(program: str) -> str:
    text = " ".join(program.split())
    return text if len(text) <= SHOWN_PROGRAM else f"{text[: SHOWN_PROGRAM - 1]}…"


def check_comparable(tasks: Sequence[Task]) -> None:
    """Raises TaskError where there are several tasks, or programs for the only one are not trained."""
    if len(tasks) != 1:
        raise TaskError(
            f"tasks={len(tasks)}: --compare is of one task; name it with ?name=NAME, or leave the option out"
        )
    data = tasks[0].data
    if data.target in (VALUES, ANSWERS, INTEGERS):
        raise TaskError(
            f"task={data.name!r}: --compare is of programs that give classes or numbers, needed no {data.type}; leave it out"
        )


def announce_comparison(study: Study) -> None:
    """Say on standard error what comes after a search that begins, and how long it takes."""
    from ..comparison.compare import announcement

    say_begun(announcement(study))


def compared(study: Study, result: Result, options: Options) -> tuple[list[ComparisonRow], int]:
    """The rows of the comparison, and the exit code: 0, or that of the signal that ended it early; what was found is kept then too."""
    from ..comparison.compare import compare, keep

    rows: list[ComparisonRow] = []
    try:
        with orderly_end():
            for row in compare(study, result, options):
                rows.append(row)
                keep(study, rows)
    except KeyboardInterrupt as signal:
        print_text("automl: interrupted; the comparison lacks what was to come, and the search is complete", err=True)
        return rows, exit_code(signal)
    return rows, 0


def say_comparison(rows: Sequence[ComparisonRow]) -> None:
    """The rows of a comparison as a table."""
    metric = rows[0].metric
    columns = [
        "",
        "which",
        f"validation {metric}",
        f"test {metric}",
        "parameters",
        "trainings",
        "seconds",
        "without a score for",
    ]
    cells = [
        [
            row.arm, row.name, _score(row.validation, row.validation_spread), _score(row.test, row.test_spread),
            f"{row.parameters:,}" if row.parameters else None, row.trainings, f"{row.seconds:.1f}", row.detail or None,
        ]
        for row in rows
    ]  # fmt: skip
    shown = [index for index in range(len(columns)) if any(row[index] is not None for row in cells)]
    print_table([columns[index] for index in shown], [[row[index] for index in shown] for row in cells])
    print_text("every row is scored on the test part once, after its last training; seconds are those of the whole row")


def _score(value: float | None, spread: tuple[float, float] | None) -> str | None:
    if value is None:
        return None
    return f"{value:.4f}" if spread is None else f"{value:.4f} ({spread[0]:.4f} to {spread[1]:.4f})"
