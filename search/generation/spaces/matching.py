"""Where the free parts of a space stand in a program of it."""

from __future__ import annotations

from dataclasses import dataclass

from primitives.term import FreeSetting, Hole, Lambda, Let, Literal, OneOf, Term, Variable, Word, children

from ..positions import Path


@dataclass(frozen=True)
class FreePart:
    """A free part of a space and what a program of it has there.

    ``place`` is where it stands in the space, ``path`` where in the program; ``setting`` is the name of the setting of the word there, ""
    where it is the whole term there that is free.
    """

    place: Path
    path: Path
    free: Hole | OneOf | FreeSetting
    setting: str = ""


def parts_of(space: Term, term: Term) -> tuple[FreePart, ...] | None:
    """The free parts of a space as a program has them, inner ones after outer ones; None where the program is none of the space.

    space: a program with free parts, as ``as_space`` gives it.
    term: any program, its sites under any names.
    """
    matcher = _Matcher()
    return tuple(matcher.parts) if matcher.matches(space, term, (), ()) else None


class _Matcher:
    def __init__(self) -> None:
        self.parts: list[FreePart] = []
        self.sites: dict[str, str] = {}

    def matches(self, space: Term, term: Term, place: Path, path: Path) -> bool:
        if isinstance(space, Hole):
            self.parts.append(FreePart(place, path, space))
            return True
        if isinstance(space, OneOf):
            return self._one_of(space, term, place, path)
        if isinstance(space, Variable | Literal):
            return space == term
        if isinstance(space, Word):
            return isinstance(term, Word) and self._word(space, term, place, path)
        assert isinstance(space, Lambda | Let) or children(space), space
        if type(space) is not type(term):
            return False
        pairs = zip(children(space), children(term), strict=True)
        return all(self.matches(mine, its, (*place, i), (*path, i)) for i, (mine, its) in enumerate(pairs))

    def _one_of(self, space: OneOf, term: Term, place: Path, path: Path) -> bool:
        known, sites = len(self.parts), dict(self.sites)
        self.parts.append(FreePart(place, path, space))
        for i, alternative in enumerate(space.alternatives):
            if self.matches(alternative, term, (*place, i), path):
                return True
            del self.parts[known + 1 :]
            self.sites = dict(sites)
        del self.parts[known:]
        return False

    def _word(self, space: Word, term: Word, place: Path, path: Path) -> bool:
        if (
            space.name != term.name
            or not self._site(space.site, term.site)
            or len(space.settings) != len(term.settings)
        ):
            return False
        for (name, wanted), (other, value) in zip(space.settings, term.settings, strict=True):
            if name != other:
                return False
            if isinstance(wanted, FreeSetting):
                if not wanted.admits(value):
                    return False
                self.parts.append(FreePart(place, path, wanted, name))
            elif wanted != value:
                return False
        return True

    def _site(self, mine: str | None, its: str | None) -> bool:
        """Whether the sites may be the same: words share weights in the program exactly where they do in the space."""
        if mine is None or its is None or "@" in mine:
            return mine == its
        if mine in self.sites:
            return self.sites[mine] == its
        if its in self.sites.values():
            return False
        self.sites[mine] = its
        return True
