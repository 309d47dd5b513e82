"""What every typed edit shares: the program with its places annotated, and inference that accepts or refuses what came out."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field

from primitives.inference import IllTyped
from primitives.morphing.transfer import Transfer
from primitives.primitive import STATEFUL, Primitive
from primitives.term import Hole, Term, Word, map_words, names_in, sites_of
from primitives.types import has_tensor

from ..generation import sites
from ..generation.grammar import Grammar
from ..generation.nets.placing import NEW_SITE
from ..generation.positions import REMEMBERED, Annotated, Annotator, Position
from ..generation.spaces.matching import parts_of


@dataclass(frozen=True)
class Variant:
    """A new program: how it was made, and for each site that has an ancestor the ancestor's site.

    ``origins`` maps a site to (0 for the first parent, 1 for the second; site there), ``transfer`` to the steps by which its weights come
    from the ancestor's, where they are not the same.
    """

    term: Term
    operator: str
    origins: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    transfer: Transfer = field(default_factory=dict)

    def then(self, second: Variant) -> Variant:
        """This edit and a second one of its result as one edit.

        second: a variant of ``term``, whose sites all come from there.
        """
        origins = {site: self.origins[old] for site, (_, old) in second.origins.items() if old in self.origins}
        steps = {
            site: (
                *self.transfer.get(second.origins[site][1] if site in second.origins else "", ()),
                *second.transfer.get(site, ()),
            )
            for site in {**second.origins, **second.transfer}
        }
        transfer = {site: each for site, each in steps.items() if each}
        return Variant(second.term, f"{self.operator}+{second.operator}", origins, transfer)


class Editor:
    """What operators share: the grammar, inference that remembers, acceptance."""

    def __init__(self, grammar: Grammar) -> None:
        self.grammar, self.problem = grammar, grammar.problem
        self._plain = not has_tensor(grammar.problem.type)
        self._geometric = {name for name, word in self.problem.words.items() if word.geometric}
        self._annotator = Annotator(self.problem.runnable, self.problem.type)
        self._places = functools.lru_cache(maxsize=REMEMBERED)(self._found_places)

    def annotate(self, term: Term) -> Annotated:
        """The positions of a program.

        term: closed.

        Raises IllTyped if it is no program of the problem.
        """
        return self._annotator.annotate(term)

    def places(self, annotated: Annotated) -> tuple[Position, ...]:
        """The positions inside the program's outer lambdas that may be changed: all, or those in the holes of the space.

        annotated: a program of the problem.
        """
        return self._places(annotated)

    def _found_places(self, annotated: Annotated) -> tuple[Position, ...]:
        outer = len(self.grammar.inputs)
        inside = (each for each in annotated.positions if len(each.path) >= outer and len(each.scope) >= outer)
        if self.problem.space is None:
            return tuple(inside)
        parts = parts_of(self.problem.space, annotated.term) or ()
        holes = [part.path for part in parts if isinstance(part.free, Hole)]
        return tuple(each for each in inside if any(each.path[: len(path)] == path for path in holes))

    def accept(self, term: Term, operator: str, copied: Mapping[str, tuple[int, str]]) -> Variant | None:
        """The variant with its sites numbered; None if it is no program of the problem within bounds.

        term: what an edit made.
        operator: the edit's name.
        copied: where made-up sites come from (parent, site); other sites are the first parent's.
        """
        if term.size > self.problem.max_size:
            return None
        space = self.problem.space
        if space is not None and parts_of(space, sites.number(term)[0]) is None:
            return None
        if space is None and self._plain and not (self._geometric and self._geometric & names_in(term)):
            return Variant(term, operator)  # parts were exchanged at equal ground types, and no shape can be wrong
        numbered, before = sites.number(term)
        try:
            annotated = self.annotate(numbered)
        except IllTyped:
            return None
        if not sites.settled(annotated.inference) or self.problem.excess(annotated.inference):
            return None
        origins = {new: copied.get(old, (0, old)) for new, old in before.items() if NEW_SITE not in old}
        return Variant(numbered, operator, origins)


def copy_sites(
    term: Term,
    mark: str,
    parent: int,
    copied: dict[str, tuple[int, str]],
    stateful: Mapping[str, Primitive] | None = None,
) -> Term:
    """The term with its own sites renamed by a mark (sharing inside it is kept).

    term: what is copied.
    mark: makes the new names.
    parent: the number of the parent that it comes from.
    copied: the origins of new sites are noted here.
    stateful: where given, words by name, of which those that keep no statistics of their own keep their sites.
    """

    def rename(word: Word) -> Term:
        if word.site is None or "@" in word.site or word.site == NEW_SITE:
            return word
        if stateful is not None and word.name in stateful and stateful[word.name].purity != STATEFUL:
            return word
        name = f"{word.site}{mark}"
        copied[name] = (parent, word.site)
        return Word(word.name, word.settings, name)

    return map_words(term, rename) if sites_of(term) else term
