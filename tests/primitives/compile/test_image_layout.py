"""Channels last and pooling before the activation: equal outputs and gradients, ordinary weights."""

from __future__ import annotations

import copy

import pytest
import torch
from torch.nn import functional

from library.weights.blobs import from_bytes, to_bytes
from primitives.compile import compile_term
from primitives.compile.layout import kernels_last
from primitives.interpreter.interpret import evaluate
from primitives.notation.types import parse_type
from primitives.rewrite import pool_first
from primitives.syntax import parse
from primitives.term import canonical
from primitives.words import builtin_words

WORDS = builtin_words()
NETS = [
    ("(pipe x (conv :maps 4 :kernel 5) {} max_pool (conv :maps 6 :kernel 3) {} max_pool flatten (dense :units 3))", 1),
    ("(pipe x (conv :maps 4 :kernel 3 :padding same) batch_norm {} max_pool {} (conv :maps 8 :groups 2) flatten)", 3),
    ("(let ((y ({} (conv :maps 4 x)))) (flatten (add (max_pool y) (max_pool :kernel 3 :padding same y))))", 2),
    ("(pipe x (conv :maps 4) {} {} (max_pool :kernel 3 :padding same) max_pool layer_norm flatten)", 2),
    (
        "(pipe x (conv :maps 4 :kernel 1) local_response_norm {} l2_pool (reshape :channels 9 :height 4 :width 9) flatten)",
        3,
    ),
]


def program_of(net, activation, channels):
    text, wide = net.replace("{}", activation), 18 if "reshape" in net else 14
    term = parse(f"(lambda (x) {text})", WORDS)
    return compile_term(term, WORDS, parse_type(f"Tensor[{channels},{wide},{wide}] -> Tensor[n]"), seed=3), wide


@pytest.mark.parametrize("activation", ["relu", "sigmoid", "tanh", "gelu"])
@pytest.mark.parametrize(("net", "channels"), NETS)
def test_outputs_and_gradients_are_those_of_the_interpreter(net, channels, activation):
    program, wide = program_of(net, activation, channels)
    program.eval()
    images = torch.randn(5, channels, wide, wide, generator=torch.Generator().manual_seed(1))
    outputs = program(images)
    trained = dict(program.named_parameters())
    weights = {name: tensor.requires_grad_(name in trained) for name, tensor in program.weights().items()}
    wanted = torch.stack([evaluate(program.term, (image,), words=WORDS, weights=weights) for image in images])
    assert torch.allclose(outputs, wanted, atol=3e-5)
    direction = torch.randn(outputs.shape, generator=torch.Generator().manual_seed(2))
    (outputs * direction).sum().backward()
    (wanted * direction).sum().backward()
    for name, parameter in trained.items():
        assert torch.allclose(parameter.grad, weights[name].grad, rtol=1e-3, atol=2e-4), name


def test_weights_are_ordinary_tensors():
    program, _ = program_of(*[NETS[0][0], "relu", 1])
    twin = copy.deepcopy(program)
    kernels = [p for p in program.parameters() if p.ndim == 4]
    assert len(kernels) == 2 and all(p.stride(1) == 1 for p in kernels)
    assert [p.stride() for p in twin.parameters()] == [p.stride() for p in program.parameters()]
    saved = from_bytes(to_bytes(program.weights()))
    assert all(tensor.is_contiguous() for tensor in program.weights().values())
    with torch.no_grad():
        for parameter in program.parameters():
            parameter.add_(1.0)
    program.load(saved)
    assert all(torch.equal(p, saved[name]) for name, p in program.named_parameters())
    assert all(p.stride(1) == 1 for p in program.parameters() if p.ndim == 4)


def test_kernels_of_one_channel_are_restrided_and_decide_the_layout():
    weight = torch.randn(8, 1, 3, 3)
    last = kernels_last(weight)
    assert torch.equal(last, weight) and last.stride() == (9, 1, 3, 1)
    assert kernels_last(last) is last
    vector = torch.randn(3)
    assert kernels_last(vector) is vector
    if torch.backends.mkldnn.is_available():
        assert functional.conv2d(torch.randn(2, 1, 9, 9), last).is_contiguous(memory_format=torch.channels_last)


def test_layer_norm_over_images_keeps_channels_first():
    assert program_of(NETS[0][0], "relu", 1)[0].channels_last
    assert not program_of(NETS[3][0], "relu", 2)[0].channels_last
    dense = parse("(lambda (x) (pipe x flatten (dense :units 3)))", WORDS)
    assert not compile_term(dense, WORDS, parse_type("Tensor[1,4,4] -> Tensor[3]")).channels_last


@pytest.mark.parametrize(
    ("text", "rewritten"),
    [
        ("(lambda (x) (pipe x relu max_pool))", "(lambda (x) (pipe x max_pool relu))"),
        ("(lambda (x) (pipe x tanh relu max_pool sigmoid))", "(lambda (x) (pipe x max_pool tanh relu sigmoid))"),
        ("(lambda (x) (pipe x relu max_pool max_pool))", "(lambda (x) (pipe x max_pool max_pool relu))"),
        ("(lambda (x) (pipe x gelu max_pool))", None),
        ("(lambda (x) (pipe x relu average_pool))", None),
        ("(lambda (x) (pipe x relu (dropout :rate 0.5) max_pool))", None),
    ],
)
def test_pool_first(text, rewritten):
    assert canonical(pool_first(parse(text, WORDS), WORDS)) == canonical(parse(rewritten or text, WORDS))
