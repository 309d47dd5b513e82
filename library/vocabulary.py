"""The vocabulary of a search: the primitives and the subroutines of the library, as one set of words."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache, partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from primitives.definitions import Definition, definition, expand
from primitives.inference import IllTyped, ShapeError, infer
from primitives.notation.types import parse_scheme
from primitives.primitive import Primitive
from primitives.syntax import parse
from primitives.term import Term, Word, map_words, words_in
from primitives.types import (
    DimensionVariable,
    Scheme,
    TensorType,
    TypeVariable,
    arguments_of,
    function,
    tensor,
    variables_of,
)
from primitives.words import WORDS, known_words

from .ordering import SHORT as SHORT
from .ordering import ordered
from .ordering import pinned_name as pinned_name
from .records import StoreError, Subroutine
from .rules import former_names
from .weights.blobs import from_bytes

if TYPE_CHECKING:
    import torch

logger = logging.getLogger(__name__)


class Vocabulary:
    """Words by name. A subroutine is found as ``name`` and as ``name@digest`` (the pinned form, which stored terms use).

    ``words`` is what a search may use: each subroutine once, by its name. ``all_words`` also knows the pinned names, for reading stored
    terms. ``weights`` maps a blob's digest to its safetensors bytes, where they were given; they are read when a program that uses the
    subroutine runs. ``left_out`` are the subroutines that can be no words, with the reasons; ``active`` the others that are offered.
    ``plain`` maps pinned names to the plain ones.
    """

    def __init__(
        self,
        subroutines: Iterable[Subroutine] = (),
        weights: Mapping[str, bytes] | None = None,
        base: Mapping[str, Primitive] | None = None,
        allowed: Sequence[str] | None = None,
        *,
        strict: bool = True,
        known: Sequence[Vocabulary] = (),
    ) -> None:
        """``weights``: safetensors bytes by blob digest. ``allowed`` keeps only the named primitives (all where None). A subroutine that
        can be no word is a StoreError where ``strict``, else it is left out. ``known`` are vocabularies of the same library and base, as
        it was before: what they define and is the same now is not defined again."""
        self.weights: Mapping[str, bytes] = MappingProxyType({}) if weights is None else weights
        base = dict(known_words() if base is None else base)
        self._strict = strict
        self._before: dict[tuple[str, str], tuple[Subroutine, Definition]] = {}
        for each in known:
            self._before |= each._defined_words
        self._defined_words: dict[tuple[str, str], tuple[Subroutine, Definition]] = {}
        self.left_out: list[tuple[Subroutine, str]] = []
        self.definitions: dict[str, Definition] = {}
        every: dict[str, Primitive] = dict(base)
        self.records = self._defined(tuple(subroutines), base, every)
        self._before = {}
        if allowed is not None:
            unknown = [name for name in allowed if name not in every]
            if unknown:
                raise StoreError(
                    f"word={unknown[0]!r} is not known; correct the list of words or add it to the library"
                )
            base = {name: base[name] for name in allowed if name in base}
        self.all_words: Mapping[str, Primitive] = MappingProxyType(every)
        self.words: Mapping[str, Primitive] = MappingProxyType({**base, **self.definitions})
        self.active = tuple(record for record in self.records if record.state == "active")
        self._pinned = {record.name: pinned_name(record) for record in self.active}
        names = {record.digest: record.name for record in self.active}
        self.plain = {pinned_name(record): names[record.digest] for record in self.records if record.digest in names}

    def __repr__(self) -> str:
        return f"Vocabulary({len(self.words):,} words, {len(self.active):,} of them of a library)"

    def _defined(
        self, given: tuple[Subroutine, ...], base: Mapping[str, Primitive], every: dict[str, Primitive]
    ) -> tuple[Subroutine, ...]:
        """Adds the subroutines to ``every``; returns those that are words, in the order given. One whose name a primitive has is read
        in stored terms but not offered: it counts as demoted."""
        kept: dict[tuple[str, str], Subroutine] = {}
        found, left = ordered(given, base)
        for record, why in left:
            self._leave_out(record, why)
        for record in found:
            try:
                word = self._define(record, every)
            except StoreError as error:
                self._leave_out(record, str(error))
                continue
            every[pinned_name(record)] = word
            if record.state == "active" and record.name in base:
                self._leave_out(record, f"name={record.name!r} is that of a primitive; rename it in the library")
                record = replace(record, state="demoted")
            elif record.state == "active":
                every[record.name] = self.definitions[record.name] = word
            kept[record.name, record.digest] = record
        return tuple(kept[key] for key in ((each.name, each.digest) for each in given) if key in kept)

    def _define(self, record: Subroutine, every: Mapping[str, Primitive]) -> Definition:
        """The record as a word, as it was defined before where it is the same. Raises StoreError."""
        key = (record.name, record.digest)
        before, word = self._before.get(key, (None, None))
        # A body names its words with their digests, so that the same text is the same body; its weights are named by theirs.
        if word is None or before is None or not _is_same_word(before, record) or (record.weights in self.weights) != (
            word.load is not None and record.weights is not None
        ):  # fmt: skip
            word = _define(record, every, self.weights)
        self._defined_words[key] = record, word
        return word

    def _leave_out(self, record: Subroutine, why: str) -> None:
        if self._strict:
            raise StoreError(f"subroutine={pinned_name(record)!r}: {why}")
        self.left_out.append((record, why))

    def warn(self) -> None:
        """Log what is left out."""
        for record, why in self.left_out:
            _warn(pinned_name(record), why)

    @property
    def digest(self) -> str:
        """What decides the meaning of every word beyond the primitives: the set of pinned active subroutines."""
        names = sorted(map(pinned_name, self.active))
        return hashlib.sha256("\n".join(names).encode()).hexdigest()

    def read(self, text: str) -> Term:
        """A stored term; pinned names of active subroutines, those that they had before they were renamed too, become plain ones.

        text: the text form of a term.

        Raises TermSyntaxError.
        """
        return _renamed(parse(text, self.all_words), self.plain)

    def pin(self, term: Term) -> Term:
        """The term with every subroutine named ``name@digest``, as it is stored.

        term: with plain or pinned names.
        """
        return _renamed(term, self._pinned)

    def subroutines_in(self, term: Term) -> list[Subroutine]:
        """The subroutines that occur in the term directly, in order of first occurrence.

        term: with plain or pinned names.
        """
        by_name = self._by_name
        return list({by_name[w.name].digest: by_name[w.name] for w in words_in(term) if w.name in by_name}.values())

    @cached_property
    def _by_name(self) -> dict[str, Subroutine]:
        """The records by their pinned names, the active ones by their plain names too."""
        return {pinned_name(r): r for r in self.records} | {r.name: r for r in self.records if r.state == "active"}

    def weights_of(self, names: Iterable[str]) -> list[str]:
        """The digests of the weights that the named words need: their own and those of the subroutines in their bodies.

        names: of words; those of primitives need none.
        """
        by_name = self._by_name
        waiting, seen, found = [name for name in names if name in by_name], set[str](), dict[str, None]()
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            record = by_name[name]
            if record.weights is not None and record.weights in self.weights:
                found[record.weights] = None
            waiting += [word.name for word in words_in(parse(record.body)) if word.name in by_name]
        return list(found)

    def unreadable(self, names: Iterable[str]) -> dict[str, str]:
        """The named words whose weights cannot be read, with the reason.

        names: of words.
        """
        found = {}
        for name in names:
            word = self.definitions.get(name)
            if word is None or word.load is None:
                continue
            try:
                for digest in self.weights_of([name]):
                    self.weights[digest]
            except StoreError as error:
                found[name] = str(error)
        return found

    def versions(self, term: Term) -> dict[str, str]:
        """The words from outside that the term and its subroutines use, with the digests of the modules that they are in.

        term: with plain or pinned names.
        """
        outside = WORDS.outside()
        if not outside:
            return {}
        names = {word.name for word in words_in(term)}
        for name in list(names):
            found = self.all_words.get(name)
            if isinstance(found, Definition):
                names |= {word.name for word in words_in(found.body)}
        return {name: outside[name] for name in sorted(names & outside.keys())}

    def find(self, type_text: str) -> list[str]:
        """Names of words whose type can be unified with the given one.

        type_text: a scheme, as ``Ord a => list(a) -> a``.
        """
        from primitives.unify import Mismatch, Unifier

        wanted = parse_scheme(type_text)
        found = []
        for name, primitive in self.words.items():
            unifier = Unifier()
            try:
                unifier.unify(unifier.instantiate(primitive.scheme), unifier.instantiate(wanted))
            except Mismatch:
                continue
            found.append(name)
        return found


@lru_cache(maxsize=1024)
def _warn(pinned: str, why: str) -> None:
    """Once a process: a growth reads the library many times."""
    logger.warning("subroutine=%r is left out: %s; `automl library check` says more", pinned, why)


def _renamed(term: Term, names: Mapping[str, str]) -> Term:
    if not names:
        return term
    return map_words(term, lambda w: Word(names[w.name], w.settings, w.site) if w.name in names else w)


def _is_same_word(one: Subroutine, other: Subroutine) -> bool:
    """Whether two records of one name and digest make the same word."""
    same = (one.body, one.type, one.weights, one.description) == (
        other.body,
        other.type,
        other.weights,
        other.description,
    )
    return same and former_names(one) == former_names(other)


def _define(record: Subroutine, words: Mapping[str, Primitive], weights: Mapping[str, bytes]) -> Definition:
    """The record as a word. Its body is expanded, so that it means the same whichever words a search is given."""
    own = record.weights if record.weights in weights else None
    try:
        written, scheme = parse(record.body, words), parse_scheme(record.type)
        body = expand(written, words)
    except ValueError as error:
        raise StoreError(f"its stored text cannot be read: {error}") from None
    inner = [found for found in (words[word.name] for word in words_in(written)) if isinstance(found, Definition)]
    load = None if own is None and not any(each.load for each in inner) else partial(_load, record, own, weights, inner)
    return definition(
        record.name,
        scheme,
        body,
        doc=record.description,
        weights=record.weights,
        digest=record.digest,
        load=load,
        shapes=_shapes(scheme, body, words),
        origin=next(iter(former_names(record)), ""),
    )


def _shapes(scheme: Scheme, body: Term, words: Mapping[str, Primitive]) -> Callable[..., tuple[int, ...]] | None:
    """The forward shape function of a subroutine from tensors to a tensor, where its type leaves sizes of the result
    open: as its body has it."""
    types, result = arguments_of(scheme.type)
    if not types or not all(isinstance(type, TensorType) for type in (*types, result)):
        return None
    given = {variable for type in types for variable in variables_of(type)}
    if not any(isinstance(v, DimensionVariable) and v not in given for v in variables_of(result)):
        return None

    @lru_cache(maxsize=1024)
    def inferred(shapes: tuple[tuple[int, ...], ...]) -> tuple[int, ...]:
        try:
            found = infer(body, words, function(*(tensor(*shape) for shape in shapes), TypeVariable("answer")))
        except IllTyped as error:
            raise ShapeError(str(error)) from None
        made = arguments_of(found.type)[1]
        sizes = made.shape if isinstance(made, TensorType) else ("no tensor",)
        known = tuple(size for size in sizes if isinstance(size, int))
        if len(known) < len(sizes):
            raise ShapeError(f"shapes={shapes}: the size of the result does not follow")
        return known

    def shapes(*given: tuple[int, ...], **settings: object) -> tuple[int, ...]:
        return inferred(given)

    return shapes


def _load(
    record: Subroutine, own: str | None, weights: Mapping[str, bytes], inner: Sequence[Definition]
) -> dict[str, torch.Tensor]:
    """A subroutine's own weights and those of the subroutines in its body, under the sites of its expanded body."""
    found: dict[str, torch.Tensor] = {}
    for each in inner:
        found.update(each.tensors)
    if own is None:
        return found
    try:
        return found | from_bytes(weights[own])
    except StoreError as error:
        raise StoreError(f"subroutine={pinned_name(record)}: {error}") from None
