"""Texts that every character stands for, where an output is made of them in order."""

from __future__ import annotations

from collections.abc import Sequence

STEPS = 20_000
"""Tries before it is given up."""
LENGTHS = (1, 2, 3, 4, 5, 6)
"""Characters that one may become, in the order in which they are tried; none come last."""


def spelled(pairs: Sequence[tuple[str, str]]) -> dict[str, str] | None:
    """What each character becomes, so that every output is made of what those of its input become; None where nothing was found, and
    where each becomes one character, for then there is nothing to find.

    pairs: input and output.
    """
    if all(len(given) == len(made) for given, made in pairs):
        return None
    ordered = sorted(pairs, key=lambda pair: (len(set(pair[0])), len(pair[0])))
    return _Spelling(ordered, repeated=True).found() or _Spelling(ordered, repeated=False).found()


class _Spelling:
    """``repeated``: whether a character becomes itself so many times, which leaves few tries."""

    def __init__(self, pairs: Sequence[tuple[str, str]], repeated: bool) -> None:
        self.pairs, self.known, self.left, self.repeated = pairs, dict[str, str](), STEPS, repeated

    def _fits(self, character: str, made: str, place: int) -> list[int]:
        """Lengths to try: those by which the character becomes itself so many times come first, the longest before others."""
        if not character:
            return []
        lengths = [size for size in LENGTHS if place + size <= len(made)]
        same = sorted((size for size in lengths if made.startswith(character * size, place)), reverse=True)
        others = [] if self.repeated else [size for size in lengths if size not in same]
        return [*same, *others, 0]

    def found(self) -> dict[str, str] | None:
        """By trying lengths, the first that fit all pairs."""
        trail: list[tuple[int, int, int, str, int]] = []
        row = at = place = 0
        choice = 0
        while row < len(self.pairs):
            self.left -= 1
            if self.left < 0:
                return None
            given, made = self.pairs[row]
            if at == len(given) and place == len(made):
                row, at, place, choice = row + 1, 0, 0, 0
                continue
            character = given[at] if at < len(given) else ""
            known = self.known.get(character) if character else None
            if character and known is not None and choice == 0 and made.startswith(known, place):
                at, place = at + 1, place + len(known)
                continue
            fits = self._fits(character, made, place)[choice:] if known is None else []
            if fits:
                trail.append((row, at, place, character, choice))
                self.known[character] = made[place : place + fits[0]]
                at, place, choice = at + 1, place + fits[0], 0
                continue
            if not trail:
                return None
            row, at, place, character, tried = trail.pop()
            del self.known[character]
            choice = tried + 1
        return self.known
