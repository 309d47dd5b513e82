"""Which cases of some data a program was trained on: those of its own training are known, others are found by comparing inputs."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from ..tasks.cases.parts import Column, Part, RaggedArray
from ..tasks.task import Task

PARTS = ("train", "validation", "test")
TOLERANCE = 1e-5
"""Inputs are taken for the same where they differ by no more than this share of a feature's largest value: preprocessing rounds."""


def seen_cases(task: Task, own: Task, trained_on: Collection[str]) -> dict[str, int] | None:
    """How many cases of each part of ``task`` a program was trained on, which was trained on the parts ``trained_on`` of ``own``.

    None where that cannot be found out: for data other than ``own`` in which values and arrays are mixed.
    """
    parts = {name: part for name in PARTS if (part := _part(task, name)) is not None}
    if not trained_on:
        return dict.fromkeys(parts, 0)
    if task.digest == own.digest:
        return {name: len(part) if _is_trained(own, name, trained_on) else 0 for name, part in parts.items()}
    learned = [own.part(name) for name in trained_on]
    if all(isinstance(column, tuple) for part in (*parts.values(), *learned) for column in part.inputs):
        values = {repr(inputs) for part in learned for inputs, _ in part.cases()}
        return {name: sum(repr(inputs) in values for inputs, _ in part.cases()) for name, part in parts.items()}
    known = [rows for part in learned if (rows := _rows(own, part)) is not None]
    found: dict[str, int] = {}
    for name, part in parts.items():
        rows = _rows(task, part)
        if rows is None or not known:
            return None
        found[name] = sum(
            _among(some, [each[width] for each in known if width in each]) for width, some in rows.items()
        )
    return found


def _is_trained(task: Task, name: str, trained_on: Collection[str]) -> bool:
    data = task.data
    return name in trained_on or (name == "validation" and data.validation is data.train and "train" in trained_on)


def _part(task: Task, name: str) -> Part | None:
    return task.test if name == "test" else task.part(name)


def _rows(task: Task, part: Part) -> Mapping[int, np.ndarray] | None:
    """The cases' inputs in the units of the data as rows float64 [n, width], by width; None where some are no arrays."""
    columns: list[list[np.ndarray]] = []
    for column in part.inputs:
        raw = _raw(task, column)
        if raw is None:
            return None
        columns.append(raw)
    rows: dict[int, list[np.ndarray]] = {}
    for case in zip(*columns, strict=True):
        row = np.concatenate([np.ravel(each) for each in case])
        rows.setdefault(len(row), []).append(row)
    return {width: np.stack(some) for width, some in rows.items()}


def _raw(task: Task, column: Column) -> list[np.ndarray] | None:
    if isinstance(column, tuple):
        return None
    values = np.asarray(column.values if isinstance(column, RaggedArray) else column, dtype=np.float64)
    if task.preprocessing is not None and len(values):
        values = task.preprocessing.inputs.invert(values)
    return np.split(values, np.cumsum(column.lengths)[:-1]) if isinstance(column, RaggedArray) else list(values)


def _among(rows: np.ndarray, known: list[np.ndarray]) -> int:
    """How many of ``rows`` [n, width] occur in ``known``. Both are sorted along one direction, so that few need to be compared."""
    if not known:
        return 0
    others = np.concatenate(known)
    size = np.maximum(np.abs(others).max(axis=0), np.abs(rows).max(axis=0))
    scale = np.where(size > 0, size, 1.0) * TOLERANCE
    rows, others = rows / scale, others / scale
    direction = np.random.Generator(np.random.PCG64(0)).uniform(0.5, 1.5, rows.shape[1])
    reach, along = float(np.sum(direction)), others @ direction
    order = np.argsort(along, kind="stable")
    others, along = others[order], along[order]
    ends = rows @ direction
    first, last = np.searchsorted(along, ends - reach), np.searchsorted(along, ends + reach, side="right")
    return sum(
        bool((np.abs(others[low:high] - row) <= 1.0).all(axis=1).any())
        for row, low, high in zip(rows, first, last, strict=True)
    )
