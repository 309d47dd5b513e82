"""Whether a subroutine is what it is said to be: the type of its body, its kind, the shapes of its weights."""

from __future__ import annotations

from collections.abc import Callable

from primitives.definitions import expand
from primitives.inference import IllTyped, Inference, infer
from primitives.interpreter.deadline import Deadline
from primitives.notation.types import parse_scheme
from primitives.primitive import shape_text
from primitives.term import Term
from primitives.types import Type, subtypes, variables_of
from primitives.unify import Mismatch, Unifier

from .compression.abstraction import kind_of
from .ordering import pinned_name
from .records import Subroutine
from .rules import former_names
from .vocabulary import Vocabulary
from .weights.blobs import Header, read_header


class Meanings:
    """What the bodies of a library's subroutines mean, each read once, with the types of the words in it as they are declared: every one
    of them is checked by itself, so none needs to be written out. Once the ``deadline`` has passed, OutOfTime is raised."""

    def __init__(self, vocabulary: Vocabulary, deadline: Deadline) -> None:
        self.vocabulary, self.deadline = vocabulary, deadline

    def problem(self, record: Subroutine, weights: bytes | None) -> str:
        """What is wrong with a subroutine; empty where nothing is.

        record: one that the vocabulary has.
        weights: the safetensors bytes of those that it starts from; None where there are none, or they cannot be read.

        Raises ValueError where its body has no type.
        """
        self.deadline.check()
        words = self.vocabulary.all_words
        body = self.vocabulary.read(record.body)
        found = self._inferred(body, record)
        if not fits(found, record.type):
            return f"its body has the type {found.scheme}, stored is {record.type}"
        kind = kind_of(body, words)
        if kind != record.kind:
            return f"its kind is {kind}, stored is {record.kind}"
        return "" if weights is None else self._misfit(read_header(weights), record)

    def _inferred(self, body: Term, record: Subroutine) -> Inference:
        """The type of a body by the declared types of its words; where that is too special, by what they stand for."""
        words = self.vocabulary.all_words
        observer = _Clock(self.deadline)
        try:
            found = infer(body, words, observer=observer)
            if fits(found, record.type):
                return found
        except IllTyped:
            pass
        return infer(expand(body, words), words, observer=observer)

    def _misfit(self, header: Header, record: Subroutine) -> str:
        """What is wrong with the shapes of stored weights, where the stored type fixes them."""
        words = self.vocabulary.all_words
        body = expand(self.vocabulary.read(record.body), words)
        sites = infer(body, words, parse_scheme(record.type).type, _Clock(self.deadline)).sites
        prefix = pinned_name(record) if not former_names(record) else f"{former_names(record)[0]}@{record.digest[:12]}"
        for site, place in sites.items():
            for name, parameter in {**place.parameters, **place.buffers}.items():
                key = f"{site}.{name}"
                stored = header.get(key, header.get(f"{prefix}.{key}"))
                if stored is None:
                    return f"its weights have no {key}"
                if all(isinstance(size, int) for size in parameter.shape) and not parameter.admits(stored[1]):
                    return f"its weights have {key} of shape {list(stored[1])}, needed {shape_text(parameter.shape)}"
        return ""


class _Clock:
    """Looks at the clock with every part whose type is found."""

    def __init__(self, deadline: Deadline) -> None:
        self.deadline = deadline

    def note(self, term: Term, type: Type) -> None:
        """A part has a type."""
        self.deadline.check()

    def finish(self, resolve: Callable[[Type], Type]) -> None:
        """All parts have."""


def fits(found: Inference, text: str) -> bool:
    """Whether a body can be used at a stored type: it is an instance of the inferred one, so inferring binds none of its variables.

    found: what was inferred of the body.
    text: of the stored type.
    """
    unifier = Unifier()
    stored = unifier.instantiate(parse_scheme(text))
    try:
        unifier.unify(stored, unifier.instantiate(found.scheme))
    except Mismatch:
        return False
    bound = unifier.resolve(stored)
    same_size = sum(1 for _ in subtypes(bound)) == sum(1 for _ in subtypes(stored))
    return same_size and len(variables_of(bound)) == len(variables_of(stored))
