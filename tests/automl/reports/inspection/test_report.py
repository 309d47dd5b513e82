"""The whole report, by Python and by the command."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from automl.errors import TaskError
from automl.evaluation.model import Model
from automl.fitting.trainers import TrainingBudget, make_trainer
from automl.reports.inspection import PAGES, InspectionSettings, inspect_model
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.task import task_kinds
from library.vocabulary import Vocabulary
from primitives.compile import compile_term

NET = "(lambda (x) (dense :units 3 @2 (relu (dense :units 8 @1 (flatten x)))))"
HARD = "(lambda (x) (vector :length 3 (map (lambda (v) (if (> v 0.0) 1.0 0.0)) (elements (dense :units 3 @1 (flatten x))))))"
QUICK = InspectionSettings(epsilons=(0.0, 0.1, 0.4), cases=30, closest=2)
PICTURES = {"under_attack", "adversarial", "fooling_gradient", "fooling_evolution", "filters", "confusion"}


def trained(task, text, epochs):
    vocabulary = Vocabulary()
    term = vocabulary.read(text)
    program = compile_term(term, vocabulary.all_words, task.type, seed=0)
    make_trainer("gradient").fit(program, task.data, TrainingBudget(epochs=epochs), seed=0)
    return Model(term, task.type, vocabulary, program.weights(), task.preprocessing)


@pytest.fixture(scope="module")
def task():
    return task_kinds()["labelled"].sample(0)


@pytest.fixture(scope="module")
def net(task):
    return trained(task, NET, 20)


@pytest.fixture(scope="module")
def report(net, task):
    return inspect_model(net, task, settings=QUICK)


def test_the_report_says_what_the_task_itself_measures(net, task, report):
    facts = report.to_dict()
    test = task.test
    accuracy = task.score(net.outputs(test), "test")["accuracy"]
    assert facts["misclassified"]["accuracy"] == pytest.approx(accuracy, abs=1e-6)
    rows = facts["adversarial"]["sweep"]["rows"]
    assert rows[0]["epsilon"] == 0 and rows[0]["accuracy"] == rows[0]["noise"]
    assert rows[0]["accuracy"] == pytest.approx(accuracy, abs=1e-6), "30 cases are more than the test part has"
    assert rows[-1]["accuracy"] < rows[0]["accuracy"] - 0.2 and rows[-1]["accuracy"] < rows[-1]["noise"]
    low, high = facts["range"]
    assert rows[1]["units"] == pytest.approx(0.1 * (high - low), rel=1e-4)


def test_the_confusion_matrix_is_scikit_learns(net, task, report):
    from sklearn.metrics import confusion_matrix

    test = task.test
    found = report.facts["misclassified"]
    answers = net.outputs(test).argmax(1).numpy()
    assert found["confusion"] == confusion_matrix(test.targets, answers, labels=range(3)).tolist()
    assert found["wrong"] == len(found["misclassified"]) > 1, "otherwise the rest says little"
    sure = [row["confidence"] for row in found["misclassified"]]
    assert sure == sorted(sure, reverse=True)
    assert {row["case"] for row in found["misclassified"]} == set(np.flatnonzero(answers != test.targets).tolist())


def test_the_report_is_json_with_pictures_that_can_be_opened(report, tmp_path):
    from PIL import Image

    written = report.save(tmp_path / "new" / "folder")
    assert json.loads(written[0].read_text()) == json.loads(json.dumps(report.to_dict()))
    assert {path.stem for path in written[1:]} >= PICTURES
    for path in written[1:]:
        with Image.open(path) as image:
            image.load()
            assert image.format == "PNG" and np.asarray(image.convert("L")).std() > 5, "something is drawn"


def test_the_same_seed_gives_the_same_report(net, task, report):
    assert inspect_model(net, task, settings=QUICK).to_dict() == report.to_dict()


def test_a_program_without_gradients_is_attacked_by_its_answers(task):
    vocabulary = Vocabulary()
    weights = trained(task, "(lambda (x) (dense :units 3 @1 (flatten x)))", 10).weights
    model = Model(vocabulary.read(HARD), task.type, vocabulary, weights, task.preprocessing)
    facts = inspect_model(model, task, ["adversarial"], QUICK).to_dict()
    assert not facts["differentiable"] and facts["adversarial"]["sweep"]["method"] == "evolved sign"
    rows = facts["adversarial"]["sweep"]["rows"]
    assert rows[-1]["accuracy"] <= rows[0]["accuracy"]
    assert all(row["method"] == "walk along the boundary" for row in facts["adversarial"]["smallest"])


def test_a_regression_is_attacked_by_its_loss_and_says_what_it_has_not(tmp_path):
    draws = np.random.default_rng(0)
    x = draws.normal(size=(120, 2))
    task = labelled_task("line", x, (x @ [3.0, -2.0])[:, None])
    vocabulary = Vocabulary()
    weights = {"1.weight": torch.tensor([[1.0, -0.5]]), "1.bias": torch.zeros(1)}
    model = Model(
        vocabulary.read("(lambda (x) (dense :units 1 @1 x))"), task.type, vocabulary, weights, task.preprocessing
    )
    inspection = inspect_model(model, task, settings=QUICK)
    rows = inspection.facts["adversarial"]["sweep"]["rows"]
    assert rows[0]["r2"] > rows[1]["r2"] > rows[2]["r2"] and "reached" not in rows[0]
    assert (
        "classes" in inspection.facts["fooling"]["reason"] and "classes" in inspection.facts["misclassified"]["reason"]
    )
    assert inspection.save(tmp_path)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"epsilons": ()}, "epsilons"),
        ({"epsilons": (0.1, 2.0)}, "from 0 to 1"),
        ({"cases": 0}, "cases=0"),
        ({"closest": -1}, "closest=-1"),
    ],
)
def test_settings_that_mean_nothing_are_refused(wrong, message):
    with pytest.raises(TaskError, match=message):
        InspectionSettings(**wrong)


def test_unknown_parts_are_refused(net, task):
    with pytest.raises(TaskError, match="part='dreams'"):
        inspect_model(net, task, ["dreams"])


# -- the command ---------------------------------------------------------------------------------------------------


@pytest.fixture
def saved(tmp_path):
    """A saved net for iris and its folder."""
    from automl.tasks.load import load_tasks

    task = load_tasks("iris")[0]
    trained(task, "(lambda (x) (dense :units 3 @1 x))", 10).save(tmp_path / "net")
    return tmp_path / "net"


def test_the_command_inspects_a_saved_net(saved, tmp_path, automl):
    out = tmp_path / "out"
    common = ("inspect", saved, "--data", "iris", "--closest", "2", "--epsilons", "0,0.2")
    code, text, _ = automl(*common, "--output", out)
    assert code == 0 and "gradient sign" in text and "first layer dense" in text and "inspection.json" in text
    assert json.loads((out / "inspection.json").read_text())["task"] == "iris"
    code, text, _ = automl(*common, "--json", "--page", "misclassified", "--page", "filters")
    facts = json.loads(text)
    assert code == 0 and set(PAGES.found()) & set(facts) == {"misclassified", "filters"}
    assert facts["filters"]["layers"] == [{"site": "1", "word": "dense", "shape": [3, 4]}]


def test_filters_need_no_data_and_the_rest_says_so(saved, automl):
    assert automl("inspect", saved, "--page", "filters")[0] == 0
    code, _, error = automl("inspect", saved)
    assert code == 2 and "--data" in error and "filters" in error
    code, _, error = automl("inspect", saved, "--page", "dreams")
    assert code == 2 and "part='dreams'" in error and "misclassified" in error


OWN = """
from automl.plugins import Page, Section


