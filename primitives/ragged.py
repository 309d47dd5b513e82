"""Batches that are not one tensor; in a file of their own, for words that take or give lists must not import
torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .brief import brief_repr


@dataclass(frozen=True)
class Ragged:
    """Lists of different lengths: ``values`` is the batch of all elements in order, ``lengths`` int64 [batch]."""

    values: Any
    lengths: Any

    __repr__ = brief_repr


@dataclass(frozen=True)
class Objects:
    """A batch kept as a list of Python values, evaluated one by one."""

    items: list

    __repr__ = brief_repr
