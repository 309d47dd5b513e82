"""The tasks that runs were on, and the page of one."""

from __future__ import annotations

import re

import pytest

from automl.testing.commands import TOTAL, lines_of
from library.records import Run, Solution

EVIL = "<script>alert(1)</script>"


@pytest.fixture
def lists(store, tmp_path):
    """Two runs on a task of lists that is solved, one on a task whose data are gone, and a growth."""
    from automl.tasks.load import load_tasks

    path = tmp_path / "tasks.jsonl"
    path.write_text(lines_of([TOTAL]), encoding="utf-8")
    loaded = load_tasks(str(path))[0]
    config = {
        "type": str(loaded.type),
        "digest": loaded.digest,
        "task": {"spec": str(path), "name": "total", "seed": 0},
    }
    for number in range(2):
        store.create_run(Run(f"r{number}", "total", "enumerative", config=config, started=1.7e9 + number))
    store.create_run(Run("r2", EVIL, "genetic", config={"type": "int -> int"}, started=1.6e9))
    store.create_run(Run("g", "growth of lists", "growth", started=1.8e9))
    store.add_solution(
        Solution(
            "total", "r0", "(lambda (fold (lambda (lambda (+ $0 $1))) 0 $0))", right=True, evaluations=17, created=1.7e9
        )
    )


def names(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/tasks/[^"]*">([^<]*)</a>', page)


def test_tasks_are_listed_and_the_unsolved_ones_found(read, lists):
    page = read("/tasks").text
    assert (
        names(page) == ["total", "&lt;script&gt;alert(1)&lt;/script&gt;"]
        and "2 tasks" in page
        and 'aria-current="page">Tasks' in page
    )
    assert names(read("/tasks?unsolved=true").text) == ["&lt;script&gt;alert(1)&lt;/script&gt;"]
    assert names(read("/tasks?q=TOT").text) == ["total"]
    assert "No task without a solution has “tot”" in read("/tasks?q=tot&unsolved=true").text
    assert "There is no page 2" in read("/tasks?page=2").text


def test_a_task_shows_its_examples_and_who_solved_it(read, lists):
    page = read("/tasks/total").text
    cases = page.partition('class="cases"')[2].partition("</section>")[0]
    assert re.findall(r"<code>(.*?)</code>", cases) == ["[3, 1, 2]", "6", "[]", "0", "[5]", "5", "[7, -4, 2, 2]", "7"]
    solved = page.partition('aria-label="Solutions"')[2].partition("</table>")[0]
    assert "/runs/r0" in solved and "right" in solved and ">17<" in solved and "fold" in solved
    assert re.findall(r'<th scope="row"><a href="/runs/(r\d)"', page) == ["r1", "r0"]
    assert '<a href="/tasks/total">' in read("/runs/r0").text


def test_a_task_without_its_data_says_why(read, lists):
    page = read("/tasks/" + "%3Cscript%3Ealert(1)%3C%2Fscript%3E")
    assert page.status_code == 200 and "They cannot be shown: " in page.text and "No program solves it yet" in page.text
    assert "<script>alert" not in page.text and read("/tasks/nothing").status_code == 404


def test_a_library_without_runs_says_how_to_begin(read):
    assert "automl search digits" in read("/tasks").text


def test_images_are_pictures(read, store):
    from automl.tasks.load import load_tasks

    loaded = load_tasks("digits")[0]
    config = {
        "type": str(loaded.type),
        "digest": loaded.digest,
        "task": {"spec": "digits", "name": "digits", "seed": 0},
    }
    store.create_run(Run("r1", "digits", "genetic", config=config))
    page = read("/tasks/digits?part=validation&page=2").text
    assert (
        page.count("data:image/png;base64,") == 12
        and "</img>" not in page
        and "13 to 24 of " in page
        and "train cases" in page
    )


def test_rows_of_a_table_have_their_columns_and_values(read, store, tmp_path):
    from automl.tasks.load import load_tasks

    path = tmp_path / "loans.csv"
    rows = [f"{1000 + 37 * number},{'red' if number % 3 else 'blue'},{2.5 * number}" for number in range(30)]
    path.write_text("\n".join(["income,colour,paid", *rows]))
    spec = f"{path}:paid?targets=numbers"
    loaded = load_tasks(spec)[0]
    config = {"type": str(loaded.type), "digest": loaded.digest, "task": {"spec": spec, "name": loaded.name, "seed": 0}}
    run = store.create_run(Run("r1", loaded.name, "genetic", config=config))
    page = read(f"/tasks/{loaded.name}").text
    cells = r"<dt>income</dt><dd>(\d+)</dd></div><div><dt>colour</dt><dd>(red|blue)</dd></div></dl>"
    shown = re.findall(cells + r".*?class=\"gives\">.*?<code>([\d.]+)</code>", page, re.S)
    assert len(shown) == 12
    for income, colour, paid in shown:
        number = (int(income) - 1000) / 37
        assert number in range(30) and colour == ("red" if number % 3 else "blue") and float(paid) == 2.5 * number
    assert "Values are those of the data" in page and run.id in page


@pytest.mark.parametrize("name", [".", "..", "~..", "~~.", "a/../b", "~x"])
def test_a_task_of_whatever_name_can_be_opened(read, store, name):
    store.create_run(Run("r", name, "genetic", config={"type": "int -> int"}))
    address = re.search(r'<th scope="row"><a href="(/tasks/[^"]*)">', read("/tasks").text)[1]
    assert not re.fullmatch(r"/tasks/\.*", address)  # a browser would leave it out
    assert f"<h1>{name}" in read(address).text
