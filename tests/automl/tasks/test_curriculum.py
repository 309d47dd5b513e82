"""Curricula: the declaration, and the starter curriculum that comes with the project."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from automl.budget import Budget
from automl.tasks.curriculum import load_curriculum
from automl.tasks.load import load_tasks
from automl.tasks.task import TaskError

TASK = {"name": "one", "type": "int -> int", "examples": [{"inputs": [1], "output": 2}]}
HEAD = 'schema_version = 1\nname = "mine"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("one", "two"):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps({**TASK, "name": name}) + "\n")
    return tmp_path


def declare(folder: Path, text: str) -> str:
    (folder / "mine.toml").write_text(text)
    return str(folder / "mine.toml")


def test_stages_in_order(folder: Path) -> None:
    text = '[[stage]]\nname="a"\ntasks=["one.jsonl"]\nevaluations=500\nstrategy="random"\n[stage.options]\ndepth=3\n'
    path = declare(folder, HEAD + text + '[[stage]]\ntasks=["two.jsonl", "iris"]\nbudget="5s"\nseed=4\n')
    first, second = load_curriculum(path).stages
    assert (first.name, first.budget, first.strategy, first.options) == (
        "a",
        Budget(evaluations=500),
        "random",
        {"depth": 3},
    )
    assert (
        [task.name for task in second.tasks] == ["two", "iris"]
        and second.budget == Budget(seconds=5)
        and second.strategy is None
    )
    assert second.tasks[1].digest == load_tasks("iris", seed=4)[0].digest
    assert [task.name for task in load_tasks("mine", search_path=[folder])] == ["one", "two", "iris"]


def test_a_declarations_own_files_come_before_the_current_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = declare(folder, HEAD + '[[stage]]\ntasks=["one.jsonl"]\n')
    other = folder / "elsewhere"
    other.mkdir()
    (other / "one.jsonl").write_text(json.dumps({**TASK, "name": "wrong"}))
    monkeypatch.chdir(other)
    assert load_curriculum(path).tasks[0].name == "one"


def test_plain_references_make_stages(folder: Path) -> None:
    both = load_curriculum([str(folder / "one.jsonl"), "iris"])
    assert [stage.name for stage in both.stages] == ["one", "iris"] and len(both.tasks) == 2
    with pytest.raises(TaskError, match="task='one' occurs twice"):
        load_curriculum([str(folder / "one.jsonl")] * 2)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("= 3", "cannot be read as TOML"),
        ("", "field='schema_version' is absent"),
        ("schema_version = 1", "field='stage' is absent"),
        ("schema_version = 2\nstage = []", "install a newer version"),
        ("schema_version = 1\nstage = []", "at least one"),
        ("schema_version = 1\nstage = [3]", "a table is required"),
        ('schema_version = "1"\nstage = []', "schema_version='1'"),
        (HEAD + "[[stage]]\ntasks = []", "tasks=\\[\\]"),
        (HEAD + '[[stage]]\ntasks = "one.jsonl"', "tasks='one.jsonl'"),
        (HEAD + '[[stage]]\ntasks = ["none.jsonl"]', "stage 1: task='none.jsonl': no such file"),
        (HEAD + '[[stage]]\ntasks = ["one.jsonl"]\nbudgets = 3', "field='budgets' is not known"),
        (HEAD + '[[stage]]\ntasks = ["one.jsonl"]\nbudget = 500', "budget=500"),
        (HEAD + '[[stage]]\ntasks = ["one.jsonl"]\nbudget = "500"', "--evaluations 500"),
        (HEAD + '[[stage]]\ntasks = ["one.jsonl"]\nevaluations = 0', "evaluations='0'"),
        (HEAD + '[[stage]]\ntasks = ["one.jsonl"]\nbudget = true', "budget=True"),
        (HEAD + '[[stage]]\ntasks = ["one.jsonl", "one.jsonl"]', "occurs twice"),
        (HEAD + '[[stage]]\ntasks = ["mine.toml"]', "tasks, not declarations"),
    ],
)
def test_refuses(folder: Path, text: str, message: str) -> None:
    with pytest.raises(TaskError, match=message):
        load_curriculum(declare(folder, text))


VALUES = st.recursive(
    st.integers(-5, 5) | st.booleans() | st.sampled_from(["one.jsonl", "iris", "5s", "", "mine.toml"]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["tasks", "budget", "x"]), inner, max_size=2)
    ),
    max_leaves=5,
)
FIELDS = ("name", "tasks", "budget", "strategy", "seed", "options", "odd")


@given(st.lists(st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=4), max_size=2), st.text(max_size=8))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
def test_any_declaration_gives_a_curriculum_or_a_task_error(folder: Path, stages: list, tail: str) -> None:
    inline = ", ".join(_toml(stage) for stage in stages)
    (folder / "mine.toml").write_bytes(
        f"schema_version = 1\nstage = [{inline}]\n{tail}".encode("utf-8", "surrogatepass")
    )
    try:
        assert load_curriculum(str(folder / "mine.toml")).tasks
    except TaskError as error:
        assert "mine" in str(error)


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + "}"
    return "[" + ", ".join(map(_toml, value)) + "]" if isinstance(value, list) else json.dumps(value)


@pytest.fixture(scope="module")
def curricula(project_root: Path) -> Path:
    return project_root / "experiments" / "curricula"


def test_the_starter_file_is_what_its_script_writes(curricula: Path) -> None:
    made = runpy.run_path(str(curricula / "make_starter.py"))["lines"]()
    assert (curricula / "starter.jsonl").read_text(encoding="utf-8") == "\n".join(made) + "\n"


def test_the_starter_curriculum_loads(curricula: Path) -> None:
    starter = load_curriculum("starter", search_path=[curricula])
    lists, digits, sums = starter.stages
    assert len(lists.tasks) >= 24 and all(stage.budget for stage in starter.stages)
    assert str(digits.tasks[0].type) == "Tensor[1,8,8] -> Tensor[10]"
    assert str(sums.tasks[0].type) == "list(Tensor[1,8,8]) -> int"
    assert set(sums.tasks[0].data.train.inputs[0].lengths.tolist()) == {1, 2, 3}
    assert set(sums.tasks[0].test.inputs[0].lengths.tolist()) == {20}


def test_starter_tasks_are_told_apart_by_their_examples(curricula: Path) -> None:
    """No task is met by giving an argument back, by a constant, or by the outputs of another task on the same
    inputs."""
    tasks = load_tasks(str(curricula / "starter.jsonl"))
    assert len(tasks) >= 30
    for task in tasks:
        examples, test = task.data.examples, task.test
        assert examples is not None and len(examples) >= 6 and test is not None and len(test) >= 5
        assert len({output for _, output in examples}) >= 3, task.name
        for position in range(len(examples[0][0])):
            assert any(inputs[position] != output for inputs, output in examples), task.name
        assert {inputs for inputs, _ in examples}.isdisjoint(inputs for inputs, _ in test.cases())
