"""The rules that would stop a training by its curve, and the benchmarks that judge them and the supernet."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from experiments.benchmarks import supernet
from experiments.benchmarks.curve_stopping import (
    ARMS,
    CurveTrainings,
    below_extrapolation,
    below_median,
    compared,
    extrapolated,
    searched,
)
from search.strategy import Feedback


def test_the_median_rule_stops_what_was_never_as_good_as_the_middle_of_the_others() -> None:
    others = [(0.9, 0.5), (0.8, 0.4), (0.7, 0.3), (0.6, 0.2), (0.1,)]  # means .7 .6 .5 .4 after two epochs
    assert below_median((0.9, 0.56), 5, others) and not below_median((0.9, 0.54), 5, others)
    assert not below_median((0.9, 0.56), 5, others[:3]), "too few to judge by"


def test_a_power_law_is_found_again_and_errors_are_never_taken_to_rise() -> None:
    law = [0.5 * epoch**-0.7 for epoch in range(1, 9)]
    assert extrapolated(law[:3], 8) == pytest.approx(law[7])
    assert extrapolated([0.1, 0.2, 0.4], 8) == pytest.approx(0.2)


def test_extrapolation_stops_what_will_not_reach_the_least_or_a_quantile_of_what_ended() -> None:
    others = [(0.9, error) for error in (0.1, 0.2, 0.3, 0.4)] + [(0.9,)]
    hopeful, hopeless = (0.9, 0.15), (0.9, 0.25)
    assert not below_extrapolation(0.25)(hopeful, 2, others) and below_extrapolation(0.25)(hopeless, 2, others)
    assert below_extrapolation(0.0)(hopeful, 2, others) and not below_extrapolation(0.0)(hopeless, 2, others[1:])


def test_arms_are_compared_by_pairs() -> None:
    row = {"candidates": 4, "stopped": 0, "best_error": 1.0}
    rows = {
        "none": [row | {"alone_error": error} for error in (5.0, 3.0, 1.0)],
        "other": [row | {"alone_error": error} for error in (4.0, 1.0, -2.0)],
    }
    table = compared(rows)
    # Student's t at 97.5 % with two degrees of freedom is 4.303; the standard deviation of -1, -2, -3 is 1.
    assert table["other"]["alone_error_less_none"] == pytest.approx(
        [-2.0, -2.0 - 4.303 / 3**0.5, -2.0 + 4.303 / 3**0.5], abs=0.01
    )


def test_looked_up_curves_are_cut_where_a_training_would_have_been_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    from automl.tasks.load import load_tasks

    (task,) = load_tasks("digits")
    given = argparse.Namespace(strategy="random", evaluations=8, epochs=4)
    drawn = iter([(0.5, 0.3, 0.2, 0.1)] * 4 + [(0.9, 0.8, 0.1, 0.1)] + [(0.5, 0.1, 0.2, 0.05)] * 20)

    def fit(
        self: CurveTrainings, term: object, inference: object, order: object, stop: Any
    ) -> tuple[str, dict[str, float], None]:
        for error in next(drawn):
            stop(error)
        return "ok", {}, None

    monkeypatch.setattr(CurveTrainings, "_fit", fit)
    told: list[Feedback] = []
    train = CurveTrainings.train
    monkeypatch.setattr(CurveTrainings, "train", lambda *given: told.append(train(*given)) or told[-1])
    found = searched(task, ARMS["power, kept"], 0, given, {})
    lengths = [len(each.curve) for each in found.tried if each.curve]
    assert lengths[:6] == [4, 4, 4, 4, 2, 4] and sum(lengths) >= 8 * 4 > sum(lengths[:-1])
    stopped = next(place for place, each in enumerate(found.tried) if len(each.curve) == 2)
    assert told[stopped].scores["accuracy"] == pytest.approx(0.2)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["curve_stopping", "supernet"])
def test_the_benchmarks_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from experiments.benchmarks.__main__ import QUICK

    path = tmp_path / "found.json"
    monkeypatch.setattr(sys, "argv", [name, *QUICK[name], "--json", str(path)])
    importlib.import_module(f"experiments.benchmarks.{name}").main()
    figures = json.loads(path.read_text(encoding="utf-8"))["figures"]
    assert len(figures["rows"]) >= 1


def test_what_a_supernet_ranks_is_told_beside_the_controls() -> None:
    given = argparse.Namespace(paths=20)
    row = {
        "programs": 10,
        **{name: {"tau": 0.4, "chosen": 1.0} for name in ("shared", "tuned", "multiply_adds", "short")},
    }
    found = supernet.summary([row | {"parameters": {"tau": tau, "chosen": 2.0}} for tau in (0.1, 0.3)], given)
    assert found["shared"]["above_parameters"][0] == pytest.approx(0.2) and found["short_cost"] == 0.5
    assert found["parameters"] == {"tau": 0.2, "chosen": 2.0}
