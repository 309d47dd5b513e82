"""A guide: the weights of words for one task, from a re-estimated grammar and, where there is one, a recognition model.

The weights are those of ``Problem.weights``: 0 costs an enumeration what a word costs by default, each nat more makes a word
cheaper. They are unigram: a word weighs the same wherever it stands, for with weights by context terms of equal values could not
stand for each other.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from primitives.brief import brief_repr
from primitives.primitive import Primitive
from primitives.term import Term
from primitives.types import Type

from ..generation.weights import CONSTANT, VARIABLE, base_weights, counts, refit
from ..problem import Example
from .features import VERSION, can_be_described, described
from .network import NORMAL_HIDDEN, Network, log_softmax, shapes

SCHEMA_VERSION = 1
MOST_SHIFT = 4.0
"""Nats by which a model moves a word at most."""


class GuideError(ValueError):
    """Stored guidance that cannot be read."""


@dataclass(frozen=True, eq=False)
class Guide:
    """``grammar`` are log weights of names (words, ``$variable``, ``$constant``), ``network`` corrects them for a task (None: it does
    not); its outputs are the names of ``grammar`` in their order."""

    grammar: Mapping[str, float]
    network: Network | None = None

    __repr__ = brief_repr

    @property
    def names(self) -> tuple[str, ...]:
        """The names that are weighed, in the order of the network's outputs."""
        return tuple(self.grammar)

    def weights(self, type: Type, examples: Sequence[Example]) -> dict[str, float]:
        """The log weights of the names for a task, those of the grammar where there is no model or the task is of no known kind.

        type: the task's.
        examples: its inputs and outputs.
        """
        if self.network is None or not can_be_described(type):
            return dict(self.grammar)
        before = np.array(list(self.grammar.values()))
        base = log_softmax(before)
        after = log_softmax(base + self.network.logits(described(type, examples)))
        moved = before + np.clip(after - base, -MOST_SHIFT, MOST_SHIFT)
        return dict(zip(self.grammar, moved.tolist(), strict=True))

    def to_json(self) -> dict[str, Any]:
        """All but the network's tensors."""
        hidden = None if self.network is None else int(self.network.tensors["hidden"].shape[1])
        return {
            "schema_version": SCHEMA_VERSION,
            "features": VERSION,
            "grammar": [[name, float(weight)] for name, weight in self.grammar.items()],
            "hidden": hidden,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any], tensors: bytes | None) -> Guide:
        """The guide that was kept.

        data: the object that ``to_json`` gave.
        tensors: the network's as safetensors bytes; None where it has none.

        Raises GuideError.
        """
        if data.get("schema_version", 0) > SCHEMA_VERSION:
            raise GuideError(
                f"guidance: schema_version={data['schema_version']}: at most {SCHEMA_VERSION} is understood; "
                "install a newer version of this program"
            )
        try:
            grammar = {str(name): float(weight) for name, weight in data["grammar"]}
            hidden = data["hidden"]
        except (KeyError, TypeError, ValueError) as error:
            raise GuideError(f"guidance cannot be read ({error!r}); train it again with `automl grow`") from None
        if not all(map(math.isfinite, grammar.values())) or not {VARIABLE, CONSTANT} <= grammar.keys():
            raise GuideError(
                "guidance: grammar: needed finite weights, $variable and $constant among them; train it again"
            )
        if (
            hidden is None or tensors is None or data.get("features") != VERSION
        ):  # features of another version say nothing
            return cls(grammar)
        return cls(grammar, Network(_tensors(tensors, shapes(len(grammar), int(hidden)))))


def _tensors(data: bytes, wanted: Mapping[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        found = load(data)
    except SafetensorError as error:
        raise GuideError(f"guidance: the network's tensors cannot be read ({error}); train it again") from None
    got = {name: tensor.shape for name, tensor in found.items()}
    if got != dict(wanted) or any(tensor.dtype != np.float32 for tensor in found.values()):
        raise GuideError(f"guidance: tensors={got}: needed {dict(wanted)} in float32; train it again")
    return found


def reestimated(
    solved: Iterable[Term],
    words: Mapping[str, Primitive],
    strength: float = 30.0,
    shares: Iterable[float] | None = None,
) -> Guide:
    """A guide without a model: the weights of the default costs, moved towards how often the solved programs use each name.

    solved: programs of solved tasks.
    words: what is weighed.
    strength: how many occurrences the default costs are worth (default: 30; see ``weights.refit``).
    shares: how much each program counts (default: 1).
    """
    return Guide(refit(counts(solved, shares), base_weights(words), strength))


__all__ = ["NORMAL_HIDDEN", "Guide", "GuideError", "reestimated"]
