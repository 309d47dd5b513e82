"""Opening stores that are absent, damaged, read-only, behind a link, or no files at all."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from library.exchange import read_library
from library.records import Run, StoreError, Subroutine
from library.sql.schema import VERSION
from library.store import open_store

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = Path(__file__).parent / "examples"
NOBODY = 65534
DROP = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]


def listing(folder: Path) -> dict[str, bytes | None]:
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


def small(file: Path) -> Path:
    with open_store(str(file)) as store:
        store.create_run(Run("r1", "sort", "random"))
        store.promote([Subroutine("f", "d1", "int", "algorithmic", "1")])
    return file


def execute(file: Path, *statements: str) -> None:
    connection = sqlite3.connect(file)
    with connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


# -- absent, cut, damaged


def test_nothing_is_made_where_there_is_no_library(tmp_path):
    for file in (tmp_path / "x.db", tmp_path / "a" / "x.db"):
        with pytest.raises(StoreError, match="no library at that path"):
            open_store(str(file), create=False)
    assert listing(tmp_path) == {}


def test_a_store_that_was_cut_off_is_not_begun_anew(tmp_path):
    file = small(tmp_path / "x.db")
    with open_store(str(file)) as store:
        digest = store.blobs.put_bytes((2).to_bytes(8, "little") + b"{}")
    file.write_bytes(b"")
    for create in (True, False):
        with pytest.raises(StoreError, match=r"empty \(0 bytes\) but has weights in .*restore it from a copy"):
            open_store(str(file), create=create)
    assert file.read_bytes() == b"" and (tmp_path / "x.db.blobs" / digest[:2]).is_dir()


@pytest.mark.parametrize("version", [-3, 0, "'three'", "2.5", "x'00ff'"])
def test_a_version_that_is_none_is_said(version, tmp_path):
    file = small(tmp_path / "x.db")
    execute(file, f"UPDATE schema_version SET version = {version}")
    with pytest.raises(StoreError, match=f"damaged: schema_version=.*from 1 to {VERSION}; restore"):
        open_store(str(file))


@pytest.mark.parametrize("statement", ["DELETE FROM schema_version", "DROP TABLE schema_version"])
def test_a_missing_version_is_said(statement, tmp_path):
    file = small(tmp_path / "x.db")
    execute(file, statement)
    with pytest.raises(StoreError, match="damaged: it has no schema_version"):
        open_store(str(file))


@pytest.mark.parametrize(
    "change", ["state = 'asleep'", "config = '{'", "started = 'soon'", "task = CAST(x'ff' AS TEXT)", "seed = -1"]
)
def test_a_damaged_run_hides_no_other(change, tmp_path):
    file = small(tmp_path / "x.db")
    with open_store(str(file)) as store:
        store.create_run(Run("r2", "sort", "random"))
        execute(file, f"UPDATE runs SET {change} WHERE id = 'r1'")
        for list_runs in (store.runs, store.run_list):
            found: dict[str, StoreError] = {}
            assert len(list_runs(unreadable=found.__setitem__)) == 1
            assert list(found) == ["r1"] and change.partition(" ")[0] in str(found["r1"])
            with pytest.raises(StoreError):
                list_runs()
        assert store.run("r2").task == "sort"


# -- links, and what is no file


def test_a_link_to_a_store_keeps_its_weights(tmp_path):
    file = small(tmp_path / "real" / "x.db")
    link = tmp_path / "link.db"
    link.symlink_to(file)
    with open_store(str(link)) as store:
        digest = store.blobs.put_bytes((2).to_bytes(8, "little") + b"{}")
    with open_store(str(file)) as store:
        assert store.blobs.has(digest)
    assert not (tmp_path / "link.db.blobs").exists()


def test_weights_that_an_earlier_version_kept_beside_a_link_are_found(tmp_path):
    file = small(tmp_path / "real" / "x.db")
    with open_store(str(file)) as store:
        digest = store.blobs.put_bytes((2).to_bytes(8, "little") + b"{}")
    (tmp_path / "link.db").symlink_to(file)
    shutil.move(tmp_path / "real" / "x.db.blobs", tmp_path / "link.db.blobs")
    with open_store(str(tmp_path / "link.db")) as store:
        assert store.blobs.has(digest)


def pipe(path: Path) -> None:
    os.mkfifo(path)


def bound(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize(("make", "name"), [(pipe, "a pipe"), (bound, "a socket"), (device, "a device")])
def test_what_is_no_file_is_refused_before_it_is_opened(make: Callable[[Path], None], name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the name of a socket must be short
    make(Path("x.db"))
    for create in (True, False):
        with pytest.raises(StoreError, match=f"store=.* is {name}, not a file"):
            open_store("x.db", create=create)
    with pytest.raises(StoreError, match=f"x.db is {name}, not a file"):
        read_library("x.db")
    with open_store("memory:", blobs=str(tmp_path)) as store:
        digest = "ab" * 32
        (tmp_path / "ab").mkdir()
        os.replace("x.db", f"ab/{digest}.safetensors")
        with pytest.raises(StoreError, match=f"{digest}.safetensors is {name}, not a file"):
            store.blobs.get_bytes(digest)


# -- read-only stores

READ = """
import sys
from library.records import Run, StoreError
from library.store import open_store
with open_store(sys.argv[1], create=False) as store:
    print(*(run.id for run in store.runs()), *(word.name for word in store.subroutines()), *(g.id for g in store.guides()))
    for write in (lambda: store.create_run(Run("new", "t", "s")), store.snapshot, store.collect_garbage):
        try:
            write()
        except StoreError as error:
            print(error)
