"""Definitions: subroutines, words that stand for a term; what they expand to, and the library's weights in them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from .brief import brief_repr
from .lazy import Tensor
from .notation.types import parse_scheme
from .primitive import Primitive, Prior, Setting
from .term import Term, Word, map_shared_words, sites_of, words_in
from .term import digest as digest_of
from .types import Scheme, arguments_of


@dataclass(frozen=True, eq=False)
class Definition(Primitive):
    """A subroutine: a word that stands for the closed term ``body``.

    ``use``: ``fresh`` (every occurrence has its own weights), ``tuned`` or ``frozen`` (all occurrences share the library's weights).
    """

    called_by_text: ClassVar[bool] = False
    """It may have a private name, such as ?fn_0, by which no text can call it; a store checks those of its own."""
    body: Term = field(kw_only=True)
    digest: str = ""
    weights: str | None = None
    load: Callable[[], Mapping[str, Tensor]] | None = None
    """Reads the library's weights, ``site of the body.parameter`` to tensor."""
    origin: str = ""
    """The name under which weights of its shared uses are stored, where it was renamed since."""

    __repr__ = brief_repr

    @functools.cached_property
    def tensors(self) -> Mapping[str, Tensor]:
        """The library's weights under the sites that ``expand`` gives to shared uses; read once, empty where there are none."""
        if self.load is None:
            return {}
        return {key if "@" in key else f"{self.prefix}.{key}": tensor for key, tensor in self.load().items()}

    @property
    def prefix(self) -> str:
        """The first part of the sites of shared uses."""
        return f"{self.origin or self.name}@{self.digest[:12]}"

    @functools.cached_property
    def arity(self) -> int:
        return len(arguments_of(self.scheme.type)[0])

    @property
    def sited(self) -> bool:
        return self.geometric and bool(sites_of(self.body))


def _unavailable(*arguments: object) -> object:
    raise AssertionError("a definition is expanded before it runs")


USE = Setting("use", "fresh", choices=("fresh", "tuned", "frozen"))


def definition(
    name: str,
    scheme: Scheme | str,
    body: Term,
    *,
    doc: str = "",
    weights: str | None = None,
    digest: str = "",
    load: Callable[[], Mapping[str, Tensor]] | None = None,
    shapes: Callable | None = None,
    origin: str = "",
) -> Definition:
    """A subroutine as a word.

    name: by which programs call it.
    scheme: its type, as text or as it is.
    body: the closed term that it stands for; its words are primitives or other definitions.
    doc: what it does, for people (default: nothing).
    weights: the digest of the blob with its weights; with them its occurrences are ``frozen`` unless told otherwise, else ``fresh``.
    digest: names the version (default: that of the body).
    load: reads those weights, ``site.parameter`` to a tensor.
    shapes: the shape of its result from those of its arguments, where the type cannot say it.
    origin: the name that its shared uses have in stored weights (default: ``name``).
    """
    scheme = parse_scheme(scheme) if isinstance(scheme, str) else scheme
    sited = bool(sites_of(body))
    default = "frozen" if weights else "fresh"
    settings = (Setting("use", default, choices=USE.choices),) if sited else ()
    return Definition(
        name,
        scheme,
        _unavailable,
        doc,
        settings,
        Prior(cost=2 if sited else 3),
        geometric=sited,
        shapes=shapes,
        body=body,
        digest=digest or digest_of(body),
        weights=weights,
        load=load,
        origin=origin,
    )


class LibraryWeights(Mapping[str, Tensor]):
    """The weights of all subroutines in a term, nested ones too, under the sites that ``expand`` gives to shared uses.

    They are read when first asked for, so that terms without them cost nothing.
    """

    def __init__(self, term: Term, words: Mapping[str, Primitive]) -> None:
        self._term, self._words = term, words

    @functools.cached_property
    def _found(self) -> dict[str, Tensor]:
        found: dict[str, Tensor] = {}
        for name in {word.name for word in words_in(self._term)}:
            primitive = self._words.get(name)
            if isinstance(primitive, Definition):
                found.update(LibraryWeights(primitive.body, self._words))
                found.update(primitive.tensors)
        return found

    def __getitem__(self, key: str) -> Tensor:
        return self._found[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


class ExpansionError(ValueError):
    """A subroutine stands for itself, or for a term that is too large."""


MAX_EXPANDED = 200_000
"""Largest size of a term that subroutines expand to."""


def expand(term: Term, words: Mapping[str, Primitive]) -> Term:
    """The term with every Definition replaced by its body, recursively. Raises ExpansionError.

    Sites of a fresh use at site s become ``s.i``; those of a tuned or frozen use ``name@digest.i`` (the library's own weights).
    """
    return _expand(term, words, (), {})


def _expand(term: Term, words: Mapping[str, Primitive], inside: tuple[str, ...], known: dict[Word, Term]) -> Term:
    def replace(occurrence: Word) -> Term:
        found = words.get(occurrence.name)
        if not isinstance(found, Definition):
            return occurrence
        if occurrence in known:
            return known[occurrence]
        if found.name in inside:
            raise ExpansionError(
                f"word={found.name!r} stands for itself, through {', '.join(inside)}; use fix to recurse"
            )
        use = dict(occurrence.settings).get("use", "fresh")
        prefix = occurrence.site if use == "fresh" else found.prefix

        def rename(inner: Word) -> Word:
            if inner.site is None or (use == "fresh" and "@" in inner.site):
                return inner
            return Word(inner.name, inner.settings, inner.site if "@" in inner.site else f"{prefix}.{inner.site}")

        body = _expand(map_shared_words(found.body, rename), words, (*inside, found.name), known)
        if body.size > MAX_EXPANDED:
            raise ExpansionError(
                f"word={found.name!r} stands for a term of size {body.size}, needed at most {MAX_EXPANDED}"
            )
        known[occurrence] = body
        return body

    return map_shared_words(term, replace)
