"""What every kind of task must do: describe itself, keep its test part to itself, travel as plain data, score."""

from __future__ import annotations

import copy
import dataclasses
import json
from typing import Any

import numpy as np
import pytest

from library.records import Direction
from primitives.notation.types import parse_type
from primitives.types import arguments_of
from primitives.values import Failure

from ..tasks.cases.parts import Part, RaggedArray
from ..tasks.data import ProblemData
from ..tasks.preprocessing import Preprocessing
from ..tasks.task import Task, TaskError, TaskKind


def same(first: Any, second: Any) -> bool:
    """Whether two parts, or pieces of them, hold the same."""
    if isinstance(first, RaggedArray):
        return same(first.values, second.values) and same(first.lengths, second.lengths)
    if isinstance(first, np.ndarray):
        return np.array_equal(first, second) and first.dtype == second.dtype
    if isinstance(first, Part):
        return all(
            same(a, b) for a, b in zip((*first.inputs, first.targets), (*second.inputs, second.targets), strict=True)
        )
    return first == second


def perfect(part: Part) -> Any:
    return part.targets


class TaskSuite:
    """Tests for a kind of task. A subclass gives it by a fixture ``kind``, a TaskKind."""

    @pytest.fixture
    def kind(self) -> TaskKind:
        """The kind to be tested."""
        raise NotImplementedError("give the kind of task by a fixture `kind`")

    @pytest.fixture
    def task(self, kind: TaskKind) -> Task:
        """A small task of the kind."""
        return kind.sample(3)

    def test_describes_itself(self, kind: TaskKind, task: Task) -> None:
        view = task.data
        assert view.kind == task.kind and task.name and view.direction in list(Direction)
        assert parse_type(str(task.type)) == task.type
        assert len(view.train) > 0 and len(view.validation) > 0
        assert all(len(part.inputs) == len(arguments_of(task.type)[0]) for part in (view.train, view.validation))
        assert task.kind == kind.name and task.name in repr(task)

    def test_is_deterministic(self, kind: TaskKind, task: Task) -> None:
        assert kind.sample(3).digest == task.digest
        assert kind.sample(4).digest != task.digest

    def test_what_a_search_sees_holds_no_test_case(self, task: Task) -> None:
        held_out, view = task.test, task.data
        assert held_out is not None
        reachable = [getattr(view, field.name) for field in dataclasses.fields(view)]
        assert sum(isinstance(value, Part) for value in reachable) == 2
        test_inputs = {repr(inputs) for inputs, _ in held_out.cases()}
        seen = {repr(inputs) for part in (view.train, view.validation) for inputs, _ in part.cases()}
        assert test_inputs.isdisjoint(seen)

    def test_refuses_to_be_shipped_with_its_test_part(self, task: Task) -> None:
        with pytest.raises(TypeError, match=r"task\.data"):
            copy.deepcopy(task)

    def test_ships_as_json_and_plain_arrays(self, task: Task) -> None:
        view = task.data
        text, arrays = view.payload()
        json.loads(text)
        assert all(type(array) is np.ndarray and array.dtype.kind in "iuf" for array in arrays.values())
        received = ProblemData.from_payload(text, {name: array.copy() for name, array in arrays.items()})
        assert received.digest == view.digest and received.type == view.type and received.name == view.name
        assert same(received.train, view.train) and same(received.validation, view.validation)
        assert dataclasses.replace(received, digest="").digest == view.digest
        assert (received.validation is received.train) == (view.validation is view.train)
        assert copy.deepcopy(view).digest == view.digest

    def test_arrays_cannot_be_changed(self, task: Task) -> None:
        for part in (task.data.train, task.data.validation, task.test):
            assert part is not None
            for column in (*part.inputs, part.targets):
                array = column.values if isinstance(column, RaggedArray) else column
                if isinstance(array, np.ndarray):
                    with pytest.raises(ValueError):
                        array[0] = 0

    def test_perfect_outputs_solve_it(self, task: Task) -> None:
        for name in ("train", "validation", "test"):
            part = task.part(name)
            scores = task.score(perfect(part), name)
            assert task.is_solved(scores) and scores[task.metric] == 1.0
            assert (task.case_errors(perfect(part), name) == 0).all()
        assert task.right(perfect(task.part("test"))) is True

    def test_failures_never_solve_it(self, task: Task) -> None:
        part = task.part("validation")
        outputs = [Failure("undefined", "head")] * len(part)
        scores = task.score(outputs)
        assert not task.is_solved(scores) and all(np.isfinite(value) for value in scores.values())
        assert (task.case_errors(outputs) > 0).all()
        nan = [float("nan")] * len(part)
        assert not task.is_solved(task.score(nan)) and (task.case_errors(nan) > 0).all()

    def test_refuses_another_number_of_outputs(self, task: Task) -> None:
        with pytest.raises(TaskError, match="one output a case"):
            task.score([], "train")
        with pytest.raises(TaskError, match="part='holdout'"):
            task.part("holdout")

    def test_a_subset_has_its_own_digest(self, task: Task) -> None:
        view = task.data
        half = view.train.take(np.arange(max(1, len(view.train) // 2)))
        assert view.with_data(half, half).digest != view.digest
        assert same(view.train.take(np.arange(len(view.train))), view.train)

    def test_preprocessing_survives_json(self, task: Task) -> None:
        if task.preprocessing is not None:
            text = json.dumps(task.preprocessing.to_json())
            assert Preprocessing.from_json(json.loads(text)) == task.preprocessing
