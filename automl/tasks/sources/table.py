"""A table with a target column from a file: CSV, TSV, Excel or Parquet."""

from __future__ import annotations

from pathlib import Path

from ...errors import TaskError
from ..cases.layouts import AUTO, SERIES
from ..load import LABELLED_OPTIONS, Reference, Source
from ..specifications.tables import SPECIFIED, dropped, is_specification, specified_table, target_of
from ..split import GROUPS, TIME
from ..tables.decoding import ending
from ..tables.files import OPTIONS, ROW_LINES, is_table, read_table, reading_options
from ..tables.known import known_table_task
from ..tables.series import series_table_task
from ..tables.task import table_task
from ..task import Task


def _load(reference: Reference) -> list[Task]:
    assert reference.path is not None
    try:
        if reference.prepared is None and is_specification(reference):
            return [specified_table(reference)]
        return [_read(reference, reference.path)]
    except TaskError as error:
        named = reference.path.name in str(error)
        raise error if named else TaskError(f"{reference.path.name}: {error}") from None


def _read(reference: Reference, path: Path) -> Task:
    options = reference.options
    table = read_table(path, reading_options(options, options.get("target"), skip_bad=reference.yes_or_no("skip_bad")))
    target = target_of(table, options.get("target"), path.name)
    given = {**reference.labelled(), **{key: options[key] for key in (GROUPS, TIME) if key in options}}
    given["drop"] = dropped(options.get("drop", ""), table)
    layout, prepared = given.pop("layout", AUTO), reference.prepared
    if layout not in (AUTO, SERIES):
        raise TaskError(f"layout={layout!r} of a table: {AUTO} or {SERIES} is required; choose one")
    if layout == SERIES or (prepared is not None and prepared.is_series):
        return series_table_task(table, target, longest=None if prepared is None else prepared.longest, **given)
    if prepared is None or not prepared.columns:
        return table_task(table, target, **given)
    try:  # where these are the rows of the training, they are known by it, and which of them it had
        own = table_task(table, target, **given)
    except TaskError:
        own = None  # too few rows, or too much alike, to be trained on: a model can answer for them all the same
    return (
        own if own is not None and own.preprocessing == prepared else known_table_task(table, target, prepared, **given)
    )


def _accepts(reference: Reference) -> bool:
    """A file that is a table by its name; JSON lines are one where a column of it is named, else each is a task."""
    path = reference.path
    if path is None or not is_table(path) or not path.is_file():
        return False
    return ending(path) not in ROW_LINES or "target" in reference.options


SOURCE = Source(
    "table",
    "a table with a target column (.csv, .tsv, .json, .jsonl, .xlsx, .parquet, and such text compressed, .csv.gz; write data.csv:COLUMN)",
    (
        *(key for key in LABELLED_OPTIONS if key != "full_scale"),
        "target",
        "drop",
        GROUPS,
        TIME,
        *OPTIONS,
        *SPECIFIED,
    ),
    _accepts,
    _load,
)
