"""Some of many, evenly chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
MOST = 400
"""Points that are drawn of a cloud: more are not seen apart."""


def sample(items: Sequence[T], most: int = MOST) -> Sequence[T]:
    """Evenly chosen items, ``most`` at most (default: as many as are seen apart), the first among them."""
    return items if len(items) <= most else [items[n * len(items) // most] for n in range(most)]
