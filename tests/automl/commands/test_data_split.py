"""A run keeps the split of its data: whatever its own seed, and in every command that looks at it later."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from automl.cli import main
from automl.commands.common import split_seed_of, task_of
from automl.study.study import StudyError
from automl.tasks.load import load_tasks
from library.store import open_store

QUICK = ("--budget", "4", "--set", "schedule.epochs=1", "--set", "schedule.refine_epochs=2", "--library", "x.db")


@pytest.fixture
def command(tmp_path, monkeypatch, capsys):
    """Run the command in a folder with a table of three classes: what it wrote as JSON."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    y = np.repeat(np.arange(3), 40)
    np.savez("flowers.npz", x=rng.normal(size=(120, 4)) + y[:, None], y=y)

    def run(*arguments):
        capsys.readouterr()
        with pytest.raises(SystemExit) as caught:
            main([str(each) for each in arguments])
        found = capsys.readouterr()
        assert not caught.value.code, found.err
        return json.loads(found.out)

    return run


def recorded(run):
    return open_store("x.db").run(run)


def test_the_seed_of_the_search_does_not_divide_the_data(command):
    first, second, third = (
        recorded(command("search", "flowers.npz", *QUICK, *more, "--json", "-")["run"])
        for more in (("--seed", "0"), ("--seed", "5"), ("--split-seed", "5"))
    )
    assert first.seed == third.seed == 0 and second.seed == 5
    assert first.config["split"] == second.config["split"] and first.config["digest"] == second.config["digest"]
    assert {**first.config["split"], "digest": 0} == {
        "test": 0.25, "validation": 0.2, "seed": 0, "policy": "stratified", "digest": 0,
    }  # fmt: skip
    assert third.config["split"]["seed"] == 5 and third.config["split"]["digest"] != first.config["split"]["digest"]


def test_a_run_is_scored_on_the_cases_that_it_held_out(command):
    found = command("search", "flowers.npz", *QUICK, "--seed", "1", "--split-seed", "7", "--json", "-")
    test = task_of(recorded(found["run"])).test()
    scores = command("evaluate", found["run"], "flowers.npz", "--part", "test", "--library", "x.db", "--json")["scores"]
    assert scores["accuracy"] == pytest.approx(found["test_score"])
    (other,) = load_tasks("flowers.npz", seed=0)
    assert not np.array_equal(test.inputs[0], other.test().inputs[0]), "the seed matters here"


def test_a_run_of_before_there_was_a_split_seed_keeps_the_split_of_its_seed(command):
    run = command("search", "flowers.npz", *QUICK, "--split-seed", "5", "--seed", "5", "--json", "-")["run"]
    store = open_store("x.db")
    config = dict(store.run(run).config)
    del config["split"]
    for source in (config["task"], {key: value for key, value in config["task"].items() if key != "seed"}):
        store.update_run(run, config={**config, "task": source})
        old = store.run(run)
        assert split_seed_of(old) == 5
        assert task_of(old).digest == load_tasks("flowers.npz", seed=5)[0].digest
    shown = command("runs", "resume", run, "--library", "x.db", "--json", "-")
    assert shown["run"] == run and shown["test_score"] is not None


def test_changed_data_are_not_taken_for_those_of_the_run(command):
    run = command("search", "flowers.npz", *QUICK, "--json", "-")["run"]
    with np.load("flowers.npz") as old:
        np.savez("flowers.npz", x=old["x"] + 1.0, y=old["y"])
    with pytest.raises(StudyError, match="have changed"):
        task_of(recorded(run))
    Path("flowers.npz").unlink()
    with pytest.raises((StudyError, ValueError)):
        task_of(recorded(run))
