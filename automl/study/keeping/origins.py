"""How each proposal of a search was made, and of which others: a few bytes an ask, for searches are long."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from typing import Any

from search.strategy import START, UNTRAINED

from ..planning.schedule import EXPLORE

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
        self._starts: list[int] = []
        self._sets: list[tuple[int, ...]] = [()]
        self._places: dict[tuple[int, ...], int] = {(): 0}
        self._descent = array("L")
        self._descendants: dict[int, int] = {}

    def __repr__(self) -> str:
        return f"Origins({len(self):,} asks)"

    def __len__(self) -> int:
        return len(self._made)

    def note(self, ask: int, phase: str, info: Mapping[str, Any]) -> None:
        """Take in how a proposal was made; of each once, those that it was made of before it.

        ask: its number.
        phase: of its training.
        info: what is known of it.
        """
        parents = _parents(info)
        missing = ask + 1 - len(self._made)
        if missing > 0:
            self._made.extend(array("H", [0]) * missing)
            self._parents.extend(array("q", [NONE]) * (2 * missing))
            self._descent.extend(array("L", [0]) * missing)
        self._made[ask] = self._code(_operator(phase, info))
        if len(parents) > 2:
            self._blends[ask] = parents
        self._parents[2 * ask : 2 * ask + 2] = array("q", [*parents[:2], NONE, NONE][:2])
        self._descend(ask, self._names[self._made[ask]] == START, parents)

    def _descend(self, ask: int, is_start: bool, parents: Iterable[int]) -> None:
        """Note from which starts an ask descends."""
        of = {start for parent in parents if parent < ask for start in self.of(parent)}
        for start in of:
            self._descendants[start] = self._descendants.get(start, 0) + 1
        if is_start:
            self._starts.append(ask)
            of.add(ask)
        found = tuple(sorted(of))
        place = self._places.setdefault(found, len(self._sets))
        if place == len(self._sets):
            self._sets.append(found)
        self._descent[ask] = place

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
        return list(self._starts)

    def of(self, ask: int) -> tuple[int, ...]:
        """The asks of the starts from which an ask descends, in their order; a start descends from itself."""
        return self._sets[self._descent[ask]] if 0 <= ask < len(self) else ()

    def descendants(self, start: int) -> int:
        """How many other asks descend from a start.

        start: its ask.
        """
        return self._descendants.get(start, 0)

    def _code(self, name: str) -> int:
        if name not in self._codes and len(self._names) < 1 << 16:
            self._codes[name] = len(self._names)
            self._names.append(name)
        return self._codes.get(name, 0)


def _operator(phase: str, info: Mapping[str, Any]) -> str:
    if phase != EXPLORE:
        return VIEW if info.get(UNTRAINED) else phase
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
