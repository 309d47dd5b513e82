"""The page of a program, and its values step by step."""

from __future__ import annotations

import re

import pytest

from automl.testing.commands import lines_of, subroutine, task
from library.records import Evaluation, Run, Solution
from library.vocabulary import pinned_name

EVIL = "<script>alert(1)</script>"
NET = "(lambda (dense :units 3 @1 (relu (dense :units 2 @2 $0))))"


@pytest.fixture
def tried(store, tmp_path):
    """Puts a program for a task of lists into the store, under the task's name; gives the run."""
    from automl.tasks.load import load_tasks

    def put(term: str, name: str = "doubled", wanted=lambda xs: [2 * x for x in xs]) -> Run:
        path = tmp_path / "tasks.jsonl"
        path.write_text(lines_of([task(name, wanted)]), encoding="utf-8")
        loaded = load_tasks(str(path))[0]
        config = {
            "type": str(loaded.type),
            "digest": loaded.digest,
            "task": {"spec": str(path), "name": name, "seed": 0},
        }
        run = store.create_run(Run("r1", name, "enumerative", config=config, started=1.7e9))
        store.record(Evaluation("r1", 0, term, "ok", {"score": 1.0}, size=5))
        return run

    return put


def steps(page: str) -> list[tuple[str, str]]:
    rows = page.partition('aria-label="Steps"')[2].partition("</table>")[0]
    found = re.findall(
        r'<td class="program"><code>(.*?)</code></td><td class="type"><code>.*?</code></td><td>(.*?)</td>', rows
    )
    return [(program, re.sub("<.*?>", "", value).strip()) for program, value in found]


def test_a_net_is_shown_with_types_shapes_and_parameters(read, store, searched):
    curves = {
        "epoch": [1, 2],
        "measured_loss": [0.5, 0.4],
        "validation_loss": [0.6, None],
        "validation_score": [0.5, 0.75],
    }
    run = searched(store, "r1", [0.5, 0.25], parameters=[21, 9], terms=[NET, "(lambda (dense :units 3 @1 $0))"])
    store.record(Evaluation("r1", 2, NET, "ok", {"accuracy": 0.75}, parameters=19, curves=curves))
    page = read(f"/runs/{run.id}/programs/2").text
    assert 'title="relu : Tensor[2] -&gt; Tensor[2]"' in page and "Tensor[4] -&gt; Tensor[3]" in page
    graph = page.partition('class="tree flow"')[2].partition("</svg>")[0]
    assert re.findall(r">([^<>]+)</text>", graph) == [
        "input", "4", "dense units 2", "2, 10 p", "relu", "2", "dense units 3", "3, 9 p",
    ]  # fmt: skip
    assert page.count('class="chart"') == 2 and "Learning curves" in page
    alike = page.partition('aria-label="Alike programs"')[2]
    assert "/runs/r1/programs/1" in alike and "/runs/r1/programs/0" not in alike
    assert "import torch" in read("/runs/r1/programs/2/source.py").text
    assert "made in Python, so it cannot be loaded here" in read("/runs/r1/programs/2/steps").text


def test_an_algorithm_is_shown_step_by_step(read, store, tried):
    twice = subroutine("each_twice", "(lambda (map (lambda (+ $0 $0)) $0))")
    store.promote([twice])
    tried(f"(lambda (reverse (reverse ({pinned_name(twice)} $0))))")
    store.add_solution(Solution("doubled", "r1", "(lambda (map (lambda (* 2 $0)) $0))"))
    store.add_solution(Solution("doubled", "r1", "(lambda (map (lambda (+ 1 $0)) $0))"))
    page = read("/runs/r1/programs/0").text
    assert (
        'class="tree"' in page and "Written out, without subroutines" in page and 'href="/library/each_twice"' in page
    )
    others = page.partition('aria-label="Alternatives"')[2]
    assert "none among" in others and "on [3, 1, 2] it gives [4, 2, 3], this one [6, 2, 4]" in others
    found = steps(read("/runs/r1/programs/0/steps?part=train").text)
    assert found == [
        ("(each_twice x)", "[6, 2, 4]"), ("(reverse [step 1])", "[4, 2, 6]"), ("(reverse [step 2])", "[6, 2, 4]"),
    ]  # fmt: skip
    whole = steps(read("/runs/r1/programs/0/steps?part=train&whole=true").text)
    assert [value for _, value in whole] == ["[6, 2, 4]", "[4, 2, 6]", "[6, 2, 4]"] and "map" in whole[0][0]
    assert whole[1][0] == "(reverse [step 1])"
    assert "and none of number 99" in read("/runs/r1/programs/0/steps?part=train&case=99").text


def test_what_is_not_needed_is_not_evaluated_and_a_failure_is_shown(read, tried):
    tried("(lambda (if (< 2 (length $0)) (reverse $0) (tail (tail $0))))")
    found = steps(read("/runs/r1/programs/0/steps?part=train").text)
    assert [program for program, _ in found] == ["(length x)", "(&lt; 2 [step 1])", "(reverse x)", found[3][0]]
    failed = steps(read("/runs/r1/programs/0/steps?part=train&case=1").text)
    assert failed[-1][0] == "(tail x)" and failed[-1][1].startswith("no value")


def test_activations_of_a_net_are_pictures(read, store):
    import torch

    from automl.tasks.load import load_tasks

    term = "(lambda (dense :units 3 @1 (relu $0)))"
    loaded = load_tasks("iris")[0]
    config = {"type": str(loaded.type), "digest": loaded.digest, "task": {"spec": "iris", "name": "iris", "seed": 0}}
    store.create_run(Run("r1", "iris", "genetic", config=config, metric="accuracy"))
    weights = store.blobs.put({"1.weight": torch.ones(3, 4), "1.bias": torch.tensor([0.0, 1.0, 2.0])})
    store.record(Evaluation("r1", 0, term, "ok", {"accuracy": 0.5}, parameters=15, weights=weights))
    page = read("/runs/r1/programs/0/steps").text
    assert page.count("data:image/png;base64,") == 3 and [each for each, _ in steps(page)][0] == "(relu x)"


def test_untrusted_texts_are_texts(read, store, tried):
    tried(f'(lambda (cons "{EVIL}" $0))', EVIL)
    for address in ("/runs/r1/programs/0", "/runs/r1/programs/0/steps", f"/runs/r1/programs/0/steps?part={EVIL}"):
        page = read(address).text
        assert "<script>alert" not in page, address
    for absent in (
        "/runs/r1/programs/7",
        "/runs/r1/programs/7/steps",
        "/runs/r1/programs/7/source.py",
        "/runs/r9/programs/0",
    ):
        assert read(absent).status_code == 404, absent
