"""Features that are made of targets, for each fold anew: what a fold is answered by must not know the targets that it is scored by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..cases.folds import FoldCodes, Folds
from ..columns.base import AbstractColumn
from ..columns.cells import CellLevels
from ..columns.fit import looks_at_targets, refit_column
from ..columns.kind import TrainRows
from ..preprocessing import Preprocessing

LEAST = 2
"""Rows to which an encoding can be fitted."""


def fold_codes(
    folds: Folds,
    columns: Sequence[AbstractColumn],
    levels: Mapping[str, CellLevels],
    rows: TrainRows,
    x: np.ndarray,
    prepared: Preprocessing,
) -> FoldCodes | None:
    """What each fold has in place of the features that are made of targets; None where there are none.

    folds: of the cases of train and validation part, end to end.
    columns: the encodings that are stored, of which the kind and the width are kept.
    levels: the cells of these cases, by column.
    rows: what encodings are fitted to, with the targets of all these cases.
    x: raw features [cases, width] of these cases by the stored encodings; where a fold has too few rows to fit to, these stay.
    prepared: how raw features are scaled.
    """
    ends = np.cumsum([column.width for column in columns])
    looking = [
        (column, end - column.width) for column, end in zip(columns, ends, strict=True) if looks_at_targets(column)
    ]
    if not looking:
        return None
    places = np.concatenate([np.arange(start, start + column.width) for column, start in looking])
    values = np.empty((folds.count, len(x), len(places)), dtype=np.float32)
    for number, (known, held_out) in enumerate(folds.divided()):
        raw = x.copy()
        if len(known) >= LEAST:
            told = rows.take(known)
            for column, start in looking:
                place = slice(start, start + column.width)
                raw[known, place], raw[held_out, place] = refit_column(
                    column, levels[column.name], known, held_out, told
                )
        values[number] = prepared.apply(raw)[:, places]
    return FoldCodes(places, values)
