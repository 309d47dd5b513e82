"""Programs as trees."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest

pytest.importorskip("markupsafe", reason="markupsafe is not installed: pip install -e '.[dev]'")

from automl.charts.tree import MOST, node_of, tree
from primitives.syntax import parse
from primitives.words import builtin_words


def term(text):
    return parse(text, builtin_words())


def boxes(picture):
    return [
        {key: float(each.attrib[key]) for key in ("x", "y", "width")}
        for each in ElementTree.fromstring(picture).iter("rect")
    ]


def test_what_goes_in_stands_above():
    root = node_of(term("(lambda (xs n) (take n (map (lambda (x) (+ x 1)) xs)))"))
    assert (root.label, [each.label for each in root.inputs]) == ("take", ["n", "map"])
    function, values = root.inputs[1].inputs
    assert (function.label, function.inputs[0].label, values.label) == ("λ x", "+", "xs")
    assert [each.label for each in function.inputs[0].inputs] == ["x", "1"]
    assert (root.size, root.depth) == (8, 5)


def test_names_of_inner_functions_are_their_own():
    root = node_of(term("(lambda (map (lambda (+ $0 1)) $0))"))
    inner, values = root.inputs
    assert inner.label == "λ y" and inner.inputs[0].inputs[0].label == "y" and values.label == "x"


def test_lets_settings_and_functions_as_values_have_nodes():
    root = node_of(term("(lambda (let (relu $0) (add $0 (dense :units 3 @1 $0))))"))
    value, body = root.inputs
    assert (
        root.label.startswith("let ")
        and value.label == "relu"
        and body.inputs[0].label == root.label.removeprefix("let ")
    )
    assert body.inputs[1].label.startswith("dense :units 3")
    assert [each.kind for each in node_of(term("(lambda (map negate $0))")).inputs] == ["word", "variable"]


@pytest.mark.parametrize(
    "text", ["(lambda $0)", "5", "(lambda (fold (lambda (lambda (+ $0 (* $1 $1)))) 0 (map negate $0)))"]
)
def test_nothing_overlaps_and_all_is_inside(text):
    picture = tree(term(text), "a <title>")
    assert picture is not None and "a <title>" not in picture
    root = ElementTree.fromstring(picture)
    found = boxes(picture)
    assert len(found) == node_of(term(text)).size
    for box in found:
        assert 0 <= box["x"] and box["x"] + box["width"] <= float(root.attrib["width"]) + 0.1
        assert 0 <= box["y"] <= float(root.attrib["height"]) - 28
    for y in {box["y"] for box in found}:
        row = sorted((box["x"], box["x"] + box["width"]) for box in found if box["y"] == y)
        assert all(end <= start for (_, end), (start, _) in zip(row, row[1:], strict=False))


def test_a_program_of_many_parts_is_not_drawn():
    nested = "$0"
    for _ in range(MOST):
        nested = f"(negate {nested})"
    assert tree(term(f"(lambda {nested})"), "many") is None
