"""From rows of cells to a task of examples: the rows with an output are its examples, the others are waiting for theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from primitives.brief import plural
from primitives.notation.types import parse_type
from primitives.notation.values import from_json
from primitives.types import Type, arguments_of
from primitives.values import Value

from ...errors import TaskError
from ..kinds.examples import examples_from_json
from ..task import Task
from .guessing import Cell, guessed, value_of
from .specification import Specification, SpecifiedRow


@dataclass(frozen=True)
class Cells:
    """Rows of cells: ``numbers`` [n] of the rows, ``inputs`` by name, each [n], ``output`` [n], None where a cell is missing."""

    numbers: Sequence[int]
    names: Sequence[str]
    inputs: Sequence[Sequence[Cell]]
    output: Sequence[Cell]
    output_name: str = "output"
    unit: str = "row"


def specified_task(
    name: str, cells: Cells, *, type: str | None = None, tolerate: int = 0, source: str = "", notes: Sequence[str] = ()
) -> Task:
    """The task whose examples are the rows that have an output.

    name: what it is called.
    cells: the rows.
    type: of the programs, such as ``str -> str`` (default: guessed from the cells).
    tolerate: how many examples a program may miss; rows that contradict each other are examples then (default: 0, and they are set aside).
    source: where the rows come from.
    notes: sentences on how they were read.

    Raises TaskError, with the number of the row, where a cell does not fit, or no row has an output.
    """
    kind = guessed(cells.inputs, cells.output) if type is None else _given_type(type, len(cells.inputs))
    types, result = arguments_of(kind)
    known: list[SpecifiedRow] = []
    waiting: list[SpecifiedRow] = []
    left_out: list[int] = []
    for place, number in enumerate(cells.numbers):
        given = [_empty_text(column[place], t) for column, t in zip(cells.inputs, types, strict=True)]
        wanted = cells.output[place]
        if any(cell is None for cell in given):
            left_out.append(number)
            continue
        where = f"{cells.unit} {number}"
        values = tuple(
            _fitting(cell, t, f"{where}, {column}") for cell, t, column in zip(given, types, cells.names, strict=True)
        )
        if wanted is None:
            waiting.append(SpecifiedRow(number, values, known=False))
        else:
            output = _fitting(wanted, result, f"{where}, {cells.output_name}")
            known.append(SpecifiedRow(number, values, output))
    contrary = [] if tolerate else _contrary(known)
    rows = [row for row in known if row not in contrary]
    if not rows:
        reason = f": {contradiction(contrary, cells.unit)}" if contrary else ""
        raise TaskError(f"{name}: 0 {cells.unit}s with an output{reason}; at least one is required: add some")
    said = [f"{cells.unit}s left out, for an input is missing: {', '.join(map(str, left_out))}"] if left_out else []
    fields = {
        "name": name, "type": str(kind), "source": source, "tolerate": tolerate,
        "examples": [{"inputs": list(row.inputs), "output": row.output} for row in rows],
    }  # fmt: skip
    task = examples_from_json(fields)
    unlabelled = tuple(_values(row, types) for row in waiting)
    specification = Specification(
        tuple(cells.names), cells.output_name, cells.unit, tuple(rows), tuple(waiting), tuple(contrary)
    )
    return replace(
        task,
        data=replace(task.data, unlabelled=unlabelled),
        specification=specification,
        notes=(*notes, f"read as {kind}", *said, *task.notes),
    )


def contradiction(rows: Sequence[SpecifiedRow], unit: str) -> str:
    """A sentence on rows that have the same inputs and different outputs.

    rows: such rows, at least one.
    unit: what a row is called.
    """
    groups: dict[str, list[SpecifiedRow]] = {}
    for row in rows:
        groups.setdefault(repr(row.inputs), []).append(row)
    return "; ".join(
        f"{shown(group[0].inputs)} gives " + " and ".join(f"{row.output!r} in {unit} {row.number}" for row in group)
        for group in groups.values()
    )


def shown(inputs: Sequence[object]) -> str:
    """Inputs as people read them, with commas between.

    inputs: in their JSON form.
    """
    return ", ".join(map(repr, inputs))


def _contrary(rows: Sequence[SpecifiedRow]) -> list[SpecifiedRow]:
    """The rows that have the inputs of another and not its output."""
    outputs: dict[str, set[str]] = {}
    for row in rows:
        outputs.setdefault(repr(row.inputs), set()).add(repr(row.output))
    return [row for row in rows if len(outputs[repr(row.inputs)]) > 1]


def _given_type(text: str, count: int) -> Type:
    try:
        type = parse_type(text)
    except ValueError as error:
        raise TaskError(str(error)) from None
    arguments, _ = arguments_of(type)
    if len(arguments) != count:
        raise TaskError(
            f"type={text!r} takes {plural(len(arguments), 'input')}, but a row has {count}; give one type an input"
        )
    return type


def _empty_text(cell: Cell, type: Type) -> Cell:
    """An empty cell beside others is an empty text, where texts are expected."""
    return "" if cell is None and str(type) == "str" else cell


def _fitting(cell: Cell, type: Type, place: str) -> object:
    value = value_of(cell, type)
    try:
        from_json(value, type)
    except (ValueError, TypeError, OverflowError) as error:
        raise TaskError(f"{place}: {error}; correct the cell or the type") from None
    return value


def _values(row: SpecifiedRow, types: Sequence[Type]) -> tuple[Value, ...]:
    return tuple(from_json(value, type) for value, type in zip(row.inputs, types, strict=True))
