"""Words of nets on series, against plain torch and against the words on images."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch.nn import functional

from primitives.compile import compile_term
from primitives.inference import IllTyped, infer
from primitives.notation.types import parse_type
from primitives.source import to_source
from primitives.syntax import parse
from primitives.words import builtin_words

WORDS = builtin_words()
SETTINGS = [f":stride {s} :padding {p}" for s, p in itertools.product((1, 2), ("valid", "same"))]


def compiled(text: str, type: str):
    return compile_term(parse(text, WORDS), WORDS, parse_type(type))


def series(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("dilation", [1, 2])
@pytest.mark.parametrize("kernel", [1, 3, 4])
@pytest.mark.parametrize("settings", SETTINGS)
def test_a_convolution_of_series_is_one_of_images_with_a_kernel_along_the_rows(settings, kernel, dilation) -> None:
    text = f":maps 4 :kernel {kernel} :dilation {dilation} {settings}"
    ours, images = compiled(f"(conv1d {text})", "Tensor[2,13] -> a"), compiled(f"(conv {text})", "Tensor[2,13,13] -> a")
    weight, bias = series(4, 2, kernel), series(4)
    row = torch.zeros(4, 2, kernel, kernel)
    row[:, :, (kernel - 1) // 2] = weight  # what lies above and below it is zero
    for program, kernels in ((ours, weight), (images, row)):
        site = next(iter(program.weights())).partition(".")[0]
        program.load({f"{site}.weight": kernels, f"{site}.bias": bias})
    x = series(3, 2, 13)
    wanted = images(x.unsqueeze(2).expand(-1, -1, 13, -1))
    assert torch.allclose(ours(x), wanted[:, :, wanted.shape[2] // 2], atol=1e-5)


def test_a_convolution_without_biases_has_none() -> None:
    program = compiled("(conv1d :maps 4 :kernel 3 :biased 0)", "Tensor[2,9] -> Tensor[4,7]")
    ((name, weight),) = program.weights().items()
    assert name.endswith(".weight") and weight.shape == (4, 2, 3)
    assert torch.allclose(program(series(3, 2, 9)), functional.conv1d(series(3, 2, 9), weight), atol=1e-5)


@pytest.mark.parametrize("kernel", [2, 3, 4])
@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("name", ["max_pool", "average_pool"])
def test_pooling_of_series_is_that_of_images_whose_rows_are_alike(name, settings, kernel) -> None:
    text = f":kernel {kernel} {settings}"
    x = series(2, 3, 11)
    got = compiled(f"({name}1d {text})", "Tensor[3,11] -> a")(x)
    wanted = compiled(f"({name} {text})", "Tensor[3,11,11] -> a")(x.unsqueeze(2).expand(-1, -1, 11, -1))
    assert torch.allclose(got, wanted[:, :, 0], atol=1e-6)


def test_global_pooling() -> None:
    x = series(2, 3, 7)
    assert torch.allclose(compiled("global_pool1d", "Tensor[3,7] -> Tensor[3]")(x), x.mean(2))
    assert torch.equal(compiled("(global_pool1d :mode max)", "Tensor[3,7] -> Tensor[3]")(x), x.amax(2))


def test_what_does_not_fit_is_refused_with_steps_and_a_remedy() -> None:
    term = parse("(lambda (x) (conv1d :kernel 5 :dilation 4 x))", WORDS)
    with pytest.raises(IllTyped, match="kernel=5 covers 17 steps, needed at most 9.*shrink the series less"):
        infer(term, WORDS, parse_type("Tensor[1,9] -> a"))
    with pytest.raises(IllTyped, match="global_pool1d"):
        infer(parse("(lambda (x) (dense x))", WORDS), WORDS, parse_type("Tensor[2,9] -> a"))


def test_multiply_adds_and_parameters_of_a_convolution() -> None:
    found = infer(parse("(lambda (x) (conv1d :maps 4 :kernel 3 x))", WORDS), WORDS, parse_type("Tensor[2,9] -> a"))
    assert found.parameters == 4 * 2 * 3 + 4
    assert WORDS["conv1d"].flops((2, 9), **dict(found.layers[0][0].settings)) == 4 * 7 * 2 * 3


NETS = {
    """(lambda (x) (pipe x (conv1d :maps 4 :kernel 3 :padding same) batch_norm relu max_pool1d global_pool1d
         (dense :units 3)))""": True,
    "(lambda (x) (dense :units 3 (fold gru_cell (zeros :size 4) (unstack (transpose x)))))": False,
    "(lambda (x) (dense :units 3 (pool_list (self_attention :units 8 (unstack (transpose x))))))": False,
}
"""Nets on series, and whether their source takes batches."""


@pytest.mark.parametrize(("text", "batches"), NETS.items())
def test_written_source_gives_the_same(text: str, batches: bool) -> None:
    term, type = parse(text, WORDS), parse_type("Tensor[2,12] -> Tensor[3]")
    ours, x = compile_term(term, WORDS, type).eval(), series(3, 2, 12)
    scope: dict = {}
    exec(compile(to_source(term, WORDS, type, ours.weights()), "written", "exec"), scope)
    written = scope["Program"]().eval()
    got = written(x) if batches else torch.stack([written(each) for each in x])
    assert torch.allclose(got, ours(x), atol=1e-5)
