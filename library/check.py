"""Whether a library holds: what its store says of itself, and of each word whether its name, text, type, digest and weights do."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from primitives.interpreter.deadline import Deadline, OutOfTime
from primitives.words import known_words

from .digests import check_digest
from .exchange import Parcel
from .meaning import Meanings
from .recorded import recorded_problems
from .records import StoreError, Subroutine
from .rules import check_former_names, check_moment, check_word_name
from .store import AbstractStore
from .vocabulary import Vocabulary
from .weights.blobs import read_header

Problem = tuple[str, str]
"""A subroutine or a part of the store, and what is wrong with it."""
MEANING_SECONDS = 60.0
"""What finding the types of all bodies of a library may take."""


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
    yield from recorded_problems(store)
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
    read = _Weights(weights, damaged or {})
    for record, problem in _found(records, read):
        yield record.name, f"{problem}{_advice(record)}"


def check_parcel(parcel: Parcel) -> None:
    """Refuse a library file with a subroutine that does not hold.

    parcel: what the file has.

    Raises StoreError.
    """
    for record, problem in _found(parcel.subroutines, _Weights(parcel.weights, {})):
        raise StoreError(
            f"subroutine={record.name!r} in the file does not hold: {problem}; export it again from a sound library"
        )


def _found(records: tuple[Subroutine, ...], weights: _Weights) -> Iterator[tuple[Subroutine, str]]:
    """Each fault of the subroutines of one library."""
    began = time.monotonic()
    vocabulary = Vocabulary(records, weights.sound, strict=False)
    meanings = Meanings(vocabulary, Deadline(began + MEANING_SECONDS))
    unread = {(record.name, record.digest): why for record, why in vocabulary.left_out}
    for record in records:
        for problem in _problems(record, meanings, unread.get((record.name, record.digest)), weights):
            yield record, problem


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


def _problems(record: Subroutine, meanings: Meanings, unread: str | None, weights: _Weights) -> Iterator[str]:
    misnamed = _misnamed(record)
    if misnamed and record.state == "active":  # a demoted one is not offered to searches
        yield misnamed
    try:
        check_digest(record)
    except StoreError as error:
        yield str(error)
    else:
        yield from _unusable(record, meanings, unread, weights, quietly=bool(misnamed))
    yield from _unlikely(record)
    if record.weights is not None and record.weights not in weights.sound:
        yield weights.damaged.get(record.weights, f"its weights={record.weights} are gone")


def _unlikely(record: Subroutine) -> Iterator[str]:
    """What is said of when a subroutine was made, and of the names that it had, and cannot be."""
    for check in (lambda: check_former_names(record), lambda: check_moment(record.created)):
        try:
            check()
        except StoreError as error:
            yield str(error)


def _unusable(
    record: Subroutine, meanings: Meanings, unread: str | None, weights: _Weights, quietly: bool
) -> Iterator[str]:
    """Why a subroutine is no word, not said again if ``quietly``; where it is one (``unread`` is None), what is wrong with its meaning."""
    if unread is not None:
        if not quietly:
            yield unread
        return
    try:
        problem = meanings.problem(record, weights.sound.get(record.weights or ""))
    except OutOfTime:
        problem = f"its type was not checked: the types of the library take more than {MEANING_SECONDS:.0f} s to find"
    except ValueError as error:
        problem = str(error)
    if problem:
        yield problem
