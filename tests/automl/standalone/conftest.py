"""A store with a search that is done."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from automl.tasks.task import Task
from automl.testing.searched import larger_task, stored_search
from library.records import Run
from library.store import AbstractStore, open_store


@pytest.fixture
def store(tmp_path) -> Iterator[AbstractStore]:
    with open_store(str(tmp_path / "runs.db")) as opened:
        yield opened


@pytest.fixture
def task() -> Task:
    return larger_task()


@pytest.fixture
def run(store: AbstractStore, task: Task) -> Run:
    return stored_search(store, task)
