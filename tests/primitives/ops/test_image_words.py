"""Words of the published image nets, against plain torch written out."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import torch
from torch.nn import functional

from primitives.compile import compile_term
from primitives.inference import infer
from primitives.notation.types import parse_type
from primitives.source import to_source
from primitives.syntax import parse
from primitives.words import builtin_words

WORDS = builtin_words()


def compiled(text: str, type: str):
    return compile_term(parse(text, WORDS), WORDS, parse_type(type))


def images(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


def test_a_convolution_without_biases_has_none() -> None:
    program = compiled("(conv :maps 4 :biased 0)", "Tensor[2,6,6] -> Tensor[4,4,4]")
    ((name, weight),) = program.weights().items()
    assert name.endswith(".weight") and weight.shape == (4, 2, 3, 3)
    x = images(3, 2, 6, 6)
    assert torch.allclose(program(x), functional.conv2d(x, weight), atol=1e-5)


@pytest.mark.parametrize(("stride", "padding"), [(1, "valid"), (1, "same"), (2, "valid"), (2, "same")])
def test_local_fields_with_equal_kernels_are_a_convolution(stride: int, padding: str) -> None:
    settings = f":maps 4 :kernel 3 :stride {stride} :padding {padding}"
    shared = compiled(f"(conv {settings})", "Tensor[2,7,6] -> a")
    local = compiled(f"(local_conv {settings})", "Tensor[2,7,6] -> a")
    (kernel, _), (fields, biases) = shared.weights().values(), local.weights().values()
    assert fields.shape[0] == biases.shape[1] * biases.shape[2]
    site = next(iter(local.weights())).partition(".")[0]
    local.load({f"{site}.weight": kernel.flatten(1).expand_as(fields).clone(), f"{site}.bias": biases})
    x = images(3, 2, 7, 6)
    assert torch.allclose(local(x), shared(x), atol=1e-5)


def test_local_fields_are_not_shared() -> None:
    x = images(1, 1, 1, 1).expand(1, 1, 6, 6)
    out = compiled("(local_conv :maps 1)", "Tensor[1,6,6] -> Tensor[1,4,4]")(x)
    assert out.flatten().unique().numel() == 16


def test_subsampling_has_a_coefficient_and_a_bias_a_map() -> None:
    program = compiled("subsample", "Tensor[3,6,6] -> Tensor[3,3,3]")
    site = next(iter(program.weights())).partition(".")[0]
    weight, bias = torch.tensor([1.0, 2.0, -1.0]), torch.tensor([0.0, 0.5, 1.0])
    program.load({f"{site}.weight": weight, f"{site}.bias": bias})
    x = images(2, 3, 6, 6)
    sums = x.reshape(2, 3, 3, 2, 3, 2).sum((3, 5))
    assert torch.allclose(program(x), sums * weight.view(3, 1, 1) + bias.view(3, 1, 1), atol=1e-5)


def test_contrast_normalisation_pixel_by_pixel() -> None:
    kernel, x = 5, images(2, 3, 7, 6)
    offsets = torch.arange(kernel) - 2
    bell = torch.exp(-8.0 * (offsets / kernel) ** 2)

    def around(values: torch.Tensor, row: int, column: int) -> torch.Tensor:
        total, weights = torch.zeros(()), 0.0
        for i in offsets.tolist():
            for j in offsets.tolist():
                if 0 <= row + i < 7 and 0 <= column + j < 6:
                    w = float(bell[i + 2] * bell[j + 2])
                    total, weights = total + w * values[:, row + i, column + j].mean(), weights + w
        return total / weights

    for image, got in zip(x, compiled("(contrast_norm :kernel 5)", "Tensor[3,7,6] -> Tensor[3,7,6]")(x), strict=True):
        means = torch.stack([torch.stack([around(image, r, c) for c in range(6)]) for r in range(7)])
        centred = image - means
        spread = torch.stack([torch.stack([around(centred**2, r, c) for c in range(6)]) for r in range(7)]).sqrt()
        assert torch.allclose(got, centred / torch.maximum(spread, spread.mean()), atol=1e-4)


def test_contrast_normalisation_of_a_plain_image_is_zero() -> None:
    out = compiled("contrast_norm", "Tensor[1,9,9] -> Tensor[1,9,9]")(torch.full((1, 1, 9, 9), 3.0))
    assert out.abs().max() < 0.1


def test_maps_are_taken_in_a_circle() -> None:
    x = images(2, 5, 2, 2)
    program = compiled("(take_maps :first 3 :count 4)", "Tensor[5,2,2] -> Tensor[4,2,2]")
    assert torch.equal(program(x), x[:, [3, 4, 0, 1]])


def test_radial_units() -> None:
    x = images(4, 6)
    program = compiled("(radial :units 5)", "Tensor[6] -> Tensor[5]")
    (centres,) = program.weights().values()
    assert torch.allclose(program(x), -(torch.cdist(x, centres) ** 2), atol=1e-4)
    fixed = compiled("(radial :units 5 :fixed true)", "Tensor[6] -> Tensor[5]")
    assert not list(fixed.parameters()) and len(fixed.weights()) == 1


PENALISED = """(lambda (x) (let ((code (conv :maps 4 x)))
    (pipe {} flatten (dense :units 2))))"""


def test_a_penalty_is_a_term_of_the_loss_in_training_only() -> None:
    type = "Tensor[1,6,6] -> Tensor[2]"
    plain = compiled(PENALISED.format("code"), type)
    penalised = compiled(PENALISED.format("(penalise :weight 0.7 (l2_pool code) code)"), type)
    penalised.load(plain.weights())
    x = images(3, 1, 6, 6)
    kernel = next(p for p in plain.parameters() if p.ndim == 4)
    code = functional.conv2d(x, kernel, next(iter(p for p in plain.parameters() if p.ndim == 1)))
    pooled = (functional.avg_pool2d(code * code, 2) * 4).sqrt()
    (plain(x).square().mean() + 0.7 * pooled.abs().mean()).backward()
    output = penalised.train()(x)
    assert torch.equal(output, plain(x))
    output.square().mean().backward()
    for wanted, got in zip(plain.parameters(), penalised.parameters(), strict=True):
        assert torch.allclose(wanted.grad, got.grad, atol=1e-5)
    penalised.zero_grad()
    penalised.eval()(x).square().mean().backward()
    assert not torch.allclose(kernel.grad, next(p for p in penalised.parameters() if p.ndim == 4).grad, atol=1e-5)


@pytest.mark.parametrize(
    "text",
    ["(conv :maps 4 :biased 0)", "local_conv", "subsample", "contrast_norm", "(take_maps :count 2)",
     "(lambda (x) (radial :fixed true (flatten x)))", "(lambda (x) (penalise (relu x) x))"],
)  # fmt: skip
def test_can_be_written_as_plain_source(text: str, tmp_path) -> None:
    import importlib.util

    term = parse(text, WORDS)
    inference = infer(term, WORDS, parse_type("Tensor[3,9,8] -> a"))
    file = tmp_path / "written.py"
    file.write_text(to_source(term, WORDS, inference.type), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("written", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    program, ours = module.Program().eval(), compile_term(term, WORDS, inference.type).eval()
    ours.load({name: program.state_dict()[own] for name, own in _names(ours, program).items()})
    x = images(2, 3, 9, 8)
    assert torch.allclose(program(x), ours(x), atol=1e-5)


def _names(ours, program) -> dict[str, str]:
    """Our names of weights to those of the written module, in order."""
    return dict(zip(ours.weights(), program.state_dict(), strict=True))


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("size", [1, 2, 7, 8])
@pytest.mark.parametrize("stride", [2, 3])
def test_a_kernel_of_one_pixel_reads_each_stride_th_pixel(padding: str, size: int, stride: int) -> None:
    side = -(-size // stride)
    text = f"(lambda (x) (conv :maps 4 :kernel 1 :stride {stride} :padding {padding} @1 x))"
    program = compiled(text, f"Tensor[5,{size},{size}] -> Tensor[4,{side},{side}]")
    x, weights = images(3, 5, size, size), program.weights()
    wanted = torch.nn.functional.conv2d(x, weights["1.weight"], weights["1.bias"], stride)
    assert torch.allclose(program(x), wanted, atol=1e-5)


@pytest.mark.skipif(sys.platform != "linux", reason="the C library that checks its memory is required")
def test_the_gradient_of_a_strided_kernel_of_one_pixel_stays_within_its_memory() -> None:
    """In a process of its own: it would not be this one that lives on to tell."""
    text = """
import torch
from primitives.words import builtin_words
torch.set_num_threads(1)
conv = builtin_words()["conv"].meaning
for _ in range(30):
    x = torch.randn(16, 5, 8, 8).contiguous(memory_format=torch.channels_last).requires_grad_()
    weight = torch.randn(4, 5, 1, 1).contiguous(memory_format=torch.channels_last).requires_grad_()
    y = conv(x, weight=weight, kernel=1, stride=2, padding="valid", groups=1, dilation=1, biased=0, maps=4)
    torch.autograd.grad(y.sum(), [x, weight])
    kept = [torch.randn(37) for _ in range(50)]
"""
    environment = {
        **os.environ,
        "MALLOC_CHECK_": "3",
        "MALLOC_PERTURB_": "165",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    done = subprocess.run([sys.executable, "-c", text], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-500:]
