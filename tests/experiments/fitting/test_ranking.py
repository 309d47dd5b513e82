"""The fit of the ranking: its likelihood, its division of the data, and that it chooses as the search does."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import check_grad

from experiments.benchmarks.synthesis import STARTER
from experiments.fitting import ranking
from experiments.fitting.candidates import Choice, choices, divided, read_choices, specs, write_choices
from primitives.syntax import parse
from primitives.words import builtin_words
from search.choice.ranking import FEATURES, Entry, ranked, shares_alike

WORDS = builtin_words()
COUNT = len(FEATURES)


def drawn(number: int, weights: np.ndarray, size: int = 6) -> Choice:
    """A choice in which the program is right that the ``weights`` make likely."""
    rng = np.random.default_rng(number)
    rows = rng.normal(size=(size, COUNT))
    values = rows @ weights + rng.gumbel(size=size)
    alike = np.clip(rng.random((size, size)), 0.1, 0.9)
    np.fill_diagonal(alike, 1.0)
    return Choice(f"family {number}", "drawn", 3, 40.0, rows, alike, values == values.max())


@pytest.fixture(scope="module")
def truth() -> np.ndarray:
    weights = np.linspace(-1.5, 1.5, COUNT)
    against = np.array([name in ranking.AGAINST for name in FEATURES])
    return np.array([ranking.BY_HAND.get(n, w) for n, w in zip(FEATURES, np.where(against, -np.abs(weights), weights))])


@pytest.fixture(scope="module")
def group(truth: np.ndarray) -> list[Choice]:
    return [drawn(number, truth) for number in range(400)]


def test_the_gradient_is_that_of_the_likelihood(group: list[Choice]) -> None:
    scale, at = np.ones(COUNT), np.random.default_rng(1).normal(size=COUNT)
    value = [lambda w: ranking.loss(w, group[:20], scale, 0.1)[0], lambda w: ranking.loss(w, group[:20], scale, 0.1)[1]]
    assert check_grad(*value, at) < 1e-4


def test_weights_by_which_choices_were_made_are_found_again(group: list[Choice], truth: np.ndarray) -> None:
    found = ranking.fit_ranking(group, 0.001)
    assert np.corrcoef(found, truth)[0, 1] > 0.95
    apart = [drawn(number, truth) for number in range(1000, 1200)]
    right = [ranking.explained(each, found)[1] for each in apart]
    chance = [ranking.explained(each, np.zeros(COUNT))[1] for each in apart]
    assert np.mean(right) > np.mean(chance) + 0.2


def test_families_are_divided_once_and_for_all() -> None:
    names = [f"f{number}" for number in range(31)]
    fitted, held = divided([*names, *names])
    assert not fitted & held and fitted | held == set(names) and len(fitted) == 16
    assert divided(names) == (fitted, held) != divided(names, seed=1)


def test_it_chooses_as_the_search_does() -> None:
    texts = ("(lambda (x) x)", "(lambda (x) (reverse x))", "(lambda (x) (sort x))")
    values = [((1, 2), (3,)), ((2, 1), (3,)), ((1, 2), (3,))]
    weights = [0.3, 0.9, 0.5]
    entries = [Entry(parse(text, WORDS), near, (), w) for text, near, w in zip(texts, values, weights, strict=True)]
    features = np.zeros((3, COUNT))
    features[:, 0] = weights
    choice = Choice("f", "s", 2, 10.0, features, shares_alike(entries), np.array([True, False, False]))
    best, agreement, weight = ranking.first(choice, np.eye(COUNT)[0])
    told = ranked(entries)[0]
    assert (entries[best].term, round(agreement, 9), weight) == (
        told.entry.term,
        round(told.agreement, 9),
        told.entry.weight,
    )


def test_choices_are_told_right_by_the_cases_kept_back(tmp_path: Path) -> None:
    line = next(text for text in STARTER.read_text(encoding="utf-8").splitlines() if '"descending"' in text)
    spec = next(specs(_file(tmp_path, line)))
    found = list(choices(spec, 1, 5_000))
    assert len(found) == 1
    for each in found:
        assert each.features.shape == (len(each.right), COUNT) and each.right.any() and not each.right.all()


def test_too_little_to_fit_on_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = STARTER.read_text(encoding="utf-8").splitlines()[0]
    command = ["ranking", str(_file(tmp_path, line)), "--held-out", "--draws", "1", "--terms", "500"]
    monkeypatch.setattr(sys, "argv", command)
    with pytest.raises(SystemExit, match="name more tasks"):
        ranking.main()


def _file(folder: Path, line: str) -> Path:
    assert json.loads(line)
    path = folder / "tasks.jsonl"
    path.write_text(line + "\n", encoding="utf-8")
    return path


def test_choices_that_are_kept_are_read_again(group: list[Choice], tmp_path: Path) -> None:
    write_choices(tmp_path / "choices.json", group[:5])
    for before, after in zip(group[:5], read_choices(tmp_path / "choices.json"), strict=True):
        assert after.right.dtype == bool and (after.family, after.examples) == (before.family, before.examples)
        for name in ("features", "alike", "right"):
            np.testing.assert_array_equal(getattr(after, name), getattr(before, name))


def test_what_speaks_against_a_program_gets_no_weight_for_it(truth: np.ndarray) -> None:
    for_it = [drawn(number, np.abs(truth)) for number in range(60)]
    found = dict(zip(FEATURES, ranking.fit_ranking(for_it, 0.01), strict=True))
    assert all(found[name] <= 0 for name in ranking.AGAINST) and found["lambdas"] > 0
