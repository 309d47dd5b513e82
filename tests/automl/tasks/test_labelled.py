"""Labelled arrays: form of the target, scaling, labels, parts, refusals."""

from __future__ import annotations

import numpy as np
import pytest

from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.preprocessing import Preprocessing, fit_inputs
from automl.tasks.task import Split, TaskError

RNG = np.random.Generator(np.random.PCG64(0))
X, Y = RNG.normal(size=(40, 3)), np.arange(40) % 4


def test_vectors_with_classes() -> None:
    task = labelled_task("t", X, Y)
    view = task.data
    assert str(task.type) == "Tensor[3] -> Tensor[4]" and view.loss == "cross_entropy" and view.metric == "accuracy"
    assert view.train.inputs[0].dtype == np.float32 and view.train.targets.dtype == np.int64
    assert (len(view.train), len(view.validation), len(task.test)) == (24, 6, 10)
    assert view.train.inputs[0].mean(axis=0) == pytest.approx(np.zeros(3), abs=1e-6)
    assert view.train.inputs[0].std(axis=0) == pytest.approx(np.ones(3), abs=1e-5)


def test_scaling_is_fitted_on_train_alone() -> None:
    task = labelled_task("t", X, Y)
    train, _, test = task.split.divide(Y, len(Y))
    changed = X.copy()
    changed[test] += 100.0
    other = labelled_task("t", changed, Y)
    assert other.preprocessing == task.preprocessing
    assert other.data.digest == task.data.digest and other.digest != task.digest
    assert task.preprocessing.inputs.offset == pytest.approx(tuple(X[train].mean(axis=0)))


@pytest.mark.parametrize(
    ("shape", "layout", "expected"),
    [
        ((12, 8, 8), "auto", (1, 8, 8)), ((12, 3, 8, 9), "auto", (3, 8, 9)), ((12, 8, 9, 3), "auto", (3, 8, 9)),
        ((12, 8, 9, 1), "auto", (1, 8, 9)), ((12, 3, 5, 3), "hwc", (3, 3, 5)), ((12, 3, 5, 3), "auto", (3, 5, 3)),
        ((12, 7, 5, 4), "chw", (7, 5, 4)), ((12, 2, 1, 3), "auto", (2, 1, 3)),
    ],
)  # fmt: skip
def test_image_layouts(shape: tuple, layout: str, expected: tuple) -> None:
    x = np.arange(np.prod(shape)).reshape(shape) % 256
    task = labelled_task("t", x.astype(np.uint8), np.arange(12) % 2, layout=layout)
    assert task.preprocessing.shape == expected and task.preprocessing.inputs.scale == (255.0,)
    assert str(task.type) == f"Tensor[{','.join(map(str, expected))}] -> Tensor[2]"


def test_a_layout_moves_pixels_not_only_shapes() -> None:
    x = RNG.integers(0, 255, size=(8, 5, 6, 3)).astype(np.uint8)
    task = labelled_task("t", x, np.arange(8) % 2, split=Split(test=0.0, validation=0.0))
    image = task.data.train.inputs[0][2]
    assert image[1, 4, 3] == pytest.approx(x[2, 4, 3, 1] / 255)


def test_numbers_are_standardised_and_scored_in_their_units() -> None:
    y = X @ [1.0, -2.0, 0.5] * 50 + 300
    task = labelled_task("t", X, y)
    view = task.data
    assert str(task.type) == "Tensor[3] -> Tensor[1]" and (view.metric, view.loss) == ("r2", "mse")
    assert view.train.targets.shape == (24, 1) and float(view.train.targets.mean()) == pytest.approx(0, abs=1e-5)
    off = view.validation.targets + 0.1
    train = task.split.divide(None, len(y))[0]
    assert task.score(off)["mae"] == pytest.approx(0.1 * y[train].std(), rel=1e-5)
    back = task.preprocessing.decode(view.train.targets)
    assert np.ravel(back) == pytest.approx(y[train], rel=1e-5)


