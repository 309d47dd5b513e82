"""Laws of the algorithmic words, on drawn values."""

from __future__ import annotations

import networkx
from hypothesis import given
from hypothesis import strategies as st

from primitives.interpreter.interpret import evaluate
from primitives.syntax import parse
from primitives.values import Failure, Graph, Some, order_key
from primitives.words import builtin_words

WORDS = builtin_words()
INTS = st.lists(st.integers(-20, 20), max_size=12).map(tuple)
EDGES = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=14).map(tuple)
TEXT = st.text("ab, X1é", max_size=12)


def run(text: str, *arguments: object) -> object:
    return evaluate(parse(text, WORDS), arguments, words=WORDS)


@given(INTS, INTS, st.integers(-3, 15), st.integers(-3, 15))
def test_lists(xs: tuple, ys: tuple, i: int, j: int) -> None:
    assert run("(lambda (i xs) (concat (take i xs) (drop i xs)))", i, xs) == xs
    assert run("(lambda (i j xs) (slice i j xs))", i, j, xs) == run("(lambda (i j xs) (drop i (take j xs)))", i, j, xs)
    assert run("(lambda (xs) (reverse (reverse xs)))", xs) == xs
    assert run("(lambda (xs ys) (length (concat xs ys)))", xs, ys) == len(xs) + len(ys)
    assert run("(lambda (xs) (fold (flip cons) empty xs))", xs) == run("reverse", xs)
    assert run("(lambda (xs) (foldr cons empty xs))", xs) == xs
    assert run("(lambda (xs) (last (scan + 0 xs)))", xs) == run("sum", xs) == sum(xs)
    assert run("(lambda (xs) (flatten_list (group xs)))", xs) == xs
    assert run(
        "(lambda (xs) (fold (lambda (n p) (+ n (length (second p)))) 0 (group_by (lambda (x) (mod x 3)) xs)))", xs
    ) == len(xs)
    assert run("unique", xs) == tuple(dict.fromkeys(xs))
    if 0 <= i < len(xs):
        assert run("(lambda (i xs) (insert i (index i xs) (delete i xs)))", i, xs) == xs
    else:
        assert isinstance(run("(lambda (i xs) (index i xs))", i, xs), Failure)


@given(st.lists(st.one_of(st.none(), st.integers(-3, 3).map(Some)), max_size=8).map(tuple), st.integers(-3, 3))
def test_sorting_of_options(xs: tuple, x: int) -> None:
    wanted = tuple(sorted(xs, key=order_key))
    assert run("sort", xs) == wanted
    assert run("(lambda (xs) (map (lambda (i) (index i xs)) (argsort xs)))", xs) == wanted
    assert run("(sort_by id)", xs) == wanted
    if xs:
        assert run("(lambda (xs) (pair (minimum xs) (maximum xs)))", xs) == (wanted[0], wanted[-1])
    place = run("(lambda (x xs) (binary_search x (sort xs)))", Some(x), xs)
    assert place == sum(order_key(y) < order_key(Some(x)) for y in xs)
    found = run("(lambda (x xs) (search x xs))", Some(x), xs)
    assert found == (Some(xs.index(Some(x))) if Some(x) in xs else None)


@given(st.integers(-50, 50), st.integers(-50, 50))
def test_division(x: int, y: int) -> None:
    result = run("(lambda (x y) (+ (* y (// x y)) (mod x y)))", x, y)
    assert result == x if y else isinstance(result, Failure)


@given(TEXT, TEXT, TEXT)
def test_texts(text: str, part: str, new: str) -> None:
    assert run("(lambda (t) (from_chars (chars t)))", text) == text
    if part:
        assert run("(lambda (s t) (join s (split s t)))", part, text) == text
        assert run("(lambda (s n t) (replace s n t))", part, new, text) == run(
            "(lambda (s n t) (join n (split s t)))", part, new, text
        )
        found = run("(lambda (s t) (find_text s t))", part, text)
        assert (found is not None) == (part in text) == run("(lambda (s t) (contains_text s t))", part, text)
        if found is not None:
            assert text[found.value :].startswith(part)  # type: ignore[attr-defined]
    else:
        assert isinstance(run("(lambda (s t) (split s t))", part, text), Failure)


@given(st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_read_back_from_text(x: int, y: float) -> None:
    assert run("(lambda (x) (parse_int (to_str x)))", x) == Some(x)
    assert run("(lambda (x) (parse_float (float_to_str x)))", y) == Some(y)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers()), max_size=8).map(tuple), st.integers(0, 4))
def test_tables_are_dictionaries(pairs: tuple, key: int) -> None:
    wanted = dict(pairs)
    table = run("table_from", pairs)
    assert run("items", table) == tuple(wanted.items())
    assert run("(lambda (k t) (get k t))", key, table) == (Some(wanted[key]) if key in wanted else None)
    wanted.pop(key, None)
    assert run("(lambda (k t) (items (remove k t)))", key, table) == tuple(wanted.items())
    assert run("(lambda (xs) (items (fold (lambda (t p) (put (first p) (second p) t)) table_new xs)))", pairs) == tuple(
        dict(pairs).items()
    )


@given(EDGES, st.integers(0, 7), st.integers(0, 7))
def test_graphs_agree_with_networkx(edges: tuple, start: int, end: int) -> None:
    graph = run("graph_from_edges", edges)
    assert isinstance(graph, Graph)
    oracle = networkx.DiGraph(edges)
    components = run("components", graph)
    assert {frozenset(c) for c in components} == set(map(frozenset, networkx.weakly_connected_components(oracle)))  # type: ignore[attr-defined]
    order = run("topological_order", graph)
    assert (order is not None) == networkx.is_directed_acyclic_graph(oracle)
    if order is not None:
        place = {node: i for i, node in enumerate(order.value)}  # type: ignore[attr-defined]
        assert all(place[a] < place[b] for a, b in edges) and set(place) == set(oracle)
    if start not in oracle or end not in oracle:
        assert isinstance(run("(lambda (a b g) (shortest_path a b g))", start, end, graph), Failure)
        return
    reached = run("(lambda (a g) (breadth_first a g))", start, graph)
    distances = networkx.single_source_shortest_path_length(oracle, start)
    assert set(reached) == set(distances)  # type: ignore[call-overload]
    assert [distances[n] for n in reached] == sorted(distances[n] for n in reached)  # type: ignore[attr-defined]
    path = run("(lambda (a b g) (shortest_path a b g))", start, end, graph)
    if end in distances:
        nodes = path.value  # type: ignore[attr-defined]
        assert len(nodes) == distances[end] + 1 and nodes[0] == start and nodes[-1] == end
        assert all(oracle.has_edge(a, b) for a, b in zip(nodes, nodes[1:]))
    else:
        assert path is None
    assert run("(lambda (g) (reverse_graph (reverse_graph g)))", graph) == graph
