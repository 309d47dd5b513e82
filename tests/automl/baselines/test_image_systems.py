"""The image nets of parts B and C: layers as published, and programs that train at small sizes."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from automl.baselines import load
from primitives.compile import compile_term
from primitives.definitions import expand
from primitives.inference import infer
from primitives.notation.types import parse_type
from primitives.weights import initialise

TABLE = [  # LeCun et al. 1998, table I: which maps of S2 each map of C3 reads
    {0, 1, 2}, {1, 2, 3}, {2, 3, 4}, {3, 4, 5}, {4, 5, 0}, {5, 0, 1},
    {0, 1, 2, 3}, {1, 2, 3, 4}, {2, 3, 4, 5}, {3, 4, 5, 0}, {4, 5, 0, 1}, {5, 0, 1, 2},
    {0, 1, 3, 4}, {1, 2, 4, 5}, {2, 3, 5, 0}, {0, 1, 2, 3, 4, 5},
]  # fmt: skip


def site_parameters(name: str) -> dict[str, int]:
    """Parameters of each site in the program, those inside a definition together."""
    found: dict[str, int] = {}
    for site, known in load(name).inference.sites.items():
        found[site.partition(".")[0]] = found.get(site.partition(".")[0], 0) + known.size
    return found


def test_lenet_has_the_published_layers() -> None:
    assert site_parameters("lenet5") == {
        "c1": 156, "s2": 12, "c3": 1516, "s4": 32, "c5": 48120, "f6": 10164, "output": 0,
    }  # fmt: skip


def test_lenet_connects_as_the_table_says() -> None:
    baseline = load("lenet5")
    words = baseline.words()
    term = expand(words["connected"].body, words)
    program = compile_term(term, words, parse_type("Tensor[6,5,5] -> Tensor[16,1,1]"))
    x = torch.randn(1, 6, 5, 5, requires_grad=True)
    out = program(x)[0, :, 0, 0]
    reads = []
    for value in out:
        (gradient,) = torch.autograd.grad(value, x, retain_graph=True)
        reads.append({int(i) for i in gradient[0].abs().sum((1, 2)).nonzero()})
    assert reads == TABLE


def test_groups_of_alexnet_see_half_of_the_maps() -> None:
    shapes = [s.parameters["weight"].shape for s in load("alexnet").inference.sites.values() if s.word == "conv"]
    assert sorted(shapes) == sorted(
        [(96, 3, 11, 11), (256, 48, 5, 5), (384, 256, 3, 3), (384, 192, 3, 3), (256, 192, 3, 3)]
    )


def test_googlenet_grows_as_published() -> None:
    """The maps after each inception block: table 1 of the paper."""
    found = {word.name: str(type).partition(" -> ")[2] for word, type in load("googlenet").inference.subroutines}
    assert {name.removeprefix("inception_"): type for name, type in found.items() if name != "halve"} == {
        "3a": "Tensor[256,28,28]", "3b": "Tensor[480,28,28]", "4a": "Tensor[512,14,14]", "4b": "Tensor[512,14,14]",
        "4c": "Tensor[512,14,14]", "4d": "Tensor[528,14,14]", "4e": "Tensor[832,14,14]", "5a": "Tensor[832,7,7]",
        "5b": "Tensor[1024,7,7]",
    }  # fmt: skip


def test_street_view_has_one_base_and_six_heads() -> None:
    inference = load("street-view").inference
    assert str(inference.type).count("Tensor[10]") == 5 and "pair(Tensor[6]" in str(inference.type)
    heads = [s for s in inference.sites.values() if s.word == "dense" and s.parameters["weight"].shape[0] in (6, 10)]
    assert len(heads) == 6 and {s.parameters["weight"].shape[1] for s in heads} == {3072}


SMALL = [
    ("lenet5", "Tensor[1,28,28] -> Tensor[10]"),
    ("resnet", "Tensor[3,16,16] -> Tensor[10]"),
    ("googlenet", "Tensor[3,32,32] -> Tensor[10]"),
    ("lrmd", "Tensor[3,12,12] -> Tensor[3,12,12]"),
]
LARGE = ("resnet", "googlenet")
"""Those that take seconds even so."""


@pytest.mark.parametrize(
    ("name", "type"),
    [pytest.param(*row, id=row[0], marks=[pytest.mark.slow] if row[0] in LARGE else []) for row in SMALL],
)
def test_small_inputs_train(name: str, type: str) -> None:
    """The loss on one batch falls: gradients go through every layer."""
    baseline, kind = load(name), parse_type(type)
    words = baseline.words("fast")
    term = expand(baseline.term("fast"), words)
    inference = infer(term, words, kind)
    program = compile_term(term, words, kind, weights=initialise(inference.sites, 0))
    generator = torch.Generator().manual_seed(0)
    torch.manual_seed(2)  # dropout draws from the global generator
    shape = [int(n) for n in type.partition("]")[0].removeprefix("Tensor[").split(",")]
    x, labels = torch.rand(16, *shape, generator=generator), torch.arange(16) % 10
    optimiser = torch.optim.Adam(program.parameters(), 0.001)
    program.train()
    losses = []
    for _ in range(20):
        optimiser.zero_grad()
        out = program(x)
        loss = ((out - x) ** 2).mean() if out.shape == x.shape else torch.nn.functional.cross_entropy(out, labels)
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert all(p.grad is not None and bool(p.grad.isfinite().all()) for p in program.parameters())
    assert np.mean(losses[-3:]) < 0.99 * losses[0], losses


def test_rates_of_ciresan_fall_to_a_thousandth() -> None:
    from automl.fitting.rates import TrainingProgress, schedule_named

    schedule = schedule_named("exponential")
    factors = [schedule(TrainingProgress(0, 0, fraction)) for fraction in (0.0, 0.5, 1.0)]
    assert factors == pytest.approx([1.0, 10**-1.5, 1e-3])
    assert load("ciresan").protocol("fast").trainer["schedule"] == "exponential"
