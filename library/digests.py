"""The digest of a subroutine: what its body says and which weights it starts from, and nothing else."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from primitives.syntax import TermSyntaxError, parse
from primitives.term import Term, canonical, digest, words_in

from .records import StoreError, Subroutine


def word_digest(body: Term, weights: str | None = None) -> str:
    """The SHA-256, in hexadecimal, that names a subroutine.

    body: the closed term, subroutines in it named ``name@digest``.
    weights: the digest of the blob that it starts from; None for a word without weights of its own.
    """
    return digest(body) if weights is None else _with_weights(body, weights)


def true_digests(body: Term, weights: str | None = None) -> tuple[str, ...]:
    """The digests that a subroutine with this body and these weights may have: the first as growth makes it, and, without
    weights, that of the nets of baselines, which digest their absence as the empty text.

    body: as for `word_digest`.
    weights: as for `word_digest`.
    """
    found = word_digest(body, weights)
    return (found, _with_weights(body, "")) if weights is None else (found,)


@lru_cache(maxsize=4096)
def checked_words(body: str, weights: str | None, digest: str) -> frozenset[str]:
    """The names of the words in a stored body whose digest was found to be true. A library is read many times in one process, its
    rows once.

    body: the text of the body.
    weights: the digest of the weights of the subroutine; None for one without.
    digest: that of the subroutine, as it is stored.

    Raises StoreError where the body cannot be read, or the digest is not that of body and weights.
    """
    try:
        term = parse(body)
    except TermSyntaxError as error:
        raise StoreError(f"its body cannot be read: {error}") from None
    accepted = true_digests(term, weights)
    if digest not in accepted:
        raise StoreError(
            f"digest={digest}: its body and weights have the digest {accepted[0]}, so they are not those that were promoted"
        )
    return frozenset(word.name for word in words_in(term))


def check_digest(record: Subroutine) -> None:
    """Raises StoreError unless the record's digest is that of its body and weights.

    record: of a subroutine.
    """
    checked_words(record.body, record.weights, record.digest)


def _with_weights(body: Term, weights: str) -> str:
    return hashlib.sha256(f"{canonical(body)}\n{weights}".encode()).hexdigest()
