"""The page on how much a program's answers depend on each column of a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ....evaluation.importances import Unimportant, importances, said_importances
from ..page import Inspected, Page, Section, Shown


def _find(inspected: Inspected) -> Section:
    """What the metric loses where a column is permuted; nothing for what is no table."""
    task = inspected.task
    if task is None or not task.data.is_table:
        return Section({"reason": "they are of the columns of a table"})
    try:
        return Section(importances(inspected.model, task, seed=inspected.settings.seed).to_dict())
    except Unimportant as undefined:
        return Section({"reason": str(undefined)})


def _show(facts: Mapping[str, Any]) -> Shown:
    if "columns" in facts:
        yield from said_importances(facts)


IMPORTANCES = Page("importances", _find, _show)
