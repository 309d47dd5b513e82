"""Runs of baselines on small data: what is stored, what is not repeated, and that a vote can be counted again."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from automl.baselines import load
from automl.baselines.bench import Bench, Order
from automl.baselines.data import expanded, load_data
from automl.baselines.declaration import Baseline
from automl.baselines.results import Places
from automl.baselines.running import run
from automl.baselines.voting import vote
from automl.errors import TaskError
from automl.evaluation.model import Model
from automl.fitting.trainer import TrainingResult
from primitives.inference import infer
from primitives.notation.types import parse_type
from primitives.syntax import parse
from primitives.weights import deviating, initialise
from primitives.words import builtin_words

NET = """
title = "a small net"
source = "a test"
data = "digits"
program = "(lambda (x) (pipe x (conv :maps 4 @conv) max_pool relu flatten (dense :units 10 @last) log_softmax))"
[published]
accuracy = 0.9
input = [1, 8, 8]
[book]
epochs = 3
runs = 2
initialisation = { conv = { weight = 0.3, bias = 1.0 }, last = { weight = 0.0, bias = 0.0 } }
[book.trainer]
optimiser = "sgd"
rate = 0.1
schedule = "constant"
batch_size = 10
momentum = 0.0
smoothing = 0.0
clip = 0.0
[fast]
epochs = 2
runs = 1
trainer = { batch_size = 32 }
"""
VOTE = 'title = "a vote"\nsource = "a test"\n[published]\ninput = [1, 8, 8]\n[vote]\nof = "net"\ncount = 3\n'


@pytest.fixture
def net(tmp_path):
    (tmp_path / "net.toml").write_text(NET)
    (tmp_path / "vote.toml").write_text(VOTE)
    return load(tmp_path / "net.toml")


def read(path):
    return json.loads(path.read_text())


def test_book_reads_the_test_part_at_the_last_best_validation(net, tmp_path):
    seen = []
    found = run(Order(net, "book", range(2)), Places.at(tmp_path / "out"), seen.append)
    assert [(row["seed"], row["epoch"]) for row in seen] == [(s, e) for s in range(2) for e in (1, 2, 3)]
    assert found["seeds"] == [0, 1] and len(found["seconds"]) == 2
    for each, test, validation in zip(found["runs"], found["test_scores"], found["validation_scores"]):
        curves = each["curves"]
        best = max(range(3), key=lambda i: (curves["validation_score"][i], i))
        assert (test, validation) == (curves["test_score"][best], curves["validation_score"][best])
        assert each["best_epoch"] == best + 1
    assert read(tmp_path / "out" / "net-book.json")["runs"] == found["runs"]


def test_the_kept_net_is_the_one_whose_score_is_reported(net, tmp_path):
    places = Places.at(tmp_path / "out")
    found = run(Order(net, "book", [0]), places)
    task = load_data(net, None)
    model = Model.load(places.net("net", "book", 0))
    assert task.score(model.outputs(task.test), "test")["accuracy"] == found["test_scores"][0]
    with np.load(places.net("net", "book", 0) / "answers.npz") as answers:
        assert (answers["test"].argmax(1) == task.test.targets).mean() == found["test_scores"][0]


def test_a_finished_seed_is_not_repeated_and_a_stopped_run_loses_one(net, tmp_path):
    places = Places.at(tmp_path / "out")

    class Stop(Exception):
        pass

    def stop(row):
        if row["seed"] == 1 and row["epoch"] == 2:
            raise Stop

    with pytest.raises(Stop):
        run(Order(net, "book", range(2)), places, stop)
    before = read(tmp_path / "out" / "net-book.json")
    assert before["seeds"] == [0]
    seen = []
    after = run(Order(net, "book", range(2)), places, seen.append)
    assert {row["seed"] for row in seen} == {1}
    assert after["runs"][0] == before["runs"][0]
    alone = run(Order(net, "book", [1]), Places.at(tmp_path / "other"))
    assert alone["test_scores"] == after["test_scores"][1:]
    assert alone["runs"][0]["curves"] == after["runs"][1]["curves"]


def test_results_of_other_settings_are_not_mixed(net, tmp_path):
    places = Places.at(tmp_path / "out")
    run(Order(net, "fast", [0]), places)
    (tmp_path / "net.toml").write_text(NET.replace("batch_size = 32", "batch_size = 64"))
    with pytest.raises(TaskError, match="net-fast.json"):
        run(Order(load(tmp_path / "net.toml"), "fast", [1]), places)


def test_results_that_became_those_of_other_settings_meanwhile_are_not_mixed(net, tmp_path):
    places = Places.at(tmp_path / "out")
    run(Order(net, "fast", [0]), places)
    path = tmp_path / "out" / "net-fast.json"
    other = {**read(path), "key": "of another declaration"}
    with pytest.raises(TaskError, match="net-fast.json.*other settings"):
        run(Order(net, "fast", [1]), places, lambda row: path.write_text(json.dumps(other)))
    assert read(path) == other


@pytest.mark.parametrize("outcome", ["out of memory", "unsuitable"])
def test_a_seed_that_could_not_be_trained_has_no_result(net, tmp_path, monkeypatch, outcome):
    class Trainer:
        def fit(self, *given, **named):
            return TrainingResult(outcome, "of the device")

    monkeypatch.setattr(Baseline, "trainer", lambda *given: Trainer())
    with pytest.raises(TaskError, match=f"seed=0: {outcome}: of the device"):
        run(Order(net, "fast", [0]), Places.at(tmp_path / "out"))
    assert not (tmp_path / "out" / "net-fast.json").exists()


def test_a_trial_with_other_epochs_has_its_own_file(net, tmp_path):
    places = Places.at(tmp_path / "out")
    found = run(Order(net, "fast", [0], epochs=1), places)
    assert found["training"]["epochs"] == 1 and found["runs"][0]["epochs"] == 1
    assert not (tmp_path / "out" / "net-fast.json").exists()


def test_fast_looks_at_the_test_part_once(net, tmp_path, monkeypatch):
    looked = []
    original = Bench.predicted
    monkeypatch.setattr(
        Bench, "predicted", lambda self, program, part: looked.append(part) or original(self, program, part)
    )
    found = run(Order(net, "fast", [0]), Places.at(tmp_path / "out"))
    assert looked.count("test") == 1
    assert "test_score" not in found["runs"][0]["curves"]


def test_declared_first_weights(net):
    words = builtin_words()
    sites = infer(net.term("book"), words, parse_type("Tensor[1,8,8] -> Tensor[10]")).sites
    weights = deviating(sites, net.protocol("book").initialisation, 3)
    assert not weights["last.weight"].any() and not weights["last.bias"].any()
    wide = infer(
        parse("(lambda (x) (dense :units 200 @a x))", words), words, parse_type("Tensor[300] -> Tensor[200]")
    ).sites
    drawn = deviating(wide, {"a": {"weight": 0.1, "bias": 1.0}}, 0)
    assert abs(float(drawn["a.weight"].std()) - 0.1) < 0.002 and abs(float(drawn["a.bias"].std()) - 1.0) < 0.15
    assert torch.equal(drawn["a.weight"], deviating(wide, {"a": {"weight": 0.1}}, 0)["a.weight"])
    assert not torch.equal(drawn["a.weight"], initialise(wide, 0)["a.weight"])
    with pytest.raises(ValueError, match="gain"):
        deviating(wide, {"a": {"gain": 0.1}})


def test_an_initialisation_of_no_site_is_one_error(net, tmp_path):
    (tmp_path / "net.toml").write_text(NET.replace("initialisation = { conv", "initialisation = { none"))
    with pytest.raises(TaskError, match="none"):
        run(Order(load(tmp_path / "net.toml"), "book", [0]), Places.at(tmp_path / "out"))


def test_translations_move_each_image_by_one_pixel_four_ways(net):
    data = load_data(net, None).data
    more = expanded(data, "translations")
    n = len(data.train)
    assert len(more.train) == 5 * n and more.validation is data.validation and more.digest != data.digest
    images, moved = data.train.inputs[0], more.train.inputs[0]
    assert np.array_equal(moved[:n], images) and np.array_equal(more.train.targets[2 * n : 3 * n], data.train.targets)
    found = set()
    for copy in range(1, 5):
        part = moved[copy * n : (copy + 1) * n]
        for name, here, there in (
            ("down", part[:, :, 1:], images[:, :, :-1]), ("up", part[:, :, :-1], images[:, :, 1:]),
            ("right", part[..., 1:], images[..., :-1]), ("left", part[..., :-1], images[..., 1:]),
        ):  # fmt: skip
            if np.array_equal(here, there):
                found.add(name)
                edge = {"down": part[:, :, 0], "up": part[:, :, -1], "right": part[..., 0], "left": part[..., -1]}[name]
                assert not edge.any()
    assert found == {"down", "up", "right", "left"}
    with pytest.raises(TaskError, match="images"):
        expanded(load_data_named("iris"), "translations")


def load_data_named(name):
    from automl.tasks.load import load_tasks

    return load_tasks(name)[0].data


def test_a_vote_is_the_majority_and_ties_go_to_the_mean_log_probability():
    def logs(*rows):
        return np.log(np.array(rows))

    majority = [logs([0.6, 0.3, 0.1]), logs([0.6, 0.3, 0.1]), logs([0.01, 0.98, 0.01])]
    assert vote(np.stack(majority)).tolist() == [0]
    tie = [logs([0.5, 0.4, 0.1]), logs([0.1, 0.8, 0.1])]
    assert vote(np.stack(tie)).tolist() == [1]
    # Class 2 has the best mean, but nobody's vote.
    without = [logs([0.55, 0.001, 0.449]), logs([0.001, 0.55, 0.449])]
    assert vote(np.stack(without)).tolist()[0] in (0, 1)


def test_members_of_a_vote_are_trained_once_and_counted_from_what_is_stored(net, tmp_path):
    places, ensemble = Places.at(tmp_path / "out"), load(tmp_path / "vote.toml")
    seen = []
    found = run(Order(ensemble, "fast", [0]), places, seen.append)
    assert sorted({row["seed"] for row in seen}) == [0, 1, 2]
    members = found["runs"][0]["members"]
    stored = read(tmp_path / "out" / "net-fast.json")
    assert [each["test_score"] for each in members] == stored["test_scores"]
    (tmp_path / "out" / "vote-fast.json").unlink()
    again = run(Order(ensemble, "fast", [0]), places, lambda row: pytest.fail("a member was trained again"))
    assert again["test_scores"] == found["test_scores"] and found["test_scores"][0] >= min(stored["test_scores"])
    task = load_data(net, None)
    assert found["runs"][0]["errors"] == round((1 - found["test_scores"][0]) * len(task.test))


def test_answers_of_another_net_do_not_vote(net, tmp_path):
    """Results travel with the project, nets do not: those that lie here may be of an earlier declaration."""
    places, ensemble = Places.at(tmp_path / "out"), load(tmp_path / "vote.toml")
    first = run(Order(ensemble, "fast", [0]), places)
    path = places.net("net", "fast", 1) / "answers.npz"
    with np.load(path) as stored:
        answers = dict(stored)
    np.savez(path, test=answers["test"][:, ::-1], validation=answers["validation"][:, ::-1])
    kept = run(Order(ensemble, "fast", [0]), places, lambda row: pytest.fail("a vote that is stored was counted again"))
    assert kept["test_scores"] == first["test_scores"]
    (tmp_path / "out" / "vote-fast.json").unlink()
    seen = []
    again = run(Order(ensemble, "fast", [0]), places, seen.append)
    assert {row["seed"] for row in seen} == {1} and again["test_scores"] == first["test_scores"]


def test_a_run_tells_how_it_overfits(net, tmp_path):
    found = run(Order(net, "book", [0]), Places.at(tmp_path / "out"))["runs"][0]
    curves = found["curves"]
    assert all(0.5 < score <= 1.0 for score in curves["train_score"]) and len(curves["measured_loss"]) == 3
    assert set(curves["gradient_norms"][0]) == {"conv.weight", "conv.bias", "last.weight", "last.bias"}
    assert abs(found["diagnostics"]["overfitting_gap"]) < 0.3 and 0 <= found["diagnostics"]["calibration_error"] < 0.5
