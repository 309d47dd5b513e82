"""Runs beside each other."""

from __future__ import annotations

import math
import re

import pytest

from automl.views.comparing import Interval, compare_runs
from library.records import Evaluation, Run

EVIL = "<script>alert(1)</script>"


@pytest.fixture
def four(store):
    """Two seeds each of two strategies, on one task."""
    for strategy, curves in (("genetic", ([0.5, 0.25, 0.75], [0.25, 0.5])), ("random", ([0.5], [0.125]))):
        for seed, scores in enumerate(curves):
            config = {
                "type": "Tensor[4] -> Tensor[3]",
                "words": ["dense"] if strategy == "random" else None,
                "digest": "d",
            }
            run = store.create_run(
                Run(f"{strategy}{seed}", "iris", strategy, seed=seed, metric="accuracy", config=config)
            )
            store.record(
                *(Evaluation(run.id, ask, "(lambda $0)", "ok", {"accuracy": each}) for ask, each in enumerate(scores))
            )


def test_seeds_of_one_set_up_are_a_group(store, four):
    view = compare_runs(store, ["genetic0", "random0", "genetic1", "random1", "genetic0", "gone"])
    assert [(group.name, [each.run.seed for each in group.runs]) for group in view.groups] == [
        ("genetic, words –", [0, 1]), ("random, words ['dense']", [0, 1]),
    ]  # fmt: skip
    assert dict(view.differing) == {"strategy": ("genetic", "random"), "words": ("", "['dense']")}
    group = view.groups[0]
    assert group.line == ((1.0, 0.375), (2.0, 0.5), (3.0, 0.625)) and view.absent == ("gone",)
    assert group.low == (0.25, 0.5, 0.5) and group.high == (0.5, 0.5, 0.75)


def test_what_stands_beside_results_makes_no_group_of_its_own(store, four):
    for seed in (0, 1):
        run = store.run(f"genetic{seed}")
        beside = [{"arm": "random", "name": "random search", "parameters": 9, "trainings": 1, "test": seed / 2}]
        store.update_run(run.id, config={**run.config, "comparison": beside, "ways": {"standard": seed}})
    view = compare_runs(store, ["genetic0", "genetic1"])
    assert len(view.groups) == 1 and view.differing == ()


def test_an_interval_is_that_of_students_t():
    found = Interval.of([1.0, 2.0, 3.0, 6.0])
    assert found.mean == 3.0 and found.half == pytest.approx(3.1824 * (14 / 3) ** 0.5 / 2, rel=1e-4)
    assert Interval.of([2.0]) == Interval(2.0, None, 1, 2.0, 2.0) and Interval.of([]) is None
    many = Interval.of([float(each) for each in range(17)])
    assert many.half == pytest.approx(2.1199 * math.sqrt(25.5 / 17), rel=1e-4), "Student's t of 16 degrees of freedom"
    assert Interval.of([0.5, 1.0]) == Interval(0.75, None, 2, 0.5, 1.0), "of two it would reach from -2.4 to 3.9"


def test_the_page_shows_groups_runs_and_what_differs(read, four):
    boxes = re.findall(r'name="run" value="(\w+)"', read("/runs").text)
    assert sorted(boxes) == ["genetic0", "genetic1", "random0", "random1"]
    page = read("/compare?" + "&".join(f"run={each}" for each in boxes)).text
    assert (
        page.count('class="chart"') == 1
        and page.count('class="band s') == 2
        and "0.6250 <small>(0.5000 to 0.7500)</small>" in page
    )
    assert re.findall(r'<th scope="row"[^>]*><a href="/runs/(\w+)"', page.partition("Compared runs")[2])[:2]


def test_means_over_folds_are_told_from_scores_of_the_validation_part(read, store, four):
    assert "are not to be compared" not in read("/compare?run=genetic0&run=random0").text
    run = store.create_run(Run("folded", "iris", "genetic", metric="accuracy", config={"folds": 5, "digest": "d"}))
    store.record(Evaluation(run.id, 0, "(lambda $0)", "ok", {"accuracy": 0.5, "folds": 5.0}))
    page = read("/compare?run=genetic0&run=folded").text
    assert page.count("mean of 5 folds") == 2 and "are not to be compared with each other" in page


def test_what_cannot_be_compared_is_said(read, store, four):
    store.create_run(Run("other", EVIL, "genetic"))
    page = read("/compare?run=genetic0&run=other").text
    assert "by different things: accuracy on iris, score on &lt;script&gt;" in page and "<script>alert" not in page
    assert "Choose two or more runs" in read("/compare").text
    assert "has no run &lt;script&gt;" in read(f"/compare?run={EVIL}").text
