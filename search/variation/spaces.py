"""Edits of a program within a space: a free part chosen anew, or taken from another program of the space."""

from __future__ import annotations

from typing import TYPE_CHECKING

from primitives.inference import IllTyped, ShapeError
from primitives.term import FreeSetting, OneOf, Term, Word

from ..generation.choosing import DeadEnd
from ..generation.positions import Annotated, Path, at, replace_at
from ..generation.spaces.filling import Filler, with_new_sites
from ..generation.spaces.matching import FreePart, parts_of
from ..randomness import Draws
from .editor import copy_sites
from .edits import step

if TYPE_CHECKING:
    from .mutation import Mutator

Copied = dict[str, tuple[int, str]]


def refill(mutator: Mutator, parent: Annotated, draws: Draws, copied: Copied) -> Term:
    """One free part chosen anew: a setting moved a step, another alternative taken, another term grown in a hole."""
    filler = Filler(mutator.grammar)
    part = draws.choice(_parts(filler.space, parent.term))
    free, term = part.free, at(parent.term, part.path)
    if isinstance(free, FreeSetting):
        assert isinstance(term, Word)
        value = step(filler.setting(term, part.setting, free), dict(term.settings)[part.setting], draws)
        return _with_value(parent.term, part.path, part.setting, value)
    new: Term = free
    if isinstance(free, OneOf):
        new = with_new_sites(filler.chosen(draws.choice(free.alternatives), draws, ()))
    try:
        return filler.with_holes_filled(replace_at(parent.term, part.path, new), draws, ())
    except (IllTyped, ShapeError) as error:
        raise DeadEnd(str(error)) from None


def exchange(space: Term, mother: Term, father: Term, draws: Draws, copied: Copied) -> Term:
    """The mother with what the father has in one of the free parts in which they differ.

    space: of which both are.
    mother: its sites stay.
    father: sites of what is taken from it are renamed.
    draws: where the randomness comes from.
    copied: the origins of the renamed sites are noted here.

    Raises DeadEnd where there is no such part.
    """
    theirs = {(part.place, part.setting): part for part in _parts(space, father)}
    pairs = [
        (part, theirs[part.place, part.setting])
        for part in _parts(space, mother)
        if (part.place, part.setting) in theirs
    ]
    pairs = [(mine, its) for mine, its in pairs if _found(mother, mine) != _found(father, its)]
    if not pairs:
        raise DeadEnd("the programs do not differ in a free part that both have")
    mine, its = draws.choice(pairs)
    if mine.setting:
        return _with_value(mother, mine.path, mine.setting, _found(father, its))
    return replace_at(mother, mine.path, copy_sites(at(father, its.path), "~", 1, copied))


def _parts(space: Term, term: Term) -> tuple[FreePart, ...]:
    found = parts_of(space, term)
    if found is None:
        raise DeadEnd("the program is none of the space")
    return found


def _found(term: Term, part: FreePart) -> object:
    """What a program has in a free part."""
    there = at(term, part.path)
    return dict(there.settings)[part.setting] if part.setting and isinstance(there, Word) else there


def _with_value(term: Term, path: Path, name: str, value: object) -> Term:
    word = at(term, path)
    assert isinstance(word, Word)
    settings = tuple((key, value if key == name else old) for key, old in word.settings)
    return replace_at(term, path, Word(word.name, settings, word.site))
