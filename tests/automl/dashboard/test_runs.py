"""The list of runs and a run's page."""

from __future__ import annotations

import random
import re
from collections import Counter

import pytest

from automl.charts.sampling import sample
from automl.dashboard.run_charts import front_chart
from automl.views.run import found_by, view_run
from library.records import Evaluation, Event, Run

EVIL = "<script>alert(1)</script>"


def token_of(page: str) -> str:
    return re.search(r"seen=([^\"]+)\"", page)[1]


def asks(page: str, section: str) -> list[int]:
    """The asks in the rows of a table of programs."""
    table = page.partition(f'aria-label="{section}"')[2].partition("</table>")[0]
    return [
        int(ask)
        for ask in re.findall(r'<tr[^>]*><td class="n">\d+</td><td class="n"><a href="[^"]*">(\d+)</a></td>', table)
    ]


def test_an_empty_library_says_how_to_begin(read):
    assert read("/").headers["location"] == "/runs"
    page = read("/runs")
    assert page.status_code == 200 and "automl search digits --budget 60s --library" in page.text
    assert "<table" not in page.text


def test_runs_are_listed_and_paged(read, store):
    for number in range(60):
        store.create_run(Run(f"run{number:02}", f"task {number}", "genetic", started=1.7e9 + number))
    first = read("/runs").text
    assert re.findall(r'href="/runs/(run\d+)"', first) == [f"run{number:02}" for number in range(59, 34, -1)]
    assert "1 to 25 of 60" in first and "/runs?page=2" in first and 'rel="prev"' not in first
    last = read("/runs?page=3").text
    assert len(re.findall(r'href="/runs/run', last)) == 10 and "51 to 60 of 60" in last and 'rel="next"' not in last
    found = read("/runs?q=task+5").text
    assert "1 to" not in found and len(re.findall(r'href="/runs/run', found)) == 11 and 'value="task 5"' in found
    assert "There is no page 9" in read("/runs?page=9").text
    assert "No run has “nothing”" in read("/runs?q=nothing").text
    assert read("/runs?page=0").status_code == 422


def test_a_run_shows_what_was_found_and_how(read, store, searched, finished):
    scores = [0.3, None, 0.6, 0.5, 0.9, 0.8]
    run = finished(store, searched(store, "r1", scores, phases={4: "refine", 5: "final"}), 5)
    page = read(f"/runs/{run.id}").text
    assert "<h1>iris" in page and "budget spent" in page and "0.8000" in page and "0.5000" in page
    assert "Result <small>ask <a" in page and "(dense :units 6" in page
    assert page.count('class="chart"') == 3  # by evaluations, by seconds, the front
    improved = page.partition("<details>")[2].partition("</details>")[0]
    assert re.findall(r'<td class="n">(0\.\d{4})</td>', improved) == ["0.3000", "0.6000", "0.9000"]
    assert re.findall(r'<tr><td class="n">\d+</td><td class="n">(\d+)</td><td class="n">(\d+)</td>', improved) == [
        ("1", "1"), ("3", "3"), ("5", "5"),
    ]  # fmt: skip
    outcomes = page.partition('aria-label="Outcomes"')[2].partition("</table>")[0]
    assert re.findall(r'<th scope="row">([^<]*)</th><td class="n">(\d+)', outcomes) == [("ok", "5"), ("timed out", "1")]
    phases = page.partition('aria-label="Phases"')[2].partition("</table>")[0]
    assert re.findall(r'<th scope="row">([^<]*)</th><td class="n">(\d+)', phases) == [
        ("explore", "4"), ("final", "1"), ("refine", "1"),
    ]  # fmt: skip
    assert "33% of the workers" in page  # six times half a second of nine
    assert re.findall('hx-get="([^"]*)"', page) == ["/runs/r1/analysis"]  # the rest has ended and asks for nothing


