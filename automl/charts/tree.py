"""A program as a tree: what goes in above, what comes out below."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from primitives.notation.names import NAME
from primitives.term import Apply, Lambda, Let, Term, Variable, Word, children, show_canonical, show_word, spine

from .svg import element

MOST = 150
"""Nodes that are drawn at most."""
LETTER, PADDING, ROW, GAP, BOX = 7.3, 9.0, 46.0, 14.0, 28.0
CUT = 34
"""Characters of a label at most; all of it is in the title."""
NAMES = ("x", "y", "z", "u", "v", "w", "p", "q", "r", "s", "t")


@dataclass(frozen=True)
class TreeNode:
    """``label`` is what is written on it, ``kind`` a class of the style sheet, ``inputs`` what goes into it."""

    label: str
    kind: str
    inputs: tuple[TreeNode, ...] = ()

    @property
    def size(self) -> int:
        """How many nodes it and all that goes into it are."""
        return 1 + sum(each.size for each in self.inputs)

    @property
    def depth(self) -> int:
        """How many nodes are on the longest way to it."""
        return 1 + max((each.depth for each in self.inputs), default=0)


def node_of(term: Term, scope: tuple[str, ...] = ()) -> TreeNode:
    """The tree of a term; functions around all of it are left out, their arguments are what goes in.

    term: of which.
    scope: the names of its free variables, innermost last (default: it has none).
    """
    while isinstance(term, Lambda):
        scope, term = (*scope, _name(term.hint, scope)), term.body
    return _node(term, scope)


def _name(hint: str, scope: tuple[str, ...]) -> str:
    if NAME.fullmatch(hint) and hint not in scope:
        return hint
    free = (letter if number == 0 else f"{letter}{number}" for number in range(len(scope) + 1) for letter in NAMES)
    return next(name for name in free if name not in scope)


def _node(term: Term, scope: tuple[str, ...]) -> TreeNode:
    if isinstance(term, Variable):
        return TreeNode(scope[-1 - term.index] if term.index < len(scope) else f"${term.index}", "variable")
    if isinstance(term, Lambda):
        names: tuple[str, ...] = ()
        while isinstance(term, Lambda):
            names, term = (*names, _name(term.hint, (*scope, *names))), term.body
        return TreeNode(f"λ {' '.join(names)}", "binder", (_node(term, (*scope, *names)),))
    if isinstance(term, Let):
        name = _name(term.hint, scope)
        return TreeNode(f"let {name}", "binder", (_node(term.value, scope), _node(term.body, (*scope, name))))
    if isinstance(term, Apply):
        head, arguments = spine(term)
        inputs = tuple(_node(each, scope) for each in arguments)
        if isinstance(head, Word):
            return TreeNode(show_word(head).strip("()"), "word", inputs)
        return TreeNode("apply", "binder", (_node(head, scope), *inputs))
    if isinstance(term, Word):
        return TreeNode(show_word(term).strip("()"), "word")
    parts = children(term)
    return (
        TreeNode("choice", "binder", tuple(_node(each, scope) for each in parts))
        if parts
        else TreeNode(show_canonical(term), "literal")
    )


@dataclass(frozen=True)
class PlacedNode:
    """A box: ``node`` on it, its ``left`` edge, its ``top`` and its ``width``."""

    node: TreeNode
    left: float
    top: float
    width: float

    @property
    def middle(self) -> float:
        """Where lines meet it."""
        return self.left + self.width / 2


@dataclass(frozen=True)
class PlacedTree:
    """Boxes ``width`` wide and ``height`` high together, and ``edges`` from the bottom of one to the top of the one below it, each
    (x, y, x, y)."""

    width: float
    height: float
    boxes: tuple[PlacedNode, ...]
    edges: tuple[tuple[float, float, float, float], ...]


def place(root: TreeNode) -> PlacedTree:
    """Where each node of a tree is drawn, in units of a pixel.

    root: the lowest one.
    """
    boxes: list[PlacedNode] = []
    edges: list[tuple[float, float, float, float]] = []
    _place(root, 1.0, root.depth - 1, boxes, edges)
    return PlacedTree(_width(root) + 2, root.depth * ROW, tuple(boxes), tuple(edges))


def tree(term: Term, title: str) -> Markup | None:
    """The picture of a term; None where it has more than MOST nodes.

    term: of which.
    title: what it shows, for those who cannot see it.
    """
    root = node_of(term)
    if root.size > MOST:
        return None
    placed = place(root)
    drawn = [*map(_edge, placed.edges), *map(_box, placed.boxes)]
    size = f"0 0 {placed.width:.0f} {placed.height:.0f}"
    head = element("title", title)
    return element(
        "svg",
        head,
        *drawn,
        class_="tree",
        viewBox=size,
        width=placed.width,
        height=placed.height,
        role="img",
        aria_label=title,
    )


def _own(node: TreeNode) -> float:
    return LETTER * len(cut(node.label)) + 2 * PADDING


def cut(text: str) -> str:
    """A label as long as it is drawn at most."""
    return text if len(text) <= CUT else f"{text[: CUT - 1]}…"


def _inputs_width(node: TreeNode) -> float:
    return sum(map(_width, node.inputs)) + GAP * max(len(node.inputs) - 1, 0)


def _width(node: TreeNode) -> float:
    return max(_own(node), _inputs_width(node))


def _place(
    node: TreeNode, left: float, row: int, boxes: list[PlacedNode], edges: list[tuple[float, float, float, float]]
) -> float:
    """Places a node and all above it; gives the middle of the node."""
    middle, top = left + _width(node) / 2, row * ROW + 8
    at = left + (_width(node) - _inputs_width(node)) / 2
    for each in node.inputs:
        above = _place(each, at, row - 1, boxes, edges)
        edges.append((above, top - ROW + BOX, middle, top))
        at += _width(each) + GAP
    own = _own(node)
    boxes.append(PlacedNode(node, middle - own / 2, top, own))
    return middle


def _edge(edge: tuple[float, float, float, float]) -> Markup:
    above, start, middle, top = edge
    bend = top - ROW / 3
    curve = f"M{above:.1f} {start:.1f}C{above:.1f} {bend:.1f} {middle:.1f} {bend - 4:.1f} {middle:.1f} {top:.1f}"
    return element("path", d=curve, class_="edge")


def _box(placed: PlacedNode) -> Markup:
    label = placed.node.label
    box = element(
        "rect", x=placed.left, y=placed.top, width=placed.width, height=BOX, rx=6, class_=f"node {placed.node.kind}"
    )
    text = element("text", cut(label), x=placed.middle, y=placed.top + 18.5, text_anchor="middle", class_="node-text")
    return element("g", element("title", label), box, text)
