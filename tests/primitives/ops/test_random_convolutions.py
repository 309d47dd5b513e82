"""What random kernels find in series: the same as step by step, and enough for a linear map to tell shapes wherever they stand."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from primitives.compile import compile_term
from primitives.fitted.cases import FittingCases
from primitives.notation.types import parse_type
from primitives.ops.random_convolutions import LENGTH, TOGETHER
from primitives.source import to_source
from primitives.syntax import parse
from primitives.words import builtin_words

WORDS = builtin_words()
WORD = WORDS["random_convolutions"]


def fitted(x: np.ndarray, units: int, seed: int = 0) -> dict[str, torch.Tensor]:
    assert WORD.fitted is not None
    found = WORD.fitted.fit(FittingCases(x, np.arange(len(x)) % 2, 2, seed), units=units)
    return {name: torch.from_numpy(np.array(array, np.float32)) for name, array in found.arrays.items()}


def said(x: np.ndarray, arrays: dict[str, torch.Tensor], units: int) -> np.ndarray:
    return WORD.meaning(torch.from_numpy(x), units=units, **arrays).numpy()


def series(n: int = 50, channels: int = 2, steps: int = 30, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, channels, steps)).astype(np.float32)


def test_it_is_the_share_above_a_threshold_and_the_largest_result_of_each_kernel() -> None:
    x, units = series(4), 2 * TOGETHER + 6  # two groups of kernels, of the dilations 1 and 2
    arrays = fitted(x, units)
    weight, threshold = arrays["weight"].numpy(), arrays["threshold"].numpy()
    wanted = np.zeros((4, units))
    for kernel in range(units // 2):
        dilation = 1 if kernel < TOGETHER else 2
        padded = np.pad(x, ((0, 0), (0, 0), (4 * dilation, 4 * dilation)))
        results = np.stack(
            [(padded[:, :, t : t + LENGTH * dilation : dilation] * weight[kernel]).sum((1, 2)) for t in range(30)],
            axis=1,
        )
        wanted[:, kernel] = (results > threshold[kernel]).mean(1)
        wanted[:, units // 2 + kernel] = results.max(1)
    wanted = (wanted - arrays["mean"].numpy()) / arrays["scale"].numpy()
    assert said(x, arrays, units) == pytest.approx(wanted, abs=2e-3)


def test_what_it_finds_is_centred_and_scaled_and_an_odd_number_of_units_is_one_less() -> None:
    x = series(200)
    arrays = fitted(x, 101)
    found = said(x, arrays, 101)
    assert found.shape == (200, 101) and abs(found.mean(0)).max() < 1e-3
    assert found.std(0) == pytest.approx(np.ones(101), abs=1e-2)
    assert abs(arrays["weight"].numpy().mean(2)).max() < 1e-6


def test_kernels_read_some_of_the_channels() -> None:
    weight = fitted(series(channels=8), 200)["weight"].numpy()
    read = (abs(weight).sum(2) > 0).sum(1)
    assert read.min() == 1 and read.max() > 4 and 1.5 < read.mean() < 5


def test_series_that_are_all_alike_or_shorter_than_a_kernel_give_finite_numbers() -> None:
    for x in (np.ones((5, 1, 40), np.float32), series(6, 1, 3), series(1, 1, 1)):
        assert np.isfinite(said(x, fitted(x, 64), 64)).all()


def test_a_linear_map_on_it_tells_what_one_on_the_steps_cannot() -> None:
    """Whether a bump comes before a dip or after it, wherever they are."""
    rng = np.random.default_rng(1)
    x, y = rng.normal(0, 0.2, size=(160, 1, 50)).astype(np.float32), np.arange(160) % 2
    for row, label in zip(x, y, strict=True):
        start = rng.integers(0, 34)
        row[0, start : start + 16] += (2 * label - 1) * np.sin(np.linspace(0, 2 * np.pi, 16))
    arrays = fitted(x[:100], 300)
    linear = WORDS["linear"]
    assert linear.fitted is not None
    shares = []
    for given in (said(x, arrays, 300), x[:, 0]):
        found = linear.fitted.fit(FittingCases(given[:100], y[:100], 2), units=2, penalty=10.0).arrays
        scores = given[100:] @ found["weight"].T + found["bias"]
        shares.append(float((scores.argmax(1) == y[100:]).mean()))
    assert shares[0] > 0.95 and shares[0] > shares[1] + 0.05


def test_written_source_gives_the_same() -> None:
    text = "(lambda (x) (linear :units 2 (random_convolutions :units 40 x)))"
    term, type = parse(text, WORDS), parse_type("Tensor[2,30] -> Tensor[2]")
    ours, x = compile_term(term, WORDS, type).eval(), series(40)
    arrays = fitted(x, 40)
    (site,) = {name.partition(".")[0] for name in ours.weights() if name.endswith("threshold")}
    ours.load({f"{site}.{name}": array for name, array in arrays.items()})
    scope: dict = {}
    exec(compile(to_source(term, WORDS, type, ours.weights()), "written", "exec"), scope)
    given = torch.from_numpy(x)
    assert torch.allclose(scope["Program"]().eval()(given), ours(given), atol=1e-5)
