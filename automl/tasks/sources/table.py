"""A table with a target column from a file: CSV, TSV, Excel or Parquet."""

from __future__ import annotations

from pathlib import Path

from ...errors import TaskError
from ..cases.layouts import AUTO, SERIES
from ..load import LABELLED_OPTIONS, Reference, Source
from ..split import GROUPS, TIME
from ..tables.files import OPTIONS, SUFFIXES, read_table, reading_options
from ..tables.known import known_table_task
from ..tables.raw import RawTable, some
from ..tables.series import series_table_task
from ..tables.task import table_task
from ..task import Task


def _load(reference: Reference) -> list[Task]:
    assert reference.path is not None
    try:
        return [_read(reference, reference.path)]
    except TaskError as error:
        named = reference.path.name in str(error)
        raise error if named else TaskError(f"{reference.path.name}: {error}") from None


def _read(reference: Reference, path: Path) -> Task:
    options = reference.options
    table = read_table(path, reading_options(options, options.get("target"), skip_bad=reference.yes_or_no("skip_bad")))
    target = _target(table, options.get("target"), path.name)
    given = {**reference.labelled(), **{key: options[key] for key in (GROUPS, TIME) if key in options}}
    given["drop"] = dropped(options.get("drop", ""), table)
    layout, prepared = given.pop("layout", AUTO), reference.prepared
    if layout not in (AUTO, SERIES):
        raise TaskError(f"layout={layout!r} of a table: {AUTO} or {SERIES} is required; choose one")
    if layout == SERIES or (prepared is not None and prepared.is_series):
        return series_table_task(table, target, **given)
    if prepared is None or not prepared.columns:
        return table_task(table, target, **given)
    try:  # where these are the rows of the training, they are known by it, and which of them it had
        own = table_task(table, target, **given)
    except TaskError:
        own = None  # too few rows, or too much alike, to be trained on: a model can answer for them all the same
    return (
        own if own is not None and own.preprocessing == prepared else known_table_task(table, target, prepared, **given)
    )


def _target(table: RawTable, name: str | None, file: str) -> str:
    """The name of the target column; a number counts from 1 where no column has it as its name, ``last`` is the last one."""
    names = list(table.columns)
    if name in table.columns:
        return str(name)
    if name == "last":
        return names[-1]
    if name is not None and name.isdecimal() and 1 <= int(name) <= len(names):
        return names[int(name) - 1]
    read = "".join(f"; {note}" for note in table.notes[:3])
    raise TaskError(
        f"target={name!r}: the name of a column is required, one of {some(names)}; write {file}:COLUMN, {file}:last, or "
        f"{file}:{len(names)} for column {len(names)}{read}"
    )


def dropped(text: str, table: RawTable) -> list[str]:
    """The columns that ``drop`` names, with commas between; a name may have commas itself."""
    pieces, names = text.split(","), []
    while pieces:
        ends = (end for end in range(len(pieces), 0, -1) if ",".join(pieces[:end]).strip() in table.columns)
        end = next(ends, 1)
        names.append(",".join(pieces[:end]).strip())
        pieces = pieces[end:]
    return [name for name in names if name]


SOURCE = Source(
    "table",
    "a table with a target column (.csv, .tsv, .xlsx, .parquet; write data.csv:COLUMN)",
    (
        *(key for key in LABELLED_OPTIONS if key != "full_scale"),
        "target",
        "drop",
        GROUPS,
        TIME,
        *OPTIONS,
    ),
    lambda reference: (
        reference.path is not None and reference.path.suffix.lower() in SUFFIXES and reference.path.is_file()
    ),
    _load,
)
