"""A baseline for people: its layers with types and parameter counts, and a diagram in text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from primitives.term import Word
from primitives.types import TensorType, Type, arguments_of

from ..charts.nets.tracing import FlowNode, trace
from .declaration import Baseline


def nodes_of(baseline: Baseline) -> tuple[FlowNode, ...]:
    """The program's graph at the published shape."""
    arguments, _ = arguments_of(baseline.inference.type)
    return trace(baseline.term(), baseline.words(), baseline.inference, arguments)


def layers(baseline: Baseline) -> list[dict[str, Any]]:
    """One row a word in order of evaluation: number, word with its settings, block, inputs (numbers of rows), shape of
    the result, and parameters (0 where the site's weights were counted before)."""
    counted: set[str] = set()
    rows = []
    for node in nodes_of(baseline):
        site = None if node.word is None else node.word.site
        fresh = site is not None and site not in counted
        counted.update([site] if site else [])
        found = baseline.inference.sites.get(site) if site else None
        rows.append(
            {
                "number": node.number,
                "word": "input" if node.word is None else described(node.word, baseline),
                "block": " ".join(node.block),
                "inputs": list(node.inputs),
                "type": None if node.type is None else str(node.type),
                "parameters": found.size if found is not None and fresh else 0,
            }
        )
    return rows


def described(word: Word, baseline: Baseline) -> str:
    """The word with those settings that differ from its defaults, and its site."""
    defaults = {setting.name: setting.default for setting in baseline.words()[word.name].settings}
    changed = [f":{name} {value}" for name, value in word.settings if defaults.get(name) != value]
    return " ".join([word.name, *changed, *([] if word.site is None else [f"@{word.site}"])])


def diagram(baseline: Baseline) -> str:
    """The graph from top to bottom: a column for each value that is still needed, ``●`` where a word makes one."""
    nodes = nodes_of(baseline)
    rows = {row["number"]: row for row in layers(baseline)}
    last = {number: node.number for node in nodes for number in node.inputs}
    lanes: list[int | None] = []
    lines: list[tuple[str, str, str, str]] = []
    for node in nodes:
        lane, joint = _place(node, lanes, last)
        if joint:
            lines.append((joint, "", "", ""))
        lanes[lane] = node.number
        gutter = " ".join("●" if i == lane else "│" if each is not None else " " for i, each in enumerate(lanes))
        row = rows[node.number]
        label = f"{row['block']}: {row['word']}" if row["block"] else row["word"]
        lines.append((gutter, label, _shape(node.type), f"{row['parameters']:,}" if row["parameters"] else ""))
        while lanes and lanes[-1] is None:
            lanes.pop()
    return _aligned(lines)


def _place(node: FlowNode, lanes: list[int | None], last: dict[int, int]) -> tuple[int, str]:
    """The lane of a node, and the line above it that shows which lanes fork or join there. Lanes whose value is not
    needed later are freed."""
    sources = [lanes.index(number) for number in node.inputs if number in lanes]
    ending = [lanes.index(number) for number in node.inputs if number in lanes and last[number] == node.number]
    free = next((i for i, each in enumerate(lanes) if each is None), len(lanes))
    lane = min(ending) if ending else free
    joined = sorted({*sources, lane})
    joint = ""
    if len(joined) > 1:
        width = max(len(lanes), lane + 1)
        joint = "".join(_corner(i, joined, lanes, ending, lane) for i in range(width)).rstrip()
    for each in ending:
        lanes[each] = None
    if lane == len(lanes):
        lanes.append(None)
    return lane, joint


def _corner(i: int, joined: list[int], lanes: list[int | None], ending: list[int], lane: int) -> str:
    """Two characters of the line between the lanes' rows."""
    first, final = joined[0], joined[-1]
    beyond = "─" if first <= i < final else " "
    held = i < len(lanes) and lanes[i] is not None
    if i not in joined:
        return ("┼" if held else "─") + beyond if first < i < final else ("│" if held else " ") + beyond
    up, down = held, i == lane or (held and i not in ending)
    left, right = i > first, i < final
    marks = {
        (True, True, False, True): "├", (True, True, True, False): "┤", (True, True, True, True): "┼",
        (True, False, True, False): "┘", (True, False, True, True): "┴", (True, False, False, True): "└",
        (False, True, True, False): "┐", (False, True, True, True): "┬", (False, True, False, True): "┌",
    }  # fmt: skip
    return marks.get((up, down, left, right), "│") + beyond


def _shape(type: Type | None) -> str:
    if isinstance(type, TensorType):
        return "×".join(str(axis) for axis in type.shape) or "number"
    return "" if type is None else str(type)


def _aligned(lines: Sequence[tuple[str, str, str, str]]) -> str:
    """Columns under each other, numbers to the right."""
    widths = [max((len(line[i]) for line in lines), default=0) for i in range(4)]
    texts = [
        f"{line[0]:{widths[0]}}  {line[1]:{widths[1]}}  {line[2]:{widths[2]}}  {line[3]:>{widths[3]}}" for line in lines
    ]
    return "\n".join(text.rstrip() for text in texts)
