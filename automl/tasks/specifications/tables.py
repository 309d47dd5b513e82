"""Tables whose rows are examples of a program on values: texts from texts, and what else is said to be so."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from primitives.types import STRING, Constructor, Type, arguments_of

from ...errors import TaskError
from ..tables.dialect import mostly_numbers
from ..tables.files import read_table, reading_options
from ..tables.raw import RawTable, some
from ..task import Task
from .guessing import Cell, guessed, text_of
from .rows import Cells, specified_task

if TYPE_CHECKING:
    from ..load import Reference

AS, EXAMPLES, LABELLED = "as", "examples", "labelled"
OPTIONS = ("type", "tolerate", "more")
"""Options of a task's text that say how rows are to be read as examples."""
SPECIFIED = (AS, *OPTIONS)
LARGE = 2 << 20
"""Bytes of a file beyond which its rows are examples only where it is said so: it is not read twice."""
ALIKE = 0.7
"""The share of outputs that differ, and that are written with letters and digits of their inputs, from which texts are taken to be made of
texts rather than to be labels of classes."""


def is_specification(reference: Reference) -> bool:
    """Whether the rows of a table are examples of a program on values: where the options say so, or its outputs are lists, or texts of
    which nearly every one is another and written with the letters and digits of its inputs, so that they are no labels of classes.

    reference: of a table.

    Raises TaskError on a table that cannot be read, or options that contradict each other.
    """
    wanted = reference.options.get(AS)
    if wanted not in (None, EXAMPLES, LABELLED):
        raise TaskError(f"{AS}={wanted!r} of a table: {EXAMPLES} or {LABELLED} is required; choose one")
    told = [key for key in OPTIONS if key in reference.options]
    if wanted == LABELLED and told:
        raise TaskError(
            f"{told[0]}={reference.options[told[0]]!r} with {AS}={LABELLED}: it is of examples; leave one out"
        )
    if wanted is not None or told:
        return wanted != LABELLED
    assert reference.path is not None
    if (
        reference.path.stat().st_size > LARGE
        or reference.options.get("layout") is not None
        or reference.options.get("targets") is not None
    ):
        return False
    return _looks_so(cells_of(reference))


def _looks_so(cells: Cells) -> bool:
    known = [place for place, cell in enumerate(cells.output) if cell is not None]
    texts = [text_of(cells.output[place]) for place in known]
    if not cells.inputs or len(known) < 2 or len(set(texts)) < max(2, ALIKE * len(known)) or mostly_numbers(texts):
        return False
    types, result = arguments_of(guessed(cells.inputs, cells.output))
    if STRING not in types or result != STRING:
        return _is_list(result)
    made = sum(
        _made_of(text, [text_of(column[place]) for column in cells.inputs if column[place] is not None])
        for text, place in zip(texts, known, strict=True)
    )
    return made >= ALIKE * len(known)


def _made_of(text: str, given: Sequence[str]) -> bool:
    """Whether each letter and digit of a text is among those of others."""
    signs = {sign for sign in text.casefold() if sign.isalnum()}
    return bool(signs) and signs <= set("".join(given).casefold())


def _is_list(type: Type) -> bool:
    return isinstance(type, Constructor) and type.name == "list"


def specified_table(reference: Reference) -> Task:
    """The task of a table whose rows are examples; those whose output is missing wait for it.

    reference: of the table.

    Raises TaskError.
    """
    table, cells = raw_table(reference), cells_of(reference)
    assert reference.path is not None
    options = reference.options
    return specified_task(
        options.get("name", reference.name), with_more(cells, options.get("more")), type=options.get("type"),
        tolerate=reference.whole("tolerate", 0), source=reference.path.name, notes=table.notes,
    )  # fmt: skip


def raw_table(reference: Reference) -> RawTable:
    """The table as it was written, with its empty rows.

    reference: of the table.
    """
    assert reference.path is not None
    given = reading_options(
        reference.options, reference.options.get("target"), skip_bad=reference.yes_or_no("skip_bad")
    )
    return read_table(reference.path, given.keeping_empty())


def cells_of(reference: Reference) -> Cells:
    """The rows of a table with the column that is named as their output.

    reference: of the table.

    Raises TaskError where there is no such column.
    """
    table, path = raw_table(reference), reference.path
    assert path is not None
    target = target_of(table, reference.options.get("target"), path.name)
    used = table.without(dropped(reference.options.get("drop", ""), table)).without_row_numbers()
    names = [name for name in used.columns if name != target]
    first = 2 if has_names(table, reference) else 1
    columns = {name: [_cell(cell) for cell in table.columns[name]] for name in (*names, target)}
    places = [place for place in range(len(table)) if any(cells[place] is not None for cells in columns.values())]
    return Cells(
        [place + first for place in places], names, [[columns[name][place] for place in places] for name in names],
        [columns[target][place] for place in places], target,
    )  # fmt: skip


def has_names(table: RawTable, reference: Reference) -> bool:
    """Whether the first row of the file has the names of the columns.

    table: as it was read.
    reference: of the table.
    """
    return reference.options.get("header") != "no" and not any("has no line of names" in note for note in table.notes)


def with_more(cells: Cells, text: str | None) -> Cells:
    """The cells with answers that were given later, each ``[number, output]``: of the row of that number, which had none.

    cells: the rows.
    text: a JSON list of them, None where there are none; ``[[cells …]]`` without a number are further rows.

    Raises TaskError on anything else.
    """
    if text is None:
        return cells
    try:
        rows = json.loads(text)
    except ValueError:
        rows = None
    width = len(cells.names) + 1
    if not isinstance(rows, list) or not all(isinstance(row, list) and len(row) == width for row in rows):
        raise TaskError(
            f"more={text!r}: a JSON list of rows of {width} cells, the output last, is required; write it so"
        )
    last = max(cells.numbers, default=0)
    inputs = [list(column) for column in cells.inputs]
    output, numbers = list(cells.output), list(cells.numbers)
    for row in rows:
        *given, wanted = row
        same = [place for place in range(len(numbers)) if output[place] is None and _same(inputs, place, given)]
        for place in same:
            output[place] = wanted
        if not same:
            last += 1
            numbers.append(last)
            output.append(wanted)
            for column, cell in zip(inputs, given, strict=True):
                column.append(cell)
    return Cells(numbers, cells.names, inputs, output, cells.output_name, cells.unit)


def _same(inputs: Sequence[Sequence[Cell]], place: int, given: Sequence[Cell]) -> bool:
    return all(str(column[place] or "") == str(cell) for column, cell in zip(inputs, given, strict=True))


def _cell(cell: object) -> Cell:
    """A cell as it was written, None where it is empty or no number."""
    if cell is None or cell != cell or (isinstance(cell, str) and not cell.strip()):
        return None
    return cell


def target_of(table: RawTable, name: str | None, file: str) -> str:
    """The name of the target column; a number counts from 1 where no column has it as its name, ``last`` is the last one.

    table: as it was read.
    name: as it was given, None where it was not.
    file: what the table is called.

    Raises TaskError where there is none of that name.
    """
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
    """The columns that ``drop`` names, with commas between; a name may have commas itself.

    text: the names.
    table: whose columns they are.
    """
    pieces, names = text.split(","), []
    while pieces:
        ends = (end for end in range(len(pieces), 0, -1) if ",".join(pieces[:end]).strip() in table.columns)
        end = next(ends, 1)
        names.append(",".join(pieces[:end]).strip())
        pieces = pieces[end:]
    return [name for name in names if name]
