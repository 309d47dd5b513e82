"""`automl library`: what it shows, renames and checks; no text of a store reaches the terminal raw."""

from __future__ import annotations

import json
import shlex
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from automl.testing.commands import LISTS, lines_of, refused, subroutine, task
from library.records import Run, Use
from library.store import open_store
from library.vocabulary import pinned_name


def test_the_library(folder, automl):
    store = open_store("lib.db")
    word = subroutine("increments", "(lambda (map (lambda (+ $0 1)) $0))", created=1.7e9, saved=3.0)
    pinned = pinned_name(word)
    twice = subroutine("increments_twice", f"(lambda ({pinned} ({pinned} $0)))")
    store.promote([word, twice], [Use(word.digest, "t1"), Use(word.digest, "t2")])
    store.close()
    code, out, _ = automl("library", "list", "--library", "lib.db", "--json")
    rows = json.loads(out)
    assert code == 0 and [row["name"] for row in rows] == ["increments", "increments_twice"]
    assert rows[0].keys() >= {"name", "type", "kind", "uses", "tasks", "saved", "created"}
    assert (rows[0]["uses"], rows[0]["saved"], rows[0]["kind"]) == (2, 3.0, "algorithmic")
    assert "increments" in automl("library", "list", "--library", "lib.db")[1]
    shown = automl("library", "show", "increments_twice", "--library", "lib.db")[1]
    body, expanded = shown.partition("body ")[2].split("expanded ")
    assert body.startswith("        (lambda (x) (increments (increments x)))\n")
    assert "increments" not in expanded.partition(")))\n")[0] and expanded.count("map") == 2
    graph = json.loads(automl("library", "graph", "increments", "--library", "lib.db", "--json")[1])
    assert graph["used_by"] == ["increments_twice"] and graph["tasks"] == ["t1", "t2"]
    assert "increments_twice" in automl("library", "graph", "increments", "--library", "lib.db")[1]
    for command in ("show", "graph"):
        refused(automl("library", command, "nothing", "--library", "lib.db"), "name='nothing' is not in the library")
    history = json.loads(automl("library", "history", "--library", "lib.db", "--json")[1])
    assert [change["action"] for change in history] == ["promoted", "promoted"]
    assert automl("library", "check", "--library", "lib.db")[0] == 0
    assert automl("library", "export", "words.zip", "--library", "lib.db")[0] == 0
    code, out, _ = automl("library", "import", "words.zip", "--library", "other.db")
    assert code == 0 and "2 subroutines" in out
    assert len(json.loads(automl("library", "list", "--library", "other.db", "--json")[1])) == 2
    assert automl("library", "gc", "--library", "other.db")[0] == 0


def test_a_word_is_renamed_and_programs_that_name_it_stay(folder, automl):
    store = open_store("lib.db")
    store.promote([subroutine("falling", "(lambda (reverse (sort $0)))")])
    store.close()
    Path("f.jsonl").write_text(lines_of([task("f", lambda xs: sorted(xs)[::-1] + [1], LISTS, [[4, 5]])]))
    library = ("--library", "lib.db")
    row = json.loads(automl("search", "f.jsonl", "--budget", "20s", *library, "--json", "-")[1])
    assert row["solved"] and row["subroutines"] == ["falling"]
    code, out, _ = automl("library", "rename", "falling", "sort_descending", *library)
    assert code == 0 and "falling is now sort_descending" in out
    (listed,) = json.loads(automl("library", "list", *library, "--json")[1])
    assert (listed["name"], listed["uses"], listed["tasks"]) == ("sort_descending", 1, ["f"])
    code, out, _ = automl("predict", row["run"], "[[[1, 3, 2]]]", *library)
    assert code == 0 and json.loads(out) == [3, 2, 1, 1]
    again = json.loads(automl("search", "f.jsonl", "--budget", "20s", *library, "--json", "-")[1])
    assert again["solved"] and again["subroutines"] == ["sort_descending"]
    assert "renamed" in automl("library", "history", "sort_descending", *library)[1]
    assert automl("library", "check", *library)[0] == 0
    for new in ("map", "sort_descending", "(x"):
        refused(automl("library", "rename", "sort_descending", new, *library), f"name={new!r}")
    refused(automl("library", "rename", "falling", "other", *library), "name='falling'")
    refused(automl("library", "rename", "a", "b", "--library", "absent.db"), "absent.db")
    assert not Path("absent.db").exists()


