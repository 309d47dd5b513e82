"""Whether a library holds: what its store says of itself, and of each word whether its name, text, type, digest and weights do."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from primitives.definitions import expand
from primitives.inference import Inference, infer
from primitives.notation.types import parse_scheme
from primitives.primitive import shape_text
from primitives.types import subtypes, variables_of
from primitives.unify import Mismatch, Unifier
from primitives.words import known_words

from .digests import check_digest
from .exchange import Parcel
from .ordering import pinned_name
from .records import StoreError, Subroutine
from .rules import check_word_name, former_names
from .store import AbstractStore
from .vocabulary import Vocabulary
from .weights.blobs import Header, read_header

Problem = tuple[str, str]
"""A subroutine or a part of the store, and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class _Weights:
    """Blobs that were read, by digest: the bytes of sound ones, the reason of others."""

    sound: Mapping[str, bytes]
    damaged: Mapping[str, str]


def store_problems(store: AbstractStore) -> Iterator[Problem]:
    """All that is found wrong with a store and its weights, as ``(name, what)``: that of a subroutine under its name, the rest
    under that of the table or file.

    store: open for reading.
    """
    yield from store.problems()
    records: tuple[Subroutine, ...] = ()
    owners: dict[str, str] = {}
    try:
        records = store.subroutines(state=None)
    except StoreError as error:
        yield "subroutines", str(error)
    try:
        owners = {each.weights: f"task={each.task!r}" for each in store.solutions() if each.weights is not None}
    except StoreError as error:
        yield "solutions", str(error)
    used = {record.weights for record in records if record.weights is not None}
    weights = _read(store, used | owners.keys())
    yield from problems_of(records, weights.sound, weights.damaged)
    for digest, why in sorted(weights.damaged.items()):
        if digest not in used:
            owner = owners.get(digest, "")
            yield "weights", f"{why} (the program for {owner} needs them)" if owner else why


def _read(store: AbstractStore, wanted: set[str]) -> _Weights:
    """The wanted blobs, and the reasons of all that are damaged or missing. Bytes that are not checked further are not held."""
    sound: dict[str, bytes] = {}
    damaged: dict[str, str] = {}
    try:
        there = set(store.blobs.digests())
    except StoreError as error:  # no place for weights was given
        return _Weights({}, dict.fromkeys(wanted, str(error)))
    for digest in sorted(wanted | there):
        try:
            data = store.blobs.get_bytes(digest)
            read_header(data)
        except (StoreError, OSError) as error:
            damaged[digest] = str(error)
            continue
        if digest in wanted:
            sound[digest] = data
    return _Weights(sound, damaged)


def problems_of(
    records: Iterable[Subroutine], weights: Mapping[str, bytes], damaged: Mapping[str, str] | None = None
) -> Iterator[Problem]:
    """What is wrong with subroutines, each fault as ``(name, what)``.

    records: the subroutines of one library, active and demoted.
    weights: safetensors bytes by blob digest.
    damaged: why other weights could not be read, by digest; default: none are damaged.
    """
    records = tuple(records)
    vocabulary = Vocabulary(records, weights, strict=False)
    unread = {(record.name, record.digest): why for record, why in vocabulary.left_out}
    read = _Weights(weights, damaged or {})
    for record in records:
        advice = _advice(record)
        for problem in _problems(record, vocabulary, unread.get((record.name, record.digest)), read):
            yield record.name, f"{problem}{advice}"


def check_parcel(parcel: Parcel) -> None:
    """Refuse a library file with a subroutine that does not hold.

    parcel: what the file holds.

    Raises StoreError.
    """
    vocabulary = Vocabulary(parcel.subroutines, parcel.weights, strict=False)
    unread = {(record.name, record.digest): why for record, why in vocabulary.left_out}
    for record in parcel.subroutines:
        why = unread.get((record.name, record.digest))
        for problem in _problems(record, vocabulary, why, _Weights(parcel.weights, {})):
            raise StoreError(
                f"subroutine={record.name!r} in the file does not hold: {problem}; export it again from a sound library"
            )


def _advice(record: Subroutine) -> str:
    """How to take a word out that does not hold."""
    if record.state != "active":
        return ""
    name = shlex.quote(record.name)
    demote = f"`automl library demote {name}` keeps it from searches"
    return f"; {demote}, `automl library rename {name} NEW` gives it a name" if _misnamed(record) else f"; {demote}"


def _misnamed(record: Subroutine) -> str:
    if record.name in known_words():
        return f"name={record.name!r} is that of a primitive"
    try:
        check_word_name(record.name)
    except StoreError as error:
        return str(error)
    return ""


def _problems(record: Subroutine, vocabulary: Vocabulary, unread: str | None, weights: _Weights) -> Iterator[str]:
    misnamed = _misnamed(record)
    if misnamed and record.state == "active":  # a demoted one is not offered to searches
        yield misnamed
    try:
        check_digest(record)
    except StoreError as error:
        yield str(error)
    else:
        yield from _unusable(record, vocabulary, unread, weights, quietly=bool(misnamed))
    if record.weights is not None and record.weights not in weights.sound:
        yield weights.damaged.get(record.weights, f"its weights={record.weights} are gone")


def _unusable(
    record: Subroutine, vocabulary: Vocabulary, unread: str | None, weights: _Weights, quietly: bool
) -> Iterator[str]:
    """Why a subroutine is no word, not said again if ``quietly``; where it is one (``unread`` is None), what is wrong with its meaning."""
    if unread is not None:
        if not quietly:
            yield unread
        return
    try:
        problem = _meaning(record, vocabulary, weights)
    except ValueError as error:
        problem = str(error)
    if problem:
        yield problem


def _meaning(record: Subroutine, vocabulary: Vocabulary, weights: _Weights) -> str:
    body = expand(vocabulary.read(record.body), vocabulary.all_words)
    found = infer(body, vocabulary.all_words)
    if not _fits(found, record.type):
        return f"its body has the type {found.scheme}, stored is {record.type}"
    if record.weights is None or record.weights not in weights.sound:
        return ""
    return _misfit(read_header(weights.sound[record.weights]), record, vocabulary)


def _fits(found: Inference, text: str) -> bool:
    """Whether the body can be used at the stored type: it is an instance of the inferred one, so inferring binds none of its
    variables."""
    unifier = Unifier()
    stored = unifier.instantiate(parse_scheme(text))
    try:
        unifier.unify(stored, unifier.instantiate(found.scheme))
    except Mismatch:
        return False
    bound = unifier.resolve(stored)
    same_size = sum(1 for _ in subtypes(bound)) == sum(1 for _ in subtypes(stored))
    return same_size and len(variables_of(bound)) == len(variables_of(stored))


def _misfit(header: Header, record: Subroutine, vocabulary: Vocabulary) -> str:
    """What is wrong with the shapes of stored weights, where the stored type fixes them."""
    body = expand(vocabulary.read(record.body), vocabulary.all_words)
    sites = infer(body, vocabulary.all_words, parse_scheme(record.type).type).sites
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
