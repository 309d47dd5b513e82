"""Directed graphs whose nodes are values: immutable, nodes in order of first mention. A node that holds a NaN is
undefined."""

from __future__ import annotations

from collections import deque

from ..primitive import Prior
from ..values import Graph, Some, Undefined, Value, check_key
from ..words import word


@word(
    "graph_from_edges",
    "Eq a => list(pair(a, a)) -> graph(a)",
    example="(graph_from_edges (zip [1 2] [2 3]))",
    prior=Prior(cost=5),
)
def graph_from_edges(edges: tuple) -> Graph:
    """The graph of these edges, each from its first node to its second; an edge twice counts once."""
    return Graph(check_key(edge) for edge in edges)


@word("nodes", "graph(a) -> list(a)", example="(nodes (graph_from_edges (zip [1 2 1] [2 3 3])))", prior=Prior(cost=5))
def nodes(graph: Graph) -> tuple:
    """The nodes in order of first mention."""
    return graph.nodes


@word(
    "edges",
    "graph(a) -> list(pair(a, a))",
    example="(edges (graph_from_edges (zip [1 2 1] [2 3 3])))",
    prior=Prior(cost=5),
)
def edges(graph: Graph) -> tuple:
    """The edges in the order in which they were given."""
    return graph.edges


def neighbours_of(node: Value, graph: Graph) -> tuple:
    """Where the edges from the node lead; Undefined for what is no node of the graph."""
    if check_key(node) not in graph.neighbours:
        raise Undefined("the graph has no such node")
    return graph.neighbours[node]


@word(
    "neighbours",
    "Eq a => a -> graph(a) -> list(a)",
    example="(neighbours 1 (graph_from_edges (zip [1 2 1] [2 3 3])))",
    prior=Prior(cost=5),
)
def neighbours(node: Value, graph: Graph) -> tuple:
    """The nodes that edges lead to from ``node``, in order of the edges; undefined for what is no node."""
    return neighbours_of(node, graph)


@word(
    "reverse_graph",
    "graph(a) -> graph(a)",
    example="(edges (reverse_graph (graph_from_edges (zip [1 2] [2 3]))))",
    prior=Prior(cost=5),
)
def reverse_graph(graph: Graph) -> Graph:
    """The graph with every edge turned round."""
    return Graph(((target, source) for source, target in graph.edges), graph.nodes)


def parents_from(start: Value, graph: Graph) -> dict:
    """The nodes that can be reached from ``start``, breadth first, each with the node before it."""
    neighbours_of(start, graph)
    parents: dict[Value, Value] = {start: start}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        for target in graph.neighbours[node]:
            if target not in parents:
                parents[target] = node
                queue.append(target)
    return parents


@word(
    "breadth_first",
    "Eq a => a -> graph(a) -> list(a)",
    example="(breadth_first 1 (graph_from_edges (zip [1 2 1] [2 3 3])))",
    prior=Prior(cost=5),
)
def breadth_first(start: Value, graph: Graph) -> tuple:
    """The nodes that can be reached from ``start``, itself first, in breadth-first order; undefined for what is no
    node."""
    return tuple(parents_from(start, graph))


@word(
    "shortest_path",
    "Eq a => a -> a -> graph(a) -> option(list(a))",
    example="(shortest_path 1 3 (graph_from_edges (zip [1 2 1] [2 3 3])))",
    prior=Prior(cost=5),
)
def shortest_path(start: Value, end: Value, graph: Graph) -> Some | None:
    """The nodes of a path with the fewest edges (of several, the first in breadth-first order), if any; undefined for
    what is no node."""
    neighbours_of(end, graph)
    parents = parents_from(start, graph)
    if end not in parents:
        return None
    path = [end]
    while path[-1] != start:
        path.append(parents[path[-1]])
    return Some(tuple(reversed(path)))


@word(
    "topological_order",
    "graph(a) -> option(list(a))",
    example="(topological_order (graph_from_edges (zip [1 2 1] [2 3 3])))",
    prior=Prior(cost=5),
)
def topological_order(graph: Graph) -> Some | None:
    """The nodes so that every edge leads forwards, in the order in which they become free (Kahn 1962); none if there
    is a cycle."""
    missing = dict.fromkeys(graph.neighbours, 0)
    for _, target in graph.edges:
        missing[target] += 1
    queue = deque(node for node, count in missing.items() if count == 0)
    order = []
    while queue:
        node = queue.popleft()
        order.append(node)
        for target in graph.neighbours[node]:
            missing[target] -= 1
            if missing[target] == 0:
                queue.append(target)
    return Some(tuple(order)) if len(order) == len(missing) else None


@word(
    "components",
    "graph(a) -> list(list(a))",
    example="(components (graph_from_edges (zip [1 3] [2 4])))",
    prior=Prior(cost=5),
)
def components(graph: Graph) -> tuple:
    """The connected components, edges taken in both directions; each lists its nodes in order of mention, the
    earliest first."""
    root = {node: node for node in graph.neighbours}

    def find(node: Value) -> Value:
        while root[node] != node:
            root[node] = root[root[node]]
            node = root[node]
        return node

    for source, target in graph.edges:
        root[find(target)] = find(source)
    members: dict[Value, list] = {}
    for node in graph.neighbours:
        members.setdefault(find(node), []).append(node)
    return tuple(map(tuple, members.values()))
