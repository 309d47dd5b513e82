"""Rows as people know them, which the examples of a task were."""

from __future__ import annotations

from dataclasses import dataclass

COLUMNS = "columns"
"""The key under which a run keeps the names of its columns, the output's last; [] where its examples had none."""


@dataclass(frozen=True)
class SpecifiedRow:
    """A row as people know it: its ``number``, its ``inputs`` and its ``output`` in their JSON form; without ``known`` it has no output."""

    number: int
    inputs: tuple[object, ...]
    output: object = None
    known: bool = True


@dataclass(frozen=True)
class Specification:
    """Where the examples of a task came from. ``inputs`` and ``output`` name the columns, ``unit`` says what a row is called. ``rows`` are
    the examples of the task, in its order, ``waiting`` those without an output, ``contrary`` those that were set aside because they have
    the same inputs and different outputs."""

    inputs: tuple[str, ...]
    output: str
    unit: str
    rows: tuple[SpecifiedRow, ...]
    waiting: tuple[SpecifiedRow, ...] = ()
    contrary: tuple[SpecifiedRow, ...] = ()