def test_no_text_of_a_store_reaches_the_terminal_raw(folder, automl):
    evil = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202eleft\r\x7f"
    word = subroutine("falling", "(lambda (reverse (sort $0)))", description=evil, provenance={"note": evil})
    store = open_store("lib.db")
    store.promote([word], [Use(word.digest, "t")], {"falling": {"why": evil}})
    store.close()
    library = ("--library", "lib.db")
    for command in (["show", "falling"], ["list"], ["history"], ["graph", "falling"], ["check"]):
        code, out, _ = automl("library", *command, *library)
        assert code == 0 and all(each.isprintable() or each == "\n" for each in out), command
    assert "\\x1b[2J" in automl("library", "show", "falling", *library)[1]
    code, out, _ = automl("library", "show", "falling", "--json", *library)
    assert json.loads(out)["description"] == evil and all(each.isprintable() or each == "\n" for each in out)
    code, out, err = automl("library", "show", evil, *library)
    assert code == 2 and all(each.isprintable() or each == "\n" for each in err)


def test_a_store_with_names_that_are_none_is_searched_and_mended(folder, automl):
    """As an earlier version could have taken them in."""
    names = ["(x", '"q', "@9", "map"]
    store = open_store("lib.db")
    others = [subroutine(f"other{n}", f"(lambda (sort (cons {n} $0)))") for n in range(len(names))]
    store.promote([subroutine("falling", "(lambda (reverse (sort $0)))"), *others])
    store.close()
    with sqlite3.connect("lib.db") as connection:
        for number, name in enumerate(names):
            connection.execute(
                "UPDATE subroutines SET name = ?, active_name = ? WHERE name = ?", (name, name, f"other{number}")
            )
    connection.close()
    library = ("--library", "lib.db")
    Path("f.jsonl").write_text(lines_of([task("f", lambda xs: sorted(xs)[::-1] + [1], LISTS, [[4, 5]])]))
    row = json.loads(automl("search", "f.jsonl", "--budget", "20s", *library, "--json", "-")[1])
    assert row["solved"] and row["subroutines"] == ["falling"]
    for look in (["list"], ["graph", "falling"], *([how, name] for how in ("show", "graph") for name in names)):
        assert automl("library", *look, *library)[0] == 0, look
    code, out, err = automl("library", "check", *library)
    assert code == 1 and "5 subroutines checked, 4 problems\n" in out, (out, err)
    for name in names:
        assert f"library rename {shlex.quote(name)} NEW" in out, (out, err)
    for cure in ("rename", "demote"):
        cured = f"{cure}.db"
        with closing(sqlite3.connect("lib.db")) as source, closing(sqlite3.connect(cured)) as copy:
            source.backup(copy)
        for number, name in enumerate(names):
            new = [f"sorted_again{number}"] if cure == "rename" else []
            assert automl("library", cure, name, *new, "--library", cured)[0] == 0
        assert automl("library", "check", "--library", cured)[0] == 0


def test_a_word_whose_body_was_changed_behind_its_digest_is_used_by_no_search(folder, automl, caplog):
    """Nor is what is made of it; both are shown, with the reason."""
    store = open_store("lib.db")
    falling = subroutine("falling", "(lambda (reverse (sort $0)))")
    user = subroutine("user", f"(lambda (tail ({pinned_name(falling)} $0)))")
    store.promote([falling, user, subroutine("other", "(lambda (sort (reverse $0)))")])
    store.close()
    changed = "(lambda (append 1 $0))"
    with closing(sqlite3.connect("lib.db")) as connection, connection:
        connection.execute("UPDATE subroutines SET body = ? WHERE name = 'falling'", (changed,))
    library = ("--library", "lib.db")
    Path("f.jsonl").write_text(lines_of([task("f", lambda xs: [*xs, 1], LISTS, [[4, 5]])]))
    caplog.clear()
    row = json.loads(automl("search", "f.jsonl", "--evaluations", "20000", *library, "--json", "-")[1])
    assert row["solved"] and row["subroutines"] == []
    assert "falling" in caplog.text and "digest" in caplog.text
    rows = json.loads(automl("library", "list", *library, "--json")[1])
    assert [bool(each["left_out"]) for each in rows] == [True, False, True]
    assert f"words that are left out: {pinned_name(falling)}" in rows[2]["left_out"]
    assert "left out" in automl("library", "list", *library)[1]
    shown = automl("library", "show", "falling", *library)[1]
    assert f"left_out     digest={falling.digest}: its body and weights have the digest" in shown
    assert "left_out     –" in automl("library", "show", "other", *library)[1]


