"""How a library grew, and the picture of that."""

from __future__ import annotations

import pytest

pytest.importorskip("markupsafe", reason="markupsafe is not installed: pip install -e '.[dev]'")

from automl.charts.counts import counts, efforts, time_unit
from automl.charts.plot import Axes
from automl.views.growth import LibraryGrowth, view_growth
from library.records import Run, Solution, Subroutine
from library.store import open_store


def word(name: str) -> Subroutine:
    return Subroutine(name, name * 3, "int -> int", "algorithmic", "(lambda (+ $0 1))", created=1.0)


def test_words_and_solved_tasks_are_counted_at_each_time():
    with open_store("memory:") as store:
        assert view_growth(store) == LibraryGrowth((), (), 0.0)
        store.create_run(Run("r", "t", "enumerative"))
        store.promote([word("aaa")])
        store.promote([word("bbb")])
        store.demote("aaa", {})
        for task, created in (("one", 5.0), ("one", 9.0), ("two", 7.0), ("undated", 0.0)):
            store.add_solution(Solution(task, "r", f"(lambda (+ $0 {created:.0f}))", created=created))
        grown = view_growth(store)
        assert grown.words[-1][1] == len(store.subroutines()) == 1
        assert max(count for _, count in grown.words) in (1, 2)  # both words may come within a tick of the clock
        assert grown.tasks == ((0.0, 1.0), (2.0, 2.0)) and grown.terms == ()


def test_what_a_solution_took_is_told_once_a_search():
    with open_store("memory:") as store:
        for run in "rs":
            store.create_run(Run(run, "t", "enumerative"))
        for run, created, evaluations in (("r", 5.0, 900), ("r", 6.0, 950), ("s", 8.0, 30)):
            program = f"(lambda (+ $0 {created:.0f}))"
            store.add_solution(Solution("t<", run, program, created=created, evaluations=evaluations))
        assert view_growth(store).terms == ((0.0, 900.0, "t<"), (3.0, 30.0, "t<")) and view_growth(store).whole == 2
        store.update_run("r", config={"first": {"evaluations": 300, "seconds": 1.0}})
        grown = view_growth(store)
        assert grown.terms == ((0.0, 300.0, "t<"), (3.0, 30.0, "t<")) and grown.whole == 1
        picture = efforts(grown.terms, grown.seconds, Axes("took", "since the first", "programs"))
        assert "t&lt;: 300" in picture
        low, high = (float(part.partition('"')[0]) for part in picture.split('cy="')[1:])
        assert low < high  # 300 above 30


def test_the_unit_of_time_is_one_that_can_be_read():
    assert [time_unit(seconds)[1] for seconds in (0, 119, 121, 7300, 1e6)] == [
        "seconds", "seconds", "minutes", "hours", "days",
    ]  # fmt: skip


def test_counts_are_steps_from_nothing_to_the_end():
    picture = counts([(60.0, 1.0), (240.0, 3.0)], 360.0, Axes("a <b>", "since the first", "words"))
    assert "minutes since the first" in picture and "a &lt;b&gt;" in picture
    line = picture.partition('d="M')[2].partition('"')[0]
    points = [tuple(map(float, each.split())) for each in line.split("L")]
    assert points[0] == (56, 236) and points[-1][0] == 468
    assert [y for _, y in points] == sorted((y for _, y in points), reverse=True)
