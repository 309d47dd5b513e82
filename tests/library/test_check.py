"""What `library check` says: nothing of a sound store, every fault of a damaged one."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import torch

import library.check
from library import meaning
from library.check import problems_of, store_problems
from library.digests import word_digest
from library.records import Evaluation, Event, Run, Solution, StoreError, Subroutine, Use
from library.store import AbstractStore, open_store
from library.vocabulary import pinned_name
from primitives.notation.types import parse_scheme
from primitives.syntax import parse

NET = "(lambda (dense :units 2 @1 $0))"


def word(name: str, body: str, type: str, **fields) -> Subroutine:
    kind = fields.pop("kind", "algorithmic")
    return Subroutine(name, word_digest(parse(body), fields.get("weights")), type, kind, body, **fields)


def net(store: AbstractStore, name: str, value: float) -> Subroutine:
    tensors = {"1.weight": torch.full((2, 3), value), "1.bias": torch.full((2,), value)}
    blob = store.blobs.put(tensors)
    return word(name, NET, "Tensor[3] -> Tensor[2]", kind="geometric", weights=blob)


def fill(store: AbstractStore) -> None:
    """Three words that build on each other, two nets, a run with its log, evaluations and solution, and snapshots."""
    squares = word(
        "squares", "(lambda (map (lambda (* $0 $0)) $0))", "Num a => list(a) -> list(a)", description="each squared"
    )
    total = word("total", f"(lambda (sum ({pinned_name(squares)} $0)))", "Num a => list(a) -> a")
    store.promote(
        [squares, total, net(store, "one_net", 1.0), net(store, "two_net", 2.0)], [Use(squares.digest, "t", "r1")]
    )
    store.demote("two_net")
    store.rename("squares", "map_square")
    library = store.snapshot()
    store.create_run(Run("r1", "t", "random", library=library, started=1.0, config={"words": None}))
    blob = store.blobs.put({"9.weight": torch.ones(4)})
    evaluations = [
        Evaluation("r1", n, f"(+ 1 {n})", "ok", {"score": n / 8}, solved=n == 7, weights=blob if n == 3 else None)
        for n in range(8)
    ]
    store.record(*evaluations, events=[Event("r1", n, "asked", n, {"n": n}) for n in range(8)])
    store.add_solution(Solution("t", "r1", f"(lambda ({pinned_name(total)} $0))", scores={"score": 1.0}, weights=blob))
    store.update_run("r1", state="finished", finished=2.0)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    with open_store(str(tmp_path / "lib.db")) as store:
        fill(store)
    with closing(sqlite3.connect(tmp_path / "lib.db")) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    return tmp_path / "lib.db"


def problems(file: Path) -> list[tuple[str, str]]:
    with open_store(str(file), create=False) as store:
        return list(store_problems(store))


def change(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def doubling(count: int) -> list[Subroutine]:
    """Words each of which is the one before it, twice: what they stand for doubles with each."""
    words = [word("w1", "(lambda (+ $0 1))", "int -> int")]
    for number in range(2, count + 1):
        before = pinned_name(words[-1])
        words.append(word(f"w{number}", f"(lambda ({before} ({before} $0)))", "int -> int"))
    return words


def test_words_in_words_are_checked_by_the_types_that_they_declare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Written out, the last of them has a hundred thousand parts."""
    parts = 0
    note = meaning._Clock.note

    def counted(clock, term, type) -> None:
        nonlocal parts
        parts += 1
        note(clock, term, type)

    monkeypatch.setattr(meaning._Clock, "note", counted)
    words = doubling(16)
    assert list(problems_of(words, {})) == []
    assert 0 < parts < 1000
    lying = replace(words[3], type="int -> str")
    assert [name for name, _ in problems_of([*words[:3], lying, *words[4:]], {})] == ["w4"]


def test_words_that_stand_for_too_much_are_refused_and_not_written_out() -> None:
    """An answer comes at once: forty of them would stand for more than any memory holds."""
    found = list(problems_of(doubling(39), {}))
    assert found[0][0] == "w18" and "needed at most" in found[0][1]
    assert {name for name, _ in found} == {f"w{number}" for number in range(18, 40)}


def test_what_could_not_be_checked_in_time_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library.check, "MEANING_SECONDS", -1.0)
    found = list(problems_of(doubling(2), {}))
    assert [name for name, _ in found] == ["w1", "w2"]
    assert all("its type was not checked" in what for _, what in found)


def test_types_more_general_than_those_of_the_words_in_them_hold() -> None:
    """The type of the first is narrower than it could be; what the second says of itself is true all the same."""
    narrow = word("same", "(lambda (reverse (reverse $0)))", "list(int) -> list(int)")
    wide = word("twice", f"(lambda ({pinned_name(narrow)} $0))", "list(a) -> list(a)")
    assert list(problems_of([narrow, wide], {})) == []


def blob_files(file: Path) -> list[Path]:
    return sorted(Path(f"{file}.blobs").rglob("*.safetensors"))


