"""Trained nets become words with their weights, and programs that share parts of nets keep theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

import automl.growth.compression_step as compression_module
from automl.budget import Budget
from automl.evaluation.model import Model
from automl.evaluation.prepared import library_weights
from automl.growth.grow import grow
from automl.growth.net_promotion import promote_net
from automl.growth.snapshot import best_programs
from automl.study.opening import Result
from automl.study.words import load_vocabulary
from automl.tasks.curriculum import Curriculum, Stage
from automl.tasks.kinds.labelled import labelled_task
from automl.tasks.kinds.sequences import sequences_from_labelled
from automl.tasks.task import Task
from library.records import Solution
from library.store import AbstractStore
from primitives.term import show_canonical, sites_of


def blobs(noise: float = 1.0, seed: int = 0) -> Task:
    """Three classes around three images of 4 × 4."""
    rng = np.random.Generator(np.random.PCG64(seed))
    centres, y = rng.normal(size=(3, 1, 4, 4)) * 3, np.repeat(np.arange(3), 40)
    x = centres[y] + noise * rng.normal(size=(120, 1, 4, 4))
    return labelled_task("blobs", x, y, label_names=("0", "1", "2"), scaling="none", solved_at=0.95)


def nearest(task: Task, store: AbstractStore, site: str = "7", flaw: float = 0.0) -> Result:
    """A found program, linear in the image, with the weights of the nearest class mean."""
    import torch

    vocabulary = load_vocabulary(store)
    term = vocabulary.read(f"(lambda (dense :units 3 @{site} (flatten $0)))")
    train = task.part("train")
    x, y = np.asarray(train.inputs[0]).reshape(len(train), -1), np.asarray(train.targets)
    means = np.stack([x[y == label].mean(0) for label in range(3)])
    weight = torch.tensor(means, dtype=torch.float32)
    weights = {f"{site}.weight": weight, f"{site}.bias": -0.5 * weight.square().sum(1) + flaw}
    model = Model(term, task.type, vocabulary, weights)
    part = task.part("validation")
    score = task.score(model.outputs(part), part)["accuracy"]
    return Result("blobs", "run-1", True, True, "", model, score, score, 1, 0.1, "solved", 51, ())


def test_a_trained_net_becomes_a_word_with_its_weights(store: AbstractStore) -> None:
    found = nearest(blobs(), store)
    record, decision = promote_net(store, blobs(), found)
    assert record is not None and decision.promote and record.name == "blobs_net"
    assert record.kind == "geometric" and record.type == "Tensor[1,4,4] -> Tensor[3]" and record.weights is not None
    assert sorted(store.blobs.header(record.weights)) == ["1.bias", "1.weight"] and "@1" in record.body
    assert record.provenance["score"] == found.score and record.provenance["tasks"] == ["blobs"]
    vocabulary = load_vocabulary(store)
    word = vocabulary.words["blobs_net"].word({}, "5")
    assert dict(word.settings) == {"use": "frozen"}
    model = Model(word, blobs().type, vocabulary, library_weights(vocabulary))
    part = blobs().part("validation")
    assert blobs().score(model.outputs(part), part)["accuracy"] == found.score
    assert [(use.task, use.run) for use in store.uses(record.digest)] == [("blobs", "run-1")]


def test_a_net_is_replaced_only_by_a_better_one(store: AbstractStore) -> None:
    hard = blobs(noise=6.0)
    weak, strong = nearest(hard, store, flaw=0.0), nearest(blobs(), store)
    assert weak.score is not None and strong.score is not None and weak.score < strong.score
    first, _ = promote_net(store, hard, weak, goal=weak.score)
    assert first is not None
    same, decision = promote_net(store, hard, weak, goal=weak.score)
    assert same is None and "in its place" in decision.reasons[0]
    better, _ = promote_net(store, blobs(), strong)
    assert better is not None and [each.digest for each in store.subroutines()] == [better.digest]
    assert {each.state for each in store.subroutines(state=None)} == {"active", "demoted"}


def test_a_net_below_the_goal_or_without_weights_of_its_own_is_none(store: AbstractStore) -> None:
    found = nearest(blobs(noise=6.0), store)
    record, decision = promote_net(store, blobs(noise=6.0), found)
    assert record is None and "needed 0.95" in decision.reasons[0] and store.subroutines() == ()
    promote_net(store, blobs(), nearest(blobs(), store))
    vocabulary = load_vocabulary(store)
    model = Model(vocabulary.read("(lambda (blobs_net :use tuned @1 $0))"), blobs().type, vocabulary, {})
    record, decision = promote_net(store, blobs(), replace(found, model=model))
    assert record is None and decision.reasons == ("it has no weights of its own",)


def test_a_net_made_with_a_net_keeps_the_weights_of_both(store: AbstractStore) -> None:
    import torch

    promote_net(store, blobs(), nearest(blobs(), store))
    vocabulary = load_vocabulary(store)
    term = vocabulary.read("(lambda (dense :units 3 @9 (blobs_net :use frozen @2 $0)))")
    weights = {**library_weights(vocabulary), "9.weight": torch.eye(3), "9.bias": torch.zeros(3)}
    other = blobs(seed=0)
    part = other.part("validation")
    model = Model(term, other.type, vocabulary, weights)
    score = other.score(model.outputs(part), part)["accuracy"]
    found = Result("twice", "run-2", True, True, "", model, score, score, 1, 0.1, "solved", 63, ("blobs_net",))
    data = replace(other.data, name="twice")
    record, decision = promote_net(store, replace(other, data=data), found)
    assert record is not None, decision.reasons
    assert sorted(store.blobs.header(str(record.weights))) == ["1.bias", "1.weight"]
    assert "blobs_net@" in record.body and "(blobs_net" not in record.provenance["expanded"]


def test_growing_trains_promotes_and_blends(store: AbstractStore) -> None:
    labelled = blobs(noise=0.5)
    sums = sequences_from_labelled(labelled, "sum", count=40, validation_count=30, test_count=10, test_lengths=(6, 6))
    nets = {
        "words": ["flatten", "dense", "relu"],
        "schedule": {"epochs": 15, "refine_epochs": 20},
        "strategy": "random",
    }
    stages = (
        Stage("nets", (labelled,), Budget(evaluations=8), None, nets),
        Stage("lists", (sums,), Budget(evaluations=60000), None, {"target": 0.9}),
    )
    grown = grow(Curriculum("c", stages), store)
    net, blend = grown.results
    assert net.solved and net.parameters and grown.promoted[0].name == "blobs_net"
    assert {p.name for p in grown.promoted[1:]} == {"blobs_features", "blobs_features_2"}
    assert blend.solved and blend.test_score > 0.5 and blend.subroutines == ("blobs_net",)
    assert all(word in blend.program for word in ("sum", "map", "argmax"))
    (row,) = [row for row in grown.library if row["name"] == "blobs_net"]
    assert row["tasks"] == ["blobs", sums.name]
    assert {each.task for each in store.solutions()} == {"blobs", sums.name}


def test_a_rewritten_net_keeps_its_weights(store: AbstractStore) -> None:
    """Nets of two tasks share a part: their stored programs are rewritten and their weights move along."""
    import torch

    text = {
        "blobs": "(lambda (dense :units 3 @3 (relu (dense :units 9 @8 (relu (dense :units 7 @5 (flatten $0)))))))",
        "others": "(lambda (dense :units 3 @4 (relu (dense :units 9 @2 (relu (dense :units 7 @6 (flatten $0)))))))",
    }
    tasks: dict[str, Task] = {}
    scores: dict[str, float] = {}
    for seed, (name, body) in enumerate(text.items()):
        base = blobs(seed=seed)
        tasks[name] = replace(base, data=replace(base.data, name=name))
        vocabulary = load_vocabulary(store)
        term = vocabulary.read(body)
        shapes = {"7": (7, 16), "9": (9, 7), "3": (3, 9)}
        generator = torch.Generator().manual_seed(seed)
        weights = {}
        for word in sites_words(term):
            shape = shapes[str(dict(word.settings)["units"])]
            weights[f"{word.site}.weight"] = torch.randn(shape, generator=generator)
            weights[f"{word.site}.bias"] = torch.randn(shape[0], generator=generator)
        part = tasks[name].part("validation")
        model = Model(term, base.type, vocabulary, weights)
        scores[name] = tasks[name].score(model.outputs(part), part)["accuracy"]
        record_solution(store, tasks[name], show_canonical(term), weights, scores[name])
    report, promoted = compression_module.prepare_compression(store, tasks)()
    assert promoted and report.rewritten == 2 and promoted[0].kind == "geometric"
    vocabulary = load_vocabulary(store)
    for name, solved in best_programs(store, vocabulary).items():
        assert promoted[0].name in solved.solution.term and solved.solution.weights is not None
        weights = store.blobs.get(solved.solution.weights)
        assert {key.rpartition(".")[0] for key in weights} == set(sites_of(expanded(vocabulary, solved.term)))
        part = tasks[name].part("validation")
        model = Model(solved.term, tasks[name].type, vocabulary, weights)
        assert tasks[name].score(model.outputs(part), part)["accuracy"] == scores[name]


def sites_words(term: Any) -> Sequence[Any]:
    from primitives.term import words_in

    return [word for word in words_in(term) if word.site is not None]


def expanded(vocabulary: Any, term: Any) -> Any:
    from primitives.definitions import expand

    return expand(term, vocabulary.all_words)


def record_solution(store: AbstractStore, task: Task, term: str, weights: Any, score: float) -> None:
    from automl.study.opening import new_run

    run = store.create_run(new_run(task, "random", 0, Budget(evaluations=1), store.snapshot(), {}))
    blob = store.blobs.put(weights)
    store.add_solution(
        Solution(task=task.name, run=run.id, term=term, expanded=term, scores={"accuracy": score}, weights=blob)
    )
