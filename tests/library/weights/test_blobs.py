"""Weights by digest: in memory, in a folder, and on an fsspec file system."""

from __future__ import annotations

import json
import os
import threading
import time
import uuid
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from library.records import StoreError
from library.weights.blobs import Blobs, from_bytes, read_header, to_bytes


@pytest.fixture(params=["memory", "folder", "file url", "fsspec"])
def blobs(request, tmp_path):
    return Blobs(
        {
            "memory": "memory:",
            "folder": str(tmp_path / "weights"),
            "file url": f"file://{tmp_path}/weights",
            "fsspec": f"memory://{uuid.uuid4().hex}/weights",
        }[request.param]
    )


def tensors() -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    return {
        "conv.weight": torch.randn(3, 2, 5, 5),
        "scalar": torch.tensor(1.5, dtype=torch.float64),
        "count": torch.arange(4),
        "half": torch.randn(3).bfloat16(),
        "mask": torch.tensor([True, False]),
        "empty": torch.zeros(0, 3),
    }


def same(left, right) -> bool:
    return left.keys() == right.keys() and all(
        left[name].dtype == right[name].dtype and torch.equal(left[name], right[name]) for name in left
    )


def test_tensors_come_back(blobs):
    digest = blobs.put(tensors())
    assert same(blobs.get(digest), tensors()) and blobs.has(digest) and len(digest) == 64
    assert blobs.header(digest)["conv.weight"] == ("F32", (3, 2, 5, 5))
    assert list(blobs.digests()) == [digest] and blobs.get_bytes(digest) == to_bytes(tensors())


def test_equal_tensors_have_one_digest(blobs):
    there = blobs.put(tensors())
    assert blobs.put(dict(reversed(tensors().items()))) == there
    assert blobs.put({**tensors(), "scalar": torch.tensor(2.5, dtype=torch.float64)}) != there
    assert blobs.put({}) and len(list(blobs.digests())) == 3


def test_views_and_shared_memory_are_kept_as_their_values(blobs):
    base = torch.arange(12.0).reshape(3, 4).requires_grad_()
    given_tensors = {"all": base, "again": base, "row": base[1], "turned": base.t()}
    found = blobs.get(blobs.put(given_tensors))
    assert same(found, {name: tensor.detach().contiguous() for name, tensor in given_tensors.items()})
    assert len(to_bytes({"row": torch.zeros(1000, 1000)[0]})) < 10_000


def test_shapes_are_checked_before_loading(blobs, monkeypatch):
    digest = blobs.put({"a": torch.zeros(2, 3)})
    assert blobs.get(digest, {"a": (2, 3)})["a"].shape == (2, 3)
    monkeypatch.setattr("safetensors.torch.load", lambda data: pytest.fail("it was loaded"))
    for shapes in ({"a": (3, 2)}, {}, {"a": (2, 3), "b": (1,)}):
        with pytest.raises(StoreError, match="shape="):
            blobs.get(digest, shapes)


def test_an_absent_or_ill_formed_digest_is_named(blobs):
    with pytest.raises(StoreError, match="0" * 64):
        blobs.get("0" * 64)
    assert not blobs.has("0" * 64)
    for bad in ("", "../../etc/passwd", "A" * 64, 7):
        with pytest.raises(StoreError, match="64 hexadecimal"):
            blobs.get(bad)
        with pytest.raises(StoreError, match="64 hexadecimal"):
            blobs.has(bad)


def test_what_is_put_again_is_young_again(blobs, monkeypatch):
    digest = blobs.put({"a": torch.tensor([1.0])})
    monkeypatch.setattr("library.weights.blobs.FRESH_SECONDS", -1.0)
    written = []
    write = type(blobs._shelf).write
    monkeypatch.setattr(type(blobs._shelf), "write", lambda shelf, *given: written.append(1) or write(shelf, *given))
    assert blobs.put({"a": torch.tensor([1.0])}) == digest and written
    assert blobs.delete([digest], older_than=1000.0) == set() and blobs.has(digest)
    assert blobs.delete([digest], older_than=-1.0) == {digest} and not blobs.has(digest)


