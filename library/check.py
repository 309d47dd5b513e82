"""Whether the words of a library hold: their text is read, they have the type that they claim, their weights are there and fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from primitives.infer import Inference, infer
from primitives.primitive import expand
from primitives.types import parse_scheme, subtypes, variables_of
from primitives.unify import Mismatch, Unifier

from .blobs import Header, read_header
from .exchange import Parcel
from .records import StoreError, Subroutine
from .vocabulary import Vocabulary, pinned_name


def problems_of(records: Iterable[Subroutine], weights: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """``(name, what is wrong)`` for each subroutine that does not hold; ``weights`` are safetensors bytes by digest."""
    records = tuple(records)
    try:
        vocabulary = Vocabulary(records, weights)
    except ValueError as error:
        yield "library", str(error)
        return
    for record in records:
        try:
            problem = _problem(record, vocabulary, weights)
        except ValueError as error:
            problem = str(error)
        if problem:
            yield record.name, problem


def check_parcel(parcel: Parcel) -> None:
    """Refuse a library file with a subroutine that does not hold. Raises StoreError."""
    for name, problem in problems_of(parcel.subroutines, parcel.weights):
        raise StoreError(
            f"subroutine={name!r} in the file does not hold: {problem}; export it again from a sound library"
        )


def _problem(record: Subroutine, vocabulary: Vocabulary, weights: Mapping[str, bytes]) -> str:
    body = expand(vocabulary.read(record.body), vocabulary.all_words)
    found = infer(body, vocabulary.all_words)
    if not _fits(found, record.type):
        return f"its body has the type {found.scheme}, stored is {record.type}"
    if record.weights is None:
        return ""
    if record.weights not in weights:
        return f"its weights={record.weights} are gone"
    return _misfit(read_header(weights[record.weights]), record, vocabulary)


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
    for site, place in sites.items():
        for name, parameter in {**place.parameters, **place.buffers}.items():
            key = f"{site}.{name}"
            stored = header.get(key, header.get(f"{pinned_name(record)}.{key}"))
            if stored is None:
                return f"its weights have no {key}"
            if all(isinstance(size, int) for size in parameter.shape) and tuple(stored[1]) != tuple(parameter.shape):
                return f"its weights have {key} of shape {list(stored[1])}, needed {list(parameter.shape)}"
    return ""