def test_the_leaderboard_and_the_front_are_those_of_the_commands(read, store, searched, finished, automl):
    import json

    nets = [f"(lambda (dense :units 3 @1 (relu (dense :units {n} @2 $0))))" for n in (2, 3, 4)]
    terms = [*nets, "(lambda (dense :units 3 @1 $0))", "(lambda (dense :units 3 @1 (tanh $0)))", nets[1]]
    parameters = [19, 27, 35, 15, 15, 27]
    run = searched(store, "r1", [0.5, 0.7, 0.9, 0.6, 0.4, 0.8], {5: "refine"}, terms=terms, parameters=parameters)
    finished(store, run, 5)
    page = read("/runs/r1").text
    for section, command in (("Leaderboard", "leaderboard"), ("Pareto front", "front")):
        code, out, _ = automl("runs", command, "r1", "--library", store.url, "--json")
        assert code == 0 and asks(page, section) == [row["ask"] for row in json.loads(out)], section
    assert asks(page, "Leaderboard") == [5, 3, 4]
    assert '<tr class="chosen"><td class="n">1</td><td class="n"><a href="/runs/r1/programs/5">5</a></td>' in page


def test_of_many_evaluations_the_best_are_looked_at(read, store, searched):
    count = 400
    terms = [f"(lambda (dense :units 3 @1 {'(relu ' * (n % 7)}$0{')' * (n % 7)}))" for n in range(count)]
    searched(store, "r1", [(n * 37 % count) / count for n in range(count)], {1: "refine"}, terms=terms)
    page = read("/runs/r1").text
    assert "looked for among the 151 best of 400 evaluations" in page and len(asks(page, "Leaderboard")) == 7
    assert page.count("<circle") < 3 * 400 + 50


def test_a_run_that_goes_on_asks_for_what_is_new(read, store, searched):
    run = searched(store, "r1", [0.3, 0.6])
    page = read("/runs/r1").text
    assert 'hx-get="/runs/r1/progress?seen=' in page and 'hx-get="/runs/r1/found?seen=' in page
    for part in ("progress", "found"):
        address = f"/runs/r1/{part}?seen={token_of(page)}"
        assert (read(address, part=True).status_code, read(address, part=True).text) == (204, "")
    net = "(lambda (dense :units 3 @1 $0))"
    store.record(
        Evaluation("r1", 2, net, "ok", {"accuracy": 0.75}),
        events=[Event("r1", 4, "asked", 2, {"phase": "explore", "info": {}})],
    )
    new = read(f"/runs/r1/progress?seen={token_of(page)}", part=True)
    assert new.status_code == 200 and "<html" not in new.text and "0.7500" in new.text
    assert token_of(new.text) != token_of(page)
    assert asks(read(f"/runs/r1/found?seen={token_of(page)}", part=True).text, "Leaderboard") == [2, 1]
    store.update_run(run.id, state="interrupted", finished=run.started + 5)
    ended = read(f"/runs/r1/progress?seen={token_of(new.text)}", part=True).text
    assert "interrupted" in ended and "hx-get" not in ended


def test_the_list_asks_for_what_is_new(read, store, searched):
    searched(store, "r1", [0.5])
    token = token_of(read("/runs").text)
    assert read(f"/runs?seen={token}", part=True).status_code == 204
    assert read(f"/runs?seen={token}").status_code == 200  # a person who reloads sees it all
    searched(store, "r2", [0.5])
    rows = read(f"/runs?seen={token}", part=True)
    assert rows.status_code == 200 and "<html" not in rows.text and "/runs/r2" in rows.text


def test_a_search_without_times_in_its_log_says_so(read, store, searched):
    searched(store, "r1", [0.3, 0.6], timed=False)
    page = read("/runs/r1").text
    assert page.count('class="chart"') == 2 and "When evaluations ended was not recorded" in page


@pytest.mark.parametrize("scores", [[], [None, None]])
def test_a_run_without_scores_says_what_to_do(read, store, searched, scores):
    run = searched(store, "r1", scores)
    assert "No program has a score yet" in read("/runs/r1").text
    store.update_run(run.id, state="finished", finished=run.started + 1)
    page = read("/runs/r1").text
    assert ("why they failed stands below" if scores else "No program was evaluated") in page
    assert 'class="chart"' not in page and asks(page, "Leaderboard") == []


