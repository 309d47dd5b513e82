"""The recognition model's network, on numpy arrays: three products of matrices, so that a search need not load torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from primitives.brief import brief_repr

from .features import PROPERTIES, SLOTS, TOKENS, VOCABULARY, Described

EMBEDDED, SLOT_WIDTH, EXAMPLE_WIDTH = 8, 24, 48
NORMAL_HIDDEN = 96


def shapes(names: int, hidden: int = NORMAL_HIDDEN) -> dict[str, tuple[int, ...]]:
    """The tensors of a network by name, with their shapes.

    names: how many it weighs.
    hidden: units of each hidden layer (default: NORMAL_HIDDEN).
    """
    return {
        "tokens": (VOCABULARY, EMBEDDED),
        "slots": (SLOTS, TOKENS * EMBEDDED, SLOT_WIDTH),
        "slots_bias": (SLOTS, SLOT_WIDTH),
        "example": (SLOTS * SLOT_WIDTH, EXAMPLE_WIDTH),
        "example_bias": (EXAMPLE_WIDTH,),
        "hidden": (PROPERTIES + 2 * EXAMPLE_WIDTH, hidden),
        "hidden_bias": (hidden,),
        "second": (hidden, hidden),
        "second_bias": (hidden,),
        "output": (hidden, names),
        "output_bias": (names,),
    }


@dataclass(frozen=True, eq=False)
class Network:
    """Tensors by the names of ``shapes``, all float32.

    Examples are embedded token by token, pooled by mean and maximum (DeepCoder, Balog et al. 2017), joined with the properties and
    read by two hidden layers. The result is a correction to the log probability of each name under the grammar.
    """

    tensors: Mapping[str, np.ndarray]

    __repr__ = brief_repr

    def logits(self, task: Described) -> np.ndarray:
        """Corrections to the log weights, float32 [names].

        task: its features.
        """
        weight = self.tensors
        pooled = np.zeros(2 * EXAMPLE_WIDTH, np.float32)
        if task.examples:
            embedded = weight["tokens"][task.tokens[: task.examples]]
            flat = embedded.reshape(task.examples, SLOTS, TOKENS * EMBEDDED)
            slots = _relu(np.einsum("esf,sfw->esw", flat, weight["slots"]) + weight["slots_bias"])
            rows = _relu(slots.reshape(task.examples, -1) @ weight["example"] + weight["example_bias"])
            pooled = np.concatenate([rows.mean(0), rows.max(0)])
        hidden = _relu(np.concatenate([task.properties, pooled]) @ weight["hidden"] + weight["hidden_bias"])
        hidden = _relu(hidden @ weight["second"] + weight["second_bias"])
        return hidden @ weight["output"] + weight["output_bias"]


def _relu(values: np.ndarray) -> np.ndarray:
    return np.maximum(values, 0.0)


def log_softmax(weights: np.ndarray) -> np.ndarray:
    """Log-probabilities [names].

    weights: log weights [names], in nats.
    """
    if not len(weights):
        return weights
    top = weights.max()
    return weights - top - np.log(np.exp(weights - top).sum())
