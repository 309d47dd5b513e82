"""Published nets, as they are declared: parameter counts by inference alone, and a small cousin trained a step."""

from __future__ import annotations

import subprocess
import sys

import pytest

from automl.baselines import load, names
from primitives.notation.types import parse_type
from primitives.syntax import parse, show
from primitives.words import builtin_words

WORDS = builtin_words()


def inception(one, reduce3, three, reduce5, five, pool):
    """The inception block of Szegedy et al. 2014: four branches, joined along the maps."""
    return f"""(lambda (x) (concat_maps
        (concat_maps (pipe x (conv :maps {one} :kernel 1) relu)
            (pipe x (conv :maps {reduce3} :kernel 1) relu (conv :maps {three} :kernel 3 :padding same) relu))
        (concat_maps (pipe x (conv :maps {reduce5} :kernel 1) relu (conv :maps {five} :kernel 5 :padding same) relu)
            (pipe x (max_pool :kernel 3 :stride 1 :padding same) (conv :maps {pool} :kernel 1) relu))))"""


SERIES = (
    "(lambda (x) (pipe x (conv :maps 20 :kernel 5) relu max_pool (conv :maps 40 :kernel 5) relu max_pool flatten {}))"
)
CONV2 = SERIES.format("(dense :units 100) relu (dense :units 10) log_softmax")


@pytest.mark.parametrize("name", [name for name in names() if load(name).published.parameters is not None])
def test_declared_systems_have_the_published_shape_and_number_of_parameters(name):
    baseline = load(name)
    assert baseline.inference.parameters == baseline.published.parameters
    assert not baseline.inference.waiting, "all shapes are known offline"
    term = baseline.term()
    assert parse(show(term), baseline.words()) == term


@pytest.mark.parametrize(
    ("name", "parameters"),
    [("googlenet", 6_998_552), ("alexnet", 60_965_224), ("resnet", 11_689_512), ("ciresan", 11_972_510)]
    + [("lenet5", 60_000), ("shallow", 79_510), ("conv2", 85_670), ("conv2-relu-expanded-dropout", 1_672_570)],
)
def test_parameter_counts_as_in_the_literature(name, parameters):
    assert load(name).published.parameters == parameters == load(name).inference.parameters


def test_inference_never_imports_torch():
    code = f"""
import sys
from primitives.inference import infer
from primitives.words import builtin_words
from primitives.syntax import parse
from primitives.notation.types import parse_type
words = builtin_words()
assert infer(parse({CONV2!r}, words), words, parse_type("Tensor[1,28,28] -> Tensor[10]")).parameters == 85670
assert "torch" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_work_is_counted():
    dense, conv = WORDS["dense"], WORDS["conv"]
    assert dense.flops((100,), units=10) == 1000
    settings = dict(conv.word({"maps": 20, "kernel": 5}).settings)
    assert conv.flops((1, 28, 28), **settings) == 20 * 24 * 24 * 25


def test_an_inception_block_trains():
    import torch

    from primitives.compile import compile_term

    text = f"(lambda (x) (pipe x {inception(4, 2, 4, 2, 4, 4)} batch_norm (global_pool :mode max) (dense :units 3) log_softmax))"
    program = compile_term(parse(text, WORDS), WORDS, parse_type("Tensor[3,9,9] -> Tensor[3]"))
    x, labels = torch.randn(32, 3, 9, 9, generator=torch.Generator().manual_seed(0)), torch.arange(32) % 3
    optimiser = torch.optim.Adam(program.parameters(), 0.01)
    losses = []
    for _ in range(30):
        optimiser.zero_grad()
        loss = torch.nn.functional.nll_loss(program(x), labels)
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.5 * losses[0]
