"""Rows of a table divided by a column: groups that stay together, or a time that the parts follow."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from primitives.brief import plural

from ...errors import TaskError
from ..columns.cells import CellLevels, cell_levels
from ..columns.kinds.date import date_format, parse_dates
from ..split import GROUPS, TIME, Split
from .raw import RawTable, some


def divided_by(
    table: RawTable, split: Split, groups: str | None, time: str | None
) -> tuple[RawTable, np.ndarray | None, Split]:
    """The table without the column of groups, the key [n] of each row (None: neither was given), and the split by it. Raises TaskError."""
    if groups is not None and time is not None:
        raise TaskError(f"groups={groups!r} and time={time!r}: one of the two is required; leave the other out")
    name = groups if groups is not None else time
    if name is None:
        return table, None, split
    if name not in table.columns:
        kind = GROUPS if groups is not None else TIME
        raise TaskError(f"{kind}={name!r}: the name of a column is required, one of {some(table.columns)}; correct it")
    levels = cell_levels(table.columns[name])
    if groups is not None:
        if len(levels.texts) < 2:
            raise TaskError(
                f"groups={name!r}: {plural(len(levels.texts), 'group')}: at least two are required; name another column"
            )
        keys, alone = _group_keys(levels)
        lone = (
            f"; {plural(alone, 'row has none, and is', 'rows have none, each is')} a group of its own" if alone else ""
        )
        said = f"{name}: divides the rows, {len(levels.texts):,} groups of which none is in two parts; it is left out itself{lone}"
        shorter = table.without([name])
        return replace(shorter, notes=(*shorter.notes, said)), keys, replace(split, policy=GROUPS)
    moments = _moments(name, levels, table.decimal)
    if len(moments) and (moments == moments[0]).all():
        raise TaskError(f"time={name!r}: every row has the same one: at least two are required; name another column")
    said = f"{name}: divides the rows, the latest are held out"
    return replace(table, notes=(*table.notes, said)), moments, replace(split, policy=TIME)


def uneven_parts(split: Split, parts: tuple[np.ndarray, np.ndarray, np.ndarray]) -> tuple[str, ...]:
    """Sentences on held-out parts that are far from as large as they were to be, since the rows of one group or of one time stay together.

    split: how the rows were divided.
    parts: the indices of the rows to train on, to validate and to test with.
    """
    if split.policy not in (GROUPS, TIME):
        return ()
    train, validation, test = map(len, parts)
    wanted = {
        "test": round((train + validation + test) * split.test),
        "validation": round((train + validation) * split.validation),
    }
    found = {"test": test, "validation": validation}
    one = "group" if split.policy == GROUPS else "time"
    return tuple(
        f"the {name} part has {plural(found[name], 'row')}, not about {count:,}: the rows of one {one} stay together"
        for name, count in wanted.items()
        if 2 * abs(found[name] - count) > count
    )


def _group_keys(levels: CellLevels) -> tuple[np.ndarray, int]:
    """int64 [n]: the group of each row, and how many rows have none: what is not known to belong together must not be held together."""
    keys = np.array(levels.codes, dtype=np.int64)
    missing = keys < 0
    keys[missing] = len(levels.texts) + np.arange(missing.sum())
    return keys, int(missing.sum())


def _moments(name: str, levels: CellLevels, decimal: str) -> np.ndarray:
    """float64 [n]: when each row was, in the column's own units or in seconds. Raises TaskError where a cell says no time."""
    values = levels.numbers(levels.decimal(decimal))
    if np.isnan(values).any():
        format = date_format(levels.texts)
        times = None if format is None else parse_dates(levels.texts, format)
        values = (
            values
            if times is None
            else np.where(times.isna(), np.nan, times.values.astype("datetime64[s]").astype(np.int64))
        )
    found = levels.spread(values)
    if np.isnan(found).any():
        raise TaskError(
            f"time={name!r}: {plural(int(np.isnan(found).sum()), 'row has', 'rows have')} no date or number there: one in each is "
            "required; fill the cells, or name another column"
        )
    return found
