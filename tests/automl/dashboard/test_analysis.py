"""A run in depth."""

from __future__ import annotations

import re

import pytest

from automl.views.analysis.genealogy import genealogy
from automl.views.analysis.settings import settings_in
from automl.views.analysis.timeline import timeline
from automl.views.progress import comparable, like
from library.browsing.browser import EventChoice
from library.browsing.of_records import RecordBrowser
from library.records import Evaluation, Event, Run

EVIL = "<script>alert(1)</script>"


def table(page: str, name: str) -> list[list[str]]:
    body = page.partition(f'aria-label="{name}"')[2].partition("</table>")[0].partition("<tbody>")[2]
    return [
        [re.sub("<.*?>", "", cell) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row)]
        for row in body.split("</tr>")[:-1]
    ]


@pytest.fixture
def evolved(store):
    """Four programs of which the last is a longer training of the child of two."""
    run = store.create_run(
        Run("r1", "iris", "genetic", metric="error", direction="minimise", config={"type": "Tensor[4] -> Tensor[3]"})
    )
    infos = [{"operator": "sample"}, {"operator": "sample"}, {"operator": "crossover", "parents": [0, 1]}, {"of": 2}]
    events = [
        Event("r1", number, "asked", number, {"phase": "refine" if number == 3 else "explore", "info": info})
        for number, info in enumerate(infos)
    ]
    scores = [0.5, 0.75, 0.25, 0.125]
    kept = [
        Evaluation("r1", ask, f"(lambda (dense :units {ask} @1 $0))", "ok", {"error": score})
        for ask, score in enumerate(scores)
    ]
    lost = Evaluation("r1", 4, "(lambda (tanh $0))", "diverged", {}, detail=f"loss is nan {EVIL}\nat step 3")
    store.record(*kept, lost, events=events)
    return run


def test_the_winner_is_followed_back_to_its_beginning(read, evolved):
    page = read("/runs/r1/analysis").text
    assert [row[:5] for row in table(page, "Genealogy")] == [
        ["0", "sample", "–", "0.5000", "–"], ["2", "crossover", "0, 1", "0.2500", "+0.2500"],
        ["3", "trained longer (refine)", "2", "0.1250", "+0.1250"],
    ]  # fmt: skip
    assert table(page, "Genealogy")[1][6] == "(lambda (x) (dense :units 2 @1 x))"


def test_parents_far_back_in_a_log_are_found_and_gains_are_of_one_kind(store):
    run = store.create_run(Run("r1", "iris", "genetic", metric="accuracy", config={"folds": 5}))
    parents = {7: [2], 2: [1, 0], 8: [7]}
    events = [
        Event("r1", n, "asked", n, {"phase": "explore", "info": {"operator": "edit", "parents": parents.get(n, [])}})
        for n in range(9)
    ]
    folds = {8: {"folds": 5.0}}
    kept = [Evaluation("r1", n, "(lambda $0)", "ok", {"accuracy": n / 8, **folds.get(n, {})}) for n in range(9)]
    store.record(*kept, events=events)
    found = genealogy(store.browser(), run, 8)
    assert [(each.ask, each.gain) for each in found] == [(1, None), (2, 0.125), (7, 0.625), (8, None)]
    assert (
        comparable(store.browser(), run).most.tolist()
        == like(store.browser(), run, 3).alike.tolist()
        == [*range(8)][::-1]
    )
    assert like(store.browser(), run, 8).alike.tolist() == comparable(store.browser(), run).alike.tolist() == [8]


def test_reasons_of_failures_are_counted_and_escaped(read, evolved):
    page = read("/runs/r1/analysis", part=True).text
    assert table(page, "Failures") == [["diverged", "1", "4", "loss is nan &lt;script&gt;alert(1)&lt;/script&gt;"]]
    assert "<html" not in page and "<script>alert" not in page


def test_evaluations_that_ran_at_once_lie_in_lanes(store, searched):
    run = searched(store, "r1", [0.5, None, 0.25])
    (event,) = store.browser().events("r1", EventChoice("finished", [1]))
    assert event.payload["elapsed"] == 2.0
    spans = timeline(store.browser(), run)
    assert [(each.ask, each.start, each.end, each.lane) for each in spans] == [
        (0, 0.5, 1.0, 0),
        (1, 1.5, 2.0, 0),
        (2, 2.5, 3.0, 0),
    ]

    class Slower(RecordBrowser):
        def longest(self, run, count):
            return tuple(row._replace(seconds=1.75) for row in self.evaluation_rows(run))

    assert [each.lane for each in timeline(Slower(store), run)] == [0, 1, 0]


def test_settings_that_decide_are_found(read, store, searched):
    terms = [f"(lambda (dense :units {n % 7 + 1} @1 (dropout :rate 0.{n % 5 + 1} $0)))" for n in range(40)]
    searched(store, "r1", [(n % 7) / 7 for n in range(40)], terms=terms)
    page = read("/runs/r1/analysis").text
    rows = re.findall(r'<th scope="row">([\w ]+)</th><td class="n">(\d+)%', page)
    assert rows[0][0] == "dense units" and int(rows[0][1]) > 90
    assert page.count('class="thread chosen"') > 0 and 'aria-label="Timeline"' in page
    assert 'hx-get="/runs/r1/analysis"' in read("/runs/r1").text


def test_settings_are_read_from_terms():
    found = settings_in("(lambda (conv :maps 4 :padding same @1 (conv :maps 8 :padding valid @2 (relu $0))))")
    assert found == {
        "conv maps": 6.0, "conv padding same": 1.0, "conv padding valid": 1.0, "number of conv": 2.0,
    }  # fmt: skip


def test_a_run_without_evaluations_has_nothing_to_tell(read, store):
    store.create_run(Run("r1", "iris", "genetic"))
    assert "nothing more to tell" in read("/runs/r1/analysis").text and read("/runs/r9/analysis").status_code == 404