def find(inspected):
    return Section({"words": inspected.model.program.count("dense")})


COUNTED = Page("counted", find, lambda facts: iter([f"{facts['words']} dense layer"]), needs_data=False)
"""


def test_a_page_from_outside_is_one_file(saved, tmp_path, automl):
    (tmp_path / "my_page.py").write_text(OWN)
    code, out, error = automl("inspect", saved, "--page", "counted", "--plugins", tmp_path / "my_page.py")
    assert code == 0 and "1 dense layer" in out, error


def test_the_command_inspects_a_run_on_its_own_data(tmp_path, automl, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, _ = automl("search", "iris", "--evaluations", "2", "--strategy", "random", "--json", "-")
    run = json.loads(out)["run"]
    assert code == 0
    code, out, error = automl("inspect", run, "--page", "misclassified", "--json")
    assert code == 0, error
    assert json.loads(out)["task"] == "iris"


def test_what_is_no_model_is_one_clear_message(tmp_path, automl, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("nothere", str(tmp_path)):
        code, _, error = automl("inspect", name, "--page", "filters")
        assert code == 2 and "model=" in error and "Traceback" not in error
    assert not list(tmp_path.iterdir()), "nothing is made"
    code, _, error = automl("inspect", "nothere", "--epsilons", "a,b")
    assert code == 2 and "--epsilons" in error
