"""A metric that is a user's own function: what it is told, where it may come from, and what is said where it cannot be."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pandas
import pytest

import automl
from automl.cli import main
from automl.tasks.data import ProblemData
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.own_metric import function_named, metric_name, metric_version
from automl.tasks.task import TaskError
from primitives.plugins.outside import forget, registered

RNG = np.random.default_rng(0)
FRAME = pandas.DataFrame({"a": RNG.normal(size=80), "b": RNG.normal(size=80)})
FRAME["bought"] = np.where(FRAME["a"] > 0, "yes", "no")
FRAME["amount"] = 1000 + 50 * FRAME["a"]
TEXT = '''"""What we gain."""

import numpy as np


def gain(y_true, y_pred):
    return float(np.mean(np.where(y_pred == "yes", np.where(y_true == "yes", 5.0, -1.0), 0.0)))
'''


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A module with a metric, importable."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    Path("shop_metrics.py").write_text(TEXT)
    import shop_metrics  # type: ignore[import-not-found]

    yield shop_metrics
    sys.modules.pop("shop_metrics", None)


def test_it_is_told_labels_or_numbers_as_they_were_given() -> None:
    seen = []

    def note(y_true, y_pred):
        seen.append((y_true, y_pred))
        return 0.25

    result = automl.search(FRAME[["a", "b", "bought"]], target="bought", metric=note, evaluations=2, quiet=True)
    assert result.score == 0.25 and result.metric.startswith("note()")
    assert all(set(y) <= {"yes", "no"} and y.shape == (len(y),) for pair in seen for y in pair)
    seen.clear()
    automl.search((FRAME[["a", "b", "amount"]], "amount"), metric=note, evaluations=2, quiet=True)
    assert all(y.shape == (len(y),) and 700 < y.mean() < 1300 for pair in seen for y in pair)
    seen.clear()
    automl.search(
        FRAME[["a", "b", "bought"]], target="bought", metric=note, probabilities=True, evaluations=2, quiet=True
    )
    assert all(p.shape == (len(y), 2) and np.allclose(p.sum(axis=1), 1.0) for y, p in seen)


def test_what_is_better_is_its_own_to_say() -> None:
    def far(y_true, y_pred):
        return float(np.abs(y_true - y_pred).max())

    data = FRAME[["a", "b", "amount"]]
    near = automl.search(data, target="amount", metric=far, direction="minimize", evaluations=2, quiet=True)
    away = automl.search(data, target="amount", metric=far, evaluations=2, quiet=True)
    assert "linear" in near.program and "constant" in away.program
    assert near.score is not None and away.score is not None and near.score < away.score


def test_where_it_is_undefined_it_says_so_and_its_faults_are_told() -> None:
    x, y = FRAME[["a", "b"]].to_numpy(), FRAME["bought"].to_numpy().astype(str)

    def undefined(y_true, y_pred):
        raise ValueError("only one class")

    data = labelled_task("t", x, y, metric=metric_name(undefined, lasting=False)).data
    assert data.metric not in data.score(np.eye(2)[np.asarray(data.train.targets)], data.train)
    for wrong, said in (
        (lambda y_true: 0.0, "raised TypeError"),
        (lambda y_true, y_pred: "good", "gave 'good': a number is required"),
        (lambda y_true, y_pred: y_true == y_pred, "a number is required"),
    ):
        with pytest.raises(TaskError, match=said):
            automl.search((x, y), metric=wrong, evaluations=1, quiet=True)  # type: ignore[arg-type]
    with pytest.raises(TaskError, match="direction='up': maximize or minimize is required"):
        automl.search((x, y), metric=undefined, direction="up", evaluations=1, quiet=True)
    with pytest.raises(TaskError, match="direction='minimize' of metric='accuracy': it is for a function of your own"):
        automl.search((x, y), metric="accuracy", direction="minimize", evaluations=1, quiet=True)


def test_one_without_a_value_for_any_answer_is_refused_or_where_it_says_so_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def undefined(y_true, y_pred):
        raise ValueError("never")

    def only_constant(y_true, y_pred):
        if len(set(y_pred)) > 1:
            raise ValueError("answers that differ")
        return 0.5

    for target in ("bought", "amount"):
        data = FRAME[["a", "b", target]]
        for wrong in (lambda y_true, y_pred: 1 / 0, lambda y_true, y_pred: float("nan")):
            with pytest.raises(TaskError, match="no value of .*, whatever is answered; mend the function"):
                automl.search(data, target=target, metric=wrong, evaluations=1, quiet=True)
        caplog.clear()
        if target == "amount":  # numbers have nothing else to be compared by
            with pytest.raises(TaskError, match="no value of undefined.*never"):
                automl.search(data, target=target, metric=undefined, evaluations=1, quiet=True)
        else:
            automl.search(data, target=target, metric=undefined, evaluations=1, quiet=True)
        assert "(never), whatever is answered: no program has a score by it" in caplog.text
        caplog.clear()
        automl.search(data, target=target, metric=only_constant, evaluations=1, quiet=True)
        assert "whatever is answered" not in caplog.text


def test_functions_of_one_name_are_told_apart() -> None:
    first, second = (lambda y, p: 1.0), (lambda y, p: 2.0)
    names = metric_name(first, lasting=False), metric_name(second, lasting=False)
    assert names[0] != names[1] and metric_name(first, lasting=False) == names[0]
    assert function_named(names[1]) is second


def test_a_lambda_is_refused_where_it_must_be_found_again(tmp_path: Path) -> None:
    for given in ({"library": f"sqlite:///{tmp_path}/x.db"}, {"workers": 2}):
        with pytest.raises(TaskError, match="a function at the top level of a module of its own is required"):
            automl.search(FRAME, target="bought", metric=lambda y, p: 1.0, evaluations=1, quiet=True, **given)  # type: ignore[arg-type]
    assert not (tmp_path / "x.db").exists()


@pytest.mark.slow
def test_a_function_of_a_module_is_found_again_by_its_name(module, capsys: pytest.CaptureFixture[str]) -> None:
    FRAME[["a", "b", "bought"]].to_csv("t.csv", index=False)
    result = automl.search(
        "t.csv:bought", metric=module.gain, library="sqlite:///x.db", workers=2, evaluations=2, quiet=True
    )
    assert result.metric == "shop_metrics:gain" and result.score is not None and result.score > 1.0
    for outside in registered():
        if outside.path.endswith("shop_metrics.py"):
            forget(outside)

    def command(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main(list(arguments))
        said = capsys.readouterr()
        return int(left.value.code or 0), said.out, said.err

    code, _, error = command("runs", "resume", result.run, "--library", "x.db")
    assert code == 2 and "shop_metrics" in error and "--plugins" in error and "Traceback" not in error
    code, out, error = command("runs", "resume", result.run, "--library", "x.db", "--plugins", "shop_metrics.py")
    assert code == 0 and f"validation shop_metrics:gain {result.score:.4f}" in out, error
    code, out, error = command(
        "search", "t.csv:bought?metric=shop_metrics:gain", "--evaluations", "1", "--library", "y.db", "--plugins", "shop_metrics.py",
        "--json", "-",
    )  # fmt: skip
    assert code == 0 and json.loads(out)["metric"] == "shop_metrics:gain", error


def test_a_changed_module_is_another_metric(module) -> None:
    name = metric_name(module.gain, lasting=True)
    version = metric_version(name)
    data = labelled_task("t", FRAME[["a", "b"]].to_numpy(), FRAME["bought"].to_numpy().astype(str), metric=name).data
    text, arrays = data.payload()
    assert ProblemData.from_payload(text, arrays).metric_labels == ("no", "yes")
    key = data.evaluation_digest
    Path("shop_metrics.py").write_text(TEXT.replace("5.0", "6.0"))
    automl.use_plugins(["shop_metrics.py"])
    assert metric_version(name) != version and data.evaluation_digest != key
    Path("nothing.py").write_text("x = 3\n")
    with pytest.raises(automl.PluginError, match=r"or a function of \(y_true, y_pred\) for a metric"):
        automl.use_plugins(["nothing.py"])
