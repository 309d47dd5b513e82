"""``automl dashboard``: where it listens, what it refuses, and that it survives the store changing under it."""

from __future__ import annotations

import os
import re
import signal
import socket
import urllib.request

import pytest

from automl.dashboard.source import StoreSource
from automl.testing.commands import refused
from library.records import Run, StoreError
from library.store import open_store

NEEDED = ("jinja2", "pydantic", "starlette", "uvicorn")


@pytest.fixture
def served():
    for name in NEEDED:
        pytest.importorskip(name, reason=f"{name} is not installed: pip install -e '.[dev]'")


def test_other_machines_need_a_token(automl):
    refused(automl("dashboard", "--host", "0.0.0.0"), "--host 0.0.0.0: --token is required")


def test_what_is_missing_is_named(automl, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    refused(automl("dashboard"), "jinja2, pydantic, starlette, uvicorn", "pip install 'automl-programs[dashboard]'")


@pytest.mark.parametrize(
    "library, said",
    [("nothing.db", "automl search digits --budget 60s --library nothing.db"), ("memory:", "a file or a database")],
)
def test_there_must_be_something_to_read(served, automl, folder, library, said):
    refused(automl("dashboard", "--library", library), said)


def test_a_weak_token_and_a_taken_port_are_refused(served, automl, store):
    refused(automl("dashboard", "--library", store.url, "--token", "short"), "--token", "at least 12")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused(automl("dashboard", "--library", store.url, "--port", port), f"--port {port}", "choose another")


@pytest.mark.parametrize(
    "host, said",
    [("", "it is empty"), ("no such host", "--host no such host: "), ("192.0.2.7", "no address of this machine")],
)
def test_a_host_that_is_none_is_named(served, automl, store, host, said):
    refused(
        automl("dashboard", "--library", store.url, "--host", host, "--token", "a23456789012"),
        "--host",
        said,
        "127.0.0.1",
    )


def test_addresses_that_readers_can_open_are_told():
    from automl.dashboard.serving import reachable

    assert (
        reachable("localhost") == ["localhost"]
        and reachable("0.0.0.0")[-1] == "127.0.0.1"
        and reachable("::")[-1] == "::1"
    )
    assert not {"0.0.0.0", "::"} & {*reachable("0.0.0.0"), *reachable("::")}


def test_it_serves_until_it_is_interrupted(served, process, store):
    store.create_run(Run("r1", "a task of its own", "random", started=1.7e9))
    started = process("dashboard", "--library", store.url, "--port", "0")
    try:
        line = started.stdout.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+/", line)
        assert address is not None, line + started.stderr.read()
        with urllib.request.urlopen(f"{address[0]}runs", timeout=60) as page:
            assert b"a task of its own" in page.read()
    finally:
        started.send_signal(signal.SIGINT)
        out, err = started.communicate(timeout=60)
    assert (started.returncode, out, err) == (0, "", "")


def test_another_file_in_its_place_is_read(tmp_path):
    for name in ("one", "two"):
        with open_store(str(tmp_path / f"{name}.db")) as made:
            made.create_run(Run(name, "sort", "random"))
    source = StoreSource(str(tmp_path / "one.db"))
    assert source.store() is source.store()
    assert [run.id for run in source.store().runs()] == ["one"]
    os.replace(tmp_path / "two.db", tmp_path / "one.db")
    assert [run.id for run in source.store().runs()] == ["two"]
    os.remove(tmp_path / "one.db")
    with pytest.raises(StoreError, match="no library at that path"):
        source.store()
    assert not (tmp_path / "one.db").exists()


def test_a_library_that_is_gone_is_said(read, store, tmp_path):
    assert read("/runs").status_code == 200
    os.rename(tmp_path / "runs.db", tmp_path / "elsewhere.db")
    page = read("/runs")
    assert page.status_code == 503 and "The library cannot be read" in page.text
    os.rename(tmp_path / "elsewhere.db", tmp_path / "runs.db")
    assert read("/runs").status_code == 200
