"""Examples that were given on the command line: ``--example INPUT … OUTPUT``."""

from __future__ import annotations

import json

from ...errors import TaskError
from ..load import Reference, Source
from ..specifications.guessing import Cell, Quoted
from ..specifications.rows import Cells, specified_task
from ..specifications.tables import OPTIONS, with_more
from ..task import Task

NAME = "--example"


def _load(reference: Reference) -> list[Task]:
    """The task of the rows that the option ``rows`` has as a JSON list of lists of texts, the output last."""
    try:
        rows = json.loads(reference.options["rows"])
    except (KeyError, ValueError):
        rows = None
    if not isinstance(rows, list) or not rows or not all(isinstance(row, list) for row in rows):
        raise TaskError(f"{NAME}: rows=[[INPUT, …, OUTPUT], …] is required; give {NAME} INPUT … OUTPUT")
    width = len(rows[0])
    for number, row in enumerate(rows, 1):
        if len(row) < 2:
            raise TaskError(f"{NAME} {number}: {len(row)} values: an input and an output are required; give both")
        if len(row) != width:
            raise TaskError(
                f"{NAME} {number}: {len(row)} values, but the first has {width}; give as many inputs in each"
            )
    columns = [[_cell(cell) for cell in column] for column in zip(*rows, strict=True)]
    names = ["input"] if width == 2 else [f"input {number}" for number in range(1, width)]
    cells = Cells(range(1, len(rows) + 1), names, columns[:-1], columns[-1], unit="example")
    task = specified_task(
        reference.options.get("name", "examples"), with_more(cells, reference.options.get("more")),
        type=reference.options.get("type"), tolerate=reference.whole("tolerate", 0), source=NAME,
    )  # fmt: skip
    return [task]


def _cell(text: object) -> Cell:
    """The text, without quotes around it where it is JSON in quotes."""
    if isinstance(text, str) and len(text) > 1 and text[0] == text[-1] == '"':
        try:
            return Quoted(json.loads(text))
        except ValueError:
            return text
    return text


SOURCE = Source(
    "command line",
    "examples on the command line (--example INPUT … OUTPUT)",
    ("rows", "name", *OPTIONS),
    lambda reference: reference.path is None and reference.name == NAME,
    _load,
)
