"""A run, and a library, as one file."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from markupsafe import escape

pytest.importorskip("jinja2", reason="jinja2 is not installed: pip install -e '.[dev]'")

from automl.growth.journal import is_growth
from automl.standalone.library import library_report
from automl.standalone.page import without_addresses, write_page
from automl.standalone.run import run_report
from automl.testing.commands import refused, subroutine
from automl.testing.searched import EVIL
from automl.views.answers import class_answers
from automl.views.beside import runs_beside
from library.records import Solution

ELSEWHERE = re.compile(r'(?:href|src|action)="(?!#)|hx-|url\(|@import|<script|<link|<iframe')


def test_a_run_is_one_file_with_all_that_its_page_shows(store, run, task):
    store.create_run(replace(run, id="run2", seed=4, strategy="random", config={}))
    store.create_run(replace(run, id="run3", metric="other"))
    page = run_report(store, run, task)
    assert not ELSEWHERE.search(page)
    assert page.count('class="chart"') == 5  # by evaluations, by seconds, the front; losses and scores by epoch
    assert page.count('class="tree flow"') == 1 and "Training of the result" in page
    assert '<h2 id="leaders">' in page and '<h2 id="outcomes">' in page and "(dense :units 2" in page
    assert "class Program" in page  # its source
    others = page.partition('aria-label="Runs on this task"')[2].partition("</table>")[0]
    assert re.findall(r"<code>(\w+)</code>", others) == ["run1", "run2"] or re.findall(
        r"<code>(\w+)</code>", others
    ) == ["run2", "run1"]
    assert "&lt;script&gt;" in page.partition('aria-label="Confusion matrix"')[2]


def test_no_folder_of_the_user_is_handed_on(store, run):
    spec = {"task": {"spec": "/data/somebody/secret/loans.csv:paid"}, "start": ["/data/somebody/net.txt"]}
    told = replace(run, id="told", config={**run.config, **spec})
    page = run_report(store, store.create_run(told), None, "path='/data/somebody/secret/loans.csv' is gone")
    assert "somebody" not in page and "loans.csv:paid" in page and "net.txt" in page
    grown = replace(run, id="grown", task="growth of /data/somebody/a.jsonl", strategy="growth", config={})
    assert is_growth(store.create_run(grown))
    page = run_report(store, grown)
    assert "somebody" not in page and "growth of a.jsonl" in page


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "train/test", "km/h", "/etc/passwd"])
def test_a_search_is_called_as_its_task_is(store, run, name):
    named = replace(run, id="named", task=name)
    assert f"<h1>{escape(name)}" in run_report(store, store.create_run(named))


def test_answers_are_those_of_the_held_out_cases(store, run, task):
    from automl.study.stored import stored_model
    from library.vocabulary import Vocabulary

    found = class_answers(stored_model(store, run, Vocabulary()), task)
    assert task.test is not None and found.part == "test" and found.cases == len(task.test)
    assert set(found.labels) == {"first", EVIL} and sum(map(sum, found.table)) == found.cases
    off = sum(found.table[n][1 - n] for n in (0, 1))
    assert found.wrong == off and found.unanswered == 0
    for number, each in enumerate(found.classes):
        assert each.cases == sum(found.table[number])
        assert each.recall == pytest.approx(found.table[number][number] / each.cases)


def test_what_cannot_be_shown_says_why(store, run, task):
    assert "not loaded &lt;here&gt;" in run_report(store, run, None, "not loaded <here>")
    evaluation = store.evaluation(run.id, 2)
    bare = replace(run, id="bare", task=EVIL)
    store.create_run(bare)
    store.record(replace(evaluation, run="bare", weights="gone"))
    page = run_report(store, bare, task)
    assert "gone" in page and "&lt;script&gt;" in page and "<script" not in page
    assert runs_beside(store, bare) == ()
    going_on = replace(run, id="new", state="running", config={"type": str(task.type)}, finished=None)
    store.create_run(going_on)
    assert "No program has a score yet" in run_report(store, going_on)


def test_a_library_is_one_file_with_its_words_and_tasks(store, run):
    assert "It has no words yet" in library_report(store)
    body = "(lambda (fold (lambda (lambda (+ $0 $1))) 0 $0))"
    store.promote(
        [subroutine("total", body, "list(int) -> int", description=EVIL)],
        evidence={"total": {"reasons": ["it saves <much>"]}},
    )
    store.add_solution(Solution(EVIL, run.id, "(lambda (no_such_word $0))", right=True, created=1.7e9))
    page = library_report(store)
    assert not ELSEWHERE.search(page)
    assert (
        page.count('class="chart"') == 2
        and page.count('class="tree"') == 1
        and page.count('class="chart broad map"') == 1
    )
    assert page.count('href="#word-total"') == 2  # of the table, and of the map
    assert 'id="word-total"' in page and "it saves &lt;much&gt;" in page
    assert "(no_such_word $0)" in page and page.count("&lt;script&gt;") >= 2
    assert "runs.db" in page and store.url not in page  # others need not know where it lay


def test_only_links_and_questions_go():
    page = '<a href="/runs/1" class="x">one</a> <a href="#two">two</a> <div data-hx-get="/x?y" data-hx-swap="outerHTML" id="d">&#34;</div>'
    assert without_addresses(page) == 'one <a href="#two">two</a> <div id="d">&#34;</div>'


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError, match="name a file in it"):
        write_page(tmp_path / "folder", "text")
    write_page(tmp_path / "page.html", "one")
    with pytest.raises(UnicodeEncodeError):
        write_page(tmp_path / "page.html", "\ud800")
    assert (tmp_path / "page.html").read_text() == "one"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["folder", "page.html"]


def test_the_command_writes_either(store, run, tmp_path, automl):
    target = tmp_path / "page.html"
    code, out, _ = automl("report", "run1", "--library", store.url, "-o", str(target), "--no-data")
    assert code == 0 and str(target) in out and "Report of a search" in target.read_text()
    code, out, _ = automl("report", store.url, "-o", str(target))
    assert code == 0 and "Report of a library" in target.read_text()
    refused(automl("report", "unknown", "--library", store.url, "-o", str(target)), "unknown", "automl runs list")
    refused(automl("report", "run1", "--library", store.url, "-o", str(tmp_path / "no" / "page.html")), "page.html")
