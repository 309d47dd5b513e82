"""Searches side by side: what is noted of those that were going on when all was ended."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from automl.commands import search
from automl.study import parallel
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
