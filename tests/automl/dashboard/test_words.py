"""The library's list, its search, and a word's page."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import pytest
import torch

from automl.testing.commands import subroutine
from automl.views.word import view_word
from library.records import Use
from library.vocabulary import pinned_name

EVIL = "<script>alert(1)</script>"


@pytest.fixture
def library(store):
    """Three words, one of them of another, and one that was demoted for a later version."""
    increments = subroutine(
        "increments", "(lambda (map (lambda (+ $0 1)) $0))", created=1.7e9, saved=3.0, description="adds one to each"
    )
    twice = subroutine(
        "increments_twice", f"(lambda ({pinned_name(increments)} ({pinned_name(increments)} $0)))", created=1.7e9 + 60
    )
    total = subroutine("total", "(lambda (fold (lambda (lambda (+ $0 $1))) 0 $0))", "list(int) -> int", created=1.7e9)
    old = subroutine("last_one", "(lambda (head $0))", "list(int) -> int", provenance={"found_by": "compression"})
    store.promote([increments, twice, total, old], [Use(increments.digest, "add one"), Use(increments.digest, "add two")],
                  {"increments": {"gain": 12.5, "programs": ["p1", "p2"], "reproduced": {"one": True}, "expanded": "(f $0)"}})  # fmt: skip
    store.demote("last_one", {"reasons": ["no longer used"]})
    store.promote([subroutine("last_one", "(lambda (head (reverse $0)))", "list(int) -> int")])
    return {"increments": increments, "old": old}


def words(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/library/[^"]*">([^<]*)</a>', page)


def test_an_empty_library_says_how_it_grows(read):
    page = read("/library").text
    assert "automl grow starter" in page and "<table" not in page


def test_words_are_listed_and_found_by_texts(read, library):
    page = read("/library").text
    assert words(page) == ["increments", "increments_twice", "last_one", "total"]
    assert "adds one to each" in page and 'aria-current="page">Library' in page
    assert words(read("/library?q=twice").text) == ["increments_twice"]
    assert words(read("/library?q=ADDS+one").text) == ["increments"]
    assert words(read("/library?q=reverse").text) == ["last_one"]  # a word inside the body
    assert words(read("/library?q=increments").text) == ["increments", "increments_twice"]
    assert "No word has “nothing”" in read("/library?q=nothing").text


def test_demoted_words_are_found_with_the_reason(read, store, library):
    """A name that has an active version is no demoted word; one that has none is found, by texts too."""
    assert "demoted word" not in read("/library").text
    store.demote("total", {"reasons": ["not used in the last <50> tasks"]})
    page = read("/library").text
    assert "total" not in words(page) and "1 demoted word</a>" in page
    assert "1 demoted word</a> found too" in read("/library?q=TOTAL").text
    page = read("/library?demoted=true&q=fold").text
    assert words(page) == ["total"] and "not used in the last &lt;50&gt; tasks" in page and "?version=" in page
    assert "No demoted word has" in read("/library?demoted=true&q=increments").text


def test_words_are_found_by_the_tasks_that_they_serve(read, library, store, searched):
    assert words(read("/library?q=add+TWO").text) == ["increments"]
    page = read("/library", params={"task": "add one"}).text
    assert words(page) == ["increments"] and '1 word of solutions of <a href="/tasks/add%20one">' in page
    assert "No word serves the task" in read("/library?task=add").text
    searched(store, "r1", [0.5], task="add one")
    assert 'href="/library?task=add%20one"' not in read("/tasks/add%20one").text  # it has no solution here


def test_what_searches_came_to_with_a_word_and_without_it(read, library, store, searched):
    searched(store, "r1", [0.25, 0.5], task="add one")
    assert "With and without it" not in read("/library/increments").text  # no search had it yet
    had = {"task": "add one", "library": store.snapshot()}
    searched(store, "r2", [0.5, 0.75, 0.625], config={"ended": "solved"}, state="finished", **had)
    searched(store, "r3", [1.0], **had)
    rows = read("/library/increments").text.partition('aria-label="With and without it"')[2].partition("</table>")[0]
    cells = re.findall(r'<td class="n">([^<]*)</td>', rows)
    assert cells == ["1", "0", "–", "0.5000", "2", "1", "3", "1.0000"]


def test_of_searches_with_a_word_only_those_by_the_same_metric_are_beside(store, library, searched):
    searched(store, "r1", [0.25], task="add one")
    had = {"task": "add one", "library": store.snapshot()}
    solved = {"ended": "solved", "first": {"evaluations": 1, "seconds": 0.5}, "terms": 90}
    searched(store, "r2", [0.5, 0.75], config=solved, state="finished", **had)
    searched(store, "r3", [40.0], metric="error", direction="minimise", **had)
    (found,) = view_word(store, "increments").searched
    assert found.metric == "accuracy" and found.without.runs == found.with_it.runs == 1
    assert found.with_it.score == 0.75 and found.with_it.evaluations == 1  # not all that its budget let it look at
    searched(store, "r4", [50.0], metric="error", direction="minimise", task="add one")
    assert [each.metric for each in view_word(store, "increments").searched] == ["error", "accuracy"]
    assert view_word(store, "increments", tried=False).searched == ()


def test_searches_are_counted_only_where_a_library_had_the_word(store, library, searched, monkeypatch):
    searched(store, "r1", [0.25], task="add one")
    browser = store.browser()
    monkeypatch.setattr(type(browser), "runs", lambda *given, **named: pytest.fail("runs were read"))
    assert view_word(store, "increments").searched == ()


def test_a_word_of_one_program_leads_to_what_its_parts_give(read, store, searched, finished):
    run = searched(store, "r1", [0.5, 0.75])
    finished(store, run, 1)
    weights = store.blobs.put({"1.weight": torch.zeros(3, 4)})
    net = {"provenance": {"runs": ["r1"]}, "weights": weights}
    store.promote([subroutine("net", "(lambda (dense :units 3 @1 $0))", "Tensor[4] -> Tensor[3]", **net)])
    page = read("/library/net").text
    assert page.count('"/runs/r1/programs/1/steps"') == 2 and 'data-hx-select="#parts"' in page
    assert "the features of the whole net" in page
    assert 'id="parts"' in read("/runs/r1/programs/1/steps").text


def test_words_are_found_by_type(read, library):
    found = read("/library", params={"q": "list(int) -> int"})
    assert words(found.text) == ["total", "last_one"] and "2 words, the nearest types first" in found.text
    assert words(read("/library", params={"q": "a -> a"}).text) == ["increments", "increments_twice"]
    assert "No word has a type that unifies" in read("/library", params={"q": "str -> int"}).text
    assert "is no type" in read("/library", params={"q": "list(int ->"}).text


def test_words_of_a_task_are_found_by_type(read, library):
    found = read("/library", params={"q": "a -> a", "task": "add two"}).text
    assert words(found) == ["increments"] and "1 word of solutions of" in found
    nothing = read("/library", params={"q": "str -> int", "task": "add two"}).text
    assert "No word of solutions of" in nothing and "has a type that unifies" in nothing


def test_many_words_are_paged(read, store):
    store.promote([subroutine(f"word{n:03}", f"(lambda (take {n} $0))") for n in range(120)])
    assert len(words(read("/library").text)) == 50
    last = read("/library?page=3").text
    assert words(last) == [f"word{n:03}" for n in range(100, 120)] and "101 to 120 of 120" in last
    by_type = read("/library", params={"q": "list(int) -> list(int)", "page": "3"}).text
    assert words(by_type) == [f"word{n:03}" for n in range(100, 120)]


def test_a_word_shows_what_it_is_made_of_and_what_uses_it(read, library):
    page = read("/library/increments").text
    assert "(lambda (xs) (map" in page or "(lambda (x) (map" in page
    used = page.partition("<h3>Used by</h3>")[2].partition("</ul>")[0]
    assert 'href="/library/increments_twice"' in used and "Primitives alone" in page
    assert "add one" in page and "add two" in page and "gain: 12.5" in page and "programs: p1, p2" in page
    assert "reproduced: one yes" in page and "(f $0)" not in page
    twice = read("/library/increments_twice").text
    assert 'href="/library/increments"' in twice.partition("<h3>Made of</h3>")[2].partition("</ul>")[0]
    assert "(increments (increments x))" in twice and "Written out" in twice
    picture = re.search(r'<svg class="tree".*?</svg>', twice, re.DOTALL)[0]
    labels = [each.text for each in ElementTree.fromstring(picture).iter("text")]
    assert labels == ["x", "increments", "increments"]


def test_versions_are_kept_apart(read, library):
    page = read("/library/last_one").text
    assert "(head (reverse x))" in page and "no longer used" in page and page.count("/library/last_one?version=") == 2
    old = read(f"/library/last_one?version={library['old'].digest[:12]}").text
    assert "(head x)" in old and "found by: compression" in old and '<span class="state bad">demoted' in old
    assert read("/library/last_one?version=ffff").status_code == 404
    assert read("/library/nothing").status_code == 404


def test_a_word_that_cannot_be_read_is_shown_as_stored(read, store):
    store.promote([subroutine("odd", "(lambda (word_of_a_plugin $0))")])
    page = read("/library/odd").text
    assert "It cannot be read here" in page and "(lambda (word_of_a_plugin $0))" in page


def test_untrusted_texts_are_texts(read, store):
    word = subroutine("odd", f'(lambda (join "{EVIL}" $0))', "str -> str", description=EVIL, provenance={EVIL: [EVIL]})
    store.promote([word], [Use(word.digest, EVIL)], {"odd": {EVIL: EVIL}})
    for address in (
        "/library",
        "/library/odd",
        f"/library?q={EVIL}",
        f"/library?q={EVIL}->",
        "/library/<script>alert(1)",
    ):
        page = read(address).text
        assert "<script>alert" not in page and "&lt;script&gt;alert" in page, address
