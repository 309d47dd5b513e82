"""What the collection of unused weights keeps where rows are damaged: all that it cannot prove dead."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import torch

from automl.testing.records import evaluation, run, word
from library.records import GuideRecord, Solution
from library.store import open_store


@pytest.fixture
def kept(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A store with three evaluations of a finished run, one of a running one, a word, a solution, a guide and an orphan, each with
    weights of its own; and those digests by name."""
    file = tmp_path / "lib.db"
    names = ("worst", "middle", "best", "going", "word", "solution", "guide", "orphan")
    with open_store(str(file)) as store:
        digests = {name: store.blobs.put({"w": torch.full((2,), float(n))}) for n, name in enumerate(names)}
        store.create_run(run("done", state="finished"))
        store.create_run(run("going"))
        scored = [
            evaluation(n, "done", weights=digests[name], scores={"score": float(n)}) for n, name in enumerate(names[:3])
        ]
        store.record(*scored, evaluation(0, "going", weights=digests["going"], scores={"score": 0.0}))
        store.promote([word("f", "d1", weights=digests["word"])])
        store.add_solution(Solution("sort", "done", "x", weights=digests["solution"]))
        store.add_guide(GuideRecord("g", {}, digests["guide"]))
    return file, digests


@pytest.mark.parametrize(
    ("damage", "dead", "named"),
    [
        ("UPDATE runs SET budget = '{' WHERE id = 'done'", "orphan", "run='done'"),
        ("UPDATE runs SET state = CAST(x'ff' AS TEXT) WHERE id = 'done'", "orphan", "run='done'"),
        ("UPDATE runs SET id = 'dime' WHERE id = 'done'", "orphan", ""),
        ("UPDATE evaluations SET scores = '{' WHERE run = 'done' AND ask = 0", "middle orphan", "run='done' ask=0"),
        ("UPDATE evaluations SET score = -2 WHERE run = 'done' AND ask = 2", "worst orphan", "run='done' ask=2"),
        ("UPDATE subroutines SET body = CAST(x'ff' AS TEXT)", "worst middle orphan", ""),
        ("UPDATE solutions SET scores = '{'", "worst middle orphan", ""),
        ("UPDATE guides SET guide = '{'", "worst middle orphan", ""),
        ("UPDATE subroutines SET weights = CAST(x'ff' AS TEXT)", "", "name='f'"),
        ("UPDATE evaluations SET weights = 'no digest' WHERE ask = 1", "", "run='done' ask=1"),
    ],
)
def test_what_a_damaged_row_may_need_stays(kept, damage: str, dead: str, named: str, caplog) -> None:
    file, digests = kept
    with closing(sqlite3.connect(file)) as connection, connection:
        assert connection.execute(damage).rowcount == 1
    with open_store(str(file), create=False) as store:
        assert store.live_weights(best=1) == set(digests.values()) - {digests[name] for name in dead.split()}
        assert named in caplog.text
        assert store.collect_garbage(best=1, older_than=0.0) == len(dead.split())
        assert {digests[name] for name in dead.split()}.isdisjoint(store.blobs.digests())
