"""What compression gives: abstractions, the rewritten corpus, and the length of both; and a term as a record of the library."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from primitives.definitions import expand
from primitives.primitive import Primitive
from primitives.term import Term, names_in, show_canonical
from primitives.types import Scheme

from ..digests import word_digest
from ..records import Subroutine
from .stitch_code import symbols

Corpus = Mapping[str, Sequence[Term]]


@dataclass(frozen=True)
class Abstraction:
    """A closed term worth a name. ``uses`` counts its occurrences in the rewritten corpus, ``tasks`` are those whose programs need it
    (perhaps through another abstraction), ``saved`` is by how many symbols the corpus with its abstractions would be longer without it.
    """

    name: str
    body: Term
    scheme: str
    arity: int
    uses: int
    tasks: tuple[str, ...]
    saved: float
    description: str
    kind: str


@dataclass(frozen=True)
class Compression:
    """What ``compress`` found. ``rewritten`` has the corpus' tasks and programs in the same order; ``sites`` tells for each program where
    the weights of its sites lie: {site of the rewritten program after expansion: site of the original after expansion}.
    ``before`` and ``after`` are symbols (variables, words, lambdas, constants, settings not at their defaults), ``after`` with the
    abstractions' bodies;
    ``problem`` says what went wrong ("" if nothing did).
    """

    abstractions: tuple[Abstraction, ...]
    rewritten: Mapping[str, tuple[Term, ...]]
    sites: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict)
    before: int = 0
    after: int = 0
    problem: str = ""

    @property
    def ratio(self) -> float:
        """How many times shorter the corpus became."""
        return self.before / self.after if self.after else 1.0


def description_length(corpus: Corpus, words: Mapping[str, Primitive], bodies: Iterable[Term] = ()) -> int:
    """Symbols of a corpus (the shortest program of each task) and of the abstractions that it uses.

    corpus: programs by task.
    words: what their words mean.
    bodies: of the abstractions (default: none).
    """
    shortest = (min((symbols(term, words) for term in terms), default=0) for terms in corpus.values())
    return sum(shortest) + sum(symbols(body, words) for body in bodies)


def kind_of(body: Term, words: Mapping[str, Primitive]) -> str:
    """``algorithmic``, ``geometric`` (only geometric words), or ``blend``.

    body: a closed term.
    words: what its words mean.
    """
    geometric = {words[name].geometric for name in names_in(expand(body, words))}
    if geometric == {True}:
        return "geometric"
    return "blend" if True in geometric else "algorithmic"


def new_subroutine(
    name: str, body: Term, scheme: Scheme, words: Mapping[str, Primitive], provenance: Mapping[str, object], description: str,
    weights: str | None = None, saved: float = 0.0,
) -> Subroutine:  # fmt: skip
    """The record of a closed term as a word, made now; its provenance also has the body written out, as ``expanded``.

    name: of the word.
    body: the term, subroutines in it named ``name@digest``.
    scheme: its type.
    words: what the words of the body mean.
    provenance: where it came from, ``found_by`` among it.
    description: for people, on one line.
    weights: the digest of the blob that it starts from; default None, a word without weights of its own.
    saved: what it saves, in the unit that the provenance states; default 0.
    """
    return Subroutine(
        name=name,
        digest=word_digest(body, weights),
        type=str(scheme),
        kind=kind_of(body, words),
        body=show_canonical(body),
        weights=weights,
        provenance={**provenance, "expanded": show_canonical(expand(body, words))},
        saved=saved,
        created=time.time(),
        description=description,
    )
