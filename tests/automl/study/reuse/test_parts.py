"""Parts of a promoted net become words that share its weights, and go again where a better net or 50 other tasks come."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from automl.budget import Budget
from automl.evaluation.model import Model
from automl.evaluation.prepared import library_weights
from automl.growth.net_promotion import promote_net
from automl.growth.retention import demote_unused
from automl.study.opening import Result, new_run
from automl.study.reuse.parts import promote_parts
from automl.study.words import load_vocabulary
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.task import Task
from library.check import store_problems
from library.promotion import Rule
from library.records import Subroutine
from library.store import AbstractStore
from primitives.term import words_in

NET = "(lambda (x) (dense :units 3 @4 (relu (dense :units 6 @9 (relu (dense :units 6 @7 (flatten x)))))))"


def blobs(name: str = "blobs") -> Task:
    rng = np.random.default_rng(0)
    centres, y = 4 * rng.normal(size=(3, 1, 3, 3)), np.repeat(np.arange(3), 40)
    x = centres[y] + rng.normal(size=(120, 1, 3, 3))
    return labelled_task(name, x, y, label_names=("0", "1", "2"), scaling="none", solved_at=0.9)


def trained(task: Task, store: AbstractStore, noise: float = 0.0) -> Result:
    """A net whose hidden layers pass on the distances of a linear classifier, which its head reads."""
    vocabulary = load_vocabulary(store)
    part = task.part("train")
    x, y = np.asarray(part.inputs[0]).reshape(len(part), -1), np.asarray(part.targets)
    means = torch.tensor(np.stack([x[y == c].mean(0) for c in range(3)]), dtype=torch.float32)
    first, bias = torch.cat([means, -means]), torch.cat([-(means**2).sum(1) / 2, (means**2).sum(1) / 2])
    read = torch.cat([torch.eye(3), -torch.eye(3)], 1)
    weights = {
        "7.weight": first, "7.bias": bias, "9.weight": torch.eye(6), "9.bias": torch.zeros(6),
        "4.weight": read + noise, "4.bias": torch.zeros(3),
    }  # fmt: skip
    model = Model(vocabulary.read(NET), task.type, vocabulary, weights)
    held_out = task.part("validation")
    score = task.score(model.outputs(held_out), held_out)["accuracy"]
    return Result(task.name, "run-1", True, True, "", model, score, score, 1, 7.5, "solved", 51, ())


@pytest.fixture
def promoted(store: AbstractStore) -> tuple[Subroutine, dict[str, Subroutine]]:
    net, decision = promote_net(store, blobs(), trained(blobs(), store))
    assert net is not None, decision.reasons
    found, _ = promote_parts(store, blobs(), net, seconds=7.5)
    return net, {record.name: record for record in found}


def test_a_prefix_is_a_word_with_the_net_s_own_weights(store: AbstractStore, promoted) -> None:
    net, found = promoted
    assert set(found) == {"blobs_features", "blobs_features_2", "dense_relu"}
    features = found["blobs_features"]
    assert features.type == "Tensor[1,3,3] -> Tensor[6]" and features.weights == net.weights
    assert len(list(store.blobs.digests())) == 1
    assert features.provenance["seconds"] == 7.5 and features.provenance["cases"] == len(blobs().data.train)
    vocabulary = load_vocabulary(store)
    term = vocabulary.read("(lambda (x) (blobs_features @3 x))")
    assert dict(words_in(term)[0].settings) == {"use": "frozen"}
    part = blobs().part("validation")
    said = Model(term, vocabulary.words["blobs_features"].scheme.type, vocabulary, library_weights(vocabulary))
    weights = store.blobs.get(str(net.weights))
    x = torch.from_numpy(np.array(part.inputs[0])).flatten(1)
    second = next(name for name, tensor in weights.items() if tuple(tensor.shape) == (6, 9)).rpartition(".")[0]
    first = torch.relu(x @ weights[f"{second}.weight"].T + weights[f"{second}.bias"])
    assert torch.as_tensor(said.outputs(part)) == pytest.approx(torch.relu(first), abs=1e-5)
    assert list(store_problems(store)) == []


def test_a_block_has_no_weights_and_is_named_by_its_words(store: AbstractStore, promoted) -> None:
    _, found = promoted
    assert found["dense_relu"].weights is None and "dense" in found["dense_relu"].body


def test_features_that_a_linear_answer_cannot_read_are_none(store: AbstractStore) -> None:
    net, _ = promote_net(store, blobs(), trained(blobs(), store))
    assert net is not None
    _, verdicts = promote_parts(store, blobs(), net, 1.0, Rule(probe=-0.5))
    assert "linear answer" in verdicts["blobs_features"].reasons[0]
    found, verdicts = promote_parts(store, blobs(), net, 1.0, Rule(width=5))
    assert "at most 5" in verdicts["blobs_features"].reasons[0] and [each.name for each in found] == []


def test_parts_of_a_net_that_is_replaced_go(store: AbstractStore, promoted) -> None:
    _, found = promoted
    worse = next(each for each in store.subroutines() if each.name == "blobs_net")
    better = trained(blobs(), store, noise=1e-3)
    store.demote(worse.name, {"reasons": ["a test"]})
    net, decision = promote_net(store, blobs(), replace(better, run="run-2"))
    assert net is not None, decision.reasons
    promote_parts(store, blobs(), net, 1.0)
    active = {each.name: each.digest for each in store.subroutines()}
    assert active["blobs_features"] not in {each.digest for each in found.values()} and "blobs_features_2" in active


def test_parts_that_no_task_uses_are_demoted(store: AbstractStore, promoted) -> None:
    for number in range(3):
        task = blobs(f"other {number}")
        run = replace(new_run(task, "random", 0, Budget(evaluations=1), "", {}), started=2e9 + number)
        store.create_run(run)
    assert demote_unused(store, Rule(patience=4)) == {}
    gone = demote_unused(store, Rule(patience=3))
    assert {"blobs_features", "blobs_features_2", "dense_relu"} <= set(gone) and "blobs_net" not in gone
