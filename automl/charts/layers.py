"""Where the boxes of a graph lie: in layers from the top to the bottom, those joined by an edge near each other (Sugiyama)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

ROW, GAP, ROOM = 62.0, 18.0, 22.0
"""From layer to layer, between boxes, and the width that an edge needs which passes a layer by."""
SWEEPS = 6
Joint = tuple[int, int]
"""What lies in a layer: a box (its number, 0), or the part of an edge that passes the layer by (a number, one of its own from 1 on)."""


@dataclass(frozen=True)
class Placement:
    """``middles`` is where the middle of each box is and ``rows`` its layer from 0, by number; ``ways`` the points (middle, layer) that an
    edge passes, from its beginning to its end; ``width`` is that of all."""

    middles: Mapping[int, float]
    rows: Mapping[int, int]
    ways: Sequence[Sequence[tuple[float, int]]]
    width: float

    @property
    def height(self) -> float:
        """Of all layers."""
        return ROW * (1 + max(self.rows.values(), default=0))


def place(widths: Mapping[int, float], edges: Sequence[tuple[int, int]]) -> Placement:
    """The places of boxes.

    widths: of the boxes, by their numbers; a box has a higher number than those that lead to it.
    edges: (from, to), in which from is the lower number.
    """
    rows = _rows(widths, edges)
    layers: list[list[Joint]] = [[] for _ in range(1 + max(rows.values(), default=0))]
    for number, row in rows.items():
        layers[row].append((number, 0))
    chains: list[list[Joint]] = []
    for count, (start, end) in enumerate(edges, 1):
        between = [(start, count * len(layers) + row) for row in range(rows[start] + 1, rows[end])]
        for joint, row in zip(between, range(rows[start] + 1, rows[end]), strict=True):
            layers[row].append(joint)
        chains.append([(start, 0), *between, (end, 0)])
    sizes = {joint: widths[joint[0]] if joint[1] == 0 else ROOM for layer in layers for joint in layer}
    at = _middles(layers, chains, sizes)
    left = min((at[joint] - size / 2 for joint, size in sizes.items()), default=0.0)
    right = max((at[joint] + size / 2 for joint, size in sizes.items()), default=0.0)
    ways = [[(at[joint] - left, rows[chain[0][0]] + n) for n, joint in enumerate(chain)] for chain in chains]
    return Placement({number: at[number, 0] - left for number in rows}, rows, ways, right - left)


def _rows(widths: Mapping[int, float], edges: Sequence[tuple[int, int]]) -> dict[int, int]:
    """The layer of each box: below all that lead to it."""
    before: dict[int, list[int]] = {}
    for start, end in edges:
        before.setdefault(end, []).append(start)
    rows: dict[int, int] = {}
    for number in sorted(widths):
        rows[number] = 1 + max((rows[each] for each in before.get(number, ())), default=-1)
    return rows


def _middles(
    layers: Sequence[list[Joint]], chains: Sequence[Sequence[Joint]], sizes: Mapping[Joint, float]
) -> dict[Joint, float]:
    """Where joints lie: again and again each layer is ordered by where its neighbours in the layer before lie, and pushed apart."""
    above: dict[Joint, list[Joint]] = {joint: [] for joint in sizes}
    below: dict[Joint, list[Joint]] = {joint: [] for joint in sizes}
    for chain in chains:
        for one, other in zip(chain, chain[1:], strict=False):
            above[other].append(one)
            below[one].append(other)
    at = dict.fromkeys(sizes, 0.0)
    for layer in layers:
        _apart(layer, at, sizes)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for layer in layers if down else reversed(layers):
            for joint in layer:
                near = (above if down else below)[joint]
                if near:
                    at[joint] = sum(at[each] for each in near) / len(near)
            layer.sort(key=lambda joint: at[joint])
            _apart(layer, at, sizes)
    return at


def _apart(layer: Sequence[Joint], at: dict[Joint, float], sizes: Mapping[Joint, float]) -> None:
    """Pushes the joints of a layer to the right until none overlaps another, then all of them back by what they were moved on average."""
    if not layer:
        return
    wanted = [at[joint] for joint in layer]
    edge = float("-inf")
    for joint in layer:
        at[joint] = max(at[joint], edge + sizes[joint] / 2)
        edge = at[joint] + sizes[joint] / 2 + GAP
    moved = sum(at[joint] - before for joint, before in zip(layer, wanted, strict=True)) / len(layer)
    for joint in layer:
        at[joint] -= moved
