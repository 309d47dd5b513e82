"""The SQL store's own promises: versions, bad files, many processes, and death at any moment."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from library.records import Conflict, Evaluation, Event, Run, StoreError, Subroutine, Use
from library.sql import schema
from library.sql.migrations import STEPS
from library.store import open_store

EXAMPLES = Path(__file__).parent / "examples"
ROOT = Path(__file__).resolve().parents[2]
SQLITE = b"SQLite format 3\0"


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def python(code: str, *arguments: str) -> subprocess.Popen:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], env=environment, stdout=subprocess.PIPE, text=True
    )


# -- versions


def example(version: int, folder: Path) -> Path:
    file = folder / "old.db"
    with sqlite3.connect(file) as connection:
        connection.executescript((EXAMPLES / f"store_v{version}.sql").read_text())
    connection.close()
    return file


def test_every_older_version_has_a_step_and_an_example():
    assert set(STEPS) == set(range(1, schema.VERSION))
    for version in STEPS:
        assert (EXAMPLES / f"store_v{version}.sql").is_file()


def tables_of(file: Path) -> dict[str, set]:
    with sqlite3.connect(file) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {}
        for name in names:
            columns = {row[1:] for row in connection.execute(f"SELECT * FROM pragma_table_info('{name}')")}
            indexes = [(row[1], row[2]) for row in connection.execute(f"SELECT * FROM pragma_index_list('{name}')")]
            keyed = {
                (unique, tuple(row[2] for row in connection.execute(f"SELECT * FROM pragma_index_info('{index}')")))
                for index, unique in indexes
            }
            found[name] = {(column[0], *column[2:]) for column in columns} | keyed
    connection.close()
    return found


@pytest.mark.parametrize("version", sorted(STEPS))
def test_a_migrated_store_has_the_tables_of_a_new_one(version, tmp_path):
    old = example(version, tmp_path)
    open_store(str(old)).close()
    open_store(str(tmp_path / "new.db")).close()
    assert tables_of(old) == tables_of(tmp_path / "new.db")


def test_version_1_is_read(tmp_path):
    with open_store(str(example(1, tmp_path))) as store:
        rows = [(row["id"], row["evaluations"], row["best"]) for row in store.run_list()]
        assert rows == [("r1", 2, 1.0), ("r2", 3, 0.125)]
        assert [each.ask for each in store.best("r1", 5)] == [1, 0] and [each.ask for each in store.best("r2", 5)] == [
            1
        ]
        assert store.run("r1") == Run(
            "r1", "sort", "random", 3, "60s", "finished", {"width": 2}, "", 1.5, 9.5, "accuracy", "maximise"
        )
        assert store.cached("k0") == Evaluation(
            "r1",
            0,
            "(map inc $0)",
            "completed",
            {"accuracy": 0.5, "loss": 2.0},
            False,
            0.25,
            7,
            3,
            None,
            "k0",
            "",
            [1.0, 0.0],
        )
        assert store.events("r1")[1] == Event("r1", 1, "told", 0, {"scores": {"accuracy": 0.5}})
        assert [each.action for each in store.history("f")] == ["promoted", "demoted", "promoted"]
        assert store.subroutine("f").digest == "d2" and store.uses() == (Use("d1", "sort", "r1"),)
        assert [each.term for each in store.solutions("sort")] == ["(sort $0)"]
        store.record(Evaluation("r1", 2, "x", "completed", {"accuracy": 2.0}))
        assert store.best("r1")[0].ask == 2
    with open_store(str(tmp_path / "old.db")) as again:
        assert len(again.evaluations("r1")) == 3


def test_that_a_store_was_migrated_is_said_once(tmp_path, caplog):
    for _ in range(2):
        open_store(str(example(3, tmp_path) if not caplog.records else tmp_path / "old.db")).close()
    (said,) = [each.getMessage() for each in caplog.records]
    assert "old.db is of an earlier form (version 3)" in said and "brought to version" in said and "\n" not in said


def test_a_guide_that_cannot_be_read_stops_no_migration(tmp_path):
    file = example(3, tmp_path)
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE runs SET config = '{\"guide' WHERE task = 'growth of the library'")
    connection.close()
    with open_store(str(file)) as store:
        assert store.guides() == () and len(store.subroutines()) == 2


def test_a_migration_that_fails_leaves_the_old_store(tmp_path, monkeypatch):
    file = example(1, tmp_path)
    before = tables_of(file)

    def broken(connection):
        STEPS_1(connection)
        raise StoreError("the step failed")

    STEPS_1 = STEPS[1]
    monkeypatch.setitem(STEPS, 1, broken)
    with pytest.raises(StoreError, match="the step failed"):
        open_store(str(file))
    assert tables_of(file) == before
    monkeypatch.undo()
    with open_store(str(file)) as store:
        assert len(store.evaluations("r1")) == 2


def test_a_newer_store_is_refused_and_left_alone(tmp_path):
    file = tmp_path / "new.db"
    open_store(str(file)).close()
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE schema_version SET version = 99")
        connection.execute("PRAGMA journal_mode = DELETE").fetchall()
    connection.close()
    before = content(tmp_path)
    with pytest.raises(StoreError, match="schema_version=99.*reads up to .*upgrade"):
        open_store(str(file))
    assert content(tmp_path) == before


# -- files that are no store


@pytest.mark.parametrize(
    "data", [b"hello, world", SQLITE + b"\xff" * 500, SQLITE, os.urandom(5000)], ids=["text", "torn", "cut", "noise"]
)
def test_a_file_that_is_no_database_is_refused_and_left_alone(data, tmp_path):
    (tmp_path / "x.db").write_bytes(data)
    with pytest.raises(StoreError, match="x.db"):
        open_store(str(tmp_path / "x.db"))
    assert content(tmp_path) == {"x.db": data}


def test_a_database_of_another_application_is_refused_and_left_alone(tmp_path):
    for table in ("guests (name TEXT)", "schema_version (version INTEGER)"):
        file = tmp_path / "x.db"
        with sqlite3.connect(file) as connection:
            connection.execute(f"CREATE TABLE {table}")
        connection.close()
        before = content(tmp_path)
        with pytest.raises(StoreError, match="another application"):
            open_store(str(file))
        assert content(tmp_path) == before
        file.unlink()


def test_a_damaged_store_is_an_error_not_a_crash(tmp_path):
    file = tmp_path / "x.db"
    with open_store(str(file)) as store:
        store.create_run(Run("r", "t", "s"))
        store.record(*(Evaluation("r", ask, "x" * 500, "completed") for ask in range(200)))
    data = bytearray(file.read_bytes())
    data[8192:] = os.urandom(len(data) - 8192)
    file.write_bytes(data)
    with pytest.raises(StoreError, match="x.db"), open_store(str(file)) as store:
        store.evaluations("r")


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "postgresql+nodriver://host/name", "mysql+pymysql://host:port/x", "a\0b"]
)
def test_a_url_that_cannot_be_opened_is_one_message(url):
    with pytest.raises(StoreError):
        open_store(url)


def test_a_folder_is_made_where_it_can_be(tmp_path):
    open_store(str(tmp_path / "a" / "b" / "x.db")).close()
    assert (tmp_path / "a" / "b" / "x.db").is_file()
    with pytest.raises(StoreError, match="x.db"):
        open_store(str(tmp_path / "a" / "b" / "x.db" / "y.db"))
    with pytest.raises(StoreError):
        open_store(str(tmp_path / "a"))


def test_weights_lie_beside_the_file_or_where_told(tmp_path):
    with open_store(str(tmp_path / "x.db")) as store:
        assert store.blobs.url == str(tmp_path / "x.db") + ".blobs"
    with open_store(f"sqlite:///{tmp_path}/x.db?blobs={tmp_path}/w") as store:
        assert store.blobs.url == f"{tmp_path}/w"
    with open_store(str(tmp_path / "x.db"), blobs="memory:") as store:
        assert store.blobs.url == "memory:"


def test_a_password_is_not_told(tmp_path):
    with pytest.raises(StoreError) as caught:
        open_store("postgresql+nodriver://user:secret@host/name")
    assert "secret" not in str(caught.value)


# -- many processes

WRITER = """
import sys
from library.records import Conflict, Evaluation, Event, Run, Subroutine, Use
from library.store import open_store
url, me = sys.argv[1:]
with open_store(url) as store:
    store.create_run(Run(me, "task", "random"))
    for ask in range(60):
        store.append(Event(me, 2 * ask, "asked", ask))
        made = Evaluation(me, ask, "x", "completed", {"score": ask}, key=f"{ask}")
        store.record(made, events=[Event(me, 2 * ask + 1, "told", ask)])
        if ask % 6 == 0:
            try:
                word = Subroutine(f"f{ask}", f"{me}-{ask}", "int", "algorithmic", "1")
                store.promote([word], [Use(word.digest, me)])
                print(f"f{ask}")
            except Conflict:
                pass
