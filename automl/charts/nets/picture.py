"""The picture of a program: a net as a graph, any other as a tree."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from primitives.brief import plural
from primitives.term import Term

from ..flow import FlowBox, flow
from ..tree import tree
from .graph import GraphNode


def program_picture(term: Term, graph: Sequence[GraphNode], name: str = "the program") -> Markup | None:
    """A net as a graph, any other program as a tree; None where it has too many parts.

    term: the program.
    graph: its nodes where it is a net, else ().
    name: what it is called for those who cannot see it.
    """
    if graph:
        return flow(graph_boxes(graph), f"{name} as a graph, from its input above to its output below")
    return tree(term, f"{name} as a tree")


def graph_boxes(graph: Sequence[GraphNode]) -> list[FlowBox]:
    """The boxes of a net.

    graph: its nodes.
    """
    found = []
    for node in graph:
        parameters = plural(node.parameters, "parameter") if node.parameters else ""
        note = ", ".join(part for part in (node.shape, f"{node.parameters:,} p" if node.parameters else "") if part)
        title = ", ".join(part for part in (node.block, node.label, node.shape, parameters) if part)
        found.append(FlowBox(node.label, note, node.kind, node.inputs, title))
    return found
