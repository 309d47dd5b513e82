"""The digest of a subroutine: what its body says and which weights it starts from, and nothing else."""

from __future__ import annotations

import hashlib

from primitives.syntax import TermSyntaxError, parse
from primitives.term import Term, canonical, digest

from .records import StoreError, Subroutine


def word_digest(body: Term, weights: str | None = None) -> str:
    """The SHA-256, in hexadecimal, that names a subroutine.

    body: the closed term, subroutines in it named ``name@digest``.
    weights: the digest of the blob that it starts from; None for a word without weights of its own.
    """
    return digest(body) if weights is None else _with_weights(body, weights)


def true_digests(record: Subroutine) -> tuple[str, ...]:
    """The digests that a subroutine with this body and these weights may have: the first as growth makes it, and, without
    weights, that of the nets of baselines, which digest their absence as the empty text.

    record: whatever digest it says.

    Raises TermSyntaxError.
    """
    body = parse(record.body)
    found = word_digest(body, record.weights)
    return (found, _with_weights(body, "")) if record.weights is None else (found,)


def check_digest(record: Subroutine) -> None:
    """Raises StoreError unless the record's digest is that of its body and weights.

    record: of a subroutine.
    """
    try:
        accepted = true_digests(record)
    except TermSyntaxError as error:
        raise StoreError(f"its body cannot be read: {error}") from None
    if record.digest not in accepted:
        raise StoreError(
            f"digest={record.digest}: its body and weights have the digest {accepted[0]}, so they are not those that were promoted"
        )


def _with_weights(body: Term, weights: str) -> str:
    return hashlib.sha256(f"{canonical(body)}\n{weights}".encode()).hexdigest()