"""


def test_processes_write_one_store(tmp_path):
    url = str(tmp_path / "x.db")  # made by whoever comes first
    writers = [python(WRITER, url, f"w{number}") for number in range(4)]
    won = [writer.communicate(timeout=100)[0].split() for writer in writers]
    assert [writer.returncode for writer in writers] == [0] * 4
    with open_store(url) as store:
        assert sorted(name for names in won for name in names) == sorted(f"f{ask}" for ask in range(0, 60, 6))
        for number, names in enumerate(won):
            assert {word.name for word in store.subroutines() if word.digest.startswith(f"w{number}-")} == set(names)
            assert len(store.events(f"w{number}")) == 120 and len(store.evaluations(f"w{number}")) == 60
        assert len(store.uses()) == len(store.history()) == 10


READ_THEN_WRITE = """
import sys
from dataclasses import replace
from library.store import open_store
with open_store(sys.argv[1]) as store:
    for _ in range(50):
        with store.batch():
            count = store.run("r").config["count"]
            store.update_run("r", config={"count": count + 1})
"""


def test_no_update_is_lost_between_processes(tmp_path):
    url = str(tmp_path / "x.db")
    with open_store(url) as store:
        store.create_run(Run("r", "t", "s", config={"count": 0}))
    writers = [python(READ_THEN_WRITE, url) for _ in range(3)]
    assert [writer.wait(timeout=100) for writer in writers] == [0] * 3
    with open_store(url) as store:
        assert store.run("r").config == {"count": 150}


DRIVER = """
import sys
from library.records import Evaluation, Event, Run, Subroutine, Use
from library.store import open_store
with open_store(sys.argv[1]) as store:
    if not store.runs():
        store.create_run(Run("r", "t", "s"))
    ask = len(store.evaluations("r"))
    while True:
        with store.batch():
            store.append(Event("r", 2 * ask, "asked", ask))
            store.record(Evaluation("r", ask, "x" * 300, "completed"), events=[Event("r", 2 * ask + 1, "told", ask)])
            store.promote([Subroutine(f"f{ask}", f"d{ask}", "int", "algorithmic", "1")], [Use(f"d{ask}", "t")])
        print(ask, flush=True)
        ask += 1