def test_damage_is_said_by_what_reads_and_the_check_goes_on(folder, automl, caplog):
    store = open_store("lib.db")
    store.promote([subroutine("falling", "(lambda (reverse (sort $0)))"), subroutine("other", "(lambda (tail $0))")])
    store.close()
    with closing(sqlite3.connect("lib.db")) as connection, connection:
        connection.execute("UPDATE subroutines SET state = 'actave' WHERE name = 'other'")
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'solutions'").fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    with Path("lib.db").open("r+b") as stream:
        stream.seek((page - 1) * size)
        stream.write(b"\xff")
    code, out, _ = automl("library", "list", "--library", "lib.db")
    assert code == 0 and "falling" in out and "other" not in out
    assert "lib.db is damaged" in caplog.text and "restore it from a copy" in caplog.text
    assert "Subroutine.state='actave'" in caplog.text
    code, out, _ = automl("library", "check", "--library", "lib.db")
    assert code == 1 and "name='other'" in out and "solutions: cannot be read" in out and "1 subroutine checked" in out
    assert "restore the store from a copy" in out


@pytest.mark.parametrize("moment", [1e30, -1e30])
def test_a_moment_that_no_calendar_has_ends_no_command(folder, automl, moment):
    """As an earlier version took it in."""
    store = open_store("lib.db")
    store.promote([subroutine("falling", "(lambda (reverse (sort $0)))")])
    store.create_run(Run("r1", "t", "random"))
    store.close()
    with closing(sqlite3.connect("lib.db")) as connection, connection:
        connection.execute("UPDATE subroutines SET created = ?", (moment,))
        connection.execute("UPDATE changes SET time = ?", (moment,))
        connection.execute("UPDATE runs SET started = ?", (moment,))
    library = ("--library", "lib.db")
    for look in (
        ("library", "list"),
        ("library", "show", "falling"),
        ("library", "history"),
        ("runs", "list"),
        ("runs", "show", "r1"),
    ):
        code, out, err = automl(*look, *library)
        assert code == 0 and "no moment" in out, (look, out, err)
    code, out, _ = automl("library", "check", *library)
    assert code == 1 and "1 subroutine checked, 3 problems" in out
    assert automl("library", "export", "words.zip", *library)[0] == 0
    refused(automl("library", "import", "words.zip", "--library", "new.db"), "is no moment")


def test_search_uses_the_library_and_says_so(folder, automl):
    store = open_store("lib.db")
    store.promote([subroutine("falling", "(lambda (reverse (sort $0)))")])
    store.close()
    Path("f.jsonl").write_text(lines_of([task("f", lambda xs: sorted(xs)[::-1] + [1], LISTS, [[4, 5]])]))
    code, out, _ = automl("search", "f.jsonl", "--budget", "20s", "--library", "lib.db", "--json", "-")
    row = json.loads(out)
    assert code == 0 and row["solved"] and row["subroutines"] == ["falling"] and "falling" in row["program"]
    (listed,) = json.loads(automl("library", "list", "--library", "lib.db", "--json")[1])
    assert (listed["uses"], listed["tasks"]) == (1, ["f"])


def test_an_unknown_name_is_answered_with_those_that_are_there(folder, automl):
    library = ("--library", "lib.db")
    with open_store("lib.db") as store:
        store.promote(
            [subroutine("falling", "(lambda (reverse (sort $0)))"), subroutine("other", "(lambda (tail $0))")]
        )
    for command in ("show", "demote", "graph"):
        refused(
            automl("library", command, "faling", *library), "name='faling' is not in the library; did you mean falling?"
        )
        refused(automl("library", command, "xyz", *library), "it has falling, other")
    for name in ("falling", "other"):
        assert automl("library", "demote", name, *library)[0] == 0
    refused(automl("library", "demote", "xyz", *library), "it has no active subroutine")


def test_the_history_of_a_word_goes_across_its_names(folder, automl):
    library = ("--library", "lib.db")
    with open_store("lib.db") as store:
        store.promote(
            [subroutine("falling", "(lambda (reverse (sort $0)))"), subroutine("other", "(lambda (tail $0))")]
        )
    assert automl("library", "rename", "falling", "down", *library)[0] == 0
    assert automl("library", "rename", "down", "descending", *library)[0] == 0
    assert automl("library", "demote", "descending", *library)[0] == 0
    told = [json.loads(automl("library", "history", name, "--json", *library)[1]) for name in ("falling", "descending")]
    assert told[0] == told[1]
    assert [(each["action"], each["name"]) for each in told[0]] == [
        ("promoted", "falling"), ("renamed", "falling"), ("renamed", "down"), ("renamed", "down"), ("renamed", "descending"),
        ("demoted", "descending"),
    ]  # fmt: skip
    assert [each["name"] for each in json.loads(automl("library", "history", "other", "--json", *library)[1])] == [
        "other"
    ]
