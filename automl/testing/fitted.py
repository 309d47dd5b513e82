"""What every fitted word must do: find arrays of the declared form, the same for the same seed, whatever the cases are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from primitives.fitted.cases import Fitted, FittingCases
from primitives.primitive import Primitive
from primitives.types import TensorType, arguments_of


def cases(classes: int | None, rows: int = 40, *, uniform: bool = False, seconds: float | None = None) -> FittingCases:
    """Rows of four numbers with classes, or with two numbers, that two of the four tell roughly."""
    rng = np.random.default_rng(rows)
    x = rng.normal(size=(rows, 4)).astype(np.float32)
    signal = x[:, :2] @ rng.normal(size=(2, classes or 2)) + 0.3 * rng.normal(size=(rows, classes or 2))
    y = signal.argmax(axis=1) if classes else signal
    return FittingCases(x, 0 * y if uniform else y, classes, seed=5, seconds=seconds)


KINDS = {
    "classes": cases(3),
    "two classes": cases(2),
    "numbers": cases(None),
    "one class": cases(3, uniform=True),
    "one number": cases(None, uniform=True),
    "one case": cases(3, 1),
    "two cases": cases(None, 2),
    "no time": cases(2, seconds=0.0),
}


def shaped(word: Primitive, x: np.ndarray) -> np.ndarray:
    """The rows [n, 4] as the word takes them: of one that reads series as [n, 1, 4]."""
    (type,) = arguments_of(word.scheme.type)[0]
    axes = len(type.shape) if isinstance(type, TensorType) else 1
    return x.reshape(len(x), *[1] * (axes - 1), x.shape[1])


def fit(word: Primitive, given: FittingCases) -> tuple[Fitted, dict[str, object]]:
    """What the word finds with its default settings, and these."""
    assert word.fitted is not None
    wanted = {"units": given.width} if word.fitted.supervised else {}
    settings = dict(word.word(wanted, "1").settings)
    return word.fitted.fit(replace(given, x=shaped(word, given.x)), **settings), settings


class FittedTensors:
    """Of words that are fitted (``Primitive.fitted``)."""

    @pytest.mark.parametrize("kind", sorted(KINDS))
    def test_fitted_arrays_are_the_declared_buffers_and_give_finite_answers(self, word: Primitive, kind: str) -> None:
        assert word.buffers is not None and word.parameters is not None
        found, settings = fit(word, KINDS[kind])
        shape = shaped(word, KINDS[kind].x).shape[1:]
        declared = word.buffers(shape, **settings)
        assert set(found.arrays) == set(declared) and not word.parameters(shape, **settings)
        tensors = {}
        for name, parameter in declared.items():
            array = found.arrays[name]
            assert parameter.admits(array.shape), f"{name} of shape {array.shape} is not {parameter.shape}"
            assert parameter.whole == (array.dtype.kind in "iu"), name
            assert np.isfinite(array).all()
            tensors[name] = torch.from_numpy(np.array(array, np.int32 if parameter.whole else np.float32))
        said = word.meaning(torch.from_numpy(shaped(word, cases(3, 7).x)), **settings, **tensors)
        assert said.shape == (7, settings["units"]) and bool(said.isfinite().all())

    def test_the_same_seed_finds_the_same_arrays(self, word: Primitive) -> None:
        first, second = (fit(word, KINDS["classes"])[0] for _ in range(2))
        assert first.complete
        for name, array in first.arrays.items():
            np.testing.assert_array_equal(array, second.arrays[name])

    def test_a_supervised_word_knows_more_than_chance_of_its_cases(self, word: Primitive) -> None:
        """Of cases that it was fitted to, it gives the classes' probabilities no worse than their frequencies do."""
        if word.fitted is None or not word.fitted.supervised:
            return
        given = KINDS["classes"]
        found, settings = fit(word, given)
        tensors = {
            k: torch.from_numpy(np.array(a, np.int32 if a.dtype.kind in "iu" else np.float32))
            for k, a in found.arrays.items()
        }
        scores = word.meaning(torch.from_numpy(shaped(word, given.x)), **settings, **tensors)
        loss = torch.nn.functional.cross_entropy(scores, torch.from_numpy(given.y))
        shares = np.bincount(given.y) / len(given)
        assert float(loss) <= -float((shares * np.log(shares)).sum()) + 1e-4
