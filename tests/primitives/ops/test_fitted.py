"""Fitted words say what scikit-learn's own models say, on the cases that they were fitted to and on others."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.base import BaseEstimator
from sklearn.decomposition import PCA
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from primitives.fitted.cases import LEAST, FittingCases, FittingRefused
from primitives.fitted.trees import rounded_down
from primitives.ops import nearest as ops_nearest
from primitives.words import builtin_words

WORDS = builtin_words()


def drawn(classes: int | None, n: int = 300, features: int = 6, width: int = 1, seed: int = 0) -> FittingCases:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, features)).astype(np.float32)
    signal = (
        x @ rng.normal(size=(features, classes or width)) + np.abs(x[:, :1]) + rng.normal(size=(n, classes or width))
    )
    return FittingCases(x, signal.argmax(axis=1) if classes else signal, classes, seed)


def fit(name: str, cases: FittingCases, **settings: object) -> tuple[Mapping[str, np.ndarray], dict[str, object]]:
    word = WORDS[name]
    assert word.fitted is not None
    full = dict(word.word({"units": cases.width, **settings}, "1").settings)
    return word.fitted.fit(cases, **full).arrays, full


def said(name: str, cases: FittingCases, x: np.ndarray, **settings: object) -> np.ndarray:
    """What the word says of ``x``; its arrays have the declared shapes."""
    arrays, full = fit(name, cases, **settings)
    word = WORDS[name]
    assert word.buffers is not None
    declared = word.buffers((cases.x.shape[1],), **full)
    assert set(arrays) == set(declared)
    for buffer, parameter in declared.items():
        assert parameter.admits(arrays[buffer].shape)
        assert parameter.whole == (arrays[buffer].dtype.kind in "iu")
    tensors = {
        key: torch.from_numpy(np.array(a, np.int32 if a.dtype.kind in "iu" else np.float32))
        for key, a in arrays.items()
    }
    return word.meaning(torch.from_numpy(x), **full, **tensors).double().numpy()


def probabilities(scores: np.ndarray) -> np.ndarray:
    return torch.from_numpy(scores).softmax(1).numpy()


def check(name: str, oracle: BaseEstimator, cases: FittingCases, **settings: object) -> None:
    """The word and the oracle agree on the cases and on others."""
    other = drawn(cases.classes, features=cases.x.shape[1], width=cases.width, seed=7).x
    oracle.fit(cases.x, cases.y if cases.classes or cases.width > 1 else cases.y[:, 0])
    for x in (cases.x, other):
        got = said(name, cases, x, **settings)
        if cases.classes is None:
            np.testing.assert_allclose(got, oracle.predict(x).reshape(len(x), -1), atol=1e-5)
        else:
            np.testing.assert_allclose(probabilities(got), oracle.predict_proba(x), atol=1e-5)


@pytest.mark.parametrize("classes", [2, 3])
def test_linear_is_logistic_regression_on_classes(classes: int) -> None:
    check("linear", LogisticRegression(C=2.0, max_iter=200), drawn(classes), penalty=0.5)


@pytest.mark.parametrize("width", [1, 3])
def test_linear_is_ridge_regression_on_numbers(width: int) -> None:
    check("linear", Ridge(alpha=10.0), drawn(None, width=width), penalty=10.0)


@pytest.mark.parametrize("classes", [2, 4, None])
@pytest.mark.parametrize("settings", [{}, {"depth": 3, "leaf": 5}])
def test_a_tree_is_scikit_learns(classes: int | None, settings: dict[str, int]) -> None:
    kind = DecisionTreeClassifier if classes else DecisionTreeRegressor
    oracle = kind(max_depth=settings.get("depth"), min_samples_leaf=settings.get("leaf", 1), random_state=0)
    check("tree", oracle, drawn(classes), **settings)
    check("tree", oracle, drawn(classes, width=2), **settings)


@pytest.mark.parametrize("classes", [2, 4, None])
def test_a_forest_is_scikit_learns(classes: int | None) -> None:
    kind = RandomForestClassifier if classes else RandomForestRegressor
    check("forest", kind(n_estimators=30, random_state=0), drawn(classes), trees=30)
    oracle = kind(n_estimators=10, max_features=1 / 3, min_samples_leaf=4, max_depth=5, random_state=0)
    check("forest", oracle, drawn(classes, width=3), trees=10, features="third", leaf=4, depth=5)


@pytest.mark.parametrize("classes", [2, 4])
def test_boosting_is_scikit_learns_on_classes(classes: int) -> None:
    check("boosting", HistGradientBoostingClassifier(max_iter=20), drawn(classes), trees=20)
    oracle = HistGradientBoostingClassifier(
        max_iter=10, learning_rate=0.3, max_leaf_nodes=7, min_samples_leaf=5, l2_regularization=2.0
    )
    check("boosting", oracle, drawn(classes), trees=10, rate=0.3, leaves=7, leaf=5, penalty=2.0)


def test_boosting_is_scikit_learns_on_numbers() -> None:
    check("boosting", HistGradientBoostingRegressor(max_iter=20), drawn(None), trees=20)
    cases = drawn(None, width=3)
    got = said("boosting", cases, cases.x, trees=15)
    for i in range(3):
        alone = HistGradientBoostingRegressor(max_iter=15).fit(cases.x, cases.y[:, i])
        np.testing.assert_allclose(got[:, i], alone.predict(cases.x), atol=1e-5)


@pytest.mark.parametrize("classes", [3, None])
def test_nearest_cases_are_scikit_learns(classes: int | None) -> None:
    kind = KNeighborsClassifier if classes else KNeighborsRegressor
    other = drawn(classes, width=2, seed=7).x
    cases = drawn(classes, width=2)
    oracle = kind(7).fit(cases.x, cases.y)
    got = said("nearest", cases, other, neighbours=7)
    wanted = np.maximum(oracle.predict_proba(other), LEAST) if classes else oracle.predict(other)
    np.testing.assert_allclose(np.exp(got) if classes else got, wanted, atol=1e-5)
    few = said("nearest", cases.take(np.arange(3)), other, neighbours=7)
    np.testing.assert_allclose(few, np.tile(few[:1], (len(few), 1)), atol=1e-5)  # of three cases all are the nearest


@pytest.mark.parametrize(("offset", "spread"), [(1e4, 1.0), (-3e5, 1.0), (0.0, 1e-4), (1e6, 100.0)])
def test_far_from_zero_and_close_together_nearest_cases_are_scikit_learns(offset: float, spread: float) -> None:
    drawn_cases = drawn(3, n=200, width=2)
    cases = replace(drawn_cases, x=(drawn_cases.x * spread + offset).astype(np.float32))
    other = (drawn(3, seed=7).x * spread + offset).astype(np.float32)
    for x in (cases.x, other):
        oracle = KNeighborsClassifier(3, algorithm="brute").fit(cases.x.astype(np.float64), cases.y)
        far = oracle.kneighbors(x.astype(np.float64), 4)[0]
        told = far[:, 3] > far[:, 2] * (1 + 1e-5)  # where two are as far, either may be taken
        assert told.mean() > 0.9
        got = np.exp(said("nearest", cases, x, neighbours=3))
        np.testing.assert_allclose(got[told], np.maximum(oracle.predict_proba(x)[told], LEAST), atol=1e-5)
    own = said("nearest", cases, cases.x, neighbours=1)
    assert (own.argmax(1) == cases.y).all()


def test_many_cases_of_few_numbers_and_one_far_away_are_told_apart() -> None:
    rng = np.random.default_rng(0)
    x = np.append(rng.uniform(size=5000), -1e12).astype(np.float32)[:, None]
    cases = FittingCases(x, np.arange(5001)[:, None] * 1.0, None)
    asked = np.sort(rng.uniform(size=(500, 1)).astype(np.float32), axis=0)
    oracle = KNeighborsRegressor(3).fit(x.astype(np.float64), cases.y)
    wanted = oracle.predict(asked.astype(np.float64))
    np.testing.assert_allclose(said("nearest", cases, asked, neighbours=3), wanted, rtol=1e-5)


@pytest.mark.parametrize("scale", [1.0, 1e-9, 1e-60, 1e9])
def test_neighbours_count_by_the_ratio_of_their_weights(scale: float) -> None:
    cases, other = drawn(3), drawn(3, seed=7).x
    weights = 10.0 ** np.random.default_rng(1).integers(-9, 3, len(cases))
    places = KNeighborsClassifier(5).fit(cases.x, cases.y).kneighbors(other)[1]
    wanted = np.stack([(weights[places] * (cases.y[places] == each)).sum(1) for each in range(3)], axis=1)
    wanted = np.maximum(wanted / weights[places].sum(1, keepdims=True), LEAST)
    got = np.exp(said("nearest", replace(cases, weights=weights * scale), other))
    np.testing.assert_allclose(got, wanted, atol=1e-5)


def test_nearest_speaks_with_arrays_of_before_its_cases_had_an_order() -> None:
    cases, other = drawn(3), drawn(3, seed=7).x
    arrays = {"cases": cases.x, "answers": cases.shares().astype(np.float32), "logarithm": np.ones(1, np.float32)}
    tensors = {key: torch.from_numpy(each) for key, each in arrays.items()}
    got = WORDS["nearest"].meaning(torch.from_numpy(other), units=3, neighbours=5, **tensors)
    assert isinstance(got, torch.Tensor)
    np.testing.assert_allclose(got.double().numpy(), said("nearest", cases, other), atol=1e-6)


def test_many_cases_are_remembered_by_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ops_nearest, "MAX_CASES", 50)
    arrays, _ = fit("nearest", drawn(2))
    assert arrays["cases"].shape == (50, 6) and arrays["answers"].shape == (50, 2)


@pytest.mark.parametrize("whiten", [False, True])
def test_principal_components_are_scikit_learns(whiten: bool) -> None:
    cases = drawn(2)
    oracle = PCA(3, whiten=whiten, random_state=0).fit(cases.x.astype(np.float64))
    got = said("principal", cases, cases.x, units=3, whiten=whiten)
    np.testing.assert_allclose(got, oracle.transform(cases.x), atol=1e-4)
    assert not said("principal", cases.take(np.arange(2)), cases.x, units=5)[:, 2:].any()


def test_a_case_on_a_threshold_goes_the_way_it_goes_in_scikit_learn() -> None:
    """Thresholds are float64, cases float32: with features that take few values many lie on one, or a rounding beside it."""
    rng = np.random.default_rng(0)
    x = (rng.integers(0, 5, size=(400, 3)) * 0.1 + 0.7).astype(np.float32)
    cases = FittingCases(x, rng.integers(0, 2, 400), 2)
    oracle = DecisionTreeClassifier(random_state=0).fit(x, cases.y)
    np.testing.assert_allclose(probabilities(said("tree", cases, x)), oracle.predict_proba(x), atol=1e-5)
    for threshold in (0.1, 1 / 3, -0.7, 16777217.0):
        (near,) = rounded_down(np.array([threshold]))
        above = np.nextafter(near, np.float32(np.inf))
        assert float(near) <= threshold < float(above)


def test_trees_that_would_need_too_many_nodes_see_fewer_cases_or_are_refused() -> None:
    cases = drawn(2, n=3000)
    with pytest.raises(FittingRefused, match="trees=100000"):
        fit("forest", cases, trees=100_000)
    with pytest.raises(FittingRefused, match="trees=100000"):
        fit("boosting", cases, trees=100_000, leaves=100)
    arrays, _ = fit("forest", cases, trees=2)
    assert len(arrays["feature"]) <= 2 * 2 * len(cases)


@pytest.mark.parametrize("name", ["forest", "boosting"])
def test_a_short_time_is_kept_by_growing_fewer_trees(name: str) -> None:
    cases = drawn(2, n=4000)
    word = WORDS[name]
    assert word.fitted is not None
    settings = dict(word.word({"units": 2, "trees": 400}, "1").settings)
    hurried = word.fitted.fit(FittingCases(cases.x, cases.y, 2, seconds=0.05), **settings)
    assert not hurried.complete and 1 <= len(hurried.arrays["root"]) < 400


@pytest.mark.parametrize("name", ["constant", "linear", "tree", "forest", "boosting", "nearest"])
def test_classes_that_do_not_occur_are_unlikely_and_one_class_alone_is_certain(name: str) -> None:
    cases = drawn(3)
    absent = cases.take(np.flatnonzero(cases.y != 1))
    assert (probabilities(said(name, absent, cases.x))[:, 1] < 1e-3).all()
    pair = drawn(3).take(np.flatnonzero(cases.y > 0))
    assert (probabilities(said(name, pair, cases.x))[:, 0] < 1e-3).all()
    alone = cases.take(np.flatnonzero(cases.y == 2))
    assert (probabilities(said(name, alone, cases.x))[:, 2] > 1 - 1e-5).all()


def test_constant_is_the_frequency_or_the_mean() -> None:
    cases = drawn(3)
    wanted = np.bincount(cases.y, minlength=3) / len(cases)
    np.testing.assert_allclose(probabilities(said("constant", cases, cases.x[:5])), np.tile(wanted, (5, 1)), atol=1e-6)
    numbers = drawn(None, width=2)
    np.testing.assert_allclose(said("constant", numbers, numbers.x[:1]), numbers.y.mean(axis=0)[None], atol=1e-6)
    assert FittingCases(cases.x, np.zeros(len(cases), np.int64), 2).middle()[1] == np.log(LEAST)


def test_a_short_time_is_kept_by_looking_at_fewer_cases() -> None:
    cases = drawn(3, n=5000)
    word = WORDS["linear"]
    assert word.fitted is not None
    hurried = FittingCases(cases.x, cases.y, 3, seconds=1e-3)
    assert not word.fitted.fit(hurried, units=3, penalty=1.0).complete
    assert word.fitted.fit(cases, units=3, penalty=1.0).complete


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(name for name, word in WORDS.items() if word.fitted is not None))
def test_what_a_fitting_imports_is_declared(name: str) -> None:
    """In a fresh process with the declared modules loaded, the fitting imports nothing more of scikit-learn."""
    code = f"""
