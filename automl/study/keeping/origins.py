"""How each proposal of a search was made, and of which others: a few bytes an ask, for searches are long."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from search.strategy import START

from ..planning.schedule import EXPLORE, UNTRAINED

ENUMERATED, VIEW = "enumerated", "both ways"
MEMBERS = "members"
"""The field of an ensemble's info: its members, each its ask and its share."""
NONE = -1


class Origins:
    """How the asks of a run came about. An ask that was never noted has no operator and no parents."""

    def __init__(self) -> None:
        self._names = [""]
        self._codes = {"": 0}
        self._made = array("H")
        self._parents = array("q")
        self._blends: dict[int, tuple[int, ...]] = {}

    def __repr__(self) -> str:
        return f"Origins({len(self):,} asks)"

    def __len__(self) -> int:
        return len(self._made)

    def note(self, ask: int, phase: str, info: Mapping[str, Any]) -> None:
        """Take in how a proposal was made.

        ask: its number.
        phase: of its training.
        info: what is known of it.
        """
        parents = _parents(info)
        while len(self._made) <= ask:
            self._made.append(0)
            self._parents.extend((NONE, NONE))
        self._made[ask] = self._code(_operator(phase, info))
        if len(parents) > 2:
            self._blends[ask] = parents
        self._parents[2 * ask : 2 * ask + 2] = array("q", [*parents[:2], NONE, NONE][:2])

    def operator(self, ask: int) -> str:
        """How a proposal was made, in a word or some; "" where that is not known."""
        return self._names[self._made[ask]] if 0 <= ask < len(self) else ""

    def parents(self, ask: int) -> tuple[int, ...]:
        """The asks of the programs that a proposal was made of; () where of none, or that is not known."""
        if ask in self._blends:
            return self._blends[ask]
        return tuple(each for each in self._parents[2 * ask : 2 * ask + 2] if each != NONE)

    def starts(self) -> list[int]:
        """The asks of the programs that the search began with, in their order."""
        code = self._codes.get(START)
        return [] if code is None else [ask for ask, made in enumerate(self._made) if made == code]

    def descent(self, roots: Sequence[int]) -> dict[int, int]:
        """From which of some asks each that descends from one does: a set as the bits of a number, by the places of ``roots``. Each of
        them descends from itself."""
        found = {ask: 1 << place for place, ask in enumerate(roots)}
        if not found:
            return {}
        for ask in range(min(found), len(self)):
            of = found.get(ask, 0)
            for parent in self.parents(ask):
                of |= found.get(parent, 0) if parent < ask else 0
            if of:
                found[ask] = of
        return found

    def _code(self, name: str) -> int:
        if name not in self._codes and len(self._names) < 1 << 16:
            self._codes[name] = len(self._names)
            self._names.append(name)
        return self._codes.get(name, 0)


def _operator(phase: str, info: Mapping[str, Any]) -> str:
    if info.get(UNTRAINED):
        return VIEW
    if phase != EXPLORE:
        return phase
    name = str(info.get("operator", ENUMERATED))
    edits = name.split("+")
    return name if len(edits) < 3 else f"{len(edits)} edits"


def _parents(info: Mapping[str, Any]) -> tuple[int, ...]:
    """The asks that the info of a proposal names, each once."""
    named: Iterable[Any] = info.get("parents") or ()
    if "of" in info:
        named = [info["of"]]
    if MEMBERS in info:
        named = [ask for ask, _ in info[MEMBERS]]
    if not named:
        named = [ask for ask, _ in dict(info.get("inherit") or {}).values()]
    return tuple(dict.fromkeys(int(ask) for ask in named))
