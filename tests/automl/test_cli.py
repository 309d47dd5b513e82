"""The command's contract: what it prints and writes, its exit codes, and that bad input is one clear message and changes nothing."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from automl.cli import main
from automl.execution.executors import open_executor
from automl.execution.workers.sentinel import descendants
from library.digests import word_digest
from library.records import Subroutine, Use
from library.store import open_store
from library.vocabulary import Vocabulary, pinned_name
from primitives.syntax import parse

SEARCH_KEYS = {
    "name", "solved", "right", "program", "seconds", "evaluations", "outcome", "validation_score", "test_score", "parameters",
    "subroutines",
}  # fmt: skip
PROJECT = Path(__file__).resolve().parents[2]


def lines_of(tasks):
    return "".join(json.dumps(task) + "\n" for task in tasks)


def task(name, function, inputs, tests=(), type="list(int) -> list(int)"):
    cases = [[{"inputs": [xs], "output": function(xs)} for xs in group] for group in (inputs, tests)]
    found = {"name": name, "type": type, "examples": cases[0]}
    return {**found, "tests": cases[1]} if tests else found


LISTS = [[3, 1, 2], [], [5], [7, -4, 2, 2]]
REVERSED = task("reversed", lambda xs: xs[::-1], LISTS, [[9, 8]])
SORTED = task("sorted", sorted, LISTS)
TOTAL = task("total", sum, LISTS, [[1, 1]], "list(int) -> int")


def subroutine(name, body, type="list(int) -> list(int)", **fields):
    return Subroutine(name, word_digest(parse(body)), type, "algorithmic", body, **fields)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("three.jsonl").write_text(lines_of([REVERSED, SORTED, TOTAL]))
    Path("one.jsonl").write_text(lines_of([REVERSED]))
    return tmp_path


@pytest.fixture
def automl(capsys):
    """Run the command in this process: exit code, standard output, standard error."""

    def run(*arguments):
        capsys.readouterr()
        with pytest.raises(SystemExit) as caught:
            main([str(each) for each in arguments])
        found = capsys.readouterr()
        return int(caught.value.code or 0), found.out, found.err

    return run


def process(*arguments, **options):
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "OMP_NUM_THREADS": "1", "COLUMNS": "100"}
    command = [sys.executable, "-m", "automl", *map(str, arguments)]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )


# -- what it does --------------------------------------------------------------------------------------------------


def test_search_writes_one_object_a_task(folder, automl):
    code, out, err = automl("search", "three.jsonl", "--budget", "10s", "--json", "out.jsonl")
    assert (code, err) == (0, "")
    rows = [json.loads(line) for line in Path("out.jsonl").read_text().splitlines()]
    assert [row["name"] for row in rows] == ["reversed", "sorted", "total"]
    assert [row["right"] for row in rows] == [True, None, True]
    for row in rows:
        assert row.keys() >= SEARCH_KEYS
        assert row["solved"] and row["outcome"] == "solved" and row["program"]
        assert row["evaluations"] > 0 and row["seconds"] < 10 and row["validation_score"] == 1.0
        assert row["parameters"] == 0 and row["subroutines"] == []
    assert "reversed: solved, right on the tests" in out


def test_json_on_standard_output_is_nothing_else(folder, automl):
    code, out, err = automl("search", "three.jsonl", "--evaluations", "5000", "--json", "-", "--library", "memory:")
    assert (code, err) == (0, "")
    assert [json.loads(line)["name"] for line in out.splitlines()] == ["reversed", "sorted", "total"]


def test_several_tasks_at_a_time_come_in_their_order(folder, automl):
    code, out, err = automl("search", "three.jsonl", "--budget", "20s", "--workers", "2", "--json", "-")
    assert (code, err) == (0, "")
    rows = [json.loads(line) for line in out.splitlines()]
    assert [(row["name"], row["solved"]) for row in rows] == [("reversed", True), ("sorted", True), ("total", True)]
    runs = json.loads(automl("runs", "list", "--json")[1])
    assert sorted(run["id"] for run in runs) == sorted(row["run"] for row in rows)
    assert {run["state"] for run in runs} == {"finished"}


def test_alternatives_are_shown_with_an_input_that_tells_them_apart(folder, automl):
    ambiguous = task("two", lambda xs: xs[0], [[9, 3], [7, 1, 2]], type="list(int) -> int")
    Path("two.jsonl").write_text(lines_of([ambiguous]))
    words = ("--words", "head,last,maximum,tail,sum,-", "--evaluations", "60000")
    code, out, _ = automl("search", "two.jsonl", *words, "--ambiguous", "--json", "found.json")
    assert code == 0 and "alternative" in out and "maximum" in out
    found = json.loads(Path("found.json").read_text())
    assert (
        found["solved"] and found["program"] == "(lambda (x) (head x))" and found["first_seconds"] <= found["seconds"]
    )
    other = next(each for each in found["alternatives"] if "maximum" in each["program"])
    assert other["output"] == max(other["inputs"][0]) != other["chosen_output"] == other["inputs"][0][0]
    assert 0 < other["probability"] < 1
    assert "alternative" not in automl("search", "two.jsonl", *words)[1]


def test_runs(folder, automl):
    refused(automl("runs", "list", "--json"), "automl.db does not exist")
    assert not Path("automl.db").exists()
    searched = json.loads(automl("search", "one.jsonl", "--evaluations", "5000", "--json", "-")[1])
    code, out, _ = automl("runs", "list", "--json")
    (run,) = json.loads(out)
    assert code == 0
    assert run.keys() >= {"id", "task", "state", "started", "evaluations", "best"}
    assert (run["task"], run["state"], run["best"]) == ("reversed", "finished", 1.0)
    assert run["evaluations"] == searched["evaluations"]
    assert run["id"] in automl("runs", "list")[1]
    code, out, _ = automl("runs", "show", run["id"])
    assert code == 0 and "(reverse x)" in out
    shown = json.loads(automl("runs", "show", run["id"], "--json")[1])
    assert shown["id"] == run["id"] and shown["outcomes"] == {"ok": 1} and shown["events"] == 4
    code, out, err = automl("runs", "resume", run["id"], "--json", "-")
    assert (code, err) == (0, "") and json.loads(out)["solved"] is True


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


@pytest.mark.parametrize("name", ["(x", '"q', "@9", "map"])
def test_a_store_with_a_name_that_is_none_is_searched_and_mended(folder, automl, name):
    """As an earlier version could have taken it in."""
    store = open_store("lib.db")
    falling = subroutine("falling", "(lambda (reverse (sort $0)))")
    other = subroutine("other", "(lambda (sort (reverse $0)))")
    store.promote([falling, other])
    store.close()
    with sqlite3.connect("lib.db") as connection:
        connection.execute("UPDATE subroutines SET name = ?, active_name = ? WHERE name = 'other'", (name, name))
    connection.close()
    library = ("--library", "lib.db")
    Path("f.jsonl").write_text(lines_of([task("f", lambda xs: sorted(xs)[::-1] + [1], LISTS, [[4, 5]])]))
    row = json.loads(automl("search", "f.jsonl", "--budget", "20s", *library, "--json", "-")[1])
    assert row["solved"] and row["subroutines"] == ["falling"]
    for look in (("show", name), ("list",), ("graph", "falling"), ("graph", name)):
        assert automl("library", *look, *library)[0] == 0, look
    code, out, err = automl("library", "check", *library)
    assert code == 1 and "1 problem" in out and f"library rename {shlex.quote(name)} NEW" in out, (out, err)
    for cure in (("rename", name, "sorted_again"), ("demote", name)):
        cured = f"{cure[0]}.db"
        with closing(sqlite3.connect("lib.db")) as source, closing(sqlite3.connect(cured)) as copy:
            source.backup(copy)
        assert automl("library", *cure, "--library", cured)[0] == 0
        assert automl("library", "check", "--library", cured)[0] == 0


def test_search_uses_the_library_and_says_so(folder, automl):
    store = open_store("lib.db")
    body = "(lambda (reverse (sort $0)))"
    store.promote([Subroutine("falling", "ab" * 32, "list(int) -> list(int)", "algorithmic", body)])
    store.close()
    Path("f.jsonl").write_text(lines_of([task("f", lambda xs: sorted(xs)[::-1] + [1], LISTS, [[4, 5]])]))
    code, out, _ = automl("search", "f.jsonl", "--budget", "20s", "--library", "lib.db", "--json", "-")
    row = json.loads(out)
    assert code == 0 and row["solved"] and row["subroutines"] == ["falling"] and "falling" in row["program"]
    (listed,) = json.loads(automl("library", "list", "--library", "lib.db", "--json")[1])
    assert (listed["uses"], listed["tasks"]) == (1, ["f"])


def test_predict_and_export_a_program_on_values(folder, automl):
    row = json.loads(automl("search", "one.jsonl", "--evaluations", "5000", "--json", "-")[1])
    Path("one.jsonl").unlink()
    code, out, _ = automl("predict", row["run"], "[[[1, 2, 3]], [[]]]")
    assert code == 0 and [json.loads(line) for line in out.splitlines()] == [[3, 2, 1], []]
    Path("in.jsonl").write_text('{"inputs": [[5, 6]]}\n[[7]]\n')
    code, out, _ = automl("predict", row["run"], "in.jsonl")
    assert code == 0 and [json.loads(line) for line in out.splitlines()] == [[6, 5], [7]]
    assert automl("export", row["run"], "--to", "source", "program.py")[0] == 0
    found = subprocess.run(
        [sys.executable, "-I", "-c", "import runpy; print(runpy.run_path('program.py')['program']((1, 2, 3)))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert found.stdout.strip() in ("(3, 2, 1)", "[3, 2, 1]")
    for to in ("weights", "onnx"):
        code, _, err = automl("export", row["run"], "--to", to, "x.out")
        assert code == 2 and "export" in err and not Path("x.out").exists()


# -- what it refuses -----------------------------------------------------------------------------------------------


def refused(found, *parts):
    code, out, err = found
    assert code == 2, (out, err)
    assert err.startswith("automl: ") and err.count("\n") == 1, err
    assert "Traceback" not in err and out == ""
    for part in parts:
        assert part in err, err


BAD_TASKS = {
    "empty.jsonl": "",
    "text.jsonl": "hello\n",
    "list.jsonl": "[1, 2]\n",
    "fields.jsonl": '{"name": "a"}\n',
    "extra.jsonl": json.dumps({**REVERSED, "colour": "red"}),
    "type.jsonl": json.dumps({**REVERSED, "type": "list(int) -> "}),
    "typo.jsonl": json.dumps({**REVERSED, "type": "lisst(int) -> int"}),
    "deep.jsonl": json.dumps({**REVERSED, "type": "list(" * 5000 + "int" + ")" * 5000}),
    "noexamples.jsonl": json.dumps({**REVERSED, "examples": []}),
    "mistyped.jsonl": json.dumps({**REVERSED, "examples": [{"inputs": [["a"]], "output": []}]}),
    "arity.jsonl": json.dumps({**REVERSED, "examples": [{"inputs": [[1], 2], "output": []}]}),
    "contrary.jsonl": json.dumps({**REVERSED, "examples": [{"inputs": [[1]], "output": [n]} for n in (1, 2)]}),
    "big.jsonl": json.dumps({**REVERSED, "examples": [{"inputs": [[2**60]], "output": [1]}]}),
    "twice.jsonl": lines_of([REVERSED, REVERSED]),
    "nan.jsonl": '{"name": "n", "type": "float -> float", "examples": [{"inputs": [NaN], "output": 1.0}]}',
    "unfinished.jsonl": '{"name": "n", "type": ',
    "nested.jsonl": "[" * 100_000,
    "bytes.jsonl": b"\xff\xfe\x00\x01",
    "empty.csv": "",
    "one_class.csv": "a,b\n1,x\n2,x\n3,x\n4,x\n",
    "ragged.csv": "a,b\n1,2,3\n4\n",
    "damaged.npz": b"PK\x03\x04 not really",
    "pickled.npy": b"\x93NUMPY\x01\x00v\x00{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n",
    "unknown.xyz": "hm",
    "wrong.toml": "[[stage",
}


@pytest.mark.parametrize("name", BAD_TASKS)
def test_bad_task_files(folder, automl, name):
    content = BAD_TASKS[name]
    Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())
    refused(automl("search", name, "--budget", "5s", "--json", "out.jsonl"))
    assert not Path("automl.db").exists() and not Path("out.jsonl").exists()


@pytest.mark.parametrize(
    "arrays",
    [
        {"x": np.full((20, 4), np.nan), "y": np.arange(20) % 2},
        {"x": np.ones((20, 4)), "y": np.zeros(20, dtype=int)},
        {"x": np.ones((20, 4)), "y": np.arange(19) % 2},
        {"x": np.ones((0, 4)), "y": np.zeros(0)},
        {"x": np.ones(20), "y": np.arange(20) % 2},
        {"x": np.ones((20, 4))},
        {"x": np.array([["a"] * 4] * 20), "y": np.arange(20) % 2},
        {"x": np.ones((2, 4)), "y": np.array([0, 1])},
    ],
    ids=["nan", "one class", "lengths", "empty", "rank", "no y", "text", "two cases"],
)
def test_bad_arrays(folder, automl, arrays):
    np.savez("a.npz", **arrays)
    found = automl("search", "a.npz", "--evaluations", "1", "--library", "memory:", "--strategy", "random")
    if found[0] == 0:
        assert len(arrays["x"]) == 2, "two cases are few, and still a task"
    else:
        refused(found)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["search"], "Missing argument"),
        (["serach", "one.jsonl"], "serach"),
        (["search", "nowhere.jsonl"], "nowhere.jsonl"),
        (["search", "one.jsonl", "--budget", "soon"], "budget='soon'"),
        (["search", "one.jsonl", "--budget", "90"], "--evaluations 500"),
        (["search", "one.jsonl", "--time-limit", "90"], "a time with its unit, such as 90s"),
        (["search", "one.jsonl", "--evaluations", "90s"], "--budget 60s"),
        (["search", "one.jsonl", "--evaluations", "1.5"], "evaluations='1.5'"),
        (["search", "one.jsonl", "--evaluations", "0"], "evaluations='0'"),
        (["search", "one.jsonl", "--budget", "-5s"], "budget='-5s'"),
        (["search", "one.jsonl", "--budget", "1.5"], "budget='1.5'"),
        (["search", "one.jsonl", "--evaluations", "9" * 400], "evaluations="),
        (["search", "one.jsonl", "--strategy", "annealing"], "strategy='annealing' is not known"),
        (["search", "one.jsonl", "--workers", "0"], "workers="),
        (["search", "one.jsonl", "--workers", "-1"], "workers="),
        (["search", "one.jsonl", "--workers", "many"], "workers='many'"),
        (["search", "one.jsonl", "--seed", "-1"], "seed=-1"),
        (["search", "one.jsonl", "--seed", "x"], "seed"),
        (["search", "one.jsonl", "--target", "nan"], "target="),
        (["search", "one.jsonl", "--words", "+,frobnicate"], "frobnicate"),
        (["search", "one.jsonl", "--set", "memory"], "name=value"),
        (["search", "one.jsonl", "--set", "colour=red"], "colour"),
        (["search", "one.jsonl", "--set", "memory=lots"], "memory='lots'"),
        (["search", "one.jsonl", "--set", "schedule.epochs=0"], "schedule.epochs=0"),
        (["search", "one.jsonl", "--set", "schedule.speed=1"], "schedule.speed"),
        (["search", "one.jsonl", "--set", "trainer.rate=1"], "not trained"),
        (["search", "one.jsonl", "--set", "a.b.c=1"], "--set"),
        (["search", "iris", "--set", "trainer.colour=1", "--evaluations", "1"], "trainer.colour"),
        (["search", "iris", "--set", "trainer=magic", "--evaluations", "1"], "trainer='magic'"),
        (["search", "iris", "--strategy", "enumerative", "--evaluations", "1"], "enumerative"),
        (["search", "one.jsonl", "--json", "no/such/folder/out.jsonl"], "no/such/folder"),
        (["search", "one.jsonl", "--json", "."], "."),
        (["search", "one.jsonl", "--library", "mongodb://x"], "mongodb"),
        (["search", "one.jsonl", "--library", "three.jsonl/a.db"], "three.jsonl"),
        (["search", "one.jsonl?colour=red"], "colour"),
        (["search", "one.jsonl", "--unknown"], "--unknown"),
        (["runs", "show", "nothing"], "automl.db does not exist"),
        (["runs", "resume", "nothing"], "automl.db does not exist"),
        (["predict", "nothing", "[[1]]"], "automl.db does not exist"),
        (["export", "nothing", "--to", "source", "x.py"], "automl.db does not exist"),
        (["export", "nothing", "--to", "poem", "x.py"], "poem"),
        (["library", "show", "nothing"], "automl.db does not exist"),
        (["library", "graph", "nothing"], "automl.db does not exist"),
        (["library", "import", "nowhere.zip"], "nowhere.zip"),
        (["library", "import", "one.jsonl"], "one.jsonl"),
        (["library", "check", "--library", "absent.db"], "absent.db"),
        (["library", "export", "x.zip", "--library", "absent.db"], "absent.db"),
    ],
    ids=lambda value: " ".join(value)[:60] if isinstance(value, list) else "",
)
def test_bad_arguments(folder, automl, arguments, message):
    code, out, err = automl(*arguments)
    assert code == 2 and "Traceback" not in err, (out, err)
    assert err.startswith("automl: ") and message in err, err
    assert not Path("absent.db").exists() and not Path("x.py").exists() and not Path("x.zip").exists()
    if Path("automl.db").exists():
        assert not open_store("automl.db").runs(), "a refused search begins no run"


def test_an_earlier_result_file_survives_a_refused_search(folder, automl):
    Path("out.jsonl").write_text("precious\n")
    refused(automl("search", "one.jsonl", "--words", "frobnicate", "--json", "out.jsonl"), "frobnicate")
    assert Path("out.jsonl").read_text() == "precious\n"
    automl("search", "one.jsonl", "--evaluations", "5000", "--json", "out.jsonl")
    (line,) = Path("out.jsonl").read_text().splitlines()
    assert json.loads(line)["name"] == "reversed"


def _newer(path):
    import sqlite3

    open_store(str(path)).close()
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("update schema_version set version = 9999")
    connection.close()


def _corrupt(path):
    open_store(str(path)).close()
    content = bytearray(path.read_bytes())
    content[200:] = b"\x5a" * (len(content) - 200)
    path.write_bytes(bytes(content))


@pytest.mark.parametrize("spoil", [_newer, _corrupt, lambda path: path.write_bytes(b"not a store at all " * 50)])
@pytest.mark.parametrize(
    "command",
    [
        ["search", "one.jsonl", "--evaluations", "10"],
        ["runs", "list"],
        ["library", "list"],
        ["predict", "x", "[[[1]]]"],
    ],
)
def test_a_store_that_cannot_be_read_is_left_alone(folder, automl, spoil, command):
    path = folder / "bad.db"
    spoil(path)
    before = path.read_bytes()
    refused(automl(*command, "--library", path), "bad.db")
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("body", "(lambda (sort"),
        ("body", "(lambda (nonsense $0))"),
        ("type", "int -> int"),
        ("type", "a -> a"),
        ("type", "list("),
    ],
)
def test_a_library_file_with_a_word_that_does_not_hold(folder, automl, field, value):
    body = value if field == "body" else "(lambda (reverse (sort $0)))"
    readable = body.count("(") == body.count(")")
    word = subroutine("falling", body) if readable else subroutine("falling", "(lambda $0)")
    store = open_store("lib.db")
    store.promote([Subroutine.from_dict({**word.to_dict(), field: value})])
    store.close()
    code, out, err = automl("library", "check", "--library", "lib.db")
    assert code == 1 and "1 problem" in out and not err
    from library.exchange import export_library

    export_library(open_store("lib.db"), "bad.zip")
    refused(automl("library", "import", "bad.zip", "--library", "new.db"), "falling")
    assert not Path("new.db").exists()
    open_store("old.db").close()
    before = Path("old.db").read_bytes()
    refused(automl("library", "import", "bad.zip", "--library", "old.db"))
    assert Path("old.db").read_bytes() == before


def test_predict_with_wrong_inputs(folder, automl):
    row = json.loads(automl("search", "one.jsonl", "--evaluations", "5000", "--json", "-")[1])
    for inputs in (
        "[[1]]",
        "[[[1], [2]]]",
        '[["a"]]',
        "[[[1.5]]]",
        "nonsense",
        "{}",
        "[3]",
        "absent.json",
        "[[[9007199254740999]]]",
        "",
        "3",
    ):
        refused(automl("predict", row["run"], inputs))


@pytest.mark.parametrize(
    "command",
    [["runs", "show", "x"], ["runs", "resume", "x"], ["predict", "x", "[[1]]"], ["export", "x", "--to", "onnx", "f"]],
)
def test_an_unknown_run(folder, automl, command):
    open_store("automl.db").close()
    refused(automl(*command), "run='x' is unknown")


def test_a_run_without_result(folder, automl):
    Path("hard.jsonl").write_text(lines_of([task("hard", lambda xs: [len(xs) ** 7 + 12345], LISTS)]))
    row = json.loads(automl("search", "hard.jsonl", "--evaluations", "50", "--json", "-")[1])
    assert row["solved"] is False and row["program"] == ""
    refused(automl("export", row["run"], "--to", "source", "x.py"), "no program was found")
    refused(automl("predict", row["run"], "[[[1]]]"), "no program was found")
    code, out, err = automl("runs", "resume", row["run"])
    assert code == 0 and not err
    Path("hard.jsonl").write_text(lines_of([REVERSED | {"name": "hard"}]))
    refused(automl("runs", "resume", row["run"]), "have changed")
    Path("hard.jsonl").unlink()
    refused(automl("runs", "resume", row["run"]), "hard.jsonl")


words = st.text(st.characters(blacklist_categories=["Cs"]), max_size=30)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | words
jsonish = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(words, inner), max_leaves=8)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.dictionaries(st.sampled_from(["name", "type", "examples", "tests", "constants", "family"]), jsonish))
def test_fuzzed_tasks(folder, automl, data):
    Path("fuzzed.jsonl").write_text(json.dumps({**REVERSED, **data}) + "\n", encoding="utf-8")
    found = automl("search", "fuzzed.jsonl", "--evaluations", "20", "--library", "memory:")
    if found[0]:
        refused(found)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    option=st.sampled_from(
        ["--budget", "--evaluations", "--strategy", "--workers", "--seed", "--target", "--words", "--set"]
    ),
    value=words,
)
def test_fuzzed_options(folder, automl, option, value):
    if option == "--workers" and value.strip().isdecimal():
        return
    code, _, err = automl("search", "one.jsonl", "--library", "memory:", "--evaluations", "20", f"{option}={value}")
    assert code in (0, 2) and "Traceback" not in err
    assert bool(err) == (code == 2)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=jsonish)
def test_fuzzed_inputs(folder, automl, value):
    if not Path("automl.db").exists():
        automl("search", "one.jsonl", "--evaluations", "2000")
    run = json.loads(automl("runs", "list", "--json")[1])[0]["id"]
    found = automl("predict", run, f" {json.dumps(value)}")
    if found[0]:
        refused(found)


# -- the terminal --------------------------------------------------------------------------------------------------


def test_help_is_there_and_fast(folder):
    started = time.monotonic()
    found = process("--help")
    out, err = found.communicate(timeout=30)
    assert found.returncode == 0 and not err
    for command in ("search", "grow", "library", "runs", "export", "predict", "demo"):
        assert command in out
    assert time.monotonic() - started < 10
    loaded = subprocess.run(
        [sys.executable, "-c", "import automl.cli, sys; print([m for m in ('torch', 'ray', 'optuna', 'deap', 'sklearn', "
         "'sqlalchemy', 'stitch_core', 'matplotlib', 'rich.progress') if m in sys.modules])"],
        capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": str(PROJECT)},
    )  # fmt: skip
    assert loaded.stdout.strip() == "[]"


def test_an_algorithmic_search_imports_nothing_heavy(folder):
    code = (
        "import sys\nfrom automl.cli import main\ntry:\n    main(['search', 'one.jsonl', '--budget', '2000'])\nexcept SystemExit as end:\n"
        "    assert end.code == 0\nprint([m for m in ('torch', 'ray', 'optuna', 'sklearn', 'stitch_core') if m in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert found.stdout.splitlines()[-1] == "[]"
    assert found.stderr == "", "quiet when it is not a terminal"


HARD = task("hard", lambda xs: [hash(tuple(xs)) % 1013], [[n, 2 * n, 7] for n in range(6)])


@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_interrupt_ends_cleanly_and_the_run_can_be_resumed(folder, workers):
    Path("hard.jsonl").write_text(lines_of([HARD]))
    arguments = ["--strategy", "random", "--budget", "3s", "--workers", workers]
    running = process("search", "hard.jsonl", *arguments)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        time.sleep(0.1)
        if Path("automl.db").exists() and Path("automl.db").stat().st_size and running.poll() is None:
            store = open_store("automl.db")
            going = store.runs()
            done = bool(going) and len(store.evaluations(going[0].id)) > 3
            store.close()
            if done:
                break
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=30)
    assert running.returncode == 130, (out, err)
    assert "Traceback" not in err and "resume with: automl runs resume " in err
    run = err.split("runs resume ")[1].split()[0]
    store = open_store("automl.db")
    assert store.run(run).state == "interrupted"
    before = store.evaluations(run)
    store.close()
    again = process("runs", "resume", run)
    out, err = again.communicate(timeout=60)
    assert (again.returncode, err) == (0, "")
    store = open_store("automl.db")
    assert store.run(run).state == "finished"
    after = {evaluation.ask: evaluation for evaluation in store.evaluations(run)}
    assert all(after[evaluation.ask] == evaluation for evaluation in before)
    store.close()


def test_several_tasks_go_to_the_workers_that_were_asked_for(folder, automl, monkeypatch):
    """Those of the text that --workers has, not processes whatever it says."""
    opened = []

    def open_here(function, context, **options):
        opened.append(options["workers"])
        return open_executor(function, context)  # in this process, which needs no Ray

    monkeypatch.setattr("automl.study.parallel.open_executor", open_here)
    code, out, err = automl("search", "three.jsonl", "--evaluations", "5000", "--workers", "ray:2", "--json", "-")
    assert (code, err) == (0, "") and opened == ["ray:2"]
    assert [json.loads(line)["name"] for line in out.splitlines()] == ["reversed", "sorted", "total"]


@pytest.mark.parametrize("file", ["one.jsonl", "three.jsonl"])
def test_a_cluster_that_does_not_answer_is_told_and_begins_no_run(folder, automl, file):
    code, _, err = automl("search", file, "--workers", "ray://127.0.0.1:1")
    assert code == 2 and "workers='ray://127.0.0.1:1': no Ray cluster" in err and "Traceback" not in err
    assert "0 runs" in automl("runs", "list")[1]


@pytest.mark.slow
@pytest.mark.parametrize("strategy", ["random", "enumerative"])
def test_the_end_of_ray_is_told_and_what_ran_can_be_resumed(folder, strategy):
    """One study whose candidates run on Ray, and two tasks whose searches do."""
    tasks = [HARD] if strategy == "random" else [HARD, {**HARD, "name": "harder"}]
    Path("hard.jsonl").write_text(lines_of(tasks))
    running = process("search", "hard.jsonl", "--strategy", strategy, "--budget", "8s", "--workers", "ray:2")
    raylet = None
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and not (raylet and len(begun()) == len(tasks)):
        time.sleep(0.2)
        raylet = raylet_below(running.pid)
    os.kill(raylet, signal.SIGKILL)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 2, (out, err)
    assert "Traceback" not in err and "Ray" in err and "has ended" in err
    runs = re.findall("resume with: automl runs resume ([0-9a-f]+)", err)
    assert len(set(runs)) == len(tasks)
    again = process("runs", "resume", runs[0], "--workers", "1")
    out, err = again.communicate(timeout=90)
    assert (again.returncode, err) == (0, "")
    with open_store("automl.db") as store:
        assert store.run(runs[0]).state == "finished"


def begun():
    """The ids of the runs that are under way: a search by strategy "random" when it has evaluated something."""
    if not Path("automl.db").exists():
        return []
    with open_store("automl.db") as store:
        runs = store.runs(state="running")
        return [run.id for run in runs if run.strategy != "random" or store.evaluations(run.id)]


def raylet_below(root):
    """The number of the process by that name below another; None where there is none yet."""
    for number in descendants(root):
        try:
            words = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if words[0].endswith(b"/raylet"):
            return number
    return None


def test_a_progress_bar_on_a_terminal(folder):
    import pty

    Path("hard.jsonl").write_text(lines_of([HARD]))
    master, slave = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(PROJECT), "TERM": "xterm"}
    command = [sys.executable, "-m", "automl", "search", "hard.jsonl", "--budget", "1s"]
    running = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=slave)
    os.close(slave)
    shown = b""
    try:
        while chunk := os.read(master, 4096):
            shown += chunk
    except OSError:
        pass
    os.close(master)
    assert running.wait(30) == 0
    assert b"hard" in shown and b"evaluations" in shown


def test_vocabulary_of_the_command_is_the_builtin_one(folder, automl):
    automl("search", "one.jsonl", "--evaluations", "2000", "--words", "reverse,sort")
    (run,) = json.loads(automl("runs", "list", "--json")[1])
    assert run["best"] == 1.0 and len(Vocabulary().words) > 60
