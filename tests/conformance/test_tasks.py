"""Every kind of task that is found in automl/tasks/kinds meets the suite."""

from __future__ import annotations

import pytest

from automl.tasks.task import TaskKind, task_kinds
from automl.testing import TaskSuite


def test_the_first_kinds_are_found() -> None:
    assert {"examples", "labelled", "sequences"} <= set(task_kinds())


class TestTasks(TaskSuite):
    @pytest.fixture(params=sorted(task_kinds()))
    def kind(self, request: pytest.FixtureRequest) -> TaskKind:
        return task_kinds()[request.param]
