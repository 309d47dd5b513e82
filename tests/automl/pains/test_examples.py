"""Examples and programs that others' programs failed on: a search takes them, or refuses them in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import automl as api
from automl.errors import TaskError
from automl.tasks.kinds.examples import examples_task
from automl.testing.commands import refused as is_refused
from primitives.syntax import TermSyntaxError, parse, show
from primitives.words import known_words

Case = tuple[list[object], object]


def deep(levels: int) -> object:
    value: object = 1
    for _ in range(levels):
        value = [value]
    return value


def lists(levels: int) -> str:
    return "list(" * levels + "int" + ")" * levels


REFUSED: list[tuple[str, str, list[Case], str]] = [
    # what, the type, the cases, what the message says
    ("cases that contradict each other", "int -> int", [([1], 2), ([1], 3)], "another output"),
    ("no case", "int -> int", [], "examples=[]"),
    ("texts for whole numbers", "int -> int", [(["a"], 2)], "value='a'"),
    ("fractions for whole numbers", "int -> int", [([1.5], 2)], "value=1.5"),
    ("truth values for whole numbers", "int -> int", [([True], 2)], "value=True"),
    ("null for a whole number", "int -> int", [([None], 0)], "value=None"),
    ("a whole number of 101 digits", "int -> int", [([10**100], 2)], "|x| <= 2^53"),
    ("2^53 + 1", "int -> int", [([2**53 + 1], 2)], "value=9007199254740993"),
    ("srbench#141 an infinite number", "float -> float", [([float("inf")], 1.0)], "finite"),
    ("gplearn: a number that is none", "float -> float", [([1.0], float("nan"))], "finite"),
    ("fewer inputs than the type has", "int -> int -> int", [([1], 5)], "1 value,"),
    ("a type that is none", "lisst(int) -> int", [([[1]], 1)], "lisst"),
    ("a function as output", "int -> (int -> int)", [([1], 1)], "takes 2"),
    ("DEAP#3 lists in lists beyond any parser", lists(200) + " -> int", [([1], 1)], "nested deeper"),
    ("lists in lists beyond any search", lists(60) + " -> int", [([deep(60)], 1)], "flatten"),
]
SOLVED: list[tuple[str, str, list[Case]]] = [
    ("emoji and accents", "str -> str", [(["😀a"], "😀a"), (["é"], "é")]),
    ("control characters", "str -> str", [(["\x00\x07\n"], "\x00\x07\n"), (["a"], "a")]),
    ("half a pair of UTF-16", "str -> str", [(["\ud800"], "\ud800"), (["b"], "b")]),
    ("empty lists alone", "list(int) -> list(int)", [([[]], [])]),
    ("empty texts alone", "str -> str", [([""], "")]),
    ("five lists in lists", f"{lists(5)} -> {lists(5)}", [([deep(5)], deep(5))]),
    ("no input at all", "int", [([], 5)]),
    ("numbers of 1e-320", "float -> float", [([1e-320], 1e-320), ([2.0], 2.0)]),
    ("-0.0 and 0.0", "float -> float", [([-0.0], 0.0), ([1.5], 1.5)]),
    ("options without a value", "option(int) -> option(int)", [([None], None), ([5], 5)]),
]


def write(type: str, cases: list[Case]) -> None:
    line = {"name": "задача: 😀", "type": type, "examples": [{"inputs": i, "output": o} for i, o in cases]}
    Path("t.jsonl").write_text(json.dumps(line) + "\n")


@pytest.mark.parametrize(("type", "cases", "says"), [pytest.param(*row[1:], id=row[0]) for row in REFUSED])
def test_it_is_refused(searched, type: str, cases: list[Case], says: str) -> None:
    write(type, cases)
    is_refused(searched("t.jsonl"), says)
    with pytest.raises(ValueError) as caught:
        examples_task("t", type, cases)
    assert says in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(("type", "cases"), [pytest.param(*row[1:], id=row[0]) for row in SOLVED])
def test_it_is_solved(automl, type: str, cases: list[Case]) -> None:
    write(type, cases)
    code, out, err = automl("search", "t.jsonl", "--evaluations", "20", "--library", "memory:", "--json", "-")
    assert (code, err) == (0, "") and json.loads(out)["solved"]
    result = api.search(examples_task("t", type, cases), evaluations=20, quiet=True)
    assert result.model is not None
    assert result.model.predict([inputs for inputs, _ in cases]) == [output for _, output in cases]


LINES = {
    "a line of 5,000 digits": ('{"name":"n","type":"int -> int","examples":[{"inputs":[1%s],"output":1}]}' % ("0" * 5000), "line 1"),
    "a field twice": ('{"name":"n","name":"m","type":"int -> int","examples":[]}', "occurs twice"),
    "a name with a line break": ('{"name":"a\\nb","type":"int -> int","examples":[]}', "name='a\\nb'"),
    "5,000 brackets": ("[" * 100_000, "nested too deeply"),
    "UTF-16": ('{"name":"n"}'.encode("utf-16"), "UTF-8"),
    "half an object": ('{"name":"n","type":', "line 1"),
}  # fmt: skip


@pytest.mark.parametrize("name", LINES)
def test_a_line_is_refused(searched, name: str) -> None:
    content, says = LINES[name]
    Path("t.jsonl").write_bytes(content.encode() if isinstance(content, str) else content)
    is_refused(searched("t.jsonl"), says)
    with pytest.raises(TaskError) as caught:
        api.search("t.jsonl", evaluations=1, quiet=True)
    assert says in str(caught.value)


def test_a_tree_deeper_than_pythons_recursion_is_refused_in_a_line() -> None:
    """DEAP#3: trees as deep as Python's parser and its recursion go, and no deeper."""
    words = known_words()
    text = "(lambda (x) " + "(+ 1 " * 5000 + "x" + ")" * 5000 + ")"
    with pytest.raises(TermSyntaxError) as caught:
        parse(text, words)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 300


@pytest.mark.parametrize("name", ["n", "beta", "lambda1", "n_1", "e"])
def test_a_variable_may_have_any_small_name(name: str) -> None:
    """nestml#785: a variable named beta is taken for a function of the algebra that prints it."""
    words = known_words()
    term = parse(f"(lambda ({name}) (+ {name} 1))", words)
    assert parse(show(term), words) == term == parse("(lambda (x) (+ x 1))", words)


@pytest.mark.parametrize("name", ["N", "S", "C", "1x", "a-b", "lambda"])
def test_a_variable_of_another_name_is_refused_by_it(name: str) -> None:
    """PySR#121, sympy-live#122: a variable named N was read as something else, without a word."""
    with pytest.raises(TermSyntaxError) as caught:
        parse(f"(lambda ({name}) (+ {name} 1))", known_words())
    assert f"variables=({name})" in str(caught.value) and "\n" not in str(caught.value)
