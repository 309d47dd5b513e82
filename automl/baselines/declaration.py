"""A hand-designed system: its program, its data, how it is trained, and its published figure (read by reading.py)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from primitives.definitions import definition
from primitives.inference import IllTyped, Inference, infer
from primitives.primitive import Primitive, SettingError
from primitives.syntax import TermSyntaxError, parse
from primitives.term import Term
from primitives.types import Type, TypeVariable, function, tensor
from primitives.words import known_words

from ..errors import TaskError

if TYPE_CHECKING:
    from ..fitting.trainer import AbstractTrainer

PROTOCOLS = ("book", "fast")
DECIDING = ("trainer", "expand", "initialisation")
"""What of a protocol decides a run's result, beside program, epochs, data and seed."""


@dataclass(frozen=True)
class Published:
    """The figure to compare with. ``accuracy`` is a fraction, None where none is published; ``input`` the shape of
    one example at which the program has ``parameters``."""

    accuracy: float | None = None
    quantity: str = "test accuracy"
    parameters: int | None = None
    input: tuple[int, ...] = ()
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "accuracy": self.accuracy, "quantity": self.quantity, "parameters": self.parameters,
            "input": list(self.input), "note": self.note,
        }  # fmt: skip


@dataclass(frozen=True)
class Protocol:
    """One way to train: ``book`` is the source's own, ``fast`` today's.

    ``trainer`` are settings by name (``trainer`` among them names another trainer than the gradient one);
    ``initialisation`` maps a site to the standard deviations of its parameters, drawn from Gaussians round 0; what it
    does not name starts as its word says. ``runs`` is how many runs the best is taken of.
    """

    name: str
    epochs: int
    trainer: Mapping[str, Any] = field(default_factory=dict)
    expand: str = ""
    runs: int = 3
    initialisation: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    milestones: tuple[int, ...] = ()
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "epochs": self.epochs, "runs": self.runs, "expand": self.expand, "trainer": dict(self.trainer),
            "initialisation": {site: dict(given) for site, given in self.initialisation.items()},
            "values": dict(self.values), "milestones": list(self.milestones), "note": self.note,
        }  # fmt: skip


@dataclass(frozen=True)
class Vote:
    """``count`` trained nets of the baseline ``member`` vote."""

    member: Baseline
    count: int


@dataclass(frozen=True, eq=False)
class Baseline:
    """One declared system. ``program`` is the text at the published shape; ``text(protocol)`` that which is trained;
    ``chance`` the score of the best answer that does not look at its input, where that is worth telling."""

    id: str
    title: str
    source: str
    data: str
    template: str
    published: Published
    protocols: Mapping[str, Protocol]
    definitions: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    vote: Vote | None = None
    aliases: tuple[str, ...] = ()
    number: int = 1000
    note: str = ""
    chance: float | None = None

    @property
    def program(self) -> str:
        """The program's text at the published shape."""
        return self.text()

    def trainer(self, protocol: str | None = None, epochs: int | None = None) -> AbstractTrainer:
        """The trainer as declared for a protocol (default: ``fast`` where there is one), validating each epoch where
        the declaration does not say how often."""
        from ..fitting.trainers import make_trainer

        chosen = self.protocol(protocol or ("fast" if "fast" in self.protocols else next(iter(self.protocols))))
        # Twice the epochs: one validation each, however the fractions of the budget are rounded.
        settings = {"validations": 2 * (epochs or chosen.epochs), **chosen.trainer}
        return make_trainer(settings.pop("trainer", "gradient"), settings)

    @property
    def member(self) -> Baseline:
        """Whose nets vote; the baseline itself where there is no vote."""
        return self if self.vote is None else self.vote.member

    def protocol(self, name: str) -> Protocol:
        """Raises TaskError where the baseline has no such protocol."""
        if name not in self.protocols:
            raise TaskError(
                f"protocol={name!r} of baseline={self.id!r}: it has {', '.join(self.protocols)}; choose one"
            )
        return self.protocols[name]

    def text(self, protocol: str | None = None) -> str:
        """The program's text with values in their places."""
        return self._filled(self.template, protocol).strip()

    def _filled(self, text: str, protocol: str | None) -> str:
        values = {**self.values, **({} if protocol is None else self.protocol(protocol).values)}
        for name, value in values.items():
            text = text.replace("{" + name + "}", str(value))
        return text

    def words(self, protocol: str | None = None) -> dict[str, Primitive]:
        """The primitives and the declared definitions."""
        words = dict(known_words())
        for name, text in self.definitions.items():
            if name in words:
                raise TaskError(f"baseline={self.id!r}: definitions.{name} has a primitive's name; rename it")
            body = self._parsed(self._filled(text, protocol), words, f"definitions.{name}")
            words[name] = definition(name, infer(body, words).scheme, body)
        return words

    def term(self, protocol: str | None = None) -> Term:
        """The program as a term. Raises TaskError."""
        return self._parsed(self.text(protocol), self.words(protocol), "program")

    def _parsed(self, text: str, words: Mapping[str, Primitive], where: str) -> Term:
        try:
            return parse(text, words)
        except (TermSyntaxError, SettingError) as error:
            raise TaskError(f"baseline={self.id!r}: {where}: {error}") from None

    @cached_property
    def inference(self) -> Inference:
        """Types, sites and parameters at the published shape, offline. Raises TaskError where the program has no type."""
        expected: Type | None = None
        if self.published.input:
            expected = function(tensor(*self.published.input), TypeVariable("answer"))
        try:
            return infer(self.term(), self.words(), expected)
        except IllTyped as error:
            raise TaskError(f"baseline={self.id!r}: program: {error}") from None

    def key(self, protocol: str, epochs: int, data: str) -> str:
        """What decides the result of a run, beside its seed, as a digest; ``data`` is the data's own."""
        chosen = self.protocol(protocol).to_json()
        decides = {name: value for name, value in chosen.items() if name in DECIDING}
        words = {name: self._filled(text, protocol) for name, text in self.definitions.items()}
        program = {"program": " ".join(self.text(protocol).split()), "definitions": words}
        text = json.dumps([program, {**decides, "epochs": epochs}, data], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()