@pytest.mark.parametrize("url", ["memory:", "sqlite"])
def test_a_sound_store_has_no_problems(url: str, tmp_path: Path) -> None:
    with open_store(url if url == "memory:" else str(tmp_path / "x.db")) as store:
        fill(store)
        assert list(store_problems(store)) == []


@pytest.mark.parametrize(
    ("statement", "name", "message"),
    [
        ("UPDATE subroutines SET body = '(lambda (map (lambda (+ $0 $0)) $0))' WHERE name = 'map_square'", "map_square", "have the digest"),
        ("UPDATE subroutines SET type = 'int -> int' WHERE name = 'total'", "total", "stored is int -> int"),
        ("UPDATE subroutines SET weights = NULL WHERE name = 'one_net'", "one_net", "have the digest"),
        ("UPDATE subroutines SET kind = 'magic' WHERE name = 'total'", "subroutines", "name='total'.*cannot be read"),
        ("UPDATE subroutines SET kind = 'geometric' WHERE name = 'total'", "total", "its kind is algorithmic, stored is geometric"),
        ("UPDATE subroutines SET created = 1e30 WHERE name = 'total'", "total", r"time=1e\+30 is no moment"),
        ("UPDATE subroutines SET provenance = '{\"names\":[\"(x\",\"map\"]}' WHERE name = 'total'", "total", r"name='\(x' cannot name"),
        ("UPDATE runs SET started = 1e30", "runs", r"run='r1': time=1e\+30 is no moment"),
        ("UPDATE solutions SET created = -1", "solutions", r"run='r1': time=-1.0 is no moment"),
        ("UPDATE changes SET time = 1e30 WHERE action = 'demoted'", "changes", r"two_net@.*time=1e\+30 is no moment"),
        ("UPDATE evaluations SET term = '(((' WHERE ask = 3", "evaluations", "run='r1' ask=3 cannot be read"),
        ("DELETE FROM solutions", "solutions", "run='r1' solved task='t', but no solution of it is kept"),
        ("UPDATE subroutines SET provenance = '{' WHERE name = 'total'", "subroutines", "name='total'.*not valid JSON"),
        ("UPDATE subroutines SET name = '(x', active_name = '(x' WHERE name = 'total'", "(x", r"library rename '\(x' NEW"),
        ("UPDATE subroutines SET active_name = NULL WHERE name = 'total'", "subroutines", "is kept as None"),
        ("UPDATE subroutines SET state = 'demoted' WHERE name = 'total'", "subroutines", "demoted. is kept as total"),
        ("UPDATE subroutines SET body = CAST(x'28ff' AS TEXT) WHERE name = 'total'", "subroutines", "name='total'.*surrogates"),
        ("UPDATE snapshots SET words = '[]'", "snapshots", "other words"),
        ("UPDATE solutions SET term = '(lambda $0)'", "solutions", "task='t' of run='r1'"),
        ("UPDATE evaluations SET score = 7 WHERE ask = 3", "evaluations", "run='r1' ask=3 has the score 0.375"),
        ("UPDATE evaluations SET scores = '?' WHERE ask = 3", "evaluations", "cannot be read"),
        ("UPDATE runs SET config = '['", "runs", "id='r1' cannot be read"),
        ("UPDATE runs SET id = 'r2'", "evaluations", "run='r1' is not among the runs"),
        ("DELETE FROM events WHERE number = 3", "events", "7 events, numbered from 0 to 7"),
        ("UPDATE uses SET subroutine = 'abc'", "uses", "subroutine='abc' is not among the subroutines"),
        ("DROP TABLE changes", "changes", "no such table"),
    ],
)  # fmt: skip
def test_what_was_changed_behind_its_back_is_found(file: Path, statement: str, name: str, message: str) -> None:
    change(file, statement)
    assert any(each == name and re.search(message, what) for each, what in problems(file)), problems(file)


def test_every_problem_is_listed(file: Path) -> None:
    """Two damaged blobs, one that is gone, a word with another body, and one with another type."""
    with open_store(str(file)) as store:
        owner = {each.weights: each.name for each in store.subroutines(None) if each.weights}
        other = net(store, "three_net", 3.0)
        store.promote([other])
        os.unlink(next(path for path in blob_files(file) if path.stem == other.weights))
    for path in blob_files(file):
        data = bytearray(path.read_bytes())
        data[-1] ^= 1
        path.write_bytes(bytes(data))
    change(
        file,
        "UPDATE subroutines SET type = 'int -> int' WHERE name = 'total'",
        "UPDATE subroutines SET body = '(lambda (map (lambda (+ $0 $0)) $0))' WHERE name = 'squares'",
    )
    found = problems(file)
    assert sorted(name for name, _ in found) == sorted([*owner.values(), "three_net", "total", "squares", "weights"])
    assert sum("damaged" in what for _, what in found) == 3 and sum("are not in" in what for _, what in found) == 1
    assert "task='t'" in next(what for name, what in found if name == "weights")


def test_the_readable_words_of_a_spoilt_store_are_still_offered(file: Path, caplog) -> None:
    change(file, "UPDATE subroutines SET kind = CAST(x'ff' AS TEXT) WHERE name = 'one_net'")
    with open_store(str(file)) as store:
        assert [each.name for each in store.subroutines()] == ["map_square", "total"]
    assert "left out" in caplog.text


