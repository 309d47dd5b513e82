"""What the estimators take and give: tables of all kinds, labels as they went in, and scikit-learn's tools around them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import joblib
import numpy as np
import pandas
import pytest
from pandas.testing import assert_frame_equal
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.exceptions import DataConversionWarning, NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import automl
from automl import ProgramClassifier, ProgramRegressor

RNG = np.random.Generator(np.random.PCG64(0))
N = 60
A = RNG.normal(size=N)
MIXED = pandas.DataFrame(
    {
        "a": np.where(np.arange(N) % 7 == 0, np.nan, A),
        "city": np.where(A > 0, "Rome", np.where(np.arange(N) % 5 == 0, None, "Oslo")),
        "grade": pandas.Categorical(np.where(A > 0.5, "high", "low"), categories=["low", "high", "none"]),
        "rooms": pandas.array([None if i % 9 == 0 else i % 4 for i in range(N)], dtype="Int64"),
        "seen": pandas.to_datetime("2024-01-01") + pandas.to_timedelta(np.arange(N), unit="D"),
        "open": A > 0.2,
    }
)
TINY = {"evaluations": 2, "random_state": 0}
LABELS = {
    "texts": np.where(A > 0, "none", "NA"),  # in a cell of a table they would be missing
    "truth values": A > 0,
    "whole numbers": np.where(A > 0, 7, -3).astype(np.int8),
    "floats": np.where(A > 0, 2.0, 1.0),
    "objects": np.where(A > 0, "yes", "no").astype(object),
    "categories": pandas.Series(pandas.Categorical(np.where(A > 0, "b", "a"), categories=["b", "a"])),
    "nullable numbers": pandas.Series(np.where(A > 0, 2, 1), dtype="Int64"),
}


@pytest.mark.parametrize("y", LABELS.values(), ids=LABELS.keys())
def test_labels_come_back_as_they_went_in(y: np.ndarray | pandas.Series) -> None:
    found = ProgramClassifier(**TINY).fit(MIXED, y)
    plain = y.to_numpy(dtype=int) if str(y.dtype) == "Int64" else np.asarray(y)
    answers = found.predict(MIXED)
    assert found.classes_.tolist() == sorted(set(plain.tolist())) and found.classes_.dtype == plain.dtype
    assert answers.dtype == plain.dtype and found.score(MIXED, plain) > 0.9
    shares = found.predict_proba(MIXED)
    assert shares.shape == (N, 2) and np.allclose(shares.sum(axis=1), 1.0)
    assert (found.classes_[shares.argmax(axis=1)] == answers).all()
    assert np.asarray(found.model_.predict(MIXED)).tolist() == answers.tolist(), (
        "the program alone knows the labels too"
    )


def test_a_frame_of_mixed_columns_and_rows_unlike_those_of_the_fit() -> None:
    found = ProgramRegressor(**TINY).fit(MIXED, 3 * A + 100)
    assert found.feature_names_in_.tolist() == list(MIXED.columns) and found.n_features_in_ == 6
    kinds = {each.column: each.kind for each in found.result_.columns}
    assert kinds == {
        "a": "number", "city": "category", "grade": "category", "rooms": "number", "seen": "date", "open": "yes or no"
    }  # fmt: skip
    assert found.score(MIXED, 3 * A + 100) > 0.8 and found.predict(MIXED).dtype == np.float64
    new = MIXED.head(3).assign(
        city="Kyiv", a=np.nan, rooms=pandas.array([None] * 3, dtype="Int64"), open=[True, None, False]
    )
    assert np.isfinite(found.predict(new)).all()
    with pytest.raises(ValueError, match="must be in the same order"):
        found.predict(MIXED[MIXED.columns[::-1]])
    with pytest.raises(ValueError, match="a='big': a number is required"):
        found.predict(new.assign(a="big"))


def test_categories_of_numbers_are_categories() -> None:
    frame = pandas.DataFrame({"zone": pandas.Categorical(np.arange(N) % 3 + 10)})
    y = np.array([0.0, 9.0, 1.0])[np.arange(N) % 3]
    found = ProgramRegressor(evaluations=2, words=("linear", "constant"), random_state=0).fit(frame, y)
    assert found.score(frame, y) > 0.98 and found.result_.columns[0].kind == "category"
    weighed = ProgramRegressor(**TINY).fit(frame, y, sample_weight=np.arange(N) % 2 + 1)
    assert weighed.result_.columns[0].kind == "category"


def test_as_many_features_as_columns_are_not_taken_for_cells() -> None:
    """A constant column gives no feature, one with missing cells gives two."""
    frame = pandas.DataFrame({"same": 1.0, "a": MIXED["a"]})
    y = frame["a"].fillna(5.0).to_numpy()
    found = ProgramRegressor(**TINY).fit(frame, y)
    assert found.score(frame, y) > 0.95
    sure = ProgramClassifier(**TINY).fit(frame, y > 1)
    assert sure.score(frame, y > 1) > 0.8


def test_arrays_of_texts_and_of_one_feature() -> None:
    texts = np.where(A > 0, "x", "y")[:, None]
    assert ProgramClassifier(**TINY).fit(texts, A > 0).score(texts, A > 0) == 1.0
    objects = np.array([[value, "u"] for value in A], dtype=object)
    objects[3, 0] = None
    assert ProgramClassifier(**TINY).fit(objects, A > 0).score(objects, A > 0) > 0.9
    assert ProgramRegressor(**TINY).fit(A[:, None].tolist(), A.tolist()).score(A[:, None], A) > 0.9
    assert ProgramRegressor(**TINY).fit(pandas.DataFrame(A), A).n_features_in_ == 1, "names that are no texts are none"


@pytest.mark.parametrize("kind", [ProgramClassifier, ProgramRegressor])
def test_few_rows_and_targets_that_are_all_the_same(kind: type[ProgramClassifier | ProgramRegressor]) -> None:
    two = kind(**TINY).fit([[1.0], [2.0]], [3, 4])
    assert set(two.predict([[1.0], [2.0]])) <= {3, 4} or kind is ProgramRegressor
    with pytest.raises(ValueError, match="minimum of 2 is required"):
        kind(**TINY).fit([[1.0]], [3])
    with pytest.raises(ValueError, match="minimum of 2 is required"):
        kind(**TINY).fit(pandas.DataFrame({"a": [1.0]}), [3])
    same = kind(metric="auc" if kind is ProgramClassifier else "mape").fit(MIXED, np.full(N, 5))
    assert same.predict(MIXED.head(2)).tolist() == [5, 5] and "constant" in same.program_
    assert same.result_.evaluations == 1, "no budget is spent on what cannot be better"


REFUSED = {
    "infinite": (MIXED.assign(a=np.inf), A > 0, "infinity"),
    "complex": (MIXED.assign(a=1j), A > 0, "Complex data not supported"),
    "no columns": (MIXED[[]], A > 0, r"0 feature\(s\)"),
    "no rows": (MIXED.head(0), [], r"0 sample\(s\)"),
    "lengths": (MIXED, [1, 2], "inconsistent numbers of samples"),
    "missing target": (MIXED, pandas.Series([None, *(A[1:] > 0)]), "contains NaN"),
    "infinite target": (MIXED, np.full(N, np.inf), "infinity"),
    "no target": (MIXED, None, "y is None"),
    "two targets": (MIXED, np.stack([A > 0, A > 1], axis=1), "1d array"),
    "fractions": (MIXED, A, "Unknown label type"),
    "only a constant": (np.ones((N, 1)), A > 0, "no column beside"),
}


@pytest.mark.parametrize(("x", "y", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_is_refused(x: pandas.DataFrame, y: np.ndarray, message: str) -> None:
    found = ProgramClassifier(**TINY)
    with pytest.raises(ValueError, match=message):
        found.fit(x, y)
    with pytest.raises(NotFittedError):
        found.predict(MIXED)


PARAMETERS = [
    ({"budget": "90"}, "with its unit"),
    ({"evaluations": 0}, "evaluations='0'"),
    ({"metric": "r2", "evaluations": 2}, "metric='r2'"),
    ({"validation_fraction": 1.0}, "validation=1.0"),
    ({"strategy": "none", "evaluations": 2}, "strategy='none'"),
    ({"words": ("linear", "nowhere"), "evaluations": 2}, "nowhere"),
]


@pytest.mark.parametrize(("parameters", "message"), PARAMETERS)
def test_parameters_are_checked_by_the_fit(parameters: dict[str, object], message: str) -> None:
    found = ProgramClassifier(**parameters)
    with pytest.raises(ValueError, match=message):
        found.fit(MIXED, A > 0)


def test_a_column_as_target_is_taken_with_a_warning() -> None:
    with pytest.warns(DataConversionWarning):
        found = ProgramClassifier(**TINY).fit(MIXED, pandas.DataFrame({"y": A > 0}))
    assert found.predict(MIXED).shape == (N,)


def test_parameters_clones_and_a_second_fit() -> None:
    given = {"metric": "log_loss", "words": ("linear", "constant"), "strategy": "random", "workers": 1, "budget": None}
    found = ProgramClassifier(**given, **TINY)
    copied = clone(found)
    assert copied.get_params() == found.get_params() == {**found.get_params(), **given, **TINY}
    assert repr(copied.set_params(evaluations=3)).startswith("ProgramClassifier(evaluations=3, metric='log_loss'")
    first = found.fit(MIXED, A > 0).predict_proba(MIXED)
    assert (found.fit(MIXED, A > 0).predict_proba(MIXED) == first).all(), "the same seed and evaluations give the same"
    assert found.fit(MIXED[["a"]], np.where(A > 0, "u", "v")).predict(MIXED[["a"]].head(1)).item() in "uv"
    assert found.n_features_in_ == 1 and found.result_.metric == "log_loss"


def test_a_row_of_weight_nothing_has_no_influence_on_fit_or_score() -> None:
    """Neither on programs nor on their scores, nor on the medians, codes and scales of columns."""
    names = np.array([f"level {i % 25}" for i in range(N)])  # coded by the target
    frame = MIXED.assign(name=names)
    y = np.where(A + RNG.normal(size=N) > 0, "yes", "no")
    odd = frame.head(20).assign(a=1e6, name="level 3", city="Kyiv")
    weights = np.r_[RNG.uniform(0.5, 2.0, N), np.zeros(20)]
    given = {"metric": "auc", "words": ("linear", "constant"), **TINY}
    without = ProgramClassifier(**given).fit(frame, y, sample_weight=weights[:N])
    both = pandas.concat([frame, odd], ignore_index=True)
    beside = ProgramClassifier(**given).fit(both, np.r_[y, np.full(20, "yes")], sample_weight=weights)
    assert [each.scores for each in beside.result_.history] == [each.scores for each in without.result_.history]
    assert beside.model_.preprocessing == without.model_.preprocessing
    assert (beside.predict_proba(frame) == without.predict_proba(frame)).all()


def gain(y_true: np.ndarray, y_pred: np.ndarray) -> float:
    return float((y_true == y_pred).sum())


def brier(y_true: np.ndarray, y_pred: np.ndarray) -> float:
    return float((((y_true == "yes") - y_pred[:, 1]) ** 2).mean())


LINEAR = {"words": ("linear", "constant"), **TINY}


def test_a_metric_is_a_scorer_s_name_or_a_function() -> None:
    y = np.where(A > 0, "yes", "no")
    scored = ProgramClassifier(metric="neg_brier_score", **LINEAR).fit(MIXED, y)
    told = ProgramClassifier(metric=brier, direction="minimize", probabilities=True, **LINEAR)
    assert clone(told).get_params() == told.get_params() and clone(told).metric is brier
    found = told.fit(MIXED, y)
    assert found.result_.metric == "brier()" and scored.result_.metric == "neg_brier_score"
    assert -found.result_.score == pytest.approx(scored.result_.score) and found.program_ == scored.program_
    assert ProgramClassifier(metric=gain, **LINEAR).fit(MIXED, y).result_.score > 5
    amounts = ProgramRegressor(metric=lambda t, p: abs(t - p).max(), direction="minimize", **LINEAR).fit(MIXED, A)
    worst = ProgramRegressor(metric="neg_max_error", **LINEAR).fit(MIXED, A)
    assert amounts.result_.score == pytest.approx(-worst.result_.score)
    searched = GridSearchCV(ProgramClassifier(metric=gain, **LINEAR), {"metric": [gain, "f1"]}, cv=2).fit(MIXED, y)
    assert searched.best_params_["metric"] in (gain, "f1")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"metric": 3}, "metric=3: a name, or a function"), ({"metric": "f3"}, "metric='f3'"),
        ({"metric": lambda t, p: 1.0, "library": "sqlite:///x.db"}, "must find it again"),
        ({"metric": "f1", "direction": "minimize"}, "direction='minimize'"),
        ({"metric": lambda t, p: "good"}, "a number is required"),
    ],
)  # fmt: skip
def test_metrics_that_are_none_are_refused_in_a_line(given: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message) as refused:
        ProgramClassifier(**given, **LINEAR).fit(MIXED, A > 0)
    assert "\n" not in str(refused.value)


def test_a_fitted_estimator_can_be_kept_by_joblib(tmp_path: Path) -> None:
    found = ProgramClassifier(**TINY).fit(MIXED, A > 0)
    joblib.dump(found, tmp_path / "found")
    again = joblib.load(tmp_path / "found")
    assert (again.predict_proba(MIXED) == found.predict_proba(MIXED)).all()
    assert again.result_.model.program == found.program_ and len(again.result_.history) == 2


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ProgramClassifier(**TINY).fit(MIXED, A > 0)
    assert not list(tmp_path.iterdir())
    ProgramClassifier(library="sqlite:///runs.db", **TINY).fit(MIXED, A > 0)
    with automl.Library("sqlite:///runs.db") as library:
        assert [run.task for run in library.store.runs()] == ["ProgramClassifier"]


def test_pipelines_with_frames_between_their_steps() -> None:
    before = make_column_transformer(
        (OneHotEncoder(sparse_output=False, handle_unknown="ignore"), ["city"]), (StandardScaler(), ["a"])
    )
    pipeline = make_pipeline(before, ProgramClassifier(**TINY)).set_output(transform="pandas")
    pipeline.fit(MIXED[["city", "a"]], A > 0)
    assert pipeline.score(MIXED, A > 0) > 0.9
    names = pipeline[-1].feature_names_in_.tolist()
    assert "standardscaler__a" in names and "onehotencoder__city_Rome" in names
    assert_frame_equal(MIXED, MIXED.copy())


def test_cross_validation() -> None:
    scores = cross_val_score(ProgramRegressor(**TINY), MIXED, 3 * A + 100, cv=3)
    assert scores.min() > 0.5


@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_grid(jobs: int) -> None:
    grid = GridSearchCV(ProgramClassifier(random_state=0), {"evaluations": [1, 2]}, cv=2, n_jobs=jobs).fit(MIXED, A > 0)
    assert grid.best_params_ == {"evaluations": 2} and grid.best_estimator_.score(MIXED, A > 0) > 0.9


def test_importing_the_package_imports_no_scikit_learn() -> None:
    code = (
        "import automl, sys; print('sklearn' in sys.modules); automl.ProgramClassifier; print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["False", "False"]


def test_weights_of_rows() -> None:
    """Two rows of each value, one of each class: the weights decide. A row of weight 0 is as one that is not there."""
    x, y = np.repeat(np.linspace(-1, 1, 40), 2)[:, None], np.tile(["a", "b"], 40)
    counts = np.where((y == "a") == (x[:, 0] > 0), 5.0, 1.0)
    wanted = np.where(x[:, 0] > 0, "a", "b")
    found = ProgramClassifier(**TINY).fit(x, y, sample_weight=counts)
    assert (found.predict(x) == wanted).mean() > 0.9 > ProgramClassifier(**TINY).fit(x, y).score(x, wanted)
    assert found.result_.score == pytest.approx(found.score(x, y, sample_weight=counts), abs=0.05), (
        "scores are weighted too"
    )
    kept = y != "b"
    alone = ProgramClassifier(**TINY).fit(x, y, sample_weight=pandas.Series(kept.astype(int)))
    assert alone.classes_.tolist() == ["a"] and set(alone.predict(x)) == {"a"}
    fewer = ProgramRegressor(**TINY).fit(MIXED, A, sample_weight=(A > 0) * 1.0).predict(MIXED)
    assert (fewer == ProgramRegressor(**TINY).fit(MIXED[A > 0], A[A > 0]).predict(MIXED)).all()
    ones = ProgramRegressor(**TINY).fit(MIXED, A, sample_weight=1).predict(MIXED)
    assert (ones == ProgramRegressor(**TINY).fit(MIXED, A).predict(MIXED)).all()


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (np.ones(3), r"shape=\(3,\)"),
        (np.full(N, -1.0), "at least 0"),
        (np.zeros(N), "non-zero"),
        (np.full(N, np.nan), "NaN"),
    ],
)
def test_weights_that_cannot_be_are_refused(weights: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ProgramRegressor(**TINY).fit(MIXED, A, sample_weight=weights)


def test_weights_of_classes() -> None:
    rare = np.where(RNG.random(N) < 0.2, "rare", "usual")
    found = ProgramClassifier(class_weight="balanced", **TINY).fit(MIXED[["a"]], rare)
    plain = ProgramClassifier(**TINY).fit(MIXED[["a"]], rare)
    assert found.predict_proba(MIXED[["a"]])[:, 0].mean() > plain.predict_proba(MIXED[["a"]])[:, 0].mean() + 0.15
    only = ProgramClassifier(class_weight={"usual": 1e-4}, **TINY).fit(MIXED[["a"]], rare)
    assert (only.predict(MIXED[["a"]]) == "rare").all()
    with pytest.raises(ValueError, match="not in class_weight"):
        ProgramClassifier(class_weight={"common": 2}, **TINY).fit(MIXED[["a"]], rare)


@pytest.mark.parametrize("size", [1e30, 1e300, -1e300])
def test_extreme_numbers_have_finite_answers_or_are_refused(size: float) -> None:
    x, far = pandas.DataFrame({"a": A, "b": A**2}), pandas.DataFrame({"a": [0.0, size], "b": [0.0, -size]})
    for kind, y in ((ProgramClassifier, A > 0), (ProgramRegressor, 2 * A - A**2)):
        found = kind(evaluations=1, words=("linear",), random_state=0).fit(x, y)
        assert "linear" in found.program_
        try:
            answers = found.predict_proba(far) if kind is ProgramClassifier else found.predict(far)
        except ValueError as error:
            assert "row 1 has no answer" in str(error)
        else:
            assert np.isfinite(answers).all()


@pytest.mark.parametrize("kind", [ProgramClassifier, ProgramRegressor])
@pytest.mark.parametrize("form", [list, lambda y: np.array(y, dtype=object), pandas.Series])
def test_missing_targets_are_counted(kind: type, form: object) -> None:
    y = ["a" if kind is ProgramClassifier else 1.5] * len(MIXED)
    y[3] = y[5] = None  # type: ignore[call-overload]
    with pytest.raises(ValueError, match=f"2 of {len(MIXED)} targets are missing"):
        kind(**TINY).fit(MIXED[["a"]], form(y))  # type: ignore[operator]
