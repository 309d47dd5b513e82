"""The words that some stored terms need, and no others: a library of ten thousand takes long to read."""

from __future__ import annotations

import re
from collections.abc import Iterable

from library.browsing.browser import AbstractBrowser
from library.records import Subroutine
from library.vocabulary import Vocabulary
from library.weights.blobs import Blobs, StoredWeights

_PINNED = re.compile(r"([^\s()\[\]\"]+)@[0-9A-Za-z_-]+")


def names_in(text: str) -> set[str]:
    """The names before an ``@`` in a stored term: those of its subroutines are among them."""
    return set(_PINNED.findall(text))


def words_for(browser: AbstractBrowser, texts: Iterable[str], blobs: Blobs | None = None) -> Vocabulary:
    """The primitives, and the subroutines that terms use, or their bodies, and so on. What can be no word is left out.

    browser: of the store that has them.
    texts: the terms, as they are stored.
    blobs: where the weights of subroutines are, where programs are to run (default: they are not).
    """
    wanted = {name for text in texts for name in names_in(text)}
    found: dict[str, tuple[Subroutine, ...]] = {}
    while wanted:
        new = browser.named(wanted)
        found |= dict.fromkeys(wanted, ())
        for record in new:
            found[record.name] += (record,)
        wanted = {name for record in new for name in names_in(record.body)} - found.keys()
    records = [record for versions in found.values() for record in versions]
    digests = [record.weights for record in records if record.weights is not None]
    weights = StoredWeights(blobs, digests) if blobs is not None and digests else None
    return Vocabulary(records, weights, strict=False)