def contents(file: Path) -> object:
    """What a digest, an index or a second column vouches for: a search sees nothing else of a library."""

    def essence(word: Subroutine) -> Subroutine:
        type = str(parse_scheme(word.type))  # names of types are read in capitals too
        return replace(word, type=type, provenance={}, saved=0.0, created=0.0, description="")

    with open_store(str(file), create=False) as store:
        words = [essence(each) for each in store.subroutines(None)]
        weights = {each.weights: store.blobs.get_bytes(each.weights) for each in words if each.weights}
        runs = [(run.id, run.task) for run in store.runs()]
        solved = [(each.task, each.run, each.term) for each in store.solutions()]
        ranked = [(each.ask, each.scores) for each in store.best("r1", 10)]
        return words, weights, store.uses(), runs, solved, ranked, [event.number for event in store.events("r1")]


def verdict(file: Path) -> bool:
    """Whether damage was noticed, by opening or by the check."""
    try:
        return bool(problems(file))
    except StoreError:
        return True


@pytest.mark.slow
def test_no_flipped_bit_is_both_unnoticed_and_felt(file: Path, tmp_path: Path) -> None:
    """In the store: an odd stride, so that all places of pages come up, and all the bits in turn."""
    sound, expected = file.read_bytes(), contents(file)
    copy = tmp_path / "copy" / "lib.db"
    copy.parent.mkdir()
    shutil.copytree(f"{file}.blobs", f"{copy}.blobs")
    used = [place for place in range(len(sound)) if sound[place]]
    noticed = 0
    for turn, place in enumerate(used[:: max(1, len(used) // 120)]):
        for leftover in copy.parent.glob("lib.db-*"):
            leftover.unlink()
        copy.write_bytes(sound[:place] + bytes([sound[place] ^ (1 << turn % 8)]) + sound[place + 1 :])
        if verdict(copy):
            noticed += 1
            continue
        assert contents(copy) == expected, f"byte {place}, bit {turn % 8}"
    assert noticed > 40


def words_page(file: Path) -> tuple[int, int]:
    """First and last byte of the page that the words are in."""
    with closing(sqlite3.connect(file)) as connection:
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'subroutines'").fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    return (page - 1) * size, page * size


def test_no_flipped_bit_makes_a_word_vanish_without_a_sign(file: Path, tmp_path: Path, caplog) -> None:
    """The words are read as every command reads them."""
    sound, (first, last) = file.read_bytes(), words_page(file)
    with open_store(str(file)) as store:
        expected = [(each.name, each.digest) for each in store.subroutines()]
    copy, whole = tmp_path / "flipped.db", 0
    for place in [place for place in range(first, last) if sound[place]][::29]:
        copy.write_bytes(sound[:place] + bytes([sound[place] ^ 4]) + sound[place + 1 :])
        caplog.clear()
        try:
            with open_store(str(copy), create=False) as store:
                found = [(each.name, each.digest) for each in store.subroutines()]
        except StoreError as error:
            assert "restore it from a copy" in str(error), place
            continue
        assert found == expected or "restore it from a copy" in caplog.text or "is left out" in caplog.text, place
        whole += found == expected
    assert whole


def test_the_words_beside_a_row_that_sqlite_cannot_read_are_still_found(file: Path, caplog) -> None:
    with open_store(str(file)) as store:
        store.promote([word("long", "(lambda (tail $0))", "list(a) -> list(a)", description="x" * 20_000)])
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    data = bytearray(file.read_bytes())
    page = next(at for at in range(0, len(data), size) if data[at + 4 : at + size] == b"x" * (size - 4))
    data[page : page + 4] = b"\xff" * 4  # where the text goes on
    file.write_bytes(data)
    with pytest.raises(sqlite3.DatabaseError, match="malformed"), closing(sqlite3.connect(file)) as connection:
        connection.execute("SELECT * FROM subroutines").fetchall()
    with open_store(str(file), create=False) as store:
        assert [each.name for each in store.subroutines()] == ["map_square", "one_net", "total"]
        found = list(store_problems(store))
        assert store.solutions() and store.runs()
    assert "is damaged" in caplog.text and "the row with name='long'" in caplog.text
    assert any(name == "subroutines" and "the row with name='long'" in what for name, what in found), found


def test_a_state_that_is_none_does_not_hide_the_word(file: Path, caplog) -> None:
    change(file, "UPDATE subroutines SET state = '8ec676' WHERE name = 'total'")
    with open_store(str(file)) as store:
        assert [each.name for each in store.subroutines()] == ["map_square", "one_net"]
    assert "Subroutine.state='8ec676'" in caplog.text


def test_every_flipped_byte_of_the_weights_is_noticed(file: Path) -> None:
    for path in blob_files(file):
        sound = path.read_bytes()
        for place in range(0, len(sound), 37):
            path.write_bytes(sound[:place] + bytes([sound[place] ^ 16]) + sound[place + 1 :])
            assert any("damaged" in what for _, what in problems(file)), (path, place)
        path.write_bytes(sound)
    assert problems(file) == []
