"""A set of numbers in one array: a Python set of as many takes five to ten times the memory."""

from __future__ import annotations

from array import array


class Marks:
    """Numbers from 1 to below 2⁶⁴ whose low bits are as good as random, such as fingerprints: a hash table with open addressing, at most
    half full."""

    def __init__(self) -> None:
        self._slots = array("Q", bytes(8 * 1024))
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __contains__(self, mark: int) -> bool:
        return self._slots[self._place(mark)] == mark

    def add(self, mark: int) -> None:
        """Take in a number that is not there.

        mark: from 1 to below 2⁶⁴.
        """
        if 2 * self._count >= len(self._slots):
            before, self._slots = self._slots, array("Q", bytes(16 * len(self._slots)))
            for each in before:
                if each:
                    self._slots[self._place(each)] = each
        self._slots[self._place(mark)] = mark
        self._count += 1

    def _place(self, mark: int) -> int:
        """Where a number is, or belongs."""
        slots = self._slots
        last = len(slots) - 1
        place = mark & last
        while slots[place] and slots[place] != mark:
            place = (place + 1) & last
        return place