@pytest.mark.parametrize(
    ("y", "form", "names"),
    [
        (np.array(["b", "a"] * 20), "classes", ("a", "b")),
        (np.array([7, 3] * 20), "classes", ("3", "7")),
        (np.array([1.0, 2.0] * 20), "classes", ("1", "2")),
        (np.array([True, False] * 20), "classes", ("False", "True")),
        (np.arange(40), "numbers", ()),
        (np.array([1.5, 2.0] * 20), "numbers", ()),
        (RNG.normal(size=(40, 2)), "numbers", ()),
    ],
)
def test_the_form_follows_from_the_targets(y: np.ndarray, form: str, names: tuple) -> None:
    task = labelled_task("t", X, y)
    assert task.data.target == form and task.preprocessing.label_names == names


def test_labels_are_decoded() -> None:
    task = labelled_task("t", X, Y, label_names=("ant", "bee", "cat", "dog"))
    assert task.preprocessing.decode(np.eye(4)[[2, 0]]) == ["cat", "ant"] == task.preprocessing.decode([2, 0])


def test_own_test_part() -> None:
    task = labelled_task("t", X, Y, X[:5] + 1, Y[:5], split=Split(test=0.9, validation=0.25))
    assert len(task.test) == 5 and len(task.data.train) == 30 and task.split.test == 0.0


def test_seed_and_digest() -> None:
    first, same, other = (labelled_task("t", X, Y, split=Split(seed=seed)) for seed in (0, 0, 1))
    assert first.digest == same.digest != other.digest


@pytest.mark.parametrize(
    ("x", "y", "options", "message"),
    [
        (np.where(X > 2, np.nan, X), Y, {}, r"x\[\d+, \d+\]|nan"),
        (np.where(X > 1, np.inf, X), Y, {}, "inf"),
        (X[:, 0], Y, {}, r"x.shape=\(40,\)"),
        (X.reshape(40, 3, 1, 1, 1), Y, {}, "x.shape"),
        (X[:0], Y[:0], {}, "at least one example"),
        (X, Y[:5], {}, r"len\(y\)=5"),
        (X, Y * 0, {}, r"classes=\[0\]"),
        (X, np.ones(40) * 1.5, {}, "every case"),
        (X, np.where(Y == 1, np.nan, 1.0), {}, "nan"),
        (X.astype(str), Y, {}, "numbers are required"),
        (np.array([[1], [1, 2]], dtype=object), Y[:2], {}, "mixed ranks"),
        (X, np.array([[1], "a"] * 20, dtype=object), {}, "y.dtype=object"),
        (X, Y.astype(str), {"targets": "numbers"}, "numbers are required"),
        (X, Y, {"targets": "odd"}, "targets='odd'"),
        (X, Y, {"scaling": "odd"}, "scaling='odd'"),
        (X, Y, {"layout": "odd"}, "layout='odd'"),
        (X, Y, {"label_names": ("a",)}, "label_names=1"),
        (X, Y, {"x_test": X}, "both or neither"),
        (X, Y, {"x_test": X[:, :2], "y_test": Y}, "x_test.shape"),
        (X, Y, {"x_test": X, "y_test": Y + 1}, "label .*4"),
        (X, np.stack([Y, Y], axis=1), {"targets": "classes"}, "y.shape"),
    ],
)
def test_refuses(x: np.ndarray, y: np.ndarray, options: dict, message: str) -> None:
    with pytest.raises(TaskError, match=message):
        labelled_task("t", x, y, **options)


def test_scalings() -> None:
    constant = np.ones((5, 2))
    assert fit_inputs(constant, "auto", None).scale == (1.0, 1.0)
    assert np.isfinite(fit_inputs(constant, "auto", None).apply(constant)).all()
    assert fit_inputs(X, "none", None).apply(X) == pytest.approx(X.astype(np.float32))
    assert fit_inputs(np.full((2, 1, 2, 2), 8), "unit", 16.0).scale == (16.0,)
    inside = RNG.uniform(size=(6, 1, 2, 2))
    assert fit_inputs(inside, "auto", None).scale == (1.0,)
    assert len(fit_inputs(inside * 9 - 4, "auto", None).scale) == 1


def test_new_inputs_are_checked() -> None:
    prepared = labelled_task("t", X, Y).preprocessing
    with pytest.raises(TaskError, match="reshape or resize"):
        prepared.apply(X[:, :2])
    with pytest.raises(TaskError, match="finite"):
        prepared.apply(X * np.nan)
    with pytest.raises(TaskError, match="preprocessing="):
        Preprocessing.from_json({"shape": 3})