def test_means_over_folds_are_not_mixed_with_scores_of_a_small_part(read, store, searched):
    from library.records import Evaluation

    searched(store, "r1", [0.99], config={"folds": 5})
    for ask, score in ((1, 0.5), (2, 0.625)):
        store.record(Evaluation("r1", ask, "(lambda $0)", "ok", {"accuracy": score, "folds": 5.0}))
    text = read("/runs/r1").text
    assert "the mean over 5 folds" in text and "2 improvements as a table" in text
    assert text.count('class="dot"') >= 2 and "the best of 3 evaluations 0.625" in text
    assert "0.6250 <small>mean of 5 folds" in (listed := read("/runs").text) and "0.9900" not in listed


def test_a_leaderboard_keeps_means_over_folds_apart(read, store, searched):
    """What is measured on another quantity has ranks of its own, whatever its score."""
    searched(store, "r1", [0.99], config={"folds": 5})
    store.record(Evaluation("r1", 1, "(lambda (dense :units 3 @1 $0))", "ok", {"accuracy": 0.5, "folds": 5.0}))
    page = read("/runs/r1").text
    assert asks(page, "Leaderboard") == [1] and asks(page, "Leaderboard of the validation part") == [0]
    assert "mean accuracy</dt><dd>0.5000 <small>over 5 folds, so far" in page


def test_scores_that_are_all_means_over_folds_are_called_so(read, store, searched):
    run = searched(store, "r1", [], config={"folds": 5})
    for ask, score in enumerate((0.5, 0.75)):
        store.record(Evaluation(run.id, ask, "(lambda (relu $0))", "ok", {"accuracy": score, "folds": 5.0}))
    page = read("/runs/r1").text
    assert "the mean over 5 folds, by evaluations" in page and "on the validation part" not in page


def test_a_search_that_looked_at_many_programs_does_not_say_that_none_was(read, store, finished):
    run = store.create_run(
        Run("r1", "hard", "enumerative", state="finished", config={"terms": 38017, "ended": "budget spent"})
    )
    page = read(f"/runs/{run.id}").text
    assert "None of the 38,017 programs that were looked at" in page and "No program was evaluated" not in page
    assert "programs looked at</dt><dd>38,017" in page


def test_the_front_over_folds_is_drawn_among_means_over_folds(store, searched):
    run = searched(store, "r1", [0.99, 0.75], parameters=[1, 2], config={"folds": 5})
    for ask, score in ((2, 0.5), (3, 0.625)):
        term = f"(lambda (dense :units 3 @1 ({['relu', 'tanh'][ask - 2]} $0)))"
        store.record(Evaluation("r1", ask, term, "ok", {"accuracy": score, "folds": 5.0}, parameters=10 * ask))
    view = view_run(store, run)
    found = found_by(store, view)
    assert not found.trouble and [each.ask for each in found.front] == [
        3,
        2,
    ]  # and no cheaper score of the small part keeps them off it
    assert [each.ask for each in found.leaders][:2] == [3, 2]
    chart = front_chart(view, found)
    assert "0.625 with 30" in chart and chart.count("<circle") == 2 * len(found.front)


