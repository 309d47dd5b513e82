"""What a word on tensors must keep of what it declares for function-preserving edits (docs/weights.md, 13)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping

import pytest
import torch

from primitives.morphing.declared import Channels, Morphing
from primitives.morphing.transfer import Widened, transferred
from primitives.primitive import Primitive, SettingError
from primitives.types import ShapeVariable, TensorType, arguments_of

AXES = {0: 3, 1: 6, 2: 5}
"""Sizes of the first axes of the arguments."""
MOST = 12

Weights = dict[str, torch.Tensor]
Case = tuple[list[torch.Tensor], Weights, dict[str, object]]


def _shapes(word: Primitive) -> list[tuple[int, ...]]:
    """One shape an argument, (3,) or (3, 6, 5) as its type has it; () for a number."""
    found = []
    for type in arguments_of(word.scheme.type)[0]:
        axes = type.shape if isinstance(type, TensorType) else ()
        whole = any(isinstance(axis, ShapeVariable) for axis in axes)
        found.append(tuple(AXES[place] for place in range(3 if whole else len(axes))))
    return found


def _cases(word: Primitive) -> Iterator[Case]:
    """Inputs of a batch, weights and settings, for the choices of the settings that can be run."""
    generator = torch.Generator().manual_seed(1)
    shapes = _shapes(word)
    ranges = [(s.name, s.choices or (s.default if s.log else s.low or s.default,)) for s in word.settings]
    for values in itertools.islice(itertools.product(*(choices for _, choices in ranges)), MOST):
        settings = {name: value for (name, _), value in zip(ranges, values, strict=True)}
        inputs = [torch.randn(2, *shape, generator=generator) for shape in shapes]
        weights: Weights = {}
        for declared in (word.parameters, word.buffers):
            for name, parameter in declared(*shapes, **settings).items() if declared is not None else ():
                weights[name] = 0.5 + torch.rand(parameter.shape, generator=generator)
        try:
            word.word(settings, "1" if word.sited else None)
            _run(word, (inputs, weights, settings))
        except (SettingError, RuntimeError):
            continue
        yield inputs, weights, settings


def _run(word: Primitive, case: Case, weights: Mapping[str, torch.Tensor] | None = None) -> torch.Tensor:
    inputs, own, settings = case
    training = {"training": False} if "training" in word.keywords else {}
    copies = {name: tensor.clone() for name, tensor in (own if weights is None else weights).items()}
    return word.meaning(*inputs, **copies, **settings, **training)


def _repeated(inputs: list[torch.Tensor], index: list[int]) -> list[torch.Tensor]:
    return [x[:, index] if x.dim() > 1 else x for x in inputs]


def _step(axis: int, index: list[int], width: int) -> Widened:
    return {"op": "widen", "axis": axis, "index": index, "spans": [[width, 1, 1]]}


class KeepsFunctions:
    """Of words on tensors that declare a Morphing."""

    @pytest.fixture
    def declared(self, word: Primitive) -> Morphing:
        """What the word declares."""
        if word.morphing is None:
            pytest.skip("it declares nothing of edits")
        return word.morphing

    def test_repeated_channels_are_what_is_declared(self, word: Primitive, declared: Morphing) -> None:
        """More channels, some of them repeated, with the weights that a widened layer has there."""
        if declared.channels is None:
            pytest.skip("it needs its channels as they are")
        met = 0
        for case in _cases(word):
            inputs, weights, settings = case
            index = [*range(AXES[0]), 2, 0]
            more = _repeated(inputs, index)
            plain = _run(word, case)
            if declared.channels is Channels.MIXED:
                given = transferred(weights, [_step(1, index, AXES[0])], {})
                torch.testing.assert_close(_run(word, (more, given, settings)), plain, rtol=1e-4, atol=1e-4)
                rows = [*range(plain.shape[1]), 0]
                given, wanted = transferred(weights, [_step(0, rows, plain.shape[1])], {}), plain[:, rows]
                got = _run(word, (inputs, given, settings))
            elif declared.channels is Channels.APART:
                given, wanted = transferred(weights, [_step(0, index, AXES[0])], {}), plain[:, index]
                got = _run(word, (more, given, settings))
            else:
                wanted = plain.view(plain.shape[0], AXES[0], -1)[:, index].flatten(1)
                got = _run(word, (more, weights, settings))
            torch.testing.assert_close(got, wanted, rtol=1e-4, atol=1e-4)
            met += 1
        assert met

    def test_the_weights_of_the_identity_give_the_argument(self, word: Primitive, declared: Morphing) -> None:
        """Where there are such weights."""
        if declared.identity is None:
            pytest.skip("it has none")
        met = 0
        for inputs, _, settings in _cases(word):
            for name in (s.name for s in word.settings if s.log):
                settings = {**settings, name: AXES[0]}
            weights = declared.identity(tuple(inputs[0].shape[1:]), **settings)
            if weights is not None:
                got = _run(word, (inputs, dict(weights), settings))
                torch.testing.assert_close(got, inputs[0], rtol=1e-5, atol=1e-5)
                met += 1
        assert met

    def test_twice_is_once(self, word: Primitive, declared: Morphing) -> None:
        """Of an idempotent word."""
        if not declared.idempotent:
            pytest.skip("it is not idempotent")
        for inputs, weights, settings in _cases(word):
            once = _run(word, (inputs, weights, settings))
            torch.testing.assert_close(_run(word, ([once], weights, settings)), once)

    def test_a_window_grows_by_zeros(self, word: Primitive, declared: Morphing) -> None:
        """To every larger size of which the word says where the old window lies in it."""
        if declared.offset is None:
            pytest.skip("it has no window that grows")
        met = 0
        sizes = next(s.choices for s in word.settings if s.name == declared.window)
        for inputs, weights, settings in _cases(word):
            others = {name: value for name, value in settings.items() if name != declared.window}
            old = settings[declared.window]
            for new in (size for size in sizes if size > old):
                offset = declared.offset(old, new, **others)
                if offset is not None:
                    larger = transferred(weights, [{"op": "pad", "offset": offset, "size": new}], {})
                    got = _run(word, (inputs, larger, {**settings, declared.window: new}))
                    torch.testing.assert_close(got, _run(word, (inputs, weights, settings)), rtol=1e-4, atol=1e-4)
                    met += math.prod(got.shape) > 0
        assert met
