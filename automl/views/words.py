"""The words that some stored terms need, and no others: a library of ten thousand takes long to read. Terms as people read them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from library.browsing.browser import AbstractBrowser
from library.records import Subroutine
from library.vocabulary import Vocabulary
from library.weights.blobs import Blobs, StoredWeights
from primitives.syntax import show

UNREADABLE = (ValueError, KeyError)
"""What is raised where a stored program cannot be read here: a word of a plug-in that is not here, or of a library that is damaged."""
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


def texts_for_people(browser: AbstractBrowser, texts: Sequence[str], width: int = 80) -> list[str]:
    """Stored terms with names for their variables and plain names of their subroutines; a term as it is stored where it cannot be read.

    browser: of the store that has them.
    texts: the terms, as they are stored.
    width: of a line, in characters (default: 80).
    """
    words, found = words_for(browser, texts), []
    for each in texts:
        try:
            found.append(show(words.read(each), width=width))
        except UNREADABLE:
            found.append(each)
    return found
