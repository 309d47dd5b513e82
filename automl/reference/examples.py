"""The examples of words, evaluated: what a word gives, said by running it."""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from primitives.fitted.cases import FittingCases
from primitives.inference import infer
from primitives.inference.result import Inference, Site, shape_of
from primitives.interpreter.interpret import evaluate
from primitives.notation.values import to_plain
from primitives.primitive import Primitive
from primitives.syntax import parse
from primitives.types import TensorType, Type
from primitives.values import Failure
from primitives.weights import initialise

CASES = 8
"""A fitted word of an example is fitted to so many cases: 0, 1, … as every number of its argument, with twice that plus 1 as the answer."""
DIGITS = 6
"""Significant digits of Floats in what is shown: beyond them machines may differ."""


class ExampleFailed(ValueError):
    """The example of a word has no value; the text says why."""


@dataclass(frozen=True)
class ExampleValue:
    """A program without free variables and what it comes to.

    ``type`` and ``value`` (JSON text, as in a file of tasks) are of the result. ``parameters``: how many trained numbers the word has
    there. ``operations``: its multiply-adds, None where they are not counted. ``weights``: "" where it has none, "as they start" or
    "fitted".
    """

    program: str
    type: str
    value: str
    parameters: int = 0
    operations: int | None = None
    weights: str = ""


def evaluate_example(word: Primitive, words: Mapping[str, Primitive]) -> ExampleValue:
    """The word's example, run by the interpreter, the same each time.

    word: that has an example. Trained weights are those by which a training with seed 0 would start; fitted ones are fitted to ``CASES``.
    words: the meaning of each word in it, by name.

    Raises ExampleFailed where it has no value, and what parsing and inference raise where it is no program.
    """
    term = parse(word.example, words)
    inference = infer(term, words)
    weights = initialise(inference.sites, 0)
    for site, found in inference.sites.items():
        weights.update({f"{site}.{name}": array for name, array in _fitted(words[found.word], found).items()})
    with tempfile.TemporaryDirectory() as folder:
        value = evaluate(term, words=words, weights=weights, storage=folder)
    if isinstance(value, Failure):
        raise ExampleFailed(f"word={word.name!r}: example {word.example} gives {value.kind}: {value.detail}")
    shown = json.dumps(_rounded(to_plain(value, inference.type)), ensure_ascii=False)
    state = "fitted" if word.fitted else "as they start" if word.sited else ""
    parameters = sum(site.size for site in inference.sites.values() if site.word == word.name)
    return ExampleValue(word.example, str(inference.type), shown, parameters, _operations(word, inference), state)


def _fitted(word: Primitive, site: Site) -> dict[str, torch.Tensor]:
    """The buffers of a fitted word; none of another."""
    if word.fitted is None:
        return {}
    (argument,) = site.argument_types
    cases = FittingCases(*_cases(argument), None)
    arrays = word.fitted.fit(cases, **site.settings).arrays
    kinds = {name: torch.int32 if buffer.whole else torch.float32 for name, buffer in site.buffers.items()}
    return {name: torch.as_tensor(np.array(array), dtype=kinds[name]) for name, array in arrays.items()}


def _cases(argument: Type) -> tuple[np.ndarray, np.ndarray]:
    """Arguments float32 [n, …] and answers float64 [n, 1]."""
    assert isinstance(argument, TensorType)
    shape = [axis for axis in argument.shape if isinstance(axis, int)]
    number = np.arange(CASES, dtype=np.float32)
    return np.tile(number.reshape(-1, *[1] * len(shape)), (1, *shape)), 2.0 * number[:, None] + 1.0


def _operations(word: Primitive, inference: Inference) -> int | None:
    """Multiply-adds of the word, wherever it stands."""
    if word.flops is None:
        return None
    places = [(head, arguments) for head, arguments, _ in inference.layers if head.name == word.name]
    return int(sum(word.flops(*map(shape_of, arguments), **dict(head.settings)) for head, arguments in places))


def _rounded(data: Any) -> Any:
    """JSON data with Floats of so many digits as machines agree on."""
    if isinstance(data, list):
        return [_rounded(each) for each in data]
    if isinstance(data, dict):
        return {key: _rounded(each) for key, each in data.items()}
    if isinstance(data, float) and math.isfinite(data):
        return float(f"{data:.{DIGITS}g}") + 0.0
    return data
