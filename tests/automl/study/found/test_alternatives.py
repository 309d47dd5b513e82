"""How likely programs are said to be: parts of one whole, and nothing after one example."""

from __future__ import annotations

import pytest

import automl
from automl.study.found.alternatives import consistent_shares
from automl.tasks.kinds.examples import examples_task


def row(probability: float):
    return {"program": "p", "probability": probability, "inputs": [], "output": 1, "chosen_output": 2}


@pytest.mark.parametrize(
    ("confidence", "others", "examples", "wanted"),
    [
        (0.89, [0.34], 3, (0.89, [0.11])),
        (0.5, [0.3, 0.2], 3, (0.5, [0.3, 0.2])),
        (0.89, [0.05], 1, (None, [0.05])),
        (0.89, [0.34], 1, (None, [0.11])),
        (None, [0.7, 0.7], 4, (None, [0.5, 0.5])),
        (0.9, [], 2, (0.9, [])),
    ],
)
def test_shares_are_parts_of_one_whole(confidence, others, examples, wanted):
    found, rows = consistent_shares(confidence, tuple(map(row, others)), examples)
    assert (found, [each["probability"] for each in rows]) == wanted
    assert (found or 0) + sum(each["probability"] for each in rows) <= 1.0001
    assert all(each["program"] == "p" for each in rows)


def test_one_example_proves_nothing():
    one = examples_task("total", "list(int) -> int", [(((3, 1, 2),), 6)])
    found = automl.search(one, evaluations=3000, quiet=True)
    assert found.confidence is None and found.notes and "one example proves nothing" in found.notes[0]
    two = examples_task("total", "list(int) -> int", [(((3, 1, 2),), 6), (((4,),), 4)])
    assert not two.notes
