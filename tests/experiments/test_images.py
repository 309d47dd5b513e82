"""The benchmark of pictures: what a library holds is read and not searched again."""

from dataclasses import replace
from pathlib import Path

import pytest

from experiments.benchmarks import images
from library import open_store
from library.records import Evaluation, Run

TASK = "digits?seed=3"
RUN = Run(
    id="r1", task="digits", strategy="genetic", seed=4, budget={"seconds": 600.0}, state="finished", started=10.0, finished=600.5,
    config={
        "type": "Tensor[1,8,8] -> Tensor[10]", "task": {"spec": TASK}, "begun_with": ["residual"],
        "result": {"ask": 0, "score": 0.99, "test_score": 0.98765},
    },
)  # fmt: skip
ARM = {"validation": 0.9, "test_spread": (0.93, 0.95), "parameters": 7, "seconds": 1.0}


@pytest.fixture
def library(tmp_path: Path) -> str:
    file = str(tmp_path / "images.db")
    with open_store(file) as store:
        store.create_run(RUN)
        store.create_run(replace(RUN, id="r2", state="running", finished=None))
        store.record(
            Evaluation("r1", 0, "(lambda (dense :units 10 @1 #0))", "ok", scores={"accuracy": 0.99}, parameters=650)
        )
    return file


def test_a_search_that_the_library_holds_is_read_and_not_run_again(
    library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "search", lambda *given: pytest.fail(f"searched again: {given}"))
    (row,) = images.run([("digits?path=elsewhere&seed=3", "10m", 4)], library, compare=False, read=False)
    assert (row["test"], row["parameters"], row["seconds"]) == (98.77, 650, 590.5)
    assert row["starts"] == ["residual"] and row["compared"] == []
    assert images.line(row) == "digits 600s, seed 4: 98.77 % of the test part, 650 parameters"


@pytest.mark.parametrize("task, budget, seed", [("digits", "10m", 4), (TASK, "20m", 4), (TASK, "10m", 5)])
def test_another_task_budget_or_seed_is_another_search(library: str, task: str, budget: str, seed: int) -> None:
    assert images.run([(task, budget, seed)], library, compare=False, read=True) == []


def test_a_comparison_that_is_lacking_is_run_and_the_best_baseline_stands_beside(
    library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def search(library: str, task: str, budget: str, seed: int, compare: bool, starts: str) -> None:
        assert (task, budget, seed, compare) == (TASK, "10m", 4, True)
        arms = [
            {"arm": "random control", "name": "random", "test": 0.995, **ARM},
            {"arm": "baseline", "name": "small", "test": 0.91, **ARM},
            {"arm": "baseline", "name": "conv2-relu", "test": 0.94, **ARM},
        ]
        with open_store(library) as store:
            store.update_run("r1", config={**RUN.config, "comparison": arms})

    monkeypatch.setattr(images, "search", search)
    (row,) = images.run([(TASK, "10m", 4)], library, compare=True, read=False)
    assert images.line(row).endswith("; best baseline conv2-relu 94.0")
    assert row["compared"][2] == {
        "arm": "baseline", "name": "conv2-relu", "test": 94.0, "spread": [93.0, 95.0], "parameters": 7, "seconds": 1.0
    }  # fmt: skip