import importlib, sys
import numpy as np
from primitives.fitted.cases import FittingCases
from primitives.words import builtin_words
word = builtin_words()[{name!r}]
for need in word.fitted.needs:
    importlib.import_module(need)
def public():
    return {{m for m in sys.modules if m.split(".")[0] in ("sklearn", "scipy", "joblib") and m.count(".") == 1}}
before = public()
axes = (1, 20) if word.name == "random_convolutions" else (5,)  # that one takes series
x = np.random.default_rng(0).normal(size=(80, *axes)).astype(np.float32)
first = x.reshape(80, -1)[:, :1]
for classes, y in ((2, (first[:, 0] > 0).astype(int)), (None, first * 2.0)):
    word.fitted.fit(FittingCases(x, y, classes), **dict(word.word({{"units": 2 if classes else 1}}, "1").settings))
print(sorted(public() - before))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", sorted(name for name, word in WORDS.items() if word.fitted and word.fitted.supervised))
@pytest.mark.parametrize("seed", range(3))
def test_a_rare_class_is_fitted_to_however_short_the_time(name: str, seed: int) -> None:
    cases = drawn(2, n=4000, seed=seed)
    y = np.zeros(4000, dtype=np.int64)
    y[seed + 5] = 1
    rare = replace(cases, y=y, seconds=1e-6)
    assert np.isfinite(said(name, rare, cases.x[:10])).all()
