"""Whether a rewritten program is still the same program, and where its weights lie in the original."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping

from primitives.definitions import Definition, expand
from primitives.inference import IllTyped, infer
from primitives.primitive import Primitive
from primitives.term import Term, canonical, sites_of, words_in

from .normal import Unsafe, align, eta_short, normal_form
from .stitch_code import hide_lets


def same_program(original: Term, rewritten: Term, words: Mapping[str, Primitive]) -> dict[str, str] | None:
    """Where the rewritten program's weights lie in the original, if both are one program: of one type, equal once the subroutines that
    the original does not name are written out and applied, with the same sharing of sites; else None.

    original: as it was stored.
    rewritten: with calls of abstractions.
    words: all words that either names.
    """
    named = {word.name for word in words_in(original)}
    written = expand(rewritten, Others(words, named))
    try:
        sites = align(normal_form(hide_lets(written), words), normal_form(hide_lets(original), words))
        if sites is None or str(infer(original, words).scheme) != str(infer(rewritten, words).scheme):
            return None
    except (Unsafe, IllTyped):
        return None
    return expanded_sites(written, original, sites, words) if sites else {}


class Others(Mapping[str, Primitive]):
    """Words without those of some names: what ``expand`` is to leave as it is."""

    def __init__(self, words: Mapping[str, Primitive], without: Container[str]) -> None:
        self.words, self.without = words, without

    def __getitem__(self, name: str) -> Primitive:
        if name in self.without:
            raise KeyError(name)
        return self.words[name]

    def __iter__(self) -> Iterator[str]:
        return (name for name in self.words if name not in self.without)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def expanded_sites(new: Term, old: Term, sites: Mapping[str, str], words: Mapping[str, Primitive]) -> dict[str, str]:
    """Origins of the sites after expansion, from those before: a subroutine at site 3 has its weights at 3.1, 3.2, …

    new: the rewritten program.
    old: the original.
    sites: for sites of the new those of the old.
    words: all words that either names.
    """
    inner = _inner_sites(new, words)
    there = _inner_sites(old, words)
    found: dict[str, str] = {}
    for site, origin in sites.items():
        found.update(zip(inner[site], there[origin], strict=True))
    return {site: origin for site, origin in found.items() if "@" not in site}


def _inner_sites(term: Term, words: Mapping[str, Primitive]) -> dict[str, list[str]]:
    """For each site of a term those that its word has after expansion."""
    return {word.site: sites_of(expand(word, words)) for word in words_in(term) if word.site is not None}


def written_out(body: Term, words: Mapping[str, Primitive]) -> str:
    """What tells subroutines apart: the text of the body with all subroutines in it written out, where that is safe.

    body: a closed term.
    words: what its words mean.
    """
    try:
        return canonical(eta_short(normal_form(hide_lets(expand(body, words)), words)))
    except Unsafe:
        return canonical(body)


def known_bodies(words: Mapping[str, Primitive]) -> dict[str, str]:
    """Subroutines by what they do; those that bring weights stand for more than their structure, and pinned names may be demoted.

    words: a vocabulary.
    """
    plain = [(n, w.body) for n, w in words.items() if isinstance(w, Definition) and w.weights is None and "@" not in n]
    return {written_out(body, words): name for name, body in reversed(plain)}
