"""How often the words of a program run for one case: what is in a function that has a name runs as often as the function is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from ..definitions import Definition
from ..primitive import Primitive
from ..term import Lambda, Term, Word

PROGRAM = 0
"""What is in no function with a name: it runs once."""
Place = tuple[int, int]
"""The function that runs what stands here, and the one that a lambda here is part of."""


class Uses:
    """Where inference stands, and from where each function with a name is used, by number.

    A function gets a name by a ``let``, or as the argument of a lambda or a subroutine that is applied to it.
    """

    def __init__(self) -> None:
        self.here = PROGRAM
        """The function that runs what is looked at, such as a word with all its arguments."""
        self.making = PROGRAM
        """The function that a lambda which is looked at is part of, or a word without all its arguments."""
        self._users: list[list[int]] = [[]]

    def named(self) -> int:
        """The number of one more name."""
        self._users.append([])
        return len(self._users) - 1

    def enter(self, here: int, making: int) -> Place:
        """Stand there from now on; where it stood before, for ``leave``."""
        before = self.here, self.making
        self.here, self.making = here, making
        return before

    def leave(self, before: Place) -> None:
        """Stand where it stood before."""
        self.here, self.making = before

    def runner(self, complete: bool) -> int:
        """The function that runs a word which is looked at; ``complete``: it has all its arguments."""
        return self.here if complete else self.making

    def use(self, name: int, complete: bool) -> None:
        """A name stands here; ``complete``: with all the arguments that its function takes."""
        self._users[name].append(self.runner(complete))

    def counts(self) -> Callable[[int], int]:
        """How often each function runs, by its number."""

        @cache
        def count(name: int) -> int:
            return 1 if name == PROGRAM else sum(map(count, self._users[name]))

        return count


def binders(head: Term, words: Mapping[str, Primitive]) -> int:
    """How many arguments get a name where they are given to ``head``: a lambda, or a subroutine that stands for one.

    head: what is applied.
    words: the meaning of each word, by name.
    """
    if isinstance(head, Word):
        found = words.get(head.name)
        if not isinstance(found, Definition):
            return 0
        head = found.body
    count = 0
    while isinstance(head, Lambda):
        head, count = head.body, count + 1
    return count
