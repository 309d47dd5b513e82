"""Blocks of a trained baseline become words that searches build with."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from automl.baselines import load
from automl.baselines.bench import Order
from automl.baselines.promoting import find_blocks, promote_run
from automl.baselines.results import Places
from automl.baselines.running import run
from automl.budget import Budget
from automl.errors import TaskError
from automl.evaluation.model import Model
from automl.study.opening import Options, build_problem, open_study, run_study
from automl.study.words import load_vocabulary
from automl.tasks.load import load_tasks
from library.store import open_store
from primitives.compile import compile_term
from primitives.inference import IllTyped, infer
from primitives.notation.types import parse_type
from primitives.syntax import parse
from primitives.term import words_in
from primitives.weights import initialise
from search.generation.grammar import Grammar
from search.randomness import Draws

NET = '''
title = "a small residual net"
source = "a test"
data = "digits"
program = """(lambda (x) (pipe x (conv :maps 6 :padding same) residual residual (pipe (branches :use fresh))
  (global_pool :mode max) (dense :units 10)))"""
[definitions]
shrink = "(max_pool :kernel 3 :stride 2 :padding same)"
residual = """(lambda (x) (relu (add x (pipe x (conv :maps 6 :padding same :biased 0) batch_norm))))"""
branches = """(lambda (x) (concat_maps (pipe x (conv :maps 4 :kernel 1) relu shrink)
  (pipe x shrink (conv :maps 5 :padding same) relu)))"""
[published]
accuracy = 0.9
input = [1, 8, 8]
[fast]
epochs = 4
runs = 1
trainer = { batch_size = 32 }
'''.replace("(pipe (branches :use fresh))", "branches")


@pytest.fixture(scope="module")
def promoted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("blocks")
    (folder / "small.toml").write_text(NET)
    order = Order(load(folder / "small.toml"), "fast", range(1))
    places = Places.at(folder / "out")
    found = run(order, places)
    store = open_store(f"sqlite:///{folder / 'library.db'}", create=True)
    records = promote_run(order, places, store)
    return order, places, store, records, found


def test_blocks_are_those_of_the_program_with_weights(promoted):
    order, *_ = promoted
    (task,) = load_tasks("digits")
    blocks = {block.name: str(block.type) for block in find_blocks(order.baseline, "fast", task)}
    assert blocks == {
        "residual": "Tensor[6,8,8] -> Tensor[6,8,8]",
        "branches": "Tensor[6,8,8] -> Tensor[9,4,4]",
    }


def test_each_block_is_two_words(promoted):
    *_, store, records, _ = promoted
    names = {record.name: record for record in store.subroutines()}
    assert set(names) == {"residual", "residual_trained", "branches", "branches_trained"}
    assert {record.name for record in records} == set(names)
    assert names["residual"].weights is None and names["residual_trained"].weights is not None
    assert names["residual_trained"].type == "Tensor[6,a,b] -> Tensor[6,a,b]"
    assert str(names["branches_trained"].type).startswith("Tensor[6,")
    assert names["branches_trained"].provenance["baseline"] == "small"


def test_a_second_promotion_adds_nothing(promoted):
    order, places, store, *_ = promoted
    assert promote_run(order, places, store) == []


def test_the_words_carry_the_trained_weights(promoted):
    order, places, store, *_ = promoted
    vocabulary = load_vocabulary(store)
    model = Model.load(places.net("small", "fast", 0))
    (task,) = load_tasks("digits")
    block = next(b for b in find_blocks(order.baseline, "fast", task) if b.name == "branches")
    word = vocabulary.words["branches_trained"]
    own = {
        name.partition(".")[2]: tensor for name, tensor in model.weights.items() if name.startswith(f"{block.site}.")
    }
    assert len(own) == 4
    kept = sorted(tensor.sum().item() for tensor in word.tensors.values())
    assert np.allclose(kept, sorted(tensor.sum().item() for tensor in own.values()))
    text = "(lambda (x) (pipe x (conv :maps 6) branches_trained flatten (dense :units 3)))"
    term = parse(text, vocabulary.words)
    type = parse_type("Tensor[1,12,12] -> Tensor[3]")
    program = compile_term(
        term, vocabulary.all_words, type, weights=initialise(infer(term, vocabulary.words, type).sites)
    )
    assert program(torch.zeros(2, 1, 12, 12)).shape == (2, 3)
    trainable = {tuple(p.shape) for p in program.parameters() if p.requires_grad}
    assert (5, 6, 3, 3) not in trainable and (6, 1, 3, 3) in trainable, "the block is frozen, what is round it is not"


def test_weights_fix_the_number_of_maps_and_a_fresh_use_does_not(promoted):
    *_, store, _, _ = promoted
    words = load_vocabulary(store).words
    type = parse_type("Tensor[3,10,10] -> a")
    with pytest.raises(IllTyped, match="branches_trained|Tensor\\[6"):
        infer(parse("(lambda (x) (branches_trained x))", words), words, type)
    fresh = infer(parse("(lambda (x) (branches_trained :use fresh x))", words), words, type)
    assert str(fresh.type) == "Tensor[3,10,10] -> Tensor[9,5,5]"
    assert infer(parse("branches", words), words, type).parameters == 4 * 3 + 4 + 5 * 27 + 5


def fits(term, words, type) -> bool:
    """Whether it has the type; a draw may share the weights of one structure between places of different shapes."""
    try:
        return str(infer(term, words, type).type) == str(type)
    except IllTyped:
        return False


@pytest.mark.slow
def test_a_search_on_another_image_task_uses_the_blocks(promoted, tmp_path):
    *_, store, _, _ = promoted
    rng = np.random.default_rng(0)
    y = np.arange(90) % 3
    x = rng.normal(size=(90, 2, 10, 10)).astype(np.float32) + y[:, None, None, None]
    np.savez(tmp_path / "blobs.npz", X=x, y=y)
    (task,) = load_tasks(str(tmp_path / "blobs.npz"))
    words = ("conv", "relu", "max_pool", "global_pool", "dense", "flatten")
    options = Options(
        Budget(evaluations=6),
        words=words,
        weights={"branches": 4.0, "residual": 4.0, "branches_trained": 4.0},
    )
    vocabulary = load_vocabulary(store, words=words)
    assert {"branches", "residual_trained"} <= set(vocabulary.words)
    grammar = Grammar(build_problem(task, vocabulary, options))
    drawn = [grammar.sample(task.type, Draws(seed), 8) for seed in range(60)]
    used = {word.name for term in drawn for word in words_in(term)}
    assert {"branches"} <= used, used
    assert sum(fits(term, vocabulary.all_words, task.type) for term in drawn) > 30
    result = run_study(open_study(task, store, options))
    assert result.score is not None and result.score > 0.4


def test_a_baseline_without_blocks_is_refused(promoted, tmp_path):
    *_, store, _, _ = promoted
    plain = NET.partition("[definitions]")[0].replace("residual residual", "relu").replace("branches", "relu")
    plain += "[published]\ninput = [1, 8, 8]\n[fast]\nepochs = 1\nruns = 1\n"
    (tmp_path / "plain.toml").write_text(plain)
    order = Order(load(tmp_path / "plain.toml"), "fast", range(1))
    places = Places.at(tmp_path / "out")
    with pytest.raises(TaskError, match="run it first"):
        promote_run(order, places, store)
    run(order, places)
    with pytest.raises(TaskError, match="no definitions with weights"):
        promote_run(order, places, store)
