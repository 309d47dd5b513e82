"""Which sites of a program hold fitted words, which of these other fitted words are fitted on, and which a training leaves as they are."""

from __future__ import annotations

from collections.abc import Collection, Mapping

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
    sites = _supervised(term, words)
    if len(sites) < 2:
        return frozenset()
    try:
        whole = beta_normal(expand(term, words))
    except NoNormalForm:
        return frozenset(sites)
    found: set[str] = set()
    _collect(whole, sites, found, inside=False)
    return frozenset(found)


def independent_sites(term: Term, words: Mapping[str, Primitive], trained: Collection[str]) -> frozenset[str]:
    """The sites of supervised fitted words whose arguments stay as they are while the sites ``trained`` change: none of these stands in
    them.

    A word that is not applied where it stands is not counted, to be safe.
    """
    sites = _supervised(term, words)
    try:
        whole = beta_normal(expand(term, words)) if sites else term
    except NoNormalForm:
        return frozenset()
    changing: set[str] = set()

    def visit(part: Term) -> None:
        head, arguments = spine(part)
        if isinstance(head, Word):
            inside = {word.site for argument in arguments for word in words_in(argument)}
            if head.site in sites and (not arguments or not inside.isdisjoint(trained)):
                changing.add(str(head.site))
        for each in arguments if isinstance(head, Word) else children(part):
            visit(each)

    visit(whole)
    return frozenset(sites - changing)


def _supervised(term: Term, words: Mapping[str, Primitive]) -> set[str]:
    return {
        site for site, word in fitted_sites(term, words).items() if word.fitted is not None and word.fitted.supervised
    }


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
