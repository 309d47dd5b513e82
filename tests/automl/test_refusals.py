"""Bad input to the command is one clear message, exit code 2, and changes nothing."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from automl.testing.commands import LISTS, REVERSED, lines_of, refused, subroutine, task
from library.records import Subroutine
from library.store import open_store

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
    ],
    ids=["nan", "one class", "lengths", "empty", "rank", "no y", "text"],
)
def test_bad_arrays(folder, automl, arrays):
    np.savez("a.npz", **arrays)
    refused(automl("search", "a.npz", "--evaluations", "1", "--library", "memory:", "--strategy", "random"))


def test_two_cases_are_few_and_still_a_task(folder, automl):
    np.savez("a.npz", x=np.ones((2, 4)), y=np.array([0, 1]))
    code, out, err = automl("search", "a.npz", "--evaluations", "1", "--library", "memory:", "--strategy", "random")
    assert code == 0 and "a: " in out and "1 evaluation" in out, err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["search"], "a task or examples are required"),
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
        "[[[[1]]]]",
        "[[[1], [2]]]",
        '[["a"]]',
        "[[[1.5]]]",
        "nonsense",
        "{}",
        "[3.5]",
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


ENDINGS = {"solved", "budget spent", "space exhausted", "not sure enough"}
words = st.text(st.characters(blacklist_categories=["Cs"]), max_size=30)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | words
jsonish = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(words, inner), max_leaves=8)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.dictionaries(st.sampled_from(["name", "type", "examples", "tests", "constants", "family"]), jsonish))
def test_fuzzed_tasks(folder, automl, data):
    Path("fuzzed.jsonl").write_text(json.dumps({**REVERSED, **data}) + "\n", encoding="utf-8")
    found = automl("search", "fuzzed.jsonl", "--evaluations", "20", "--library", "memory:", "--json", "-")
    if found[0]:
        refused(found)
    else:
        (row,) = [json.loads(line) for line in found[1].splitlines()]
        assert row["name"] == data.get("name", REVERSED["name"]) and row["outcome"] in ENDINGS, row


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=jsonish)
def test_fuzzed_inputs(folder, automl, value):
    if not Path("automl.db").exists():
        automl("search", "one.jsonl", "--evaluations", "2000")
    run = json.loads(automl("runs", "list", "--json")[1])[0]["id"]
    found = automl("predict", run, f" {json.dumps(value)}")
    if found[0]:
        refused(found)
    else:
        answers = [json.loads(line) for line in found[1].splitlines()]
        answered = [each for each in answers if each is not None]  # a bad case among good ones has none, which is said
        flat = json.dumps([value]).replace(" ", "")
        assert answers and all(json.dumps(each[::-1]).replace(" ", "") in flat for each in answered)
