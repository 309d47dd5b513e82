"""The rows of a table as a model takes them: encoded, scaled and labelled as its training had them, not fitted anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ...errors import TaskError
from ..assembly import Goal, assembled
from ..columns.cells import CellLevels, cell_levels
from ..metrics import CLASSES, NUMBERS
from ..preprocessing import Preprocessing
from ..split import Split
from ..task import Task
from .dividing import divided_by, uneven_parts
from .raw import RawTable
from .rows import as_numbers
from .target import rows_left_out


class _Targets(NamedTuple):
    y: np.ndarray
    rows: np.ndarray
    form: str


def known_table_task(
    table: RawTable,
    target: str,
    prepared: Preprocessing,
    *,
    name: str,
    split: Split,
    drop: Sequence[str] = (),
    groups: str | None = None,
    time: str | None = None,
    solved_at: float | None = None,
    targets: str | None = None,
    scaling: str = "auto",
    folds: int | None = None,
    **given: Any,
) -> Task:
    """A task of a table for a model that was trained on another one.

    table: the rows; columns that the training did not have are ignored.
    target: the column of targets, whose labels the training must have had.
    prepared: what the model's training did to its table.

    The other arguments are those of table_task; ``targets``, ``scaling``, ``drop`` and ``folds`` are decided by the training. Raises
    TaskError with the columns that are absent, a cell that cannot be read, or a label that is not known.
    """
    cells = table.columns[target]
    raw, keys, split = divided_by(table.without([target]), split, groups, time)
    found = _known_targets(target, cell_levels(cells), prepared, table.decimal)
    if not len(found.rows):
        raise TaskError(f"target={target!r}: every cell of it is missing; name another column, or fill it")
    prepared.check_present({*raw.columns, *([] if groups is None else [groups])})
    used = {column.name: column for column in prepared.columns if column.width}
    cells_of = {key: as_numbers(table.columns[key], column, table.decimal)[found.rows] for key, column in used.items()}
    x = prepared.encode_columns(cells_of)
    kept = None if keys is None else keys[found.rows]
    divided = split.divide(found.y if found.form == CLASSES else None, len(found.rows), kept)
    return assembled(
        "labelled", name, found.form, [(x[rows], found.y[rows]) for rows in divided], prepared, Goal(solved_at), split=split, folds=0,
        notes=(*raw.notes, *uneven_parts(split, divided), *rows_left_out(target, len(cells) - len(found.rows))), **given,
    )  # fmt: skip


def _known_targets(name: str, levels: CellLevels, prepared: Preprocessing, decimal: str) -> _Targets:
    """The targets by the model's labels, or as numbers; rows without one are left out."""
    if not prepared.label_names:
        numbers = levels.spread(levels.numbers(levels.decimal(decimal)))
        rows = np.flatnonzero(np.isfinite(numbers))
        return _Targets(numbers[rows][:, None], rows, NUMBERS)
    position = {label: index for index, label in enumerate(prepared.label_names)}
    texts = [str(text) for text in levels.texts]
    unknown = [text for text in texts if text not in position]
    if unknown:
        known = ", ".join(prepared.label_names)[:200]
        raise TaskError(f"target={name!r} has the label {unknown[0]!r}: one of {known} is required, as in training")
    rows = np.flatnonzero(levels.codes >= 0)
    return _Targets(np.array([position[text] for text in texts], dtype=np.int64)[levels.codes[rows]], rows, CLASSES)
