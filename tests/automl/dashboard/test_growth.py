"""The library as a whole, and what a word's page has beside its text."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from automl.testing.commands import subroutine
from automl.views.vocabulary.overview import root_of
from library.records import Event, Run, Solution, Use
from library.vocabulary import pinned_name

EVIL = "<script>alert(1)</script>"


@pytest.fixture
def grown(store):
    """Words of two families, one made of another, and a solution."""
    more = subroutine("more", "(lambda (map (lambda (+ $0 1)) $0))")
    twice = subroutine("more_twice", f"(lambda (map (lambda (+ $0 2)) ({pinned_name(more)} $0)))")
    last = subroutine("last_one", "(lambda (head (reverse $0)))", "list(a) -> a")
    store.promote([more, twice, last], [Use(more.digest, "add one"), Use(more.digest, EVIL)])
    store.add_solution(
        Solution("add one", store.create_run(Run("r1", "add one", "random")).id, "(lambda $0)", created=1.8e9)
    )


def test_growth_families_and_map(read, grown):
    page = read("/growth").text
    assert page.count('class="chart"') == 2 and page.count("<circle") == 3 and "list(a) -&gt; a, 0 tasks" in page
    families = page.partition('aria-label="Families"')[2]
    assert re.findall(r'<code>([^<]*)</code></a></th><td class="n">(\d+)', families) == [("map", "2"), ("head", "1")]
    assert families.index('href="/library/more"') < families.index('href="/library/more_twice"')
    assert '<a href="/growth">' in read("/library").text


def test_an_empty_library_says_how_it_grows(read):
    assert "automl grow starter" in read("/growth").text


def test_the_root_of_a_body_is_its_first_word():
    assert root_of("(lambda (lambda (map (lambda (+ $0 $1)) $0)))") == "map"
    assert root_of("(lambda (let (+ $0 1) (* $0 $0)))") == "+" and root_of("(lambda $0)") == ""


def test_a_word_is_run_on_examples_of_its_type(read, grown):
    page = read("/library/more").text.partition('aria-label="Examples"')[2].partition("</table>")[0]
    assert re.findall("<code>(.*?)</code>", page)[:4] == ["[2, 5, -1]", "[3, 6, 0]", "[]", "[]"]
    page = read("/library/last_one").text.partition('aria-label="Examples"')[2].partition("</table>")[0]
    assert "no value" in page and "undefined" in page
    related = read("/library/more").text.partition('aria-label="Made of and used by"')[2].partition("</svg>")[0]
    assert 'href="/library/more_twice"' in related and related.count('class="edge"') == 1


def test_a_word_that_has_not_the_type_it_says_is_shown(read, store):
    store.promote(
        [
            subroutine("short", "(lambda (length $0))", "int -> int -> int"),
            subroutine("odd", "(lambda (+ $0 (length $0)))"),
        ]
    )
    assert "[2, 5, -1]" in read("/library/short").text
    odd = read("/library/odd")
    assert odd.status_code == 200 and "Examples</h2>" not in odd.text


def test_weights_of_a_word_are_pictures(read, store):
    import torch

    weights = store.blobs.put({"1.weight": torch.rand(6, 2, 3, 3), "1.bias": torch.zeros(6)})
    body = "(lambda (conv :maps 6 :kernel 3 @1 $0))"
    word = subroutine("edges", body, "Tensor[2,h,w] -> Tensor[6,i,j]", weights=weights)
    store.promote([replace(word, kind="geometric")])
    page = read("/library/edges").text
    assert page.count("data:image/png;base64,") == 1 and "6 × 2 × 3 × 3" in page and weights[:12] in page
    assert "Examples</h2>" not in page
    store.blobs.delete({weights}, 0.0)
    assert "They cannot be read: " in read("/library/edges").text


def test_a_growth_shows_its_iterations_tasks_and_words(read, store):
    """A page of a growth tells what it did, with links to its words, tasks and searches."""
    tasks = [{"name": name} for name in ("add one", EVIL, "later")]
    setup = {"stages": [{"tasks": tasks}], "plan": {"iterations": 2}}
    run = store.create_run(Run("g1", "growth of lists", "growth", state="interrupted", config={"setup": setup}))
    store.promote(
        [subroutine("more", "(lambda (map (lambda (+ $0 1)) $0))")], evidence={"more": {"reasons": ["used by 2 tasks"]}}
    )
    store.demote("more", {"reasons": ["it served the tasks of no other family"]})
    found = {
        "run": "r1",
        "right": None,
        "evaluations": 40,
        "seconds": 1.5,
        "program": "(lambda (x) x)",
        "subroutines": ["more"],
    }
    told = {"solved": 1, "terms": 80, "seconds": 3.0, "library": 1}
    steps = [
        ("search", {"subject": "add one", "result": {**found, "solved": True}}), ("compress", {"words": [["more", "d"]]}),
        ("search", {"subject": EVIL, "result": {**found, "solved": False}}), ("demote", {"demoted": ["more"]}),
        ("learn", {"iteration": told}), ("search", {"subject": EVIL, "result": {**found, "solved": True}}),
    ]  # fmt: skip
    store.append(*(Event(run.id, number, kind, number, payload) for number, (kind, payload) in enumerate(steps)))
    page = read("/runs/g1").text
    assert (
        "tasks solved</dt><dd>2 of 3" in page
        and "iterations</dt><dd>1 of 2" in page
        and "automl runs resume g1" in page
    )
    table = page.partition('aria-label="Tasks of the growth"')[2].partition("</table>")[0]
    assert re.findall(r'<td class="n">([\d–]+)</td><td class="n">(\d+)</td>', table) == [
        ("1", "1"),
        ("2", "2"),
        ("–", "0"),
    ]
    assert '<a href="/tasks/add%20one">' in table and '<a href="/runs/r1">' in table and "not searched yet" in table
    for what, why in (("promoted", "used by 2 tasks"), ("demoted", "no other family")):
        words = page.partition(f'aria-label="Words {what}"')[2].partition("</table>")[0]
        assert '<a href="/library/more">' in words and why in words
    assert "<script>alert" not in page and "0 evaluations" not in page
