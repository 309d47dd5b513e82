"""A program as a data-flow graph: one node for each word that runs, with what flows into it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from primitives.definitions import Definition, expand
from primitives.inference import Inference
from primitives.primitive import Primitive
from primitives.term import Apply, Lambda, Let, Literal, Term, Variable, Word, spine
from primitives.types import Type


@dataclass(frozen=True)
class FlowNode:
    """``word`` is None for an input, of the program or of a function that is handed to a word;
    ``inputs`` are numbers of earlier nodes; ``block`` names the declared words, from
    the outermost, that the node is part of; ``type`` is None where it is not known."""

    number: int
    word: Word | None
    inputs: tuple[int, ...]
    type: Type | None
    block: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Function:
    """A function that waits for its arguments."""

    term: Term
    scope: tuple[object, ...]
    block: tuple[str, ...]


@dataclass
class _Element:
    """What a function that is handed to a word is given; it has a ``number`` as soon as it is used."""

    number: int | None = None


def trace(
    term: Term, words: Mapping[str, Primitive], inference: Inference, arguments: Sequence[Type]
) -> tuple[FlowNode, ...]:
    """The nodes in order of evaluation, the program's inputs first. The body of a function that is handed to a word
    (of ``map``, ``fold``) appears once."""
    tracer = _Tracer(words, inference)
    inputs = [tracer.node(None, (), type, ()) for type in arguments]
    tracer.call(tracer.value(term, (), ()), inputs)
    return tuple(tracer.nodes)


class _Tracer:
    def __init__(self, words: Mapping[str, Primitive], inference: Inference) -> None:
        self.words = words
        self.nodes: list[FlowNode] = []
        self.types: dict[Word, deque[Type]] = {}
        for word, _, result in inference.layers:
            self.types.setdefault(word, deque()).append(result)

    def node(self, word: Word | None, inputs: tuple[int, ...], type: Type | None, block: tuple[str, ...]) -> int:
        self.nodes.append(FlowNode(len(self.nodes), word, inputs, type, block))
        return len(self.nodes) - 1

    def value(self, term: Term, scope: tuple[object, ...], block: tuple[str, ...]) -> object:
        """A node's number, a _Function, or None for a constant."""
        if isinstance(term, Variable):
            return scope[-1 - term.index]
        if isinstance(term, Let):
            return self.value(term.body, (*scope, self.value(term.value, scope, block)), block)
        if isinstance(term, Apply):
            head, arguments = spine(term)
            # The order of inference: what is no function first, then what is applied, then functions.
            values = {i: self.value(a, scope, block) for i, a in enumerate(arguments) if not isinstance(a, Lambda)}
            applied = self.value(head, scope, block)
            values.update((i, _Function(a, scope, block)) for i, a in enumerate(arguments) if i not in values)
            return self.call(applied, [values[i] for i in range(len(arguments))])
        return None if isinstance(term, Literal) else _Function(term, scope, block)

    def call(self, function: object, arguments: Sequence[object]) -> object:
        """What a function gives for arguments, one or several."""
        if not arguments or not isinstance(function, _Function):
            return function
        term, scope, block = function.term, function.scope, function.block
        if isinstance(term, Lambda):
            inner = self.value(term.body, (*scope, arguments[0]), block)
            return self.call(inner, arguments[1:])
        if isinstance(term, Word):
            found = self.words[term.name]
            if isinstance(found, Definition):
                return self.call(_Function(expand(term, self.words), (), (*block, term.name)), arguments)
            return self.applied(term, found, arguments, block)
        return self.call(self.value(term, scope, block), arguments)

    def applied(self, word: Word, found: Primitive, arguments: Sequence[object], block: tuple[str, ...]) -> object:
        arity = max(1, found.arity)
        values = [self.inside(each) for each in arguments[:arity]]
        inputs = tuple(dict.fromkeys(each for each in values if isinstance(each, int)))
        waiting = self.types.get(word)
        type = None
        if waiting:
            type = waiting.popleft() if len(waiting) > 1 else waiting[0]
        number = self.node(word, inputs, type, block)
        return self.call(number, arguments[arity:])

    def inside(self, value: object) -> object:
        """The last node of the body of a function that is handed to a word."""
        while isinstance(value, _Function) and isinstance(value.term, Lambda):
            value = self.value(value.term.body, (*value.scope, _Element()), value.block)
        if isinstance(value, _Function) and isinstance(value.term, Word) and value.term.name in self.words:
            value = self.call(value, [_Element()])
        if isinstance(value, _Element):
            if value.number is None:
                value.number = self.node(None, (), None, ())
            return value.number
        return value
