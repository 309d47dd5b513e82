"""A table with the outputs that were missing: written to another file, with a column that says what was filled in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ...errors import TaskError
from ..columns.numerals import POINT
from ..load import Reference
from .tables import has_names, raw_table, target_of
from .writing import dialect_for

TEXTS = (".csv", ".tsv")
EXCEL = ".xlsx"
MARK = "filled"
"""What the column of marks is called, after the name of the output."""


@dataclass(frozen=True)
class FilledCell:
    """What a row gets: its ``output`` in its JSON form (None: it stays as it is), and the ``mark`` that says why."""

    output: object
    mark: str


def check_target(path: str, source: Path | None) -> None:
    """Refuse a file that cannot be filled, or is the table itself. Raises TaskError.

    path: of the file that is to be written.
    source: the file of the table, None where the rows are in none.
    """
    target = Path(path)
    if source is None:
        raise TaskError(f"fill={path!r}: a table with rows that have no output is required; give FILE:COLUMN")
    if target.suffix.lower() not in (*TEXTS, EXCEL):
        raise TaskError(f"fill={path!r}: a file that ends in {', '.join(TEXTS)} or {EXCEL} is required; rename it")
    if target.exists() and (target.samefile(source) or not target.is_file()):
        raise TaskError(f"fill={path!r} is the table itself, which is never overwritten; name another file")
    if not target.resolve().parent.is_dir():
        raise TaskError(f"fill={path!r}: its folder does not exist; make it, or name another")


def write_filled(
    path: str, reference: Reference, cells: Mapping[int, FilledCell], answers: Mapping[int, object]
) -> None:
    """Write the table with the cells in their rows, and a column of marks behind the others; a text as the table's file is written.

    path: of the file that is written; see ``check_target``.
    reference: of the table.
    cells: by the number of the row.
    answers: outputs that are known, by the number of the row: where the table has none they were given as answers, and are written too.
    """
    table = raw_table(reference)
    assert reference.path is not None
    target = target_of(table, reference.options.get("target"), reference.path.name)
    first = 2 if has_names(table, reference) else 1
    columns = {name: [_written(cell) for cell in table.columns[name]] for name in table.columns}
    marks = [""] * len(table)
    for number, cell in cells.items():
        marks[number - first] = cell.mark
        if cell.output is not None:
            columns[target][number - first] = _written(cell.output, table.decimal)
    for number, output in answers.items():
        place = number - first
        if place < len(table) and columns[target][place] == "":
            columns[target][place], marks[place] = _written(output, table.decimal), "answered"
    name = f"{target} {MARK}"
    while name in columns:
        name += "'"
    columns[name] = list(marks)
    if Path(path).suffix.lower() == EXCEL:
        import pandas

        pandas.DataFrame(columns, dtype=object).to_excel(path, index=False, header=first == 2)
        return
    rows = [*([list(columns)] if first == 2 else []), *zip(*columns.values(), strict=True)]
    dialect = dialect_for(path, reference.path, reference.options.get("delimiter"), reference.options.get("encoding"))
    Path(path).write_text(dialect.written(rows), encoding="utf-8", newline="")


def _written(cell: object, decimal: str = POINT) -> object:
    """A cell as a file has it: lists and truth values as JSON, a missing one as nothing; ``decimal`` stands before fractions."""
    if cell is None or cell != cell:
        return ""
    if isinstance(cell, float) and decimal != POINT:
        return str(cell).replace(POINT, decimal)
    return json.dumps(cell, ensure_ascii=False) if isinstance(cell, list | dict | bool) else cell
