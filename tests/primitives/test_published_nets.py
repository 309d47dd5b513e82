"""Published nets as terms: parameter counts by inference alone, in milliseconds, and small cousins of them trained
a step."""

from __future__ import annotations

import subprocess
import sys

import pytest

from primitives.infer import infer
from primitives.primitive import builtin_words
from primitives.syntax import parse, show
from primitives.types import parse_type

WORDS = builtin_words()


def inception(one, reduce3, three, reduce5, five, pool):
    """The inception block of Szegedy et al. 2014: four branches, joined along the maps."""
    return f"""(lambda (x) (concat_maps
        (concat_maps (pipe x (conv :maps {one} :kernel 1) relu)
            (pipe x (conv :maps {reduce3} :kernel 1) relu (conv :maps {three} :kernel 3 :padding same) relu))
        (concat_maps (pipe x (conv :maps {reduce5} :kernel 1) relu (conv :maps {five} :kernel 5 :padding same) relu)
            (pipe x (max_pool :kernel 3 :stride 1 :padding same) (conv :maps {pool} :kernel 1) relu))))"""


POOL = "(max_pool :kernel 3 :stride 2 :padding same)"
BLOCKS = [
    inception(64, 96, 128, 16, 32, 32), inception(128, 128, 192, 32, 96, 64), POOL,
    inception(192, 96, 208, 16, 48, 64), inception(160, 112, 224, 24, 64, 64), inception(128, 128, 256, 24, 64, 64),
    inception(112, 144, 288, 32, 64, 64), inception(256, 160, 320, 32, 128, 128), POOL,
    inception(256, 160, 320, 32, 128, 128), inception(384, 192, 384, 48, 128, 128),
]  # fmt: skip
GOOGLENET = f"""(lambda (x) (pipe x (conv :maps 64 :kernel 7 :stride 2 :padding same) relu {POOL} local_response_norm
    (conv :maps 64 :kernel 1) relu (conv :maps 192 :kernel 3 :padding same) relu local_response_norm {POOL}
    {" ".join(BLOCKS)} (global_pool :mode mean) (dropout :rate 0.4) (dense :units 1000) log_softmax))"""
ALEXNET = """(lambda (x) (pipe x (pad :border 2) (conv :maps 96 :kernel 11 :stride 4) relu local_response_norm
    (max_pool :kernel 3 :stride 2) (conv :maps 256 :kernel 5 :padding same :groups 2) relu local_response_norm
    (max_pool :kernel 3 :stride 2) (conv :maps 384 :kernel 3 :padding same) relu
    (conv :maps 384 :kernel 3 :padding same :groups 2) relu (conv :maps 256 :kernel 3 :padding same :groups 2) relu
    (max_pool :kernel 3 :stride 2) flatten dropout (dense :units 4096) relu dropout (dense :units 4096) relu
    (dense :units 1000) log_softmax))"""
SERIES = (
    "(lambda (x) (pipe x (conv :maps 20 :kernel 5) relu max_pool (conv :maps 40 :kernel 5) relu max_pool flatten {}))"
)
CONV2 = SERIES.format("(dense :units 100) relu (dense :units 10) log_softmax")
DROPOUT = SERIES.format(
    "dropout (dense :units 1000) relu dropout (dense :units 1000) relu dropout (dense :units 10) log_softmax"
)


@pytest.mark.parametrize(
    ("text", "type", "parameters"),
    [
        (GOOGLENET, "Tensor[3,224,224] -> Tensor[1000]", 6_998_552),
        (ALEXNET, "Tensor[3,224,224] -> Tensor[1000]", 60_965_224),
        (CONV2, "Tensor[1,28,28] -> Tensor[10]", 85_670),
        (DROPOUT, "Tensor[1,28,28] -> Tensor[10]", 1_672_570),
        (
            "(lambda (x) (pipe x flatten (dense :units 100) sigmoid (dense :units 10) softmax))",
            "Tensor[1,28,28] -> Tensor[10]",
            79_510,
        ),
    ],
    ids=["GoogLeNet", "AlexNet", "conv2", "dropout", "shallow"],
)
def test_parameter_counts(text, type, parameters):
    term = parse(text, WORDS)
    assert infer(term, WORDS, parse_type(type)).parameters == parameters
    assert parse(show(term), WORDS) == term


def test_inference_never_imports_torch():
    code = f"""
import sys
from primitives.infer import infer
from primitives.primitive import builtin_words
from primitives.syntax import parse
from primitives.types import parse_type
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
