"""A regressor with words of formulas is symbolic regression: the front, what is chosen of it, and the formula for sympy."""

from __future__ import annotations

from collections.abc import Callable

import joblib
import numpy as np
import pandas
import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import parametrize_with_checks

from automl import Model, ProgramRegressor
from automl.estimators.formulas import selected

RNG = np.random.default_rng(0)
ROWS = pandas.DataFrame({"m": RNG.uniform(1, 5, 80), "v (m/s)": RNG.uniform(0.5, 4, 80)})
EXACT = 0.5 * ROWS["m"] * ROWS["v (m/s)"] ** 2
NOISY = EXACT + 0.05 * RNG.normal(size=80)
SEARCH = {"words": ["+", "-", "*", "/"], "evaluations": 3_000, "random_state": 0}


@pytest.fixture(scope="module")
def energy() -> ProgramRegressor:
    return ProgramRegressor(**{**SEARCH, "evaluations": 24_000}).fit(ROWS, NOISY)


def test_the_front_is_a_frame_as_that_of_pysr(energy: ProgramRegressor) -> None:
    table = energy.equations_
    assert list(table.columns) == ["complexity", "loss", "score", "bits", "program", "equation"] and len(table) > 3
    assert table["complexity"].is_monotonic_increasing and table["loss"].is_monotonic_decreasing
    fall = np.log(table["loss"][1] / table["loss"][2]) / (table["complexity"][2] - table["complexity"][1])
    assert table["score"][0] == 0.0 and table["score"][2] == pytest.approx(fall)
    for index, loss in enumerate(table["loss"]):
        assert np.mean((energy.predict(ROWS, index) - NOISY) ** 2) == pytest.approx(loss)


def test_the_law_behind_noisy_rows_is_chosen_and_runs_as_a_model(energy: ProgramRegressor, tmp_path: object) -> None:
    chosen = energy.equations_[energy.equations_["program"] == energy.program_].iloc[0]
    assert chosen["complexity"] == 7 and chosen["equation"] == "m·[v (m/s)]²/2"
    assert energy.score(ROWS, EXACT) > 0.999 and energy.predict(ROWS).dtype == np.float64
    joblib.dump(energy, f"{tmp_path}/x.joblib")
    again = joblib.load(f"{tmp_path}/x.joblib")
    assert (again.predict(ROWS) == energy.predict(ROWS)).all() and clone(energy).loss == "squared"
    energy.model_.save(tmp_path)
    assert Model.load(tmp_path).term == energy.model_.term


def test_formulas_for_sympy_and_latex_have_the_names_of_the_columns(energy: ProgramRegressor) -> None:
    pytest.importorskip("sympy")
    assert {each.name for each in energy.sympy().free_symbols} == {"m", "v (m/s)"}
    assert energy.latex(precision=1) == r"\frac{m \mathrm{v\ (m/s)}^{2}}{2}"
    assert energy.sympy(0).is_number and energy.latex(0, 3).count(".") == 1
    with pytest.raises(ValueError, match="index=99: a row of equations_ is required"):
        energy.sympy(99)


def test_what_is_chosen_of_a_front() -> None:
    table = pandas.DataFrame({"loss": [9.0, 1.4, 1.1, 1.0], "score": [0.0, 0.4, 0.5, 0.1]})
    assert [selected(table, how) for how in ("best", "accuracy", "score")] == [2, 3, 2]
    far = table.assign(score=[0.0, 2.0, 0.5, 0.1])
    assert [selected(far, how) for how in ("best", "score")] == [1, 1]
    assert selected(far.assign(loss=[9.0, 1.6, 1.1, 1.0]), "best") == 2, "more than 1.5 times the least loss"
    assert selected(far.assign(loss=[9.0, 4e-9, 2e-9, 1e-9]), "best", floor=1e-8) == 1, "all are rounding"
    known = table.assign(bits=[9.0, -20.0, -8.0, 1.0])
    assert [selected(known, how) for how in ("best", "accuracy", "score")] == [1, 3, 2]


def test_errors_that_grow_with_the_targets_bring_no_further_words() -> None:
    rng = np.random.default_rng(1)
    radius = rng.uniform(0.1, 20.0, (20, 1))
    area = 3.0 * radius[:, 0] ** 2 * (1 + 0.01 * rng.normal(size=20))
    found = ProgramRegressor(words="formulas", evaluations=25_000, random_state=0).fit(radius, area)
    best = found.equations_.iloc[found.equations_["bits"].idxmin()]
    assert best["complexity"] == 5 and found.equations_["loss"].min() < best["loss"]
    assert found.predict([[10.0]]) == pytest.approx(300.0, rel=0.01)


def test_constant_targets_and_a_column_that_does_not_vary() -> None:
    frame = ROWS.assign(same=1.0, on=np.arange(80) % 2 == 0)
    found = ProgramRegressor(**SEARCH).fit(frame, np.full(80, 3.5))
    assert len(found.equations_) == 1 and found.predict(frame.head(2)).tolist() == [3.5, 3.5]


def test_programs_that_are_no_formulas_have_a_front_and_say_what_they_are_not() -> None:
    found = ProgramRegressor(evaluations=1, random_state=0, loss="absolute", words=("linear",)).fit(ROWS, EXACT)
    assert found.result_.metric == "mae" and {"complexity", "loss", "program"} < set(found.equations_.columns)
    pytest.importorskip("sympy")
    with pytest.raises(ValueError, match="word='linear' is no part of a formula"):
        found.sympy()
    with pytest.raises(ValueError, match="index=0: formulas are required"):
        found.predict(ROWS, 0)


REFUSED = {
    "loss": ({"loss": "cubic"}, "loss='cubic': one of squared, absolute, huber"),
    "selection": ({"model_selection": "first"}, "model_selection='first': one of best"),
    "words": ({"words": "formula"}, "words='formula': 'formulas' or a list"),
    "too few words": ({"words": ["+", "sin"]}, r"\+ and \* are required"),
}


@pytest.mark.parametrize(("given", "said"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_is_refused(given: dict, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        ProgramRegressor(**{**SEARCH, **given}).fit(ROWS, EXACT)


def test_columns_of_texts_and_rows_without_an_answer_are_refused() -> None:
    with pytest.raises(ValueError, match="column='city': numbers are required"):
        ProgramRegressor(**SEARCH).fit(ROWS.assign(city="Oslo"), EXACT)
    with pytest.raises(ValueError, match="column='m', row=79"):
        ProgramRegressor(**SEARCH).fit(ROWS.assign(m=ROWS["m"].where(ROWS.index < 79)), EXACT)
    with pytest.raises(NotFittedError):
        ProgramRegressor().sympy()
    over = ProgramRegressor(**SEARCH).fit(ROWS[["m"]], 2.0 / ROWS["m"])
    with pytest.raises(ValueError, match="X: row 1 has no answer"):
        over.predict(pandas.DataFrame({"m": [1.0, 0.0]}))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks(
    [ProgramRegressor(words="formulas", evaluations=10_000)],
    expected_failed_checks=lambda estimator: {
        "check_sample_weight_equivalence_on_dense_data": "three equal rows tell more of a law than one row of weight 3"
    },
)
def test_scikit_learn_s_checks_of_formulas(estimator: BaseEstimator, check: Callable[[BaseEstimator], None]) -> None:
    check(estimator)
