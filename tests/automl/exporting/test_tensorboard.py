"""What TensorBoard reads of a run."""

from __future__ import annotations

import pytest

pytest.importorskip("tensorboard", reason="tensorboard is not installed: pip install tensorboard")

from automl.charts.tree import node_of
from automl.exporting.history import history_of
from automl.exporting.tensorboard import graph_of_tree, write_tensorboard
from primitives.syntax import parse


def test_it_reads_scores_curves_texts_and_the_graph(store, run, tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    for _ in range(2):  # the second time takes the place of the first
        folder = write_tensorboard(history_of(store, run), tmp_path / "logs")
    read = EventAccumulator(str(folder))
    read.Reload()
    assert folder.name == "larger-run1" and len(list(folder.iterdir())) == 1
    assert [(each.step, each.value) for each in read.Scalars("validation/accuracy")] == [(0, 0.5), (2, 0.75)]
    assert [each.step for each in read.Scalars("result/validation_score")] == [1, 2]
    assert set(read.Tags()["tensors"]) == {"settings", "program"}
    assert [each.name for each in read.Graph().node] == ["x", "dense", "relu", "dense.2"]


def test_what_goes_in_is_one_node():
    graph = graph_of_tree(node_of(parse("(lambda (+ (* $0 2) $0))")))
    assert [(each.op, list(each.input)) for each in graph.node] == [
        ("Placeholder", []), ("Const", []), ("*", ["x", "2"]), ("+", ["node", "x"]),
    ]  # fmt: skip
