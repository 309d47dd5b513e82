from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from automl.execution.executors import WorkerError, executor_kind, executors
from automl.execution.workers.address import refuses, split_address, why_silent


@contextmanager
def server(answer: bytes | None) -> Iterator[str]:
    """The address of a server that answers this to whoever comes first; nothing and never where it is None."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        held = []

        def serve() -> None:
            connection, _ = listening.accept()
            held.append(connection)
            if answer is not None:
                connection.recv(64)
                connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        thread.join(5.0)
        for connection in held:
            connection.close()


def unused() -> str:
    """An address at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return f"127.0.0.1:{listening.getsockname()[1]}"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"\x00\x00\x18\x04\x00\x00\x00\x00\x00", ""),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "what answers there is no Ray cluster"),
        (b"", "no answer within 0.3 s"),
        (None, "no answer within 0.3 s"),
    ],
)
def test_only_a_grpc_server_is_taken_for_a_cluster(answer: bytes | None, reason: str) -> None:
    with server(answer) as address:
        assert why_silent(address, 0.3) == reason


def test_a_refusal_is_told_from_silence() -> None:
    address = unused()
    assert "refused" in why_silent(address) and refuses(address)
    with server(None) as address:
        assert not refuses(address)
    assert not refuses("no-such-host.invalid:1")


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("ray://head", ("head", 10001)),
        ("ray://head:7/x", ("head", 7)),
        ("10.0.0.1:6379", ("10.0.0.1", 6379)),
        ("[::1]:6379", ("::1", 6379)),
        ("ray://[::1]", ("::1", 10001)),
    ],
)
def test_addresses_are_split(address: str, place: tuple[str, int]) -> None:
    assert split_address(address) == place


@pytest.mark.parametrize("form", ["ray://{}", "{}"])
def test_a_cluster_that_does_not_answer_is_told_before_anything_starts(form: str) -> None:
    workers = form.format(unused())
    with pytest.raises(WorkerError, match=f"workers='{workers}': no Ray cluster at .*refused; start one there"):
        executor_kind(workers).check(workers)
    with pytest.raises(WorkerError, match="between 1 and 65535"):
        executor_kind("head:99999").check("head:99999")


def test_what_needs_no_address_needs_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    for workers in ("1", "serial", "2", "processes:1", "ray", "ray:3", "auto"):
        executor_kind(workers).check(workers)
    monkeypatch.setenv("RAY_ADDRESS", unused())
    executor_kind("ray:3").check("ray:3")  # a Ray of its own
    with pytest.raises(WorkerError, match="workers='auto': no Ray cluster"):
        executor_kind("auto").check("auto")


def test_which_executors_run_jobs_side_by_side() -> None:
    several = {"2", "processes:2", "ray:2", "auto", "head:6379", "ray://head"}
    single = {"1", "serial", "processes:1", "ray:1"}
    for workers in several | single:
        assert executor_kind(workers).side_by_side(workers) == (workers in several)
    assert {executor_kind(workers).name for workers in several | single} == set(executors())
