"""The sets of formulas are the published ones, rows are drawn by their recipes, and what is found is judged rightly."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

import numpy as np
import pytest

from experiments.benchmarks import formulas as benchmark
from experiments.benchmarks.formula_check import explained, has_form, holds, same
from experiments.benchmarks.formula_rivals import from_prefix, rival
from experiments.benchmarks.formula_sets import WORDS, BenchmarkFormula, formulas, together
from primitives.syntax import parse
from primitives.term import Term


def law(set_: str, name: str) -> BenchmarkFormula:
    return next(each for each in formulas(set_) if each.name == name)


def test_there_are_fifty_feynman_equations_half_of_them_held_out() -> None:
    fifty = formulas("feynman")
    assert [sum(each.part == part for each in fifty) for part in ("tuned", "held_out")] == [25, 25]
    assert len({each.name for each in formulas("feynman_all")}) == 100
    assert [len(formulas(name)) for name in ("nguyen", "empirical")] == [12, 9]


def test_rows_are_drawn_within_the_ranges_and_the_same_for_a_seed() -> None:
    mass = law("feynman_all", "I.15.3t")
    x, y = mass.sample(30, 0.0, np.random.default_rng(0))
    assert all((x[:, i] >= low).all() and (x[:, i] <= high).all() for i, (low, high) in enumerate(mass.ranges))
    u, c, t = x[:, mass.names.index("u")], x[:, mass.names.index("c")], x[:, mass.names.index("t")]
    assert np.allclose(y, (t - u * x[:, mass.names.index("x")] / c**2) / np.sqrt(1 - u**2 / c**2))
    assert np.array_equal(
        mass.sample(30, 0.1, np.random.default_rng(1))[1], mass.sample(30, 0.1, np.random.default_rng(1))[1]
    )


def test_noise_is_a_share_of_the_root_mean_square() -> None:
    product = law("feynman_all", "I.12.1")
    exact = product.sample(500, 0.0, np.random.default_rng(0))[1]
    noisy = product.sample(500, 0.1, np.random.default_rng(0))[1]
    assert math.isclose(np.std(noisy - exact), 0.1 * np.sqrt(np.mean(exact**2)), rel_tol=0.15)


def test_quantum_numbers_are_whole_and_in_order() -> None:
    x, y = law("empirical", "Rydberg").sample(7, 0.0, np.random.default_rng(0))
    assert (
        len({*map(tuple, x.tolist())}) == len(x) <= 21
        and (x == x.round()).all()
        and (x[:, 0] < x[:, 1]).all()
        and (y > 0).all()
    )
    assert x[:, 0].min() >= 1 and x[:, 1].max() <= 7


def test_measured_rows_are_those_of_the_file() -> None:
    x, y = law("empirical", "Kepler").sample(200, 0.5, np.random.default_rng(0))
    assert x[2, 0] == 1.0 and y[2] == 365.25 and len(y) == 6


PROGRAM = "(lambda (x y) (/ (* x y) 2.0))"


@pytest.mark.parametrize(
    ("found", "noise", "verdict"),
    [
        ("(lambda (x y) (* 0.5 (* y x)))", 0.0, True),
        ("(lambda (x y) (exp (+ (log x) (log (/ y 2.0)))))", 0.0, True),
        ("(lambda (x y) (* 0.501 (* y x)))", 0.0, False),
        ("(lambda (x y) (+ 0.2 (* 0.5004 (* y x))))", 0.01, True),
        ("(lambda (x y) (+ (* 0.01 x) (* 0.5 (* y x))))", 0.01, False),
    ],
)
def test_sympy_tells_whether_a_formula_is_the_law(found: str, noise: float, verdict: bool) -> None:
    pytest.importorskip("sympy")
    assert same(parse(found, WORDS), parse(PROGRAM, WORDS), noise) is verdict


def test_rounded_constants_tell_nothing_of_a_law_with_tiny_ones() -> None:
    pytest.importorskip("sympy")
    assert same(parse("(lambda (nu t) (* 1e-8 (- nu t)))", WORDS), law("empirical", "Planck").program, 0.1) is None


def test_fitted_multiples_of_pi_are_known_to_sympy() -> None:
    pytest.importorskip("sympy")
    found = "(lambda (theta) (sqrt (* 0.15915494309189535 (/ 1.0 (exp (* theta theta))))))"
    density = law("feynman", "I.6.2a").program
    assert same(parse(found, WORDS), density, 0.0) is True
    assert same(parse(found.replace("0.159", "0.158"), WORDS), density, 0.0) is False


def test_a_formula_is_judged_by_its_values() -> None:
    x = np.array([[1.0, 2.0], [3.0, 5.0], [-1.0, 4.0]])
    y = x.prod(axis=1) / 2
    assert holds(parse(PROGRAM, WORDS), x, y) and explained(parse(PROGRAM, WORDS), x, y) == 1.0
    assert not holds(parse("(lambda (x y) (log x))", WORDS), x, y)
    assert explained(parse("(lambda (x y) (log x))", WORDS), x, y) is None


def test_small_outputs_are_not_held_to_be_zero() -> None:
    x = np.array([[1.0], [2.0], [3.0]])
    assert holds(parse("(lambda (x) (* 1e-9 x))", WORDS), x, 1e-9 * x[:, 0])
    assert not holds(parse("(lambda (x) (- x x))", WORDS), x, 1e-9 * x[:, 0])


@pytest.mark.parametrize(
    ("name", "found", "verdict"),
    [
        ("Kepler", "(lambda (a) (* 3.0 (power a 1.5)))", True),
        ("Kepler", "(lambda (a) (* 365.25 (power a 1.4)))", False),
        ("Leavitt", "(lambda (p) (- 15.0 (log p)))", True),
        ("Leavitt", "(lambda (p) (log (/ 9e6 (+ 1.0 p))))", False),
        ("Schechter", "(lambda (l) (exp (- (- 3.0 (* 1.19 (log l))) (/ l 2.4e8))))", True),
        ("Bode", "(lambda (n) (+ 0.41 (* 0.29 (power 2.0 n))))", True),
        ("Planck", "(lambda (nu t) (/ (- nu nu) (log t)))", False),
    ],
)
def test_the_form_of_a_law_is_known_by_other_constants(name: str, found: str, verdict: bool) -> None:
    known = law("empirical", name)
    x, _ = known.sample(100, 0.0, np.random.default_rng(0))
    assert has_form(parse(found, WORDS), known.program, x) is verdict


def test_rows_of_equal_arguments_are_one_with_their_mean() -> None:
    x, y = together(np.array([[1.0, 2.0], [0.0, 2.0], [1.0, 2.0]]), np.array([1.0, 5.0, 2.0]))
    assert x.tolist() == [[0.0, 2.0], [1.0, 2.0]] and y.tolist() == [5.0, 1.5]


def test_a_program_is_told_in_the_unit_of_its_outputs() -> None:
    assert benchmark.unit_of(np.array([3e-9, -4e-8])) == 1e-8 and benchmark.unit_of(np.array([3e-9, 5.0])) == 1.0
    made = benchmark.in_unit(parse("(lambda (x y) (/ x y))", WORDS), 1e-8)
    assert made == parse("(lambda (x y) (* 1e-8 (/ x y)))", WORDS)


def test_a_rivals_tree_is_a_program() -> None:
    term = from_prefix(["-", "*", 0, 2.5, "sin", 1], 2)
    assert holds(term, np.array([[2.0, 0.0], [1.0, math.pi / 2]]), np.array([5.0, 1.5]))


def test_deap_finds_a_square_root() -> None:
    x = np.linspace(0.1, 4.0, 20)[:, None]
    found = rival("deap", x, np.sqrt(x[:, 0]), 5.0, 0)
    assert found is not None and holds(found, x, np.sqrt(x[:, 0]))


def test_the_benchmark_tells_right_from_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def found_by(name: str, x: np.ndarray, y: np.ndarray, seconds: float, seed: int, evaluations: int | None) -> Term:
        return parse("(lambda (x) (sqrt x))", WORDS)

    path = tmp_path / "formulas.json"
    monkeypatch.setattr(benchmark, "found_by", found_by)
    monkeypatch.setattr(
        sys, "argv", ["formulas", "--set", "nguyen", "--only", "Nguyen-1,Nguyen-8", "--json", str(path)]
    )
    benchmark.main()
    figures = json.loads(path.read_text(encoding="utf-8"))["figures"]
    assert figures["summary"]["automl"] == {
        "runs": 2,
        "solved": 1,
        "same": 1,
        "form": 1,
        "accurate": 1,
        "same_unknown": 0,
    }


def test_a_run_that_was_stopped_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path, asked = tmp_path / "formulas.json", list[int]()

    def found_by(name: str, x: np.ndarray, y: np.ndarray, seconds: float, seed: int, evaluations: int | None) -> Term:
        if len(asked) == 1:
            asked.append(-1)
            raise KeyboardInterrupt
        asked.append(seed)
        return parse("(lambda (x) (sqrt x))", WORDS)

    monkeypatch.setattr(benchmark, "found_by", found_by)
    given = ["formulas", "--set", "nguyen", "--only", "Nguyen-8", "--seeds", "0,1,2", "--json", str(path)]
    monkeypatch.setattr(sys, "argv", given)
    with pytest.raises(KeyboardInterrupt):
        benchmark.main()
    begun = json.loads(path.read_text(encoding="utf-8"))
    assert begun["unfinished"] and len(begun["figures"]["rows"]) == 1
    assert "Nguyen-8  automl  seed 0" in capsys.readouterr().err
    monkeypatch.setattr(sys, "argv", [*given, "--resume"])
    benchmark.main()
    figures = json.loads(path.read_text(encoding="utf-8"))["figures"]
    assert asked == [0, -1, 1, 2] and figures["kept"] == 1 and figures["summary"]["automl"]["solved"] == 3
    monkeypatch.setattr(sys, "argv", [*given, "--resume", "--seconds", "5"])
    with pytest.raises(SystemExit):
        benchmark.main()
    assert "seconds=60.0: 5.0 is required" in capsys.readouterr().err


def test_known_rows_that_are_still_to_come_stay_in_the_file() -> None:
    row = {"formula": "Nguyen-8", "seed": 0, "method": benchmark.OURS, "seconds": 1.0, "program": None}
    told = list[list[str]]()
    benchmark.run_all(
        [(law("nguyen", name), 0, benchmark.OURS) for name in ("Nguyen-7", "Nguyen-8")],
        [row],
        lambda law, method, seed: {**row, "formula": law.name},
        lambda rows: told.append([each["formula"] for each in rows]),
    )
    assert told == [["Nguyen-7", "Nguyen-8"]] * 2


@pytest.mark.slow
def test_the_search_is_run_by_the_benchmark() -> None:
    row = benchmark.run_one(law("nguyen", "Nguyen-8"), benchmark.OURS, 50, 0.0, 10.0, 0)
    assert row["solved"] and row["same"]
