"""Input-output examples and their JSON lines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from automl.tasks.curriculum import load_curriculum
from automl.tasks.kinds.examples import examples_task
from automl.tasks.load import load_tasks
from automl.tasks.sources.jsonlines import read_lines
from automl.tasks.task import TaskError
from primitives.values import Some, Table

GOOD = {
    "name": "double", "type": "int -> int", "examples": [{"inputs": [1], "output": 2}, {"inputs": [3], "output": 6}],
    "tests": [{"inputs": [5], "output": 10}], "constants": [2], "family": "times", "source": "us",
}  # fmt: skip


def line(**changes: object) -> bytes:
    fields = {**GOOD, **changes}
    return json.dumps({key: value for key, value in fields.items() if value is not ...}).encode()


def test_reads_all_fields() -> None:
    (task,) = read_lines(line())
    view = task.data
    assert (task.name, str(task.type), task.family, task.source) == ("double", "int -> int", "times", "us")
    assert view.examples == (((1,), 2), ((3,), 6)) and view.validation is view.train and view.loss is None
    assert view.constants == (2,) and task.score([2, 5]) == {"accuracy": 0.5, "error": 0.5, "distance": 0.25}
    assert task.right([10]) is True and task.right([11]) is False
    (without,) = read_lines(line(tests=[]))
    assert without.test is None and without.right([]) is None
    assert without.digest != task.digest and without.data.digest == view.digest


def test_the_name_does_not_count_in_the_digest() -> None:
    first, second = (read_lines(line(name=name))[0] for name in ("a", "b"))
    assert first.digest == second.digest and first.name != second.name


@pytest.mark.parametrize(
    ("type", "data", "value"),
    [
        ("list(list(int)) -> bool", [[1], []], ((1,), ())),
        ("pair(int, str) -> bool", [1, "a"], (1, "a")),
        ("option(int) -> bool", [4], Some(4)),
        ("option(int) -> bool", None, None),
        ("map(str, int) -> bool", [["a", 1]], Table([("a", 1)])),
        ("float -> bool", 2, 2.0),
        ("char -> bool", "x", "x"),
    ],
)
def test_converts_values_by_type(type: str, data: object, value: object) -> None:
    task = examples_task("t", type, [([data], True)])
    (((converted,), output),) = task.data.examples
    assert converted == value and output is True and converted.__class__ is value.__class__


def test_tensors_as_examples() -> None:
    task = examples_task("t", "list(Tensor[2]) -> Tensor[1]", [([[[1, 2], [3, 4]]], [10.0])])
    (((rows,), output),) = task.data.examples
    assert [row.tolist() for row in rows] == [[1, 2], [3, 4]] and task.score([output + 1e-6])["accuracy"] == 1.0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ...}, "field='name' is absent"),
        ({"examples": ...}, "field='examples' is absent"),
        ({"name": 3}, "name=3"),
        ({"name": " "}, "name="),
        ({"name": "a\nb"}, "printable"),
        ({"type": "list(int"}, "type='list"),
        ({"type": "listt(int) -> int"}, "type="),
        ({"type": 5}, "type=5"),
        ({"type": "list(a) -> int"}, "concrete types"),
        ({"type": "(int -> int) -> int"}, "function"),
        ({"type": "Tensor[n] -> int"}, "concrete types"),
        ({"examples": []}, "at least one example"),
        ({"examples": {}}, "examples="),
        ({"examples": [3]}, r"examples\[0\]=3"),
        ({"examples": [{"inputs": [1]}]}, r"examples\[0\]"),
        ({"examples": [{"inputs": [1, 2], "output": 2}]}, "2 values, but type=int -> int takes 1"),
        ({"examples": [{"inputs": ["x"], "output": 2}]}, r"examples\[0\].inputs\[0\]: value='x'"),
        ({"examples": [{"inputs": [True], "output": 2}]}, "value=True"),
        ({"examples": [{"inputs": [1.0], "output": 2}]}, "value=1.0"),
        ({"examples": [{"inputs": [2**53 + 1], "output": 2}]}, r"2\^53"),
        ({"examples": [{"inputs": [1], "output": 2}, {"inputs": [1], "output": 3}]}, "with another output"),
        ({"tests": [{"inputs": [1], "output": "b"}]}, r"tests\[0\].output"),
        ({"tests": 5}, "tests=5"),
        ({"constants": "ab"}, "constants="),
        ({"constants": [[1]]}, "constants="),
        ({"constants": [2**60]}, "constants="),
        ({"family": 1}, "family=1"),
        ({"test": []}, "field='test' is not known"),
    ],
)
def test_refuses_with_line_and_field(changes: dict, message: str) -> None:
    with pytest.raises(TaskError, match=message) as caught:
        read_lines(line() + b"\n\n" + line(**{"name": "other", **changes}))
    assert str(caught.value).startswith("line 3")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "tasks=0"),
        (b"\n \n", "tasks=0"),
        (b"{", "line 1, column"),
        (b"[1]", "JSON object"),
        (b"\xff\xfe", "UTF-8"),
        (line() + b"\n" + line(), "line 2: name='double' is also that of line 1"),
        (b"[" * 100_000, "nested too deeply"),
        (line().replace(b'"output": 2', b'"output": NaN'), "value=NaN"),
        (line(type="float -> float").replace(b'"output": 2', b'"output": 1e999'), "value=1e999"),
        (line().replace(b'"output": 2', b'"output": ' + b"9" * 5000), "line 1"),
        (b'{"name": "a", "name": "b"}', "occurs twice"),
        (line(type="Tensor[2] -> int", examples=[{"inputs": [[1, 1e300]], "output": 1}], tests=[]), "finite"),
        (line(type="Tensor[2] -> int", examples=[{"inputs": [[1, 2, 3]], "output": 1}], tests=[]), "shape"),
    ],
)
def test_refuses_a_file(data: bytes, message: str) -> None:
    with pytest.raises(TaskError, match=message):
        read_lines(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
TEXTS = (
    "int -> int", "list(int) -> int", "Tensor[2] -> int", "map(str, int) -> graph(int)",
    "option(char) -> pair(int, unit)", "a",
)  # fmt: skip
TYPES = st.text(max_size=20) | st.sampled_from(TEXTS)
CASES = st.lists(st.fixed_dictionaries({"inputs": st.lists(JSON, max_size=2), "output": JSON}), max_size=2)
FIELDS = st.fixed_dictionaries(
    {"name": st.just("t") | JSON, "type": TYPES | JSON, "examples": CASES | JSON},
    optional={"tests": JSON, "constants": JSON, "family": JSON, "source": JSON, "other": JSON},
)


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda s: s.encode("utf-8", "surrogatepass")))
@example(b"\xef\xbb\xbf{}")
def test_any_bytes_give_tasks_or_a_task_error(data: bytes) -> None:
    try:
        assert read_lines(data)
    except TaskError as error:
        assert str(error)


@given(FIELDS)
@example({"name": "t", "type": "map(Tensor[1], int) -> int", "examples": [{"inputs": [[[[1], 2]]], "output": 1}]})
@example({"name": "\ud800", "type": "str -> str", "examples": [{"inputs": ["\ud800"], "output": "\ud800"}]})
@example({"name": "t", "type": "graph(int) -> int", "examples": [{"inputs": [[[1], [[1, 2]]]], "output": 1}]})
@example({"name": "t", "type": "int", "examples": [{"inputs": [], "output": 1}]})
@example({"name": "t", "type": "Tensor[99999999999999999999] -> int", "examples": [{"inputs": [[1]], "output": 1}]})
def test_any_json_gives_a_task_or_a_task_error(fields: dict) -> None:
    try:
        (task,) = read_lines(json.dumps(fields).encode())
    except TaskError as error:
        assert "line 1" in str(error)
    else:
        assert task.digest and task.data.payload()


def test_selects_by_option(tmp_path: Path) -> None:
    path = tmp_path / "some.jsonl"
    path.write_bytes(b"\n".join([line(), line(name="other", family="x"), line(name="third", family="x", source=...)]))
    assert [task.name for task in load_tasks(str(path))] == ["double", "other", "third"]
    assert [task.name for task in load_tasks(f"{path}?family=x&limit=1")] == ["other"]
    assert load_tasks(f"{path}?task=third")[0].source == "some.jsonl"
    with pytest.raises(TaskError, match="one of these is required: double, other, third"):
        load_tasks(f"{path}?task=none")


def test_the_bootstrap_tasks_come_with_the_project(project_root: Path) -> None:
    shipped = project_root / "experiments" / "curricula" / "list_bootstrap.jsonl"
    named = load_curriculum("list_bootstrap", search_path=[shipped.parent])
    tasks = named.tasks
    assert len(tasks) == 20 and all(task.test for task in tasks)
    assert [task.name for task in load_tasks(str(shipped))] == [task.name for task in tasks]


@pytest.mark.shared_data
def test_the_bootstrap_tasks_are_those_of_the_source(project_root: Path, shared_data: Path) -> None:
    source = shared_data / "synthesis" / "list_bootstrap.jsonl"
    assert (project_root / "experiments" / "curricula" / source.name).read_bytes() == source.read_bytes()


@pytest.mark.shared_data
def test_reads_the_shared_synthesis_tasks(shared_data: Path) -> None:
    counts = {path.name: len(load_tasks(str(path))) for path in sorted((shared_data / "synthesis").glob("*.jsonl"))}
    known = {
        "lambdabeam_synthetic.jsonl": 100, "list_bootstrap.jsonl": 20, "list_train.jsonl": 109, "psb1.jsonl": 28,
        "rule_c001_c150.jsonl": 150, "text_train.jsonl": 128,
    }  # fmt: skip
    assert {name: counts.get(name) for name in known} == known


def test_a_file_may_tolerate_examples_that_contradict_each_other() -> None:
    cases = [{"inputs": [n], "output": n + 1} for n in (1, 2, 3)] + [{"inputs": [1], "output": 5}]
    (task,) = read_lines(line(examples=cases, type="int -> int"), tolerate=1)
    assert task.data.tolerate == 1 and task.solved_at == 0.75 and len(task.data.train) == 4
    with pytest.raises(TaskError, match="at least 6"):
        read_lines(line(examples=cases, type="int -> int", tolerate=2))