@pytest.mark.parametrize("config", [{}, {"folds": 5}])
@pytest.mark.parametrize("direction", ["maximise", "minimise"])
def test_what_is_shown_of_a_run_is_what_all_of_its_rows_say(store, searched, config, direction):
    draws = random.Random(len(config))
    scores = [draws.choice([None, 0.5, draws.random(), draws.random()]) for _ in range(900)]
    phases = {ask: draws.choice(["refine", "final"]) for ask in range(700, 720)}
    run = searched(store, "r1", scores, phases, config=config, direction=direction)
    folded = range(900, 950) if config else range(0)
    store.record(
        *(Evaluation("r1", ask, "(lambda $0)", "ok", {"accuracy": 1 - ask / 1000, "folds": 5.0}) for ask in folded)
    )
    view = view_run(store, run)
    assert view.steps and len(view.drawn) == len(view.points) == min(400, view.scored)

    rows = store.browser().evaluation_rows("r1")
    shown = [
        (count, row) for count, row in enumerate(rows, 1) if row.score is not None and (not config or row.ask in folded)
    ]
    best, steps = None, []
    for count, row in shown:
        if best is None or (row.score > best if direction == "maximise" else row.score < best):
            best = row.score
            steps.append((row.ask, count, row.score))
    assert [(each.ask, each.evaluations, each.score) for each in view.steps] == steps
    assert view.points == tuple((count, row.score) for count, row in sample(shown))
    assert (view.evaluations, view.scored) == (len(rows), len(shown))
    for shown_kinds, kinds in (
        (view.outcomes, [row.outcome for row in rows]),
        (view.phases, [phases.get(row.ask, "explore") for row in rows]),
    ):
        assert [(each.name, each.count) for each in shown_kinds] == Counter(kinds).most_common()
        for each in shown_kinds:
            seconds = sum(row.seconds for row, kind in zip(rows, kinds, strict=True) if kind == each.name)
            assert each.seconds == pytest.approx(seconds)
            assert each.of_count == each.count / len(rows)


def test_of_one_evaluation_no_chart_is_drawn(read, store, searched):
    searched(store, "r1", [0.5])
    text = read("/runs/r1").text
    assert "there is no history to draw" in text and "<figure" not in text
    assert "<figure" not in read("/compare?run=r1").text


def test_smaller_is_better_where_the_run_says_so(read, store, searched):
    searched(store, "r1", [0.9, 0.5, 0.7], metric="error", direction="minimise")
    page = read("/runs/r1").text
    assert "/runs/r1/programs/1" in page.partition("Best so far")[2][:90] and "0.5000" in read("/runs").text


def test_a_growth_that_did_nothing_yet_says_what_it_is_to_come_to(read, store):
    store.create_run(Run("g1", "growth of lists", "growth", started=1.7e9, config={"workers": "1"}))
    page = read("/runs/g1").text
    assert "tasks solved</dt><dd>0 of 0" in page and "a word needs a part that" in page and "Leaderboard" not in page


def test_programs_with_unknown_words_are_shown_as_stored(read, store, searched):
    searched(store, "r1", [0.5], terms=["(lambda (a_word_of_a_plugin $0))"])
    page = read("/runs/r1").text
    assert "(lambda (a_word_of_a_plugin $0))" in page and "The programs cannot be read here" in page


def test_untrusted_texts_are_texts(read, store, searched):
    terms = [f'(lambda (join "{EVIL}" $0))']
    searched(
        store,
        "r1",
        [0.5],
        task=EVIL,
        strategy=EVIL,
        metric=EVIL,
        terms=terms,
        config={EVIL: EVIL, "type": "string -> string"},
    )
    absent = "/runs/<script>alert(1)"
    for address in ("/runs", f"/runs?q={EVIL}", f"/runs?q=nothing{EVIL}", "/runs/r1", "/runs/r1/progress", absent):
        page = read(address).text
        assert "<script>alert" not in page, address
        assert "&lt;script&gt;alert" in page, address


def test_what_is_not_there_is_said(read, store, searched):
    searched(store, "r1", [0.5])
    for address in ("/runs/r2", "/runs/r2/progress", "/runs/r2/found"):
        page = read(address)
        assert page.status_code == 404 and "The library has no run &#39;r2&#39;" in page.text
    assert read("/nothing").status_code == 404 and "Nothing is here" in read("/nothing").text


def test_it_only_reads(read, store, searched):
    searched(store, "r1", [0.5])
    before = store.runs(), store.events("r1")
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        for address in ("/runs", "/runs/r1"):
            assert read(address, method=method).status_code == 405
    assert (store.runs(), store.events("r1")) == before
