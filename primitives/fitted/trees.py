"""Decision trees as arrays: all nodes of all trees end to end, with the numbers of their nodes counted through.

A case goes left at a node where its ``feature`` is at most the ``threshold``; a leaf has itself as both children, so that a walk of
``steps`` steps, the depth of the deepest tree, ends at a leaf.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..brief import brief_repr
from ..lazy import Tensor, torch
from ..primitive import FREE, Parameter

BLOCK = 1 << 18
"""Walks (a case in a tree) that go on together; more would not fit into the processor's cache."""
MAX_NODES = 10_000_000
"""Most nodes of a site, some 30 bytes each and four more for each unit."""


def tree_buffers(units: int | None) -> dict[str, Parameter]:
    """The buffers of a site with trees, each node giving so many numbers (None: one number)."""
    whole = Parameter((FREE,), "zeros", whole=True)
    value = Parameter((FREE,) if units is None else (FREE, units), "zeros")
    return {
        "feature": whole, "threshold": Parameter((FREE,), "zeros"), "left": whole, "right": whole, "value": value,
        "root": whole, "steps": Parameter((1,), "zeros", whole=True),
    }  # fmt: skip


@dataclass(frozen=True, eq=False)
class TreeArrays:
    """One tree by its own node numbers, from 0, the root; ``left`` and ``right`` are negative at leaves."""

    feature: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    right: np.ndarray
    value: np.ndarray

    __repr__ = brief_repr

    @property
    def depth(self) -> int:
        """Steps from the root to the deepest leaf."""
        steps, level = 0, np.zeros(1, dtype=np.int64)
        while True:
            level = level[self.left[level] >= 0]
            if not len(level):
                return steps
            level, steps = np.concatenate([self.left[level], self.right[level]]), steps + 1


def arrays_of(trees: Sequence[TreeArrays]) -> dict[str, np.ndarray]:
    """The buffers that hold the trees."""
    sizes = [len(tree.left) for tree in trees]
    roots = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    own = np.concatenate([np.arange(size) for size in sizes])
    first = np.repeat(roots, sizes)

    def joined(parts: Sequence[np.ndarray]) -> np.ndarray:
        return np.concatenate(list(parts))

    left, right = joined([t.left for t in trees]), joined([t.right for t in trees])
    leaf = left < 0
    return {
        "feature": np.where(leaf, 0, joined([t.feature for t in trees])).astype(np.int32),
        "threshold": rounded_down(np.where(leaf, 0.0, joined([t.threshold for t in trees]))),
        "left": (np.where(leaf, own, left) + first).astype(np.int32),
        "right": (np.where(leaf, own, right) + first).astype(np.int32),
        "value": joined([t.value for t in trees]).astype(np.float32),
        "root": roots.astype(np.int32),
        "steps": np.array([max(tree.depth for tree in trees)], dtype=np.int32),
    }


def rounded_down(thresholds: np.ndarray) -> np.ndarray:
    """The greatest float32 that is at most the float64: a float32 is at most the one where it is at most the other."""
    near = thresholds.astype(np.float32)
    return np.where(near > thresholds, np.nextafter(near, np.float32(-np.inf)), near).astype(np.float32)


def walked(
    x: Tensor, feature: Tensor, threshold: Tensor, left: Tensor, right: Tensor, root: Tensor, steps: Tensor
) -> Tensor:
    """The node [batch, trees] at which each case's walk from each of the roots ends; ``x`` is [batch, features].

    Flat indices of 32 bits are read by ``index_select``, since a CPU takes longer to index by several tensors.
    """
    flat, trees = x.reshape(-1), len(root)
    row = (torch.arange(len(x), device=x.device, dtype=torch.int32) * x.shape[1]).repeat_interleave(trees)
    node = root.repeat(len(x))
    for _ in range(int(steps)):
        asked = flat.index_select(0, row + feature.index_select(0, node))
        goes_left = asked <= threshold.index_select(0, node)
        node = torch.where(goes_left, left.index_select(0, node), right.index_select(0, node))
    return node.view(len(x), trees)


def said_at(value: Tensor, node: Tensor) -> Tensor:
    """``value[node]`` for node [batch, trees]."""
    return value.index_select(0, node.reshape(-1)).view(*node.shape, *value.shape[1:])
