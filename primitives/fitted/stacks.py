"""Which sites of a program hold fitted words, and which of these other fitted words are fitted on."""

from __future__ import annotations

from collections.abc import Mapping

from ..definitions import expand
from ..primitive import Primitive
from ..rewrite import NoNormalForm, beta_normal
from ..term import Term, Word, children, spine, words_in


def fitted_sites(term: Term, words: Mapping[str, Primitive]) -> dict[str, Primitive]:
    """The fitted word of each site that has one, subroutines written out."""
    found = {}
    for word in words_in(expand(term, words)):
        primitive = words[word.name]
        if primitive.fitted is not None and word.site is not None:
            found[word.site] = primitive
    return found


def stacked_sites(term: Term, words: Mapping[str, Primitive]) -> frozenset[str]:
    """The sites of supervised fitted words whose values go into another supervised fitted word.

    A word that is not applied where it stands, as in ``(compose (forest) (linear))``, is counted, to be safe.
    """
    sites = {
        site for site, word in fitted_sites(term, words).items() if word.fitted is not None and word.fitted.supervised
    }
    if len(sites) < 2:
        return frozenset()
    try:
        whole = beta_normal(expand(term, words))
    except NoNormalForm:
        return frozenset(sites)
    found: set[str] = set()
    _collect(whole, sites, found, inside=False)
    return frozenset(found)


def _collect(term: Term, sites: set[str], found: set[str], inside: bool) -> None:
    head, arguments = spine(term)
    if isinstance(head, Word):
        supervised = head.site in sites
        if supervised and (inside or not arguments):
            found.add(str(head.site))
        for argument in arguments:
            _collect(argument, sites, found, inside or supervised)
        return
    for part in children(term):
        _collect(part, sites, found, inside)
