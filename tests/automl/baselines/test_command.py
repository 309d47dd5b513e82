"""``automl baseline``: the contract of its JSON, its page, and one message for what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from automl.cli import main

NET = """
title = "a small net"
source = "a test"
data = "digits"
program = "(lambda (x) (pipe x flatten (dense :units 10 @last) log_softmax))"
[published]
accuracy = 0.9
parameters = 650
input = [1, 8, 8]
[fast]
epochs = 2
runs = 2
"""


@pytest.fixture
def automl(capsys):
    """Run the command in this process: exit code, standard output, standard error."""

    def run(*arguments):
        capsys.readouterr()
        with pytest.raises(SystemExit) as caught:
            main(list(map(str, arguments)))
        printed = capsys.readouterr()
        return caught.value.code, printed.out, printed.err

    return run


def test_list_and_show_as_json(automl):
    code, out, _ = automl("baseline", "list", "--json")
    listed = {row["id"]: row for row in json.loads(out)}
    assert code == 0 and listed["conv2-relu"]["published"]["accuracy"] == 0.9923
    code, out, _ = automl("baseline", "show", "conv2-relu", "--json")
    shown = json.loads(out)
    assert code == 0 and shown["id"] == "conv2-relu" and shown["parameters"] == 85_670
    assert shown["program"].startswith("(lambda") and shown["source"] and shown["published"]["parameters"] == 85_670


def test_show_for_people(automl):
    code, out, _ = automl("baseline", "show", "shallow")
    assert code == 0
    for text in ("(dense :units 100 @full)", "Tensor[1,28,28]", "78,500", "79,510", "97.80", "●"):
        assert text in out


def test_run_then_table(automl, tmp_path):
    (tmp_path / "net.toml").write_text(NET)
    code, out, err = automl("baseline", "run", tmp_path / "net.toml", "--seeds", 1, "--output", tmp_path, "--json")
    found = json.loads(out)
    assert code == 0 and err.count("seed 0 epoch") == 2
    assert found["protocol"] == "fast" and found["seeds"] == [0] and found["parameters"] == 650
    assert found["published"]["accuracy"] == 0.9 and found["program"] and found["source"] == "a test"
    for name in ("test_scores", "validation_scores"):
        assert len(found[name]) == 1 and 0.5 < found[name][0] <= 1.0
    assert found["seconds"][0] > 0
    run = found["runs"][0]
    assert run["hardware"]["cores"] and run["versions"]["torch"] and run["time"] and str(tmp_path) not in run["command"]
    code, out, err = automl("baseline", "run", tmp_path / "net.toml", "--output", tmp_path, "--json")
    assert json.loads(out)["seeds"] == [0, 1] and "seed 0" not in err


def test_the_table_is_made_of_declarations_and_results(automl, tmp_path):
    code, out, _ = automl("baseline", "table", "--output", tmp_path, "--json")
    rows = {row["id"]: row for row in json.loads(out)}
    assert code == 0 and rows["conv"]["published"]["accuracy"] == 0.9878 and rows["conv"]["book"] is None
    shallow = _results("shallow", [0.975, 0.979, 0.977])
    (tmp_path / "shallow-book.json").write_text(json.dumps(shallow))
    stale = {**_results("conv", [0.99]), "key": "of another program"}
    (tmp_path / "conv-book.json").write_text(json.dumps(stale))
    code, out, _ = automl("baseline", "table", "--output", tmp_path, "--json")
    rows = {row["id"]: row for row in json.loads(out)}
    assert rows["shallow"]["book"]["best"] == 0.979 and rows["conv"]["book"] is None
    code, _, err = automl("baseline", "table", "--output", tmp_path, "--markdown")
    page = (tmp_path / "baselines.md").read_text()
    assert code == 0 and "| 97.80 | 97.90 (97.50, 97.90, 97.70) | 2.0 |" in page


def test_under_fast_the_validation_part_chooses_the_run_that_is_told(automl, tmp_path):
    found = _results("resnet", [0.64, 0.66, 0.62], protocol="fast")
    (tmp_path / "resnet-fast.json").write_text(json.dumps({**found, "validation_scores": [0.7, 0.68, 0.7]}))
    _, out, _ = automl("baseline", "table", "--output", tmp_path, "--json")
    row = next(row for row in json.loads(out) if row["id"] == "resnet")
    assert row["fast"]["best"] == 0.64 and row["chance"] == 0.1
    automl("baseline", "table", "--output", tmp_path, "--markdown")
    assert "| 64.00 (64.00, 66.00, 62.00); chance 10.00 |" in (tmp_path / "baselines.md").read_text()


def _results(name, scores, protocol="book"):
    from automl.baselines import load

    baseline = load(name)
    machine = {"processor": "a processor", "torch_threads": 1, "accelerator": None}
    return {
        "schema_version": 1,
        "id": name,
        "key": baseline.key(protocol, baseline.protocol(protocol).epochs, "digest"),
        "data": {"digest": "digest", "metric": "accuracy"},
        "seeds": list(range(len(scores))),
        "test_scores": scores,
        "validation_scores": scores,
        "seconds": [120.0] * len(scores),
        "runs": [{"hardware": machine, "curves": {"epoch": [1]}} for _ in scores],
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "nothing"), "baseline='nothing'"),
        (("run", "shallow", "--protocol", "slow"), "protocol='slow'"),
        (("run", "shallow", "--protocol", "book", "--seeds", "0"), "seeds=0"),
        (("run", "shallow", "--protocol", "book", "--data", "absent"), "data='absent'"),
    ],
)
def test_what_is_wrong_is_one_message(automl, arguments, said):
    code, out, err = automl("baseline", *arguments)
    assert code == 2 and out == "" and err.count("\n") == 1 and said in err


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "3", '{"schema_version": "x"}', '{"schema_version": 99}', '{"schema_version": 1}',
        '{"schema_version": 1, "key": "k", "data": {}, "seeds": [], "test_scores": [], "validation_scores": [],'
        ' "seconds": [], "runs": []}',
        '{"schema_version": 1, "key": "k", "data": {"digest": "d", "metric": "m"}, "seeds": [0], "test_scores": [],'
        ' "validation_scores": [], "seconds": [], "runs": [{}]}',
    ],
)  # fmt: skip
def test_results_that_cannot_be_read_are_one_message(automl, tmp_path, text):
    (tmp_path / "shallow-fast.json").write_text(text)
    code, out, err = automl("baseline", "table", "--output", tmp_path)
    assert code == 2 and out == "" and err.count("\n") == 1 and "shallow-fast.json" in err


def test_the_page_says_what_was_not_run(automl, tmp_path):
    assert automl("baseline", "table", "--output", tmp_path, "--markdown")[0] == 0
    lines = {line.split(" | ")[0]: line for line in (tmp_path / "baselines.md").read_text().splitlines()}
    assert "| not run | – | not run | – |" in lines["| conv2-relu"] and "| – | – | not run | – |" in lines["| lenet5"]


@pytest.mark.parametrize(
    ("library", "folder"),
    [
        (None, "baselines"),
        ("sqlite:///mine/a.db", "mine/baselines"),
        ("mine/a.db", "mine/baselines"),
        ("postgresql://host/x", "baselines"),
    ],
)
def test_results_lie_beside_the_users_library(library, folder, tmp_path, monkeypatch):
    from automl.baselines.results import Places

    monkeypatch.chdir(tmp_path)
    places = Places.at(None, library)
    assert places.results == Path(folder) and places.file("conv", "book").parent == Path(folder)
    assert places.read("conv", "book") is not None, "those that came with the project are shown"
    Path(folder).mkdir(parents=True)
    places.file("conv", "book").write_text(json.dumps(_results("conv", [0.5])))
    assert places.read("conv", "book")["test_scores"] == [0.5], "one's own go before them"
