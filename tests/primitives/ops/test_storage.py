"""Long-term memory: what is kept, its limits, and that it stays inside its folder."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from primitives.interpreter.interpret import evaluate
from primitives.interpreter.storage import MAX_KEY, Storage, StorageError
from primitives.syntax import parse
from primitives.values import Failure, Some
from primitives.words import builtin_words

WORDS = builtin_words()


def run(text: str, *arguments: object, storage: object) -> object:
    return evaluate(parse(text, WORDS), arguments, words=WORDS, storage=storage)


@pytest.mark.parametrize(
    "key", ["", "../../escape", "/etc/passwd", "a/b", "..", "CON", "nul\0byte", "é" * 200, "\ud800", "x" * 200]
)
def test_no_key_leaves_the_folder(tmp_path: Path, key: str) -> None:
    folder = tmp_path / "memory"
    storage = Storage(folder)
    storage.write(key, "text")
    assert storage.read(key) == "text"
    assert [path.parent for path in tmp_path.rglob("*") if path.is_file()] == [folder]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=20), st.text(max_size=50), st.text(max_size=20))
def test_reads_what_was_written(tmp_path: Path, key: str, text: str, other: str) -> None:
    storage = Storage(tmp_path)
    storage.write(key, "before")
    storage.write(key, text)
    assert storage.read(key) == text
    if other != key:
        storage.write(other, "x")
        assert storage.read(key) == text


def test_limits(tmp_path: Path) -> None:
    storage = Storage(tmp_path, max_text=100, max_entries=2)
    with pytest.raises(StorageError, match="at most 100"):
        storage.write("k", "x" * 100)
    with pytest.raises(StorageError, match=f"at most {MAX_KEY}"):
        storage.write("k" * (MAX_KEY + 1), "x")
    storage.write("a", "1")
    storage.write("b", "2")
    with pytest.raises(StorageError, match="2 keys"):
        storage.write("c", "3")
    storage.write("a", "4")
    assert storage.read("a") == "4" and len(storage.keys()) == 2


def test_a_damaged_or_foreign_entry_is_an_error_not_a_value(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    storage.write("k", "v")
    (file,) = tmp_path.glob("*.json")
    for damage in ("", "{", "[]", json.dumps({"key": "other", "text": "v"}), json.dumps({"key": "k", "text": 5})):
        file.write_text(damage)
        with pytest.raises(StorageError, match="key='k'"):
            storage.read("k")
        assert run('(recall "k")', storage=tmp_path) is None, "the words keep keys of their own"


def test_writers_at_once_leave_whole_entries(tmp_path: Path) -> None:
    storage = Storage(tmp_path)
    texts = [str(i) * 5000 for i in range(8)]
    threads = [threading.Thread(target=lambda t=text: [storage.write("k", t) for _ in range(20)]) for text in texts]
    for thread in threads:
        thread.start()
    seen = {storage.read("k") for _ in range(50)}
    for thread in threads:
        thread.join()
    assert seen - {None} <= set(texts) and storage.read("k") in texts
    assert not list(tmp_path.glob("*.tmp"))


def test_words_remember_from_one_run_to_the_next(tmp_path: Path) -> None:
    count = '(lambda (x) (let ((old (or_else empty (recall_ints "seen")))) (remember_ints "seen" (append x old))))'
    assert [run(count, n, storage=Storage(tmp_path)) for n in (3, 1, 2)] == [(3,), (3, 1), (3, 1, 2)]


def test_types_are_kept_apart(tmp_path: Path) -> None:
    run('(remember "k" "text")', storage=tmp_path)
    run('(remember_ints "k" [1 2])', storage=tmp_path)
    run('(remember_floats "k" [0.5])', storage=tmp_path)
    assert run('(recall "k")', storage=tmp_path) == Some("text")
    assert run('(recall_ints "k")', storage=tmp_path) == Some((1, 2))
    assert run('(recall_floats "k")', storage=tmp_path) == Some((0.5,))
    assert run('(recall_floats "other")', storage=tmp_path) is None


def test_floats_beyond_json_survive(tmp_path: Path) -> None:
    run('(lambda (xs) (remember_floats "k" xs))', (float("inf"), -0.0), storage=tmp_path)
    assert repr(run('(recall_floats "k")', storage=tmp_path)) == "Some(value=(inf, -0.0))"


def test_a_full_memory_is_a_failure_of_the_program(tmp_path: Path) -> None:
    storage = Storage(tmp_path, max_entries=1)
    assert run('(remember "a" "1")', storage=storage) == "1"
    result = run('(remember "b" "1")', storage=storage)
    assert isinstance(result, Failure) and result.word == "remember" and "1 keys" in result.detail
    result = run(f'(remember "{"k" * 300}" "1")', storage=storage)
    assert isinstance(result, Failure) and "characters" in result.detail


def test_a_folder_that_cannot_be_written_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = run('(remember "a" "1")', storage=Storage(tmp_path / "file" / "inside"))
    assert isinstance(result, Failure) and result.kind == "undefined"
