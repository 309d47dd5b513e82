"""Sites of weights under edits: new words get sites of their own, shared ones stay shared, all are numbered in pre-order."""

from __future__ import annotations

from primitives.inference import Inference
from primitives.term import Term, Word, map_words, words_in
from primitives.types import is_ground

from .nets.placing import NEW_SITE


def number(term: Term) -> tuple[Term, dict[str, str]]:
    """The term with sites numbered 1, 2, … in pre-order and, for every new site, the name that it had before.

    term: every word at the placeholder site gets a site of its own; sites of shared subroutines (``name@digest…``) keep their names.

    New sites that come from the placeholder have no name from before.
    """
    if all(word.site is None for word in words_in(term)):
        return term, {}
    names: dict[str, str] = {}
    came_from: dict[str, str] = {}
    count = 0

    def give(word: Word) -> Term:
        nonlocal count
        site = word.site
        if site is None or "@" in site:
            return word
        if site == NEW_SITE:
            count += 1
            return Word(word.name, word.settings, str(count))
        if site not in names:
            count += 1
            names[site] = str(count)
            came_from[names[site]] = site
        return word if names[site] == site else Word(word.name, word.settings, names[site])

    return map_words(term, give), came_from


def settled(inference: Inference) -> bool:
    """Whether all shapes are known: no word waits for them, and the weights of every site can be made.

    inference: of a whole program.

    They are not where only a list that is always empty would tell them: ``fold (lambda (y z) (to_number (dense z))) 0.0 empty``.
    """
    sited = (argument for word, arguments, _ in inference.layers if word.site for argument in arguments)
    return not inference.waiting and all(map(is_ground, sited))