"""


def as_nobody(code: str, *arguments: str, mount: Path | None = None) -> str:
    """What Python code prints that may not write: as another user, or with a folder mounted read-only."""
    python = [sys.executable, "-c", code, *arguments]
    if mount is None:
        command = [*DROP, *python]
    else:
        bind = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
        command = ["unshare", "-m", "sh", "-c", bind, str(mount), *python]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=100, cwd="/")
    assert done.returncode == 0, done.stderr
    return done.stdout


def possible(mount: bool) -> bool:
    program = "unshare" if mount else "setpriv"
    if os.geteuid() != 0 or shutil.which(program) is None:
        return False
    reach = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import library.store, sqlalchemy"
    try:
        as_nobody(reach, mount=Path(__file__).parent if mount else None)
    except (AssertionError, OSError, subprocess.SubprocessError):
        return False
    return True


@pytest.fixture(scope="module")
def read(request):
    """What may not be written: a folder and its files, by their mode or on a read-only mount."""
    mount = getattr(request, "param", "mode") == "mount"
    if not possible(mount):
        pytest.skip("needs root, and setpriv or mounts")

    def reader(file: Path) -> list[str]:
        before = listing(file.parent)
        if not mount:
            for path in (file.parent, *file.parent.rglob("*")):
                path.chmod(0o555 if path.is_dir() else 0o444)
        lines = as_nobody(READ, str(file), mount=file.parent if mount else None).splitlines()
        assert listing(file.parent) == before
        assert len(lines) == 4 and all("cannot be written" in line and "read-only" in line for line in lines[1:]), lines
        return lines[0].split()

    return reader


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that every user may look into, which pytest's own are not."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder) / "shared"


@pytest.mark.parametrize("read", ["mode", "mount"], indirect=True)
def test_a_store_that_cannot_be_written_is_read(read, shared):
    assert read(small(shared / "x#1?.db")) == ["r1", "f"]


def test_so_is_one_in_rollback_mode(read, shared):
    file = small(shared / "x.db")
    execute(file, "PRAGMA journal_mode = DELETE")
    assert read(file) == ["r1", "f"]


def test_so_is_one_whose_last_changes_are_still_in_its_log(read, shared, tmp_path):
    file = small(tmp_path / "first" / "x.db")
    shared.mkdir()
    with open_store(str(file)) as store:
        store.create_run(Run("r2", "sort", "random", started=1.0))
        for end in ("", "-wal"):  # as a driver that was killed leaves them, on a disk that is then mounted elsewhere
            shutil.copyfile(f"{file}{end}", shared / f"x.db{end}")
    assert read(shared / "x.db") == ["r1", "r2", "f"]


def test_so_is_one_that_is_being_written(read, shared):
    file = small(shared / "x.db")
    with open_store(str(file)) as store:
        store.create_run(Run("r2", "sort", "random", started=1.0))
        assert read(file) == ["r1", "r2", "f"]


def test_so_is_one_of_an_earlier_version(read, shared):
    shared.mkdir()
    connection = sqlite3.connect(shared / "x.db")
    connection.executescript((EXAMPLES / "store_v3.sql").read_text())
    connection.close()
    names = read(shared / "x.db")
    assert names[-3:] == ["map_add", "points_net", "25d769957c8d"] and len(names) == 16
