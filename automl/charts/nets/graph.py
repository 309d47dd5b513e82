"""A net as a graph: a box a word, with its settings, the shape of its output and its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from primitives.definitions import expand
from primitives.inference import IllTyped, infer
from primitives.primitive import Primitive
from primitives.term import Term, Word
from primitives.types import TensorType, Type, arguments_of, has_tensor

from .tracing import trace


@dataclass(frozen=True)
class GraphNode:
    """A word where it runs: ``label`` is its name with the settings that are not the usual ones, ``shape`` that of its output,
    ``parameters`` its trained numbers (0 where the site was counted before), ``inputs`` the numbers of earlier nodes, ``block`` the
    subroutines that it is part of, ``kind`` a class of the style sheet: ``variable`` for an input of the program, or of a
    function that is handed to a word."""

    label: str
    shape: str
    parameters: int
    inputs: tuple[int, ...]
    block: str = ""
    kind: str = "word"


def graph_of(term: Term, words: Mapping[str, Primitive], type: Type) -> tuple[GraphNode, ...]:
    """The nodes of a net, each after those that lead to it; () where it has no type.

    term: the program; subroutines in it are looked into.
    words: what its words mean.
    type: that of the program.
    """
    try:
        inference = infer(expand(term, words), words, type)
    except IllTyped:
        return ()
    counted: set[str] = set()
    nodes = []
    inputs = len(arguments_of(type)[0])
    for node in trace(term, words, inference, arguments_of(type)[0]):
        site = None if node.word is None else node.word.site
        found = inference.sites.get(site) if site and site not in counted else None
        counted |= {site} if site else set()
        label = (
            described(node.word, words) if node.word is not None else "input" if node.number < inputs else "each one"
        )
        kind = "variable" if node.word is None else "word" if found is not None else "binder"
        nodes.append(
            GraphNode(label, shape_of(node.type), 0 if found is None else found.size, node.inputs, " ".join(node.block), kind)
        )  # fmt: skip
    return tuple(nodes)


def net_of(term: Term, words: Mapping[str, Primitive], type: Type) -> tuple[GraphNode, ...]:
    """The nodes of a program with tensors in its type, as of ``graph_of``; () of any other.

    term: the program.
    words: what its words mean.
    type: that of the program.
    """
    return graph_of(term, words, type) if has_tensor(type) else ()


def described(word: Word, words: Mapping[str, Primitive]) -> str:
    """A word with those settings that are not its usual ones.

    word: where it stands.
    words: what it means.
    """
    usual = {setting.name: setting.default for setting in words[word.name].settings}
    changed = [f"{name} {_short(value)}" for name, value in word.settings if usual.get(name) != value]
    return " ".join([word.name, *changed])


def _short(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def shape_of(type: Type | None) -> str:
    """A type as it stands in a box: ``20 × 4 × 4`` of a tensor."""
    if isinstance(type, TensorType):
        return " × ".join(map(str, type.shape)) or "number"
    return "" if type is None else str(type)
