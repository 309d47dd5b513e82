"""Searches side by side: what is noted of those that were going on when all was ended."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import automl
from automl.commands import search
from automl.study import parallel
from automl.study.parallel import result_from_json, result_to_json
from automl.tasks.task import Task
from library.records import Run
from library.store import open_store


def test_a_damaged_run_keeps_none_from_being_noted_as_interrupted(tmp_path: Path) -> None:
    file = str(tmp_path / "x.db")
    with open_store(file) as store:
        for name in ("damaged", "mine", "another"):
            store.create_run(Run(name, "t", "random"))
    with closing(sqlite3.connect(file)) as other:
        other.execute("UPDATE runs SET config = '{' WHERE id = 'damaged'")
        other.commit()
    parallel._mark_interrupted(file, ["damaged", "mine"])
    with open_store(file) as store:
        assert [store.run(name).state for name in ("mine", "another")] == ["interrupted", "running"]
        with closing(sqlite3.connect(file)) as other:
            other.execute("UPDATE runs SET state = 'interrupted' WHERE id = 'damaged'")
            other.commit()
        assert search._going(store, ["damaged", "mine"]) == ["mine"]


def test_what_a_worker_sends_of_a_result_is_plain_data(plus_three: Task) -> None:
    result = automl.search(plus_three, evaluations=200)
    assert result.found is not None
    again = result_from_json(json.loads(json.dumps(result_to_json(result))))
    assert (again.program, again.solved, again.found) == (result.program, result.solved, None)