"""


def test_a_killed_driver_leaves_a_whole_store(tmp_path):
    url, chance, done = str(tmp_path / "x.db"), random.Random(7), 0
    for _ in range(3):
        driver = python(DRIVER, url)
        told = [driver.stdout.readline()]  # it is at work
        time.sleep(chance.uniform(0.0, 0.15))
        driver.send_signal(signal.SIGKILL)
        told += driver.communicate(timeout=60)[0].splitlines()
        last = int([line for line in told if line.strip()][-1])
        with open_store(url) as store:
            asks = [each.ask for each in store.evaluations("r")]
            assert asks == list(range(len(asks))) and len(asks) >= last + 1 > done
            assert len(store.events("r")) == 2 * len(asks) and len(store.subroutines()) == len(store.uses()) == len(
                asks
            )
        done = last + 1
    check = sqlite3.connect(url)
    assert check.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    check.close()


def test_a_fork_does_not_share_its_parents_connection(tmp_path):
    with open_store(str(tmp_path / "x.db")) as store:
        store.create_run(Run("r", "t", "s"))
        child = os.fork()
        if child == 0:
            try:
                store.append(Event("r", 0, "asked"))
                os._exit(0)
            except BaseException:
                os._exit(1)
        assert os.waitpid(child, 0)[1] == 0
        assert store.next_number("r") == 1
        with pytest.raises(Conflict):
            store.append(Event("r", 0, "asked"))
        store.append(Event("r", 1, "told"))


def test_an_empty_database_is_no_store_yet(tmp_path):
    (tmp_path / "x.db").touch()
    with pytest.raises(StoreError, match="does not exist"):
        open_store(str(tmp_path / "x.db"), create=False)
    assert content(tmp_path) == {"x.db": b""}
    with open_store(str(tmp_path / "x.db")) as store:
        assert store.runs() == ()


def test_a_locked_store_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr("library.sql.engine.BUSY_SECONDS", 0.1)
    with open_store(str(tmp_path / "x.db")) as store:
        other = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked"):
            store.create_run(Run("r", "t", "s"))
        assert store.runs() == ()  # reading goes on
        other.close()
        store.create_run(Run("r", "t", "s"))


def test_look_ups_use_indexes(tmp_path):
    file = tmp_path / "x.db"
    open_store(str(file)).close()
    connection = sqlite3.connect(file)
    for question in (
        "SELECT * FROM evaluations WHERE key = 'a' ORDER BY sequence LIMIT 1",
        "SELECT * FROM evaluations WHERE run = 'a' AND ask = 1",
        "SELECT * FROM evaluations WHERE run = 'a' AND score IS NOT NULL ORDER BY score DESC, ask LIMIT 1",
        "SELECT max(number) FROM events WHERE run = 'a'",
        "SELECT * FROM solutions WHERE task = 'a' AND run = 'b' AND term_digest = 'c'",
    ):
        plan = " ".join(row[3] for row in connection.execute("EXPLAIN QUERY PLAN " + question))
        assert "SEARCH" in plan and "SCAN" not in plan, plan
    connection.close()


def test_subroutines_are_unique_in_the_database_itself(tmp_path):
    with open_store(str(tmp_path / "x.db")) as store:
        store.promote([Subroutine("f", "d1", "int", "algorithmic", "1")])
    connection = sqlite3.connect(tmp_path / "x.db")
    with pytest.raises(sqlite3.IntegrityError, match="active_name"):
        connection.execute("UPDATE subroutines SET digest = 'd2' WHERE 0")
        connection.execute(
            "INSERT INTO subroutines SELECT name, 'd2', type, kind, body, weights, state, provenance, saved, created, "
            "description, active_name, 'd2' FROM subroutines"
        )
    connection.close()
