"""Diagnoses and scores on other data: against what can be counted by hand, and by the command on a recorded run."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_iris

from automl.cli import main
from automl.commands.subject import open_model
from automl.errors import TaskError
from automl.evaluation.model import Model
from automl.evaluation.scoring import as_trained, evaluate
from automl.fitting.measurements import calibration_of
from automl.fitting.trainer import columns
from automl.fitting.trainers import TrainingBudget, make_trainer
from automl.reports.diagnosis import diagnose, logged_curves
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.split import Split
from library.vocabulary import Vocabulary
from primitives.compile import compile_term

SPLIT = Split(test=0.2, validation=0.2)


def fit_program(program, task, trainer, budget, weights=None):
    """A model of a program that is trained on a task from some weights, and how the training went."""
    words = Vocabulary()
    term = words.read(program) if isinstance(program, str) else program
    module = compile_term(term, words.all_words, task.type, weights=weights, seed=0)
    result = trainer.fit(module, task.data, budget, seed=0)
    return Model(term, task.type, words, module.weights(), task.preprocessing), result


def trained(task, text, epochs=20):
    """A model of the task, and the history of its training."""
    model, result = fit_program(text, task, make_trainer("gradient"), TrainingBudget(epochs=epochs))
    return model, result.history


@pytest.fixture(scope="module")
def flowers():
    x, y = load_iris(return_X_y=True)
    task = labelled_task("flowers", x, y, split=SPLIT, label_names=["setosa", "versicolor", "virginica"])
    return task, *trained(task, "(lambda (x) (dense :units 3 (tanh (dense :units 8 x))))")


def test_calibration_by_hand():
    probabilities = np.array([[0.9, 0.1], [0.95, 0.05], [0.4, 0.6], [0.45, 0.55], [0.98, 0.02]])
    found = calibration_of(probabilities, np.array([0, 1, 1, 1, 0]), bins=10)
    assert found.count.tolist() == [0, 0, 0, 0, 0, 1, 1, 0, 0, 3]
    assert found.accuracy[[5, 6, 9]] == pytest.approx([1, 1, 2 / 3])
    assert found.confidence[[5, 6, 9]] == pytest.approx([0.55, 0.6, 2.83 / 3])
    assert found.error == pytest.approx((0.45 + 0.4 + 0.83) / 5)
    assert found.confidence_gap == pytest.approx((0.83 - 0.45 - 0.4) / 5)
    rows = found.to_json()["bins"]
    assert [(row["from"], row["to"], row["cases"]) for row in rows] == [(0.5, 0.6, 1), (0.6, 0.7, 1), (0.9, 1.0, 3)]


def test_columns_are_a_history_turned():
    rows = [
        {"epoch": 1, "seconds": 0.1, "train_loss": 0.1234567, "validation_loss": None, "gradient_norms": {"1.w": 2.0}},
        {"epoch": 2, "seconds": 0.2, "train_loss": float("nan"), "validation_loss": 0.5,
         "gradient_norms": {"1.w": 1.0, "2.w": 4.0}},
    ]  # fmt: skip
    assert columns(rows) == {
        "epoch": [1, 2], "train_loss": [0.123457, None], "validation_loss": [None, 0.5],
        "gradient_norms": {"1.w": [2.0, 1.0], "2.w": [None, 4.0]},
    }  # fmt: skip
    assert columns([]) == {"gradient_norms": {}}


def test_a_diagnosis_holds_what_can_be_measured_and_is_written(flowers, tmp_path):
    task, model, history = flowers
    curves = columns([record.to_json() for record in history])
    found = diagnose(model, task.data, curves, test=task.test)
    facts = found.facts
    assert facts["cases"] == {"train": 96, "validation": 24, "test": 30}
    scores = facts["scores"]
    assert facts["gap"] == pytest.approx(scores["train"]["accuracy"] - scores["validation"]["accuracy"])
    last = max(i for i, score in enumerate(curves["validation_score"]) if score is not None)
    assert max(s for s in curves["validation_score"] if s is not None) == pytest.approx(
        scores["validation"]["accuracy"]
    )
    assert set(facts["gradient_norms"]) == {"1.weight", "1.bias", "2.weight", "2.bias"} == set(curves["gradient_norms"])
    assert facts["layers"] == {"1": "dense", "2": "dense"}
    assert curves["measured_loss"][last] < curves["measured_loss"][0]
    for part in ("train", "validation", "test"):
        bins = facts["calibration"][part]["bins"]
        assert sum(row["cases"] for row in bins) == facts["cases"][part]
        right = sum(row["cases"] * row["accuracy"] for row in bins) / facts["cases"][part]
        assert right == pytest.approx(scores[part]["accuracy"])
    written = found.save(tmp_path / "out")
    assert [path.name for path in written] == [
        "diagnosis.json", "calibration.png", "loss.png", "score.png", "gradients.png",
    ]  # fmt: skip
    assert all(path.read_bytes()[:4] == b"\x89PNG" for path in written[1:])
    assert json.loads(written[0].read_text()) == json.loads(json.dumps(facts))


def test_scores_on_other_data_use_the_models_own_preprocessing(flowers):
    """The same flowers, half of them and split otherwise, so that they are standardised otherwise."""
    task, model, _ = flowers
    x, y = load_iris(return_X_y=True)
    names = ["setosa", "versicolor", "virginica"]
    other = labelled_task("other", x[::2], y[::2], split=Split(test=0.5, validation=0.1, seed=3), label_names=names)
    assert other.preprocessing.inputs != task.preprocessing.inputs
    right = [names[label] for label in y[::2]] == np.array(model.predict(x[::2]))
    assert evaluate(model, other)["accuracy"] == pytest.approx(right.mean())
    turned = labelled_task("turned", x[::2], 2 - y[::2], split=SPLIT, label_names=names[::-1])
    assert evaluate(model, turned)["accuracy"] == pytest.approx(right.mean()), "labels are matched by name"
    assert evaluate(model, task, "test") == pytest.approx(dict(task.data.score(model.outputs(task.test), task.test)))


def test_scores_of_numbers_are_in_their_own_units():
    x, y = load_diabetes(return_X_y=True)
    task = labelled_task("sugar", x, y, split=SPLIT)
    model, _ = trained(task, "(lambda (x) (dense :units 1 x))")
    few = labelled_task("few", x[y > 150], y[y > 150], split=SPLIT)
    assert few.preprocessing.target != task.preprocessing.target
    predicted = np.array(model.predict(x[y > 150]), dtype=float).reshape(-1)
    found = evaluate(model, few)
    expected = 1 - ((predicted - y[y > 150]) ** 2).sum() / ((y[y > 150] - y[y > 150].mean()) ** 2).sum()
    assert found["r2"] == pytest.approx(expected, abs=1e-3)


def test_data_that_does_not_fit_is_refused(flowers):
    task, model, _ = flowers
    x, y = load_iris(return_X_y=True)
    with pytest.raises(TaskError, match="part='half'.*all, train"):
        evaluate(model, task, "half")
    wide = labelled_task("wide", np.hstack([x, x]), y, split=SPLIT)
    with pytest.raises(TaskError, match="Tensor\\[4\\].*is required"):
        evaluate(model, wide)
    named = labelled_task("named", x, y, split=SPLIT, label_names=["setosa", "rose", "virginica"])
    with pytest.raises(TaskError, match="label='rose'.*versicolor"):
        evaluate(model, named)


def test_a_program_is_fitted_again_from_weights_and_saved(flowers, tmp_path):
    task, model, _ = flowers
    model.save(tmp_path)
    loaded = Model.load(tmp_path)
    assert evaluate(loaded, task) == evaluate(model, task)
    trainer = make_trainer("gradient", {"rate": 0.0, "weight_decay": 0.0})
    again, result = fit_program(loaded.term, task, trainer, TrainingBudget(epochs=1), weights=loaded.weights)
    assert result.outcome == "ok" and evaluate(again, task) == evaluate(model, task)


def test_a_folder_is_diagnosed_with_the_log_beside_it(flowers, tmp_path, capsys):
    _, model, history = flowers
    model.save(tmp_path)
    assert logged_curves(tmp_path) is None
    rows = [json.dumps({**record.to_json(), "test_score": 0.5}) for record in history]
    (tmp_path / "epochs.jsonl").write_text("\n".join(rows) + "\n")
    with pytest.raises(SystemExit) as caught:
        main(["diagnose", str(tmp_path), "--data", "iris", "--json"])
    assert not caught.value.code
    curves = json.loads(capsys.readouterr().out)["curves"]
    assert curves["epoch"] == [record.epoch for record in history] and set(curves["test_score"]) == {0.5}
    with pytest.raises(SystemExit) as caught:
        main(["diagnose", str(tmp_path)])
    assert caught.value.code and "--data" in capsys.readouterr().err


@pytest.mark.parametrize("text", ['{"epoch": 1, "tra', '{"epoch": 1}', "[1]"])
def test_a_log_that_is_cut_short_is_one_message(flowers, tmp_path, capsys, text):
    _, model, _ = flowers
    model.save(tmp_path)
    (tmp_path / "epochs.jsonl").write_text(text)
    with pytest.raises(SystemExit) as caught:
        main(["diagnose", str(tmp_path), "--data", "iris"])
    error = capsys.readouterr().err
    assert caught.value.code == 2 and "epochs.jsonl" in error and error.count("\n") == 1


def test_a_diagnosis_on_other_data_uses_the_models_own_preprocessing(flowers, tmp_path, capsys):
    _, model, _ = flowers
    model.save(tmp_path)

    def shown(*arguments):
        capsys.readouterr()
        with pytest.raises(SystemExit) as caught:
            main([*arguments, "--json"])
        assert not caught.value.code
        return json.loads(capsys.readouterr().out)["scores"]

    found = shown("diagnose", str(tmp_path), "--data", "iris?test=0.5&validation=0.1&seed=3")
    for part in ("train", "validation", "test"):
        scores = shown("evaluate", str(tmp_path), "iris?test=0.5&validation=0.1&seed=3", "--part", part)
        assert found[part]["accuracy"] == pytest.approx(scores["accuracy"])
        assert found[part]["cross_entropy"] == pytest.approx(scores["cross_entropy"], rel=1e-4)
    for command in (["diagnose", str(tmp_path), "--data", "wine"], ["evaluate", str(tmp_path), "wine"]):
        with pytest.raises(SystemExit) as caught:
            main(command)
        assert caught.value.code == 2 and "Tensor[4]" in capsys.readouterr().err


def test_a_diagnosis_of_numbers_on_other_data_is_in_the_same_units(tmp_path):
    x, y = load_diabetes(return_X_y=True)
    model, _ = trained(labelled_task("sugar", x, y, split=SPLIT), "(lambda (x) (dense :units 1 x))")
    few = labelled_task("few", x[y > 150], y[y > 150], split=SPLIT)
    seen, test = as_trained(model, few)
    found = diagnose(model, seen, test=test).facts["scores"]
    assert found["test"] == pytest.approx(evaluate(model, few, "test"), rel=1e-3)
    assert found["validation"] == pytest.approx(evaluate(model, few, "validation"), rel=1e-3)


@pytest.mark.slow
def test_commands_on_a_recorded_run(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        capsys.readouterr()
        with pytest.raises(SystemExit) as caught:
            main(list(arguments))
        found = capsys.readouterr()
        return int(caught.value.code or 0), found.out, found.err

    code, out, _ = run(
        "search",
        "iris?folds=0",
        "--evaluations",
        "4",
        "--words",
        "dense,batch_norm",
        "--library",
        "x.db",
        "--json",
        "-",
    )
    result = json.loads(out)
    code, out, error = run("diagnose", result["run"], "--library", "x.db", "--json", "--output", "out")
    assert code == 0, error
    last = json.loads(out)["subject"]
    assert last["ask"] == result["ask"] and last["phase"] == "final"
    code, out, error = run(
        "diagnose", result["run"], "--ask", str(last["before"]), "--library", "x.db", "--json", "--output", "out"
    )
    assert code == 0, error
    facts = json.loads(out)
    assert facts["curves"]["epoch"] and facts["curves"]["gradient_norms"] and (tmp_path / "out" / "score.png").is_file()
    assert max(s for s in facts["curves"]["validation_score"] if s is not None) == pytest.approx(
        facts["scores"]["validation"]["accuracy"], abs=1e-6
    )
    code, out, _ = run("diagnose", result["run"], "--library", "x.db", "--every", "3")
    assert (
        code == 0 and "calibration error on test" in out and " 1.weight" in out and "Gradient norms by parameter" in out
    )
    code, out, _ = run("evaluate", result["run"], "iris", "--library", "x.db", "--part", "test", "--json")
    assert code == 0 and json.loads(out)["scores"]["accuracy"] == pytest.approx(result["test_score"])
    code, _, error = run("diagnose", result["run"], "--library", "x.db", "--ask", "999")
    assert code != 0 and "ask=999" in error
    for command in (("diagnose", "no-such-run"), ("evaluate", "no-such-run", "iris"), ("inspect", "no-such-run")):
        for library in ("x.db", "absent.db"):
            code, _, error = run(*command, "--library", library)
            assert code == 2 and "model='no-such-run': a folder with model.json, or a run" in error
    other = "iris?test=0.5&validation=0.1&seed=3"
    own, same = (open_model(result["run"], data, "x.db", 0, None) for data in (None, other))
    assert own.model.preprocessing == same.model.preprocessing != same.given_task.preprocessing