def test_garbage_is_collected_when_old(blobs):
    digests = [blobs.put({"a": torch.tensor([float(n)])}) for n in range(4)]
    assert blobs.gc(digests[:1]) == 0 and blobs.gc(digests[:1], older_than=1000) == 0
    assert blobs.gc(digests[:2], older_than=0.0) == 2
    assert sorted(blobs.digests()) == sorted(digests[:2])
    assert blobs.gc(set(), older_than=0.0) == 2 and list(blobs.digests()) == []


def test_a_folder_is_made_only_when_written_to(tmp_path):
    blobs = Blobs(tmp_path / "weights")
    assert list(blobs.digests()) == [] and blobs.gc([]) == 0 and not (tmp_path / "weights").exists()


def test_damaged_content_is_found(tmp_path):
    blobs = Blobs(tmp_path)
    digest = blobs.put(tensors())
    path = next(tmp_path.glob("*/*.safetensors"))
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(StoreError, match="damaged"):
        blobs.get(digest)
    path.write_bytes(b"")
    with pytest.raises(StoreError, match="damaged"):
        blobs.get(digest)


def test_a_failed_write_leaves_nothing(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="space"):
        Blobs(tmp_path).put(tensors())
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_leftovers_of_the_dead_are_collected(tmp_path):
    blobs = Blobs(tmp_path)
    digest = blobs.put(tensors())
    leftover = tmp_path / digest[:2] / "x.part"
    leftover.write_bytes(b"half")
    (tmp_path / digest[:2] / "notes.txt").write_text("not ours")
    assert list(blobs.digests()) == [digest]
    old = time.time() - 7200
    os.utime(leftover, (old, old))
    assert blobs.gc([digest]) == 0 and not leftover.exists() and (tmp_path / digest[:2] / "notes.txt").exists()


def test_many_writers_of_the_same_weights(tmp_path):
    blobs, digests, given_tensors = Blobs(tmp_path), [], tensors()
    threads = [threading.Thread(target=lambda: digests.append(blobs.put(given_tensors))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(digests) == 8 and len(set(digests)) == 1
    assert [path.suffix for path in Path(tmp_path).rglob("*") if path.is_file()] == [".safetensors"]


@pytest.mark.parametrize("url", ["nosuchprotocol://x", "s4://bucket"])
def test_an_unknown_protocol_is_refused(url):
    with pytest.raises(StoreError, match="fsspec"):
        Blobs(url)


def with_header(header: object, data: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"1234567",
        (2**62).to_bytes(8, "little") + b"{}",
        with_header([]),
        with_header({"a": 1}),
        with_header({"a": {"dtype": "F32", "shape": [10**12], "data_offsets": [0, 8]}}, b"12345678"),
        with_header({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}, b"1234"),
        with_header({"a": {"dtype": "F32", "shape": [2], "data_offsets": [4, 12]}}, b"123456781234"),
        with_header({"a": {"dtype": "F32", "shape": [-2], "data_offsets": [8, 0]}}, b"12345678"),
        with_header({"a": {"dtype": "PICKLE", "shape": [1], "data_offsets": [0, 8]}}, b"12345678"),
        with_header({"a": {"dtype": "F64", "shape": [True], "data_offsets": [0, 8]}}, b"12345678"),
        with_header({name: {"dtype": "F64", "shape": [1], "data_offsets": [0, 8]} for name in "ab"}, b"12345678"),
        with_header({}, b"trailing"),
    ],
)
def test_unsound_data_is_refused(data):
    for call in (read_header, from_bytes, Blobs("memory:").put_bytes):
        with pytest.raises(StoreError, match="safetensors"):
            call(data)


@given(st.binary(max_size=200), st.integers(0, 400), st.binary(min_size=1, max_size=4))
def test_no_bytes_do_more_than_be_refused(noise, place, patch):
    sound = to_bytes({"a": torch.zeros(3), "b": torch.ones(2, 2)})
    for data in (noise, sound[:place] + patch + sound[place + len(patch) :], sound[:place]):
        try:
            header = read_header(data)
        except StoreError:
            continue
        loaded = from_bytes(data)
        assert {name: tuple(tensor.shape) for name, tensor in loaded.items()} == {
            name: shape for name, (_, shape) in header.items()
        }
