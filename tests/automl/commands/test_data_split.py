"""A run keeps the split of its data: whatever its own seed, and in every command that looks at it later."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from automl.cli import main
from automl.commands.common import split_seed_of
from automl.study.stored import task_of
from automl.study.study import StudyError
from automl.tasks.load import load_tasks
from library.store import open_store

QUICK = ("--evaluations", "4", "--set", "schedule.epochs=1", "--set", "schedule.refine_epochs=2", "--library", "x.db")


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


@pytest.mark.slow
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
    test = task_of(recorded(found["run"])).test
    scores = command("evaluate", found["run"], "flowers.npz", "--part", "test", "--library", "x.db", "--json")["scores"]
    assert scores["accuracy"] == pytest.approx(found["test_score"])
    (other,) = load_tasks("flowers.npz", seed=0)
    assert not np.array_equal(test.inputs[0], other.test.inputs[0]), "the seed matters here"


@pytest.mark.slow
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


@pytest.mark.slow
def test_changed_data_are_not_taken_for_those_of_the_run(command):
    run = command("search", "flowers.npz", *QUICK, "--json", "-")["run"]
    with np.load("flowers.npz") as old:
        np.savez("flowers.npz", x=old["x"] + 1.0, y=old["y"])
    with pytest.raises(StudyError, match="have changed"):
        task_of(recorded(run))
    Path("flowers.npz").unlink()
    with pytest.raises((StudyError, ValueError)):
        task_of(recorded(run))


def test_all_commands_mean_the_same_program_by_a_run(command, capsys):
    """The final training's program, though an earlier one scored as well on the validation part or better."""
    found = command("search", "flowers.npz?folds=0", *QUICK, "--json", "-")
    run, store = found["run"], open_store("x.db")
    phases = {event.ask: event.payload["phase"] for event in store.events(run) if event.kind == "asked"}
    assert phases[found["ask"]] == "final" and found["validation_seen"]
    where = ("--library", "x.db", "--json")
    shown = command("runs", "show", run, *where)
    assert (shown["result"]["ask"], shown["result"]["test_score"]) == (found["ask"], found["test_score"])
    assert [each["ask"] for each in shown["best"] if each["result"]] == [found["ask"]] == [shown["best"][0]["ask"]]
    (listed,) = command("runs", "list", *where)
    assert (listed["best"], listed["test"]) == (found["validation_score"], found["test_score"])
    scored, diagnosed = command("evaluate", run, *where), command("diagnose", run, *where)
    assert scored["subject"]["ask"] == diagnosed["subject"]["ask"] == found["ask"]
    assert scored["part"] == "test" and scored["scores"]["accuracy"] == pytest.approx(found["test_score"])
    assert diagnosed["scores"]["test"]["accuracy"] == pytest.approx(found["test_score"])
    with pytest.raises(SystemExit):
        main(["export", run, "--to", "weights", "net.safetensors", "--library", "x.db"])
    assert f"ask {found['ask']}, the result of run {run}" in capsys.readouterr().out
    assert Path("net.safetensors").stat().st_size
    inputs = task_of(recorded(run)).preprocessing.inputs.invert(task_of(recorded(run)).test.inputs[0])
    Path("in.json").write_text(json.dumps(inputs.tolist()))
    with pytest.raises(SystemExit):
        main(["predict", run, "in.json", "--library", "x.db"])
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    right = np.mean(
        [int(answer["answer"]) == target for answer, target in zip(answers, task_of(recorded(run)).test.targets)]
    )
    assert right == pytest.approx(found["test_score"])


@pytest.mark.slow
def test_the_result_of_a_run_that_recorded_none_is_found(command):
    found = command("search", "flowers.npz", *QUICK, "--json", "-")
    store = open_store("x.db")
    config = {key: value for key, value in store.run(found["run"]).config.items() if key != "result"}
    store.update_run(found["run"], config=config)
    (listed,) = command("runs", "list", "--library", "x.db", "--json")
    assert (listed["best"], listed["test"]) == (found["validation_score"], None)
    shown = command("runs", "show", found["run"], "--library", "x.db", "--json")["result"]
    assert (shown["ask"], shown["score"], shown["test_score"]) == (found["ask"], found["validation_score"], None)


def test_what_the_training_had_is_said_beside_every_score(command, capsys):
    run = command("search", "flowers.npz?folds=0", *QUICK, "--json", "-")["run"]
    where = ("--library", "x.db", "--json")
    counts = {
        part: command("evaluate", run, "--part", part, *where)["seen"]
        for part in ("train", "validation", "test", "all")
    }
    assert counts == {"train": 72, "validation": 18, "test": 0, "all": 90}
    facts = command("diagnose", run, *where)
    assert facts["seen"] == {"train": 72, "validation": 18, "test": 0} and facts["gap_part"] == "test"
    before = command("diagnose", run, "--ask", str(facts["subject"]["before"]), *where)
    assert before["seen"] == {"train": 72, "validation": 0, "test": 0} and before["gap_part"] == "validation"
    assert before["subject"]["result"] is False
    inspected = command("inspect", run, "--page", "misclassified", *where)
    assert (inspected["part"], inspected["cases"], inspected["seen"]) == ("test", 30, 0)
    for arguments, text in (
        (["evaluate", run, "--part", "validation"], "18 of the 18 cases were in its training"),
        (["evaluate", run], "none of the 30 cases was in its training"),
        (["diagnose", run], "The training (the validation cases were trained on too)"),
    ):
        with pytest.raises(SystemExit):
            main([*arguments, "--library", "x.db"])
        assert text in capsys.readouterr().out


@pytest.mark.slow
def test_cases_that_were_trained_on_are_found_in_data_that_is_divided_otherwise(command):
    run = command("search", "flowers.npz", *QUICK, "--json", "-")["run"]
    own, (other,) = task_of(recorded(run)), load_tasks("flowers.npz", seed=3)
    raw = [task.preprocessing.inputs.invert(task.part(part).inputs[0]) for task, part in
           ((own, "train"), (own, "validation"), (other, "test"))]  # fmt: skip
    trained = {tuple(np.round(row, 3)) for row in np.concatenate(raw[:2])}
    expected = sum(tuple(np.round(row, 3)) in trained for row in raw[2])
    assert 10 < expected < 30
    found = command(
        "evaluate", run, "flowers.npz", "--split-seed", "3", "--part", "test", "--library", "x.db", "--json"
    )
    assert found["seen"] == expected
    np.savez("others.npz", x=np.random.default_rng(9).normal(size=(60, 4)), y=np.arange(60) % 3)
    new = command("evaluate", run, "others.npz", "--library", "x.db", "--json")
    assert (new["part"], new["seen"]) == ("all", 0)


def test_a_search_without_a_validation_part_says_that_its_score_is_of_cases_trained_on(command):
    found = command("search", "flowers.npz?validation=0", *QUICK, "--json", "-")
    assert found["validation_seen"] is True
