"""The fit of what is spent on bodies ahead of the level: its curve, its vocabularies, and that it measures what the search does."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from experiments.benchmarks.synthesis import STARTER
from experiments.fitting import deepening
from experiments.fitting.candidates import specs
from experiments.fitting.deepening import SHARES, Curve, cost, effort, fitted, vocabularies
from search.enumeration.ahead.deepening import CURVE, share_of


def test_the_curve_is_that_of_the_search() -> None:
    assert [Curve(*CURVE).share(words) for words in (0, 1, 18, 40, 200)] == [
        share_of(words) for words in (0, 1, 18, 40, 200)
    ]


def test_a_curve_by_which_efforts_were_made_is_found_again() -> None:
    truth = Curve(0.4, 20.0, 2.0)
    measured = {
        words: [(share - truth.share(words)) ** 2 for share in SHARES] for words in (10, 20, 30, 45, 60, 100, 200)
    }
    found = fitted(measured)
    assert cost(found, measured) <= cost(truth, measured)
    assert all(abs(found.share(words) - truth.share(words)) < 0.1 for words in measured)


def test_vocabularies_grow() -> None:
    small, everyday, every = vocabularies().values()
    assert len(small) < len(everyday) < len(every) and small.keys() <= every.keys()


def test_an_effort_is_that_of_the_first_program_and_at_most_twice_the_terms() -> None:
    words = vocabularies()["base_list"]
    spec = next(spec for spec in specs(STARTER) if spec.shown >= 2)
    low = effort(spec, words, 0.2, 3000)
    assert 0 <= low <= effort(spec, {"head": words["head"]}, 0.2, 3000)
    assert effort(spec, {"head": words["head"]}, 0.2, 3000) == pytest.approx(12.55, abs=0.01)


def test_a_run_reports_both_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deepening, "DATA", STARTER.parent)
    monkeypatch.setattr(deepening, "FILES", (STARTER.name,))
    monkeypatch.setattr(deepening, "SHARES", (0.0, 0.4))
    monkeypatch.setattr(deepening, "FITTED", tmp_path / "fitted.json")
    monkeypatch.setattr(sys, "argv", ["deepening", "--terms", "200", "--every", "15", "--write"])
    deepening.main()
    kept = json.loads((tmp_path / "fitted.json").read_text(encoding="utf-8"))
    assert set(kept["curve"]) == {"most", "words", "fall"} and kept["terms"] == 200
